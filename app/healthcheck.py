"""The container's health check: exits 0 when the app on this machine answers /healthz with 200, else prints the reason and exits 1.

Standard library only: it starts every few seconds on a quarter of a vCPU.
"""

import http.client
import os
import sys

TIMEOUT_SECONDS = 3


def main(timeout: float = TIMEOUT_SECONDS) -> int:
    port = int(os.environ.get("PORT", "5000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"GET 127.0.0.1:{port}/healthz: {error!r}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if status != 200:
        print(f"GET 127.0.0.1:{port}/healthz: answered {status}, wanted 200", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

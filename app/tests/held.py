"""The app with one more path, /held, whose answer waits until the test lets it go."""

import os
import socket

from slipway_app import create_app

app = create_app()


@app.get("/held")
def hold():
    with socket.create_connection(("127.0.0.1", int(os.environ["HOLD_PORT"]))) as test:
        test.sendall(b"held")
        test.recv(1)
    return {"finished": True}

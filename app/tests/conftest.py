"""Real gunicorn, with the production configuration, on a loopback port of its own."""

import contextlib
import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parent.parent / "gunicorn.conf.py"
# Ends a test that hangs, and none that a busy machine runs slowly.
DEADLINE_SECONDS = 600


@dataclass
class Gunicorn:
    process: subprocess.Popen
    port: int


@pytest.fixture
def gunicorn(tmp_path):
    """Starts gunicorn on a given WSGI app, or on the one that its configuration names."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: str, **environment: str) -> Gunicorn:
            return stack.enter_context(running(tmp_path, arguments, environment))

        yield start


@contextlib.contextmanager
def running(tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> Iterator[Gunicorn]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            CONFIGURATION,
            "--bind",
            "127.0.0.1:0",
            "--workers",
            "1",
            *arguments,
        ],
        cwd=tmp_path,
        # A home that no user can write to, not even root, as on a read-only root file system.
        env={"PATH": os.environ["PATH"], "HOME": "/proc/none", "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(read_until(process, r"Listening at: http://127\.0\.0\.1:(\d+)")[1])
        wait_for_answer(port)
        yield Gunicorn(process, port)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_for_answer(port: int) -> None:
    """Gunicorn loses a SIGTERM that comes while a worker is forked: once its only worker has answered, it can't."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)) as connection:
        connection.request("GET", "/healthz")
        connection.getresponse()


def read_until(process: subprocess.Popen, pattern: str) -> re.Match:
    """Reads the log up to the line that matches; fails with all that was read when the process ends before."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if match := re.search(pattern, line):
            return match
    pytest.fail(f"gunicorn ended before it logged {pattern!r}:\n{''.join(lines)}")

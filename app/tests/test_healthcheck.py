"""The container's health check, run as the container engine runs it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "healthcheck.py"


def check(port: int) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "PORT": str(port)}
    return subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, timeout=30)


def test_a_server_that_answers_is_healthy(gunicorn):
    result = check(gunicorn().port)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_server_that_answers_anything_but_200_is_unhealthy(gunicorn):
    result = check(gunicorn("--pythonpath", str(SCRIPT.parent / "tests"), "unwell:app").port)

    assert result.returncode == 1
    assert "answered 503" in result.stderr


def test_a_port_where_nobody_listens_is_unhealthy():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = check(port)

    assert result.returncode == 1
    assert "ConnectionRefusedError" in result.stderr


def test_a_server_that_does_not_answer_in_time_is_unhealthy():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = check(silent.getsockname()[1])

    assert result.returncode == 1
    assert "timed out" in result.stderr

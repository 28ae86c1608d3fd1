"""The container's health check, run as the container runtime runs it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from conftest import DEADLINE_SECONDS

SCRIPT = Path(__file__).parent.parent / "healthcheck.py"


# Waits for an answer as long as a busy machine needs.
PATIENT = f"import runpy, sys; sys.exit(runpy.run_path({str(SCRIPT)!r})['main'](timeout={DEADLINE_SECONDS}))"


def check(port: int, *arguments: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "PORT": str(port)}
    command = [sys.executable, *(arguments or (SCRIPT,))]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=DEADLINE_SECONDS)


def test_a_server_that_answers_is_healthy(gunicorn):
    result = check(gunicorn().port, "-c", PATIENT)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_server_that_answers_anything_but_200_is_unhealthy(gunicorn):
    result = check(gunicorn("--pythonpath", str(SCRIPT.parent / "tests"), "unwell:app").port, "-c", PATIENT)

    assert result.returncode == 1
    assert "answered 503" in result.stderr


def test_a_port_without_a_listener_is_unhealthy():
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

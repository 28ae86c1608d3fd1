"""The app as production serves it: real gunicorn, its real configuration, real signals."""

import http.client
import json
import runpy
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from conftest import CONFIGURATION, DEADLINE_SECONDS


def request(port: int, method: str, path: str) -> tuple[int, dict]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)) as connection:
        connection.request(method, path)
        response = connection.getresponse()
        assert response.headers.get_content_type() == "application/json"
        return response.status, json.load(response)


@pytest.mark.parametrize(("environment", "bind"), [({"PORT": "8080"}, "0.0.0.0:8080"), ({}, "0.0.0.0:5000")])
def test_it_listens_on_the_port_of_its_environment_and_on_5000_without(monkeypatch, environment, bind):
    monkeypatch.delenv("PORT", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert runpy.run_path(str(CONFIGURATION))["bind"] == bind


def test_it_serves_the_version_of_its_environment(gunicorn):
    server = gunicorn(VERSION="v1.2.3")

    assert request(server.port, "GET", "/version") == (200, {"version": "v1.2.3"})


def test_unknown_paths_and_wrong_methods_answer_json(gunicorn):
    server = gunicorn()

    assert request(server.port, "GET", "/nothing")[0] == 404
    assert request(server.port, "POST", "/version")[0] == 405


def test_it_needs_no_home_to_write_to(gunicorn, tmp_path):
    server = gunicorn("--log-level", "debug")
    server.process.terminate()
    log = server.process.communicate(timeout=DEADLINE_SECONDS)[1]

    # The control socket is what would be written there, by a thread whose failure may come later than this test.
    assert "Control socket disabled" in log
    assert "[ERROR]" not in log and "[WARNING]" not in log
    assert list(tmp_path.iterdir()) == []


def test_sigterm_lets_a_running_request_finish(gunicorn):
    with socket.create_server(("127.0.0.1", 0)) as hold, ThreadPoolExecutor() as pool:
        hold.settimeout(DEADLINE_SECONDS)
        port = str(hold.getsockname()[1])
        patience = ("--graceful-timeout", str(DEADLINE_SECONDS))
        server = gunicorn(*patience, "--pythonpath", str(Path(__file__).parent), "held:app", HOLD_PORT=port)
        answer = pool.submit(request, server.port, "GET", "/held")
        handler, _ = hold.accept()
        with handler:
            assert handler.recv(4) == b"held"

            server.process.terminate()
            with pytest.raises(subprocess.TimeoutExpired):
                server.process.wait(1)
            handler.sendall(b".")

        assert answer.result(DEADLINE_SECONDS) == (200, {"finished": True})
        assert server.process.wait(DEADLINE_SECONDS) == 0

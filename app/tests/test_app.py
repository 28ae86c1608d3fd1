"""The WSGI application, called as a server calls it."""

import pytest

from slipway_app import create_app


@pytest.fixture
def client():
    return create_app("v1.2.3").test_client()


def test_version_answers_the_version_it_was_made_with(client):
    response = client.get("/version")

    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.get_json() == {"version": "v1.2.3"}


def test_version_is_never_answered_from_a_cache(client):
    assert client.get("/version").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("environment", "version"), [("v2.0.0-rc.1", "v2.0.0-rc.1"), ("", "latest"), (None, "latest")])
def test_version_comes_from_the_environment_and_is_latest_without(monkeypatch, environment, version):
    monkeypatch.delenv("VERSION", raising=False)
    if environment is not None:
        monkeypatch.setenv("VERSION", environment)

    assert create_app().test_client().get("/version").get_json() == {"version": version}


def test_healthz_returns_only_that_it_is_healthy(client, monkeypatch):
    monkeypatch.setenv("A_SECRET", "hunter2")
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.get_json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/", "/versions", "/version/", "//version", "/static/app.css", "/%00", "/../version"])
def test_an_unknown_path_answers_a_json_404(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert response.mimetype == "application/json"
    assert response.get_json() == {"error": "Not Found", "status": 404}


@pytest.mark.parametrize("path", ["/version", "/healthz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_answers_a_json_405_that_names_the_right_ones(client, path, method):
    response = client.open(path, method=method)

    assert response.status_code == 405
    assert response.get_json() == {"error": "Method Not Allowed", "status": 405}
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS"}


def test_a_fault_answers_a_json_500_that_keeps_its_text_to_the_log(caplog):
    app = create_app()

    @app.get("/fault")
    def fail():
        raise RuntimeError("password is hunter2")

    response = app.test_client().get("/fault")

    assert response.status_code == 500
    assert response.get_json() == {"error": "Internal Server Error", "status": 500}
    assert "hunter2" in caplog.text

"""The sample service: returns its version and its health."""

import os

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException


def create_app(version: str | None = None) -> Flask:
    """Makes the WSGI application.

    ``version`` is what ``/version`` answers. Without it, it is ``VERSION`` from the environment, or ``latest`` when
    that is unset or empty.
    """
    version = version or os.environ.get("VERSION") or "latest"
    app = Flask(__name__, static_folder=None)
    # Otherwise //version would answer a redirect, and unknown paths have one answer: 404.
    app.url_map.merge_slashes = False
    app.register_error_handler(HTTPException, _as_json)

    @app.get("/version")
    def answer_version() -> Response:
        response = jsonify(version=version)
        # During a rollout a cached answer would be the old version's.
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/healthz")
    def answer_health() -> Response:
        return jsonify(status="ok")

    return app


def _as_json(error: HTTPException) -> Response:
    """Answers an error as ``{"error": …, "status": …}``, with its own headers such as ``Allow``.

    Unhandled exceptions come here as 500: their text stays in the log.
    """
    response = error.get_response()
    response.data = jsonify(error=error.name, status=error.code).data
    response.content_type = "application/json"
    return response

"""A WSGI app that is never well."""


def app(environ, start_response):
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []

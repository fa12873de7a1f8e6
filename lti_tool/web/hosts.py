"""The name by which browsers reach the tool, in whatever letters they write it."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask


def init_hosts(app: Flask) -> None:
    """Host has no case (RFC 9110, 4.2.3), and Werkzeug compares it as it comes."""
    application = app.wsgi_app

    def with_small_letters(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if host := environ.get("HTTP_HOST"):
            environ["HTTP_HOST"] = host.lower()
        return application(environ, start_response)

    app.wsgi_app = with_small_letters  # type: ignore[method-assign]

"""Static files, under an address that changes with their content and so can be cached for a year."""

import hashlib
from collections.abc import Iterable
from gzip import compress as gzip
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
from flask import Flask
from werkzeug.datastructures import Headers
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

_YEAR = 365 * 24 * 3600
_TEXTS = (".js", ".css", ".svg", ".txt")


def init_assets(app: Flask, folder: Path) -> None:
    prefix = f"/static/{_digest(folder)}"
    app.add_template_global(lambda name: f"{prefix}/{name}", "asset")
    app.wsgi_app = _StaticFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        max_age=_YEAR,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
    )


class _StaticFiles(WhiteNoise):  # type: ignore[misc]  # the library has no types
    """Static files; texts are compressed when a browser first asks for them, and kept so in memory."""

    def __init__(self, application: WSGIApplication, **settings: Any) -> None:
        super().__init__(application, **settings)
        self._compressed: dict[tuple[str, str], bytes] = {}

    def serve(
        self, static_file: StaticFile, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path, accepted = environ["PATH_INFO"], environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else None
        if encoding is None or not path.endswith(_TEXTS) or "HTTP_RANGE" in environ:
            served: Iterable[bytes] = super().serve(static_file, environ, start_response)
            return served
        response = static_file.get_response(environ["REQUEST_METHOD"], environ)
        headers = Headers(response.headers)
        headers["Vary"] = "Accept-Encoding"
        body = b""
        if response.file is not None:
            with response.file as file:
                body = self._compressed.get((path, encoding)) or _compress(file.read(), encoding)
            self._compressed[path, encoding] = body
            headers["Content-Encoding"], headers["Content-Length"] = encoding, str(len(body))
        start_response(f"{response.status} {response.status.phrase}", headers.to_wsgi_list())
        return [body]


def _compress(body: bytes, encoding: str) -> bytes:
    return brotli.compress(body) if encoding == "br" else gzip(body)


def _digest(folder: Path) -> str:
    """One short digest of all files: links between them stay as they are."""
    sum_of_all = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            sum_of_all.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return sum_of_all.hexdigest()[:12]

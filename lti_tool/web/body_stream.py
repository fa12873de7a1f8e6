"""Reading a request's body: all of it, or 413."""

from functools import cached_property
from typing import IO, Any, cast

import flask
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream, get_input_stream


class _Bounded(LimitedStream):
    """Refuses what goes on beyond the limit, also where all is read at once.

    Werkzeug's own `readall` stops at the limit without a word, so a body sent in chunks would be cut there.
    """

    def readall(self) -> bytes:
        found = super().readall()
        if self.is_exhausted and self._stream.read(1):
            raise RequestEntityTooLarge
        return found


class Request(flask.Request):
    """Of the application: a body without a Content-Length keeps to the limits too."""

    @cached_property
    def stream(self) -> IO[bytes]:
        return body_stream(self.environ, most=self.max_content_length)


def body_stream(environ: dict[str, Any], *, most: int | None) -> IO[bytes]:
    """The body, of `most` bytes; RequestEntityTooLarge, at once or while it is read, for more."""
    stream = get_input_stream(environ, max_content_length=most)
    if isinstance(stream, LimitedStream) and most is not None and "wsgi.input_terminated" in environ:
        return cast("IO[bytes]", _Bounded(environ["wsgi.input"], most, is_max=True))
    return stream

"""The alternate request syntax of xAPI 1.0.x (Communication 1.3): a POST that stands for another request.

For browsers' cross-domain requests that can send neither other methods nor headers, and for queries that are
too long for an address: `?method=PUT`, and parameters, headers and content as fields of a form. Such a
request is written out as the one it stands for before Flask sees it, so that all rules hold for both.
2.0.0 has no such syntax.

A page of another site can make a browser send a form, together with a username and password that the browser
keeps for us. So credentials are taken from the form itself; those in the HTTP header count only beside an
X-Experience-API-Version header, which such a page can't set.
"""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout
from werkzeug.wsgi import get_input_stream

from lti_tool.record_store.errors import BadRequestError, RecordStoreError, TooManyBytesError

IS_ALTERNATE: Final = "segue.record_store.is_alternate"
REFUSED: Final = "segue.record_store.refused"
"""In the environ: the RecordStoreError for a request in this syntax that can't be read."""

# Not HEAD: the answer to a POST has a body.
_METHODS = ("GET", "PUT", "POST", "DELETE")
_WITH_CONTENT = ("PUT", "POST")
_MOST_FIELDS = 30
_VERSION = "X-Experience-API-Version"
_HEADERS = {
    "Authorization": "HTTP_AUTHORIZATION",
    _VERSION: "HTTP_X_EXPERIENCE_API_VERSION",
    "Content-Type": "CONTENT_TYPE",
    "Content-Length": "CONTENT_LENGTH",
    "If-Match": "HTTP_IF_MATCH",
    "If-None-Match": "HTTP_IF_NONE_MATCH",
}
_LENGTH = re.compile(r"[0-9]{1,9}")
_HEADER_TEXT = re.compile(r"[\x20-\x7e]*")


class AlternateSyntax:
    """WSGI middleware for the addresses under `/xapi/`; every other request passes through."""

    def __init__(self, application: Any, *, most_bytes: int) -> None:
        self._application, self._most_bytes = application, most_bytes

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if _is_alternate(environ):
            environ = dict(environ)
            try:
                _write_out(environ, self._most_bytes)
            except RecordStoreError as error:
                environ[REFUSED] = error
        return self._application(environ, start_response)  # type: ignore[no-any-return]  # it is untyped


def _is_alternate(environ: dict[str, Any]) -> bool:
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("PATH_INFO", "").startswith("/xapi/")
        and any(name == "method" for name, _ in _read_query(environ))
    )


def _write_out(environ: dict[str, Any], most_bytes: int) -> None:
    """Make `environ` the request that it stands for."""
    environ[IS_ALTERNATE] = True
    method = _read_method(environ)
    fields = _read_fields(environ, most_bytes)
    content = fields.pop("content", None)
    if (content is None) is (method in _WITH_CONTENT):
        rule = "needs" if content is None else "has no"
        raise BadRequestError(f"In the alternate request syntax {method} {rule} form field content.")
    raw = (content or "").encode()
    if int(fields.get("Content-Length", len(raw))) != len(raw):
        raise BadRequestError("The form field Content-Length is not the length of the field content.")
    if "Authorization" not in fields and _HEADERS[_VERSION] not in environ:
        environ.pop("HTTP_AUTHORIZATION", None)
    environ["CONTENT_TYPE"] = "application/json"
    for name, place in _HEADERS.items():
        if name in fields:
            environ[place] = fields.pop(name)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ |= {
        "REQUEST_METHOD": method,
        "QUERY_STRING": urlencode(fields),
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": BytesIO(raw),
        "wsgi.input_terminated": True,
    }


def _read_query(environ: dict[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)


def _read_method(environ: dict[str, Any]) -> str:
    found = _read_query(environ)
    if len(found) > 1:
        raise BadRequestError(
            "In the alternate request syntax method is the one query parameter; others go into the form."
        )
    (_, method), *_ = found
    if method not in _METHODS:
        raise BadRequestError(f"method must be one of {', '.join(_METHODS)}, in capitals.")
    return method


def _read_fields(environ: dict[str, Any], most_bytes: int) -> dict[str, str]:
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != (
        "application/x-www-form-urlencoded"
    ):
        raise BadRequestError(
            "In the alternate request syntax the Content-Type must be application/x-www-form-urlencoded."
        )
    try:
        # One byte more: of a body in chunks Werkzeug reads as far as the limit, and says nothing.
        raw = get_input_stream(environ, max_content_length=most_bytes + 1).read()
    except RequestEntityTooLarge:
        raise TooManyBytesError(most_bytes) from None
    except RequestTimeout:
        raise BadRequestError("The form did not arrive in time.") from None
    if len(raw) > most_bytes:
        raise TooManyBytesError(most_bytes)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # UnicodeError is one
        raise BadRequestError("The form's fields are not percent-encoded UTF-8, or too many.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise BadRequestError("A field of the form is given more than once.")
    for name in fields.keys() & _HEADERS.keys():
        if not _HEADER_TEXT.fullmatch(fields[name]):
            raise BadRequestError(f"The form field {name} must be plain text, as the header of that name.")
    if not _LENGTH.fullmatch(fields.get("Content-Length", "0")):
        raise BadRequestError("The form field Content-Length must be a number of bytes.")
    return fields

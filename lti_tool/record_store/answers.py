"""Answers over HTTP: statements as text, errors as JSON, and the headers that every answer carries."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from flask import Response, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lti_tool.record_store import errors, moments
from lti_tool.record_store.decoding import encode_json
from lti_tool.record_store.parameters import Query
from lti_tool.record_store.queries import Found
from lti_tool.record_store.shapes import shape

NEWEST_VERSION: Final = "2.0.0"

# The first is for who does not say.
_ERROR_TYPES: Final = ("application/json", "text/plain", "text/html")
_STATUS: Final[Mapping[type[errors.RecordStoreError], int]] = {
    errors.BadRequestError: 400,
    errors.CredentialError: 401,
    errors.ReadOnlyError: 403,
    errors.NotStoredError: 404,
    errors.NotOfferedError: 404,
    errors.StatementConflictError: 409,
    errors.TooLargeError: 413,
    errors.TooManyBytesError: 413,
}


def statement_answer(query: Query, found: Found) -> Response:
    """A single statement. Last-Modified is its `stored`, as the specification has it."""
    answer = _answer(query, _shaped(query, found))
    answer.last_modified = moments.to_datetime(found.seq)
    return _conditional(answer)


def page_answer(query: Query, found: Sequence[Found], *, more: str) -> Response:
    """A StatementResult, joined from the stored texts."""
    statements = ",".join(_shaped(query, one) for one in found)
    return _conditional(_answer(query, f'{{"statements":[{statements}],"more":{encode_json(more)}}}'))


def more_link(parameters: Mapping[str, str], last: Found) -> str:
    """The same request from where this page ends; a path with a query, to be resolved against the host.

    It holds no state here, so it can be asked for any number of times. What is stored meanwhile comes at the
    end of an ascending list and not at all in a descending one.
    """
    return f"{request.script_root}{request.path}?{urlencode({**parameters, 'cursor': str(last.seq)})}"


def refusal(error: errors.RecordStoreError) -> Response:
    answer = _error(error.code, str(error), _STATUS[type(error)])
    if isinstance(error, errors.CredentialError):
        answer.headers["WWW-Authenticate"] = 'Basic realm="Segue record store", charset="UTF-8"'
    return answer


def http_error(error: HTTPException) -> Response:
    """What Flask refuses by itself, and failures of ours (500)."""
    if isinstance(error, RequestEntityTooLarge):
        return refusal(errors.TooManyBytesError(request.max_content_length or 0))
    answer = _error(
        (error.name or "error").lower().replace(" ", "_"), error.description or "", error.code or 500
    )
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def too_often(*, seconds: int) -> Response:
    """Too many wrong credentials (429)."""
    said = f"Wrong credentials came too often. Try again in {seconds} s, with the right ones."
    answer = _error("too_many_requests", said, 429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def add_headers(answer: Response, *, version: str | None, through: int | None) -> Response:
    """The version on every answer, and on those about statements up to when they are complete."""
    answer.headers["X-Experience-API-Version"] = version or NEWEST_VERSION
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    if through is not None:
        answer.headers["X-Experience-API-Consistent-Through"] = moments.to_text(through)
    return answer


def _shaped(query: Query, found: Found) -> str:
    return shape(found.body, wanted=query.format, languages=request.accept_languages)


def _answer(query: Query, text: str) -> Response:
    if not query.attachments:
        return Response(text, content_type="application/json")
    # The format that attachments=true asks for (Communication 1.5.2); there is no attachment data to add.
    boundary = secrets.token_hex(16)
    parts = f"--{boundary}\r\nContent-Type: application/json\r\n\r\n{text}\r\n--{boundary}--\r\n"
    return Response(parts, content_type=f"multipart/mixed; boundary={boundary}")


def _conditional(answer: Response) -> Response:
    """Add an ETag, and answer 304 to a client that has this already.

    As 1.0.3 defines it (Communication 3.1), the SHA-1 of the contents. Both versions want ETag and If-Match
    with documents only, which can change; on a POST or PUT of statements, If-Match means nothing.
    """
    answer.set_etag(hashlib.sha1(answer.get_data(), usedforsecurity=False).hexdigest())
    answer.vary.add("Accept-Language")
    answer.make_conditional(request)
    return answer


def _error(code: str, message: str, status: int) -> Response:
    """As JSON, plain text or HTML, whichever the client would rather have (Communication 3.2)."""
    kind = request.accept_mimetypes.best_match(_ERROR_TYPES, default=_ERROR_TYPES[0])
    if kind == "text/plain":
        text = f"{message}\n"
    elif kind == "text/html":
        text = f'<!doctype html>\n<html lang="en"><title>{escape(code)}</title><p>{escape(message)}</p>\n'
    else:
        text = encode_json({"error": code, "message": message}) + "\n"
    answer = Response(text, status=status, mimetype=kind)
    answer.vary.add("Accept")
    return answer

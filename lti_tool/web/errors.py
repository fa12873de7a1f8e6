"""Errors as pages: what happened, and what to do. Nothing half-written stays behind."""

from http import HTTPStatus
from uuid import UUID

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask_limiter.errors import RateLimitExceeded
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.web.bodies import take_the_routes_body
from lti_tool.web.fragments import fragment, is_sent_by_tab, wants_fragment
from lti_tool.web.launched import SessionEndedError
from lti_tool.web.limits import seconds_to_wait
from lti_tool.web.transaction import roll_back

log = structlog.get_logger(__name__)

_NOT_TYPED = {"csrf_token", "submission"}


def init_errors(app: Flask) -> None:
    app.register_error_handler(NotFoundError, lambda _error: error_page(HTTPStatus.NOT_FOUND))
    app.register_error_handler(ConflictError, lambda _error: error_page(HTTPStatus.CONFLICT))
    app.register_error_handler(SessionEndedError, _session_ended)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: HTTPStatus, **said: object) -> Response:
    """The page for this status; for a script the same words, put on the page that one is on."""
    roll_back()
    if wants_fragment() or (is_sent_by_tab() and request.method == "POST"):
        html = render_template("errors/_problem.html", status=status, **said)
        return fragment(html, status, instead_of="#problem")
    return make_response(render_template("errors/page.html", status=status, **said), status)


def _session_ended(error: SessionEndedError) -> Response:
    return error_page(
        HTTPStatus.UNAUTHORIZED, return_url=error.return_url, elsewhere=error.elsewhere, typed=_typed()
    )


def _too_often(_error: RateLimitExceeded) -> Response:
    """With the form as it was sent, to be sent again. A script's form is still on its page."""
    seconds = seconds_to_wait()
    log.info("limit_exceeded", endpoint=request.endpoint)
    take_the_routes_body()  # files may stand beside the text
    response = error_page(HTTPStatus.TOO_MANY_REQUESTS, seconds=seconds, again=_sent())
    response.headers["Retry-After"] = str(seconds)
    return response


def _sent() -> list[tuple[str, str, bool]]:
    """What a form brought: names, values, and whether somebody typed it."""
    try:
        sent = request.form if request.method == "POST" else MultiDict[str, str]()
    except HTTPException:
        return []
    return [
        (name, value, name not in _NOT_TYPED and _is_text(value)) for name, value in sent.items(multi=True)
    ]


def _typed() -> list[str]:
    """What somebody typed into a form that can't be taken any more: theirs to copy."""
    try:
        sent = request.form if request.method == "POST" else MultiDict[str, str]()
    except HTTPException:  # too large, say
        return []
    return [value for name, value in sent.items() if name not in _NOT_TYPED and _is_text(value)]


def _is_text(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return bool(value.strip())
    return False


def _http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    response = error_page(status)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    # The text of an error may hold what somebody wrote; its type and place are enough to find it.
    log.error("unexpected_error", kind=type(error).__name__, endpoint=request.endpoint, exc_info=error)
    return error_page(HTTPStatus.INTERNAL_SERVER_ERROR)

"""Errors as pages: what happened, and what to do. Nothing half-written stays behind."""

from http import HTTPStatus

import structlog
from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import SessionEndedError
from lti_tool.web.transaction import roll_back

log = structlog.get_logger(__name__)


def init_errors(app: Flask) -> None:
    app.register_error_handler(NotFoundError, lambda _error: error_page(HTTPStatus.NOT_FOUND))
    app.register_error_handler(ConflictError, lambda _error: error_page(HTTPStatus.CONFLICT))
    app.register_error_handler(SessionEndedError, lambda _error: error_page(HTTPStatus.UNAUTHORIZED))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: HTTPStatus) -> Response:
    """The page for this status; for htmx the same words, put on the page that one is on."""
    roll_back()
    if wants_fragment():
        return fragment(render_template("errors/_problem.html", status=status), status, instead_of="#problem")
    return make_response(render_template("errors/page.html", status=status), status)


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

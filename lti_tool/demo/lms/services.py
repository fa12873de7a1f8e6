"""What every service endpoint does first and last: bearer token, media types, JSON out."""

import json
from collections.abc import Mapping
from typing import Any, cast

from flask import Response, current_app, request

from lti_tool.demo.lms.catalogue import Course
from lti_tool.demo.lms.checks import Refusal, parse_object
from lti_tool.demo.lms.launches import Lms

REALM = 'Bearer realm="Riverside College (demo LMS)"'


def current_lms() -> Lms:
    return cast("Lms", current_app.extensions["lms"])


def require_scope(*accepted: str) -> None:
    """Let the request through when its bearer token grants one of these scopes."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(401, "unauthorized", "a bearer token is required", {"WWW-Authenticate": REALM})
    granted = current_lms().access_tokens.scopes(token.strip())
    if granted is None:
        challenge = f'{REALM}, error="invalid_token"'
        raise Refusal(
            401, "invalid_token", "the token is unknown or has run out", {"WWW-Authenticate": challenge}
        )
    if granted.isdisjoint(accepted):
        challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(accepted)}"'
        raise Refusal(
            403,
            "insufficient_scope",
            f"the token needs one of: {', '.join(accepted)}",
            {"WWW-Authenticate": challenge},
        )


def course_or_refuse(key: str) -> Course:
    course = current_lms().state.course(key)
    if course is None:
        raise Refusal(404, "not_found", "there is no such course")
    return course


def read_body(media_type: str) -> dict[str, Any]:
    if request.mimetype != media_type:
        raise Refusal(415, "unsupported_media_type", f"send this as {media_type}")
    return parse_object(request.get_data())


def require_accept(media_type: str) -> None:
    """Refuse a caller that cannot read the answer, before anything is changed for it."""
    accepted = request.accept_mimetypes
    if accepted and accepted.best_match([media_type]) is None:
        raise Refusal(406, "not_acceptable", f"this is only available as {media_type}")


def answer(
    body: Any, media_type: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    response = Response(json.dumps(body), status=status, content_type=media_type)
    response.headers.extend(headers or {})
    return response

"""Telling the tool of things, where it wants to be told (Platform Notification Service 1.0)."""

import time
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
from flask import Blueprint, Response

from lti_tool.demo.lms.catalogue import Course
from lti_tool.demo.lms.checks import bad, text
from lti_tool.demo.lms.claims import course_claims
from lti_tool.demo.lms.launches import Lms
from lti_tool.demo.lms.services import answer, current_lms, read_body, require_scope
from lti_tool.demo.lms.vocabulary import LTI, LTI_VERSION, NOTICE_TYPES, SCOPE_NOTICE_HANDLERS

bp = Blueprint("notices", __name__, url_prefix="/notice-handlers")

JSON = "application/json"
TIMEOUT_SECONDS = 3
LIFE_SECONDS = 3600


@bp.get("")
def show_handlers() -> Response:
    require_scope(SCOPE_NOTICE_HANDLERS)
    lms = current_lms()
    handlers = [
        {"notice_type": name, "handler": lms.state.notice_handlers().get(name, "")} for name in NOTICE_TYPES
    ]
    config = lms.config
    body = {"client_id": config.client_id, "deployment_id": config.deployment_id, "notice_handlers": handlers}
    return answer(body, JSON)


@bp.put("")
def put_handler() -> Response:
    """One for each type; an empty address takes it away. The tool's own domain only, as with Canvas."""
    require_scope(SCOPE_NOTICE_HANDLERS)
    body = read_body(JSON)
    name, handler = text(body, "notice_type", required=True) or "", text(body, "handler") or ""
    if name not in NOTICE_TYPES:
        raise bad(f"notice_type must be one of: {', '.join(NOTICE_TYPES)}")
    if handler and urlsplit(handler).hostname != urlsplit(current_lms().config.tool_url).hostname:
        raise bad("handler must be an address of the tool's own domain")
    current_lms().state.put_notice_handler(name, handler)
    return answer({"notice_type": name, "handler": handler}, JSON)


def tell_of_copy(lms: Lms, course: Course, origin: Course) -> None:
    """Send a notice, where the tool asked for it. It is not sent again: Canvas does not do so either."""
    handler = lms.state.notice_handlers().get("LtiContextCopyNotice")
    if not handler:
        return
    now = int(time.time())
    context = f"{LTI}context"
    token = lms.sign(
        {
            "iss": lms.config.issuer,
            "aud": lms.config.client_id,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "nonce": uuid.uuid4().hex,
            f"{LTI}version": LTI_VERSION,
            f"{LTI}deployment_id": lms.config.deployment_id,
            f"{LTI}notice": {
                "id": str(uuid.uuid4()),
                "timestamp": datetime.now(UTC).isoformat(),
                "type": "LtiContextCopyNotice",
            },
            context: course_claims(lms.config, course)[context],
            f"{LTI}origin_contexts": [origin.context_id],
        }
    )
    try:
        requests.post(
            handler, json={"notices": [{"jwt": token}]}, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.RequestException:
        return

"""Deep Linking 2.0: the checks on a tool's answer, and what its content items turn into."""

import uuid
from collections.abc import Mapping
from typing import Any

from lti_tool.demo.lms.catalogue import Link
from lti_tool.demo.lms.checks import bad, is_unicode, text
from lti_tool.demo.lms.config import LmsConfig
from lti_tool.demo.lms.launches import DeepLinkVisit, Lms
from lti_tool.demo.lms.line_items import read_line_item
from lti_tool.demo.lms.tool_keys import LEEWAY_SECONDS
from lti_tool.demo.lms.vocabulary import DEEP_LINKING, DEEP_LINKING_RESPONSE, LTI, LTI_VERSION

MOST_ITEMS = 50
Added = list[tuple[Link, dict[str, Any] | None]]


def read_response(lms: Lms, token: str, visit_id: str) -> tuple[DeepLinkVisit, dict[str, Any]]:
    """The visit that a response answers, and its claims. Raises Refusal or RefusedTokenError.

    `visit_id` is what the return address said, where the data does not carry it.
    """
    config = lms.config
    claims = lms.tool_keys.verify(token, issuer=config.client_id, audience=config.issuer, require=("nonce",))
    expected = (
        (f"{LTI}message_type", DEEP_LINKING_RESPONSE),
        (f"{LTI}version", LTI_VERSION),
        (f"{LTI}deployment_id", config.deployment_id),
    )
    for name, value in expected:
        if claims.get(name) != value:
            raise bad(f"{name} must be {value}")
    nonce = claims["nonce"]
    if not isinstance(nonce, str) or not lms.tool_jwts.first_time(
        f"nonce {nonce}", until=claims["exp"] + LEEWAY_SECONDS
    ):
        raise bad("nonce has been used before")
    data = claims.get(f"{DEEP_LINKING}data") if lms.habits.visit == "data" else visit_id
    visit = lms.deep_link_visits.take(data) if isinstance(data, str) else None
    if visit is None:
        raise bad("data is not what we sent, was used before or has run out")
    return visit, claims


def read_items(config: LmsConfig, claims: Mapping[str, Any]) -> Added:
    items = claims.get(f"{DEEP_LINKING}content_items", [])
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise bad(f"content_items must be a list of at most {MOST_ITEMS}")
    return [_read_item(config, item) for item in items]


def _read_item(config: LmsConfig, item: object) -> tuple[Link, dict[str, Any] | None]:
    if not isinstance(item, dict) or item.get("type") != "ltiResourceLink":
        raise bad("only content items of the type ltiResourceLink are accepted")
    title = (text(item, "title") or "").strip() or "An activity in Segue"
    link = Link(
        id=str(uuid.uuid4()),
        title=title,
        description=text(item, "text") or "",
        custom=_read_custom(item.get("custom", {})),
        url=_read_url(config, item),
    )
    line_item = item.get("lineItem")
    if line_item is None:
        return link, None
    if not isinstance(line_item, dict):
        raise bad("lineItem must be an object")
    return link, read_line_item({"label": title, **line_item})


def _read_custom(custom: object) -> dict[str, str]:
    if not isinstance(custom, dict) or not all(isinstance(value, str) for value in custom.values()):
        raise bad("custom must be an object whose values are strings")
    if not all(is_unicode(part) for pair in custom.items() for part in pair):
        raise bad("custom is not valid Unicode")
    return custom


def _read_url(config: LmsConfig, item: Mapping[str, Any]) -> str | None:
    url = text(item, "url")
    if url is not None and not url.startswith(f"{config.tool_url}/"):
        raise bad("url must be one of the tool's own addresses")
    return url

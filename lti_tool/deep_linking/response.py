"""The answer to a deep linking request (Deep Linking 2.0, section 4.5): its claims, and the token.

The library's own writes `data: null` where none was sent, lives ten minutes and escapes nothing (reference:
lti.md section 4, hole 14).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from markupsafe import Markup

from lti_tool.core.text import clean_line
from lti_tool.core.visit import Visit
from lti_tool.courses.models import PlannedActivity
from lti_tool.courses.origins import PLANNED_ACTIVITY
from lti_tool.grades.line_items import SUBMISSION_REVIEW
from lti_tool.platforms.tool_keys import SigningKey

LIFE_SECONDS = 300
_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What makes an answer one: given once, and the same when it is made again."""

    nonce: str
    issued_at: int
    """Seconds since 1970."""


def response_claims(visit: Visit, seal: Seal, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`data` is in it exactly if the request had it, byte for byte."""
    claims: dict[str, Any] = {
        "iss": visit.client_id,
        "aud": [visit.issuer],
        "iat": seal.issued_at,
        "exp": seal.issued_at + LIFE_SECONDS,
        "nonce": seal.nonce,
        f"{_LTI}deployment_id": visit.deployment,
        f"{_LTI}message_type": "LtiDeepLinkingResponse",
        f"{_LTI}version": "1.3.0",
        f"{_DEEP_LINKING}content_items": list(items),
    }
    if "data" in visit.details:
        claims[f"{_DEEP_LINKING}data"] = json.loads(visit.details["data"])
    return claims


def resource_link(planned: PlannedActivity, *, launch_url: str) -> dict[str, Any]:
    """The content item for an activity (Deep Linking 2.0, section 3.2)."""
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": planned.title,
        "url": launch_url,
        "custom": {PLANNED_ACTIVITY: str(planned.id)},
    }
    text = clean_line(Markup(planned.settings.get("prompt_html", "")).striptags())  # noqa: S704  # back to text
    if text:
        item["text"] = text
    points = planned.settings.get("points")
    if points:
        item["lineItem"] = {
            "scoreMaximum": points,
            "label": planned.title,
            "resourceId": str(planned.id),
            "tag": planned.activity.value,
            "submissionReview": SUBMISSION_REVIEW,
        }
    return item


def signed(claims: Mapping[str, Any], key: SigningKey) -> str:
    return jwt.encode(dict(claims), key.private_key, algorithm="RS256", headers={"kid": key.kid})

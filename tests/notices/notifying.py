"""Making notices as Canvas documents them, bent as a test says, and posting them."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.courses.models import CourseCopy
from lti_tool.notices.models import Notice
from tests.launch.platform import TOOL, Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"


@dataclass
class NotifyingPlatform:
    platform: Platform
    sessions: sessionmaker[Session]

    def claims(self, kind: str = "LtiHelloWorldNotice", **changes: Any) -> dict[str, Any]:
        """The claims of a good notice; None takes one away, `notice` and `lti` change within."""
        now = int(time.time())
        config = self.platform.lms.config
        claims: dict[str, Any] = {
            "iss": config.issuer,
            "aud": config.client_id,
            "azp": config.client_id,
            "iat": now,
            "exp": now + 3600,
            "nonce": uuid4().hex,
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": config.deployment_id,
            f"{LTI}notice": {"id": str(uuid4()), "timestamp": "2026-03-19T11:24:25Z", "type": kind},
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def copy_claims(
        self, context: str = "new", /, *origins: str, changes: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return self.claims(
            "LtiContextCopyNotice",
            **{
                f"{LTI}context": {"id": context, "label": "zzz", "title": "zzz", "type": ["CourseOffering"]},
                f"{LTI}origin_contexts": list(origins or ("old",)),
                **(changes or {}),
            },
        )

    def sign(self, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
        return self.platform.lms.sign(claims, headers)

    def send(self, *tokens: str) -> TestResponse:
        return self.post({"notices": [{"jwt": token} for token in tokens]})

    def post(self, body: Any) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.platform.app.test_client().post(
            "/lti/notices", data=data, content_type="application/json", base_url=TOOL
        )

    def kept(self) -> list[tuple[str, str]]:
        with self.sessions() as session:
            return [(row.notice_id, row.type) for row in session.scalars(select(Notice).order_by(Notice.id))]

    def copies(self) -> list[tuple[str, list[str]]]:
        with self.sessions() as session:
            found = session.scalars(select(CourseCopy).order_by(CourseCopy.id))
            return [(row.context_id, row.origin_context_ids) for row in found]

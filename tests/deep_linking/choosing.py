"""What the tests of deep linking share: an instructor who chooses an activity."""

import json
import re
from typing import Any

import jwt
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from tests.launch.platform import TOOL, Platform, landed

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
SETTINGS = f"{DL}deep_linking_settings"
CHOOSE = LmsLaunch(person=PEOPLE[4], course=COURSES[0], link=None)
CHOICE = {
    "activity": "help",
    "title": "Ask each other about <unit> 2",
    "prompt": "Which of the *three* openings?",
    "points": "10",
}
GONE = object()


class Chooser:
    """An instructor's browser, in the deep linking page."""

    def __init__(self, client: FlaskClient, platform: Platform, **settings: Any) -> None:
        self.client = client
        asked = platform.start(client, CHOOSE)
        claims = platform.claims(asked, CHOOSE)
        claims[SETTINGS] |= settings
        self.settings = {name: value for name, value in claims[SETTINGS].items() if value is not GONE}
        claims[SETTINGS] = self.settings
        self.path = landed(platform.post(client, asked["state"], platform.lms.sign(claims)))

    def form(self) -> dict[str, str]:
        page = self.client.get(self.path, base_url=TOOL).text
        names = "csrf_token|submission"
        return dict(re.findall(rf'<input name="({names})" type="hidden" value="([^"]+)">', page))

    def send(self, form: dict[str, str] | None = None, /, **changes: str) -> TestResponse:
        data = {**(self.form() if form is None else form), **CHOICE, **changes}
        return self.client.post(self.path, data=data, base_url=TOOL)

    def leave(self, form: dict[str, str] | None = None) -> TestResponse:
        return self.client.post(
            f"{self.path}/nothing", data=self.form() if form is None else form, base_url=TOOL
        )

    def claims(self, answer: TestResponse) -> dict[str, Any]:
        """What the platform reads, after it verified the signature with our published keys."""
        assert answer.status_code == 200, answer.text
        token = re.search(r'name="JWT" value="([^"]+)"', answer.text)
        assert token
        keys = jwt.PyJWKSet.from_dict(json.loads(self.client.get("/lti/jwks.json", base_url=TOOL).text))
        key = keys[jwt.get_unverified_header(token[1])["kid"]]
        claims: dict[str, Any] = jwt.decode(
            token[1], key, algorithms=["RS256"], options={"verify_aud": False}
        )
        return claims


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0

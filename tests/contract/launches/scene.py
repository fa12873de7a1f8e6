"""One login at one platform, and what its browser may post next."""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.test import TestResponse

from tests.launch.platform import LAUNCHES, LTI, TOOL, Platform, asked_of, bent, data_of

OURS = {"Origin": TOOL}
BINDING = ("iss", "aud", "nonce", "iat", "exp", LTI + "deployment_id", LTI + "target_link_uri")
"""What binds a message to its platform and its login."""


class Scene:
    """A browser that has logged in; without `cookie` it keeps none of ours, as in a frame of another site."""

    def __init__(
        self, platform: Platform, message: str, *, cookie: bool, login: Mapping[str, str | None]
    ) -> None:
        self.platform, self.launch = platform, LAUNCHES[message]
        self.browser = platform.app.test_client()
        page = platform.login(self.browser, self.launch, **login)
        self.asked, self.secret = asked_of(page), data_of(page, "login")["secret"]
        if not cookie:
            self.browser = platform.app.test_client()
        self.page: TestResponse | None = None
        """The page that asks for the proof, while the launch is held."""
        self.other: Scene | None = None
        """Another login at the same platform, where one has a part in it."""

    @property
    def state(self) -> str:
        return self.asked["state"]

    def claims(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        return bent(self.platform.claims(self.asked, self.launch), changes)

    def token(self, **changes: Any) -> str:
        """A true one, but for these changes."""
        return self.platform.lms.sign(self.claims(changes))

    def token_of(self, recorded: Mapping[str, Any]) -> str:
        """What a real LMS said, as this platform says it in answer to this login."""
        true = self.claims({})
        return self.platform.lms.sign({**recorded, **{name: true[name] for name in BINDING}})

    def post(self, token: str | None = None, state: str | None = None) -> TestResponse:
        posted = self.token() if token is None else token
        return self.platform.post(self.browser, self.state if state is None else state, posted)

    def hold(self) -> None:
        """Post the true token without our cookie."""
        self.page = self.post()
        assert is_held(self.page), self.page.text

    @property
    def pending(self) -> str:
        """The id that the page has for the launch that is held."""
        assert self.page
        found = re.search(r'name="pending" value="([^"]+)"', self.page.text)
        assert found, self.page.text
        return found[1]

    def finish(self, secret: str | None = None, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Answer the page that asks for the proof."""
        data = {"pending": self.pending, "v": self.secret if secret is None else secret}
        return self.browser.post("/lti/launch/finish", data=data, headers=headers or OURS, base_url=TOOL)

    def arrive(self, token: str | None = None) -> TestResponse:
        """The launch as the browser makes it: with its cookie, or else with its proof."""
        if self.page is None:
            answer = self.post(token)
            if not is_held(answer):
                return answer
            self.page = answer
        return self.finish()


def is_held(answer: TestResponse) -> bool:
    return answer.status_code == 200 and 'name="pending"' in answer.text

"""Every launch that must not get in: its answer, its line in the log, and nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.launch.errors import Advice, Rule
from tests.contract.conftest import everything
from tests.contract.launches.conftest import NewPlatform
from tests.contract.launches.refused_claims import CLAIMS
from tests.contract.launches.refused_logins import LOGINS
from tests.contract.launches.refused_messages import MESSAGES
from tests.contract.launches.refused_posts import FINISHES, POSTS
from tests.contract.launches.refused_tokens import TOKENS
from tests.contract.launches.rows import Refused
from tests.contract.launches.scene import Scene, is_held
from tests.launch.platform import LAUNCHES, TOOL, Platform, landed

LAUNCHED = CLAIMS + MESSAGES + TOKENS + POSTS + FINISHES
CASES = [(row, cookie) for row in LAUNCHED for cookie in (True, False) if row.cookie in {None, cookie}]
WORDS = {
    Advice.AGAIN: "If you have it open in several tabs, close the others first.",
    Advice.ADMINISTRATOR: "Please tell the person who runs your course, and give them the code below",
    Advice.LATER: "Try again in a few minutes.",
    Advice.APPROVAL: "Open the activity again when it is approved.",
    Advice.STAFF: "If you teach there, ask the person who runs it",
    Advice.NOTHING_TO_REVIEW: "First open the activity from your course. Then come back here",
    Advice.PRIVATE: "Ask an administrator of your institution to open this page.",
}
"""What each advice tells the person to do."""

OF_A_CLAIM = {
    "claim_missing", "claims_invalid", "message_invalid", "message_type_missing", "message_type_unsupported",
    "deep_linking_return_url", "login_parameter_malformed", "parameter_repeated",
}  # fmt: skip
"""Codes of refusals that name a claim, or a parameter."""

NOTES = {"registration_health", "platform_key_set"}
"""Tables that a refusal may write: what administrators are told of it, and the keys that were fetched."""

# Longer than a platform's keys are not asked for again, shorter than anything waits.
AFTERWARDS = timedelta(seconds=75)


class Watch:
    """What a request left: rows, and lines in the log."""

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self.logs: list[Any] = []
        self.written = ""


@contextmanager
def watching(engine: Engine, caplog: pytest.LogCaptureFixture) -> Iterator[Watch]:
    watch, before = Watch(), everything(engine)
    assert {"launch", "person", "statement", "launch_pending", "procrastinate_jobs"} <= set(before)
    caplog.clear()
    with caplog.at_level("DEBUG"), capture_logs() as watch.logs:
        yield watch
    after = everything(engine)
    watch.changed = {table for table in after if after[table] != before[table]}
    watch.written = json.dumps(watch.logs) + caplog.text


def check_refused(row: Refused, answer: TestResponse, watch: Watch, secrets: set[str]) -> None:
    """The whole promise about a refused request."""
    assert answer.status_code == row.status, answer.text
    assert answer.location is None
    assert not answer.headers.getlist("Set-Cookie")
    assert watch.changed <= NOTES | {row.leaves}
    assert [secret for secret in secrets if secret in watch.written] == []
    assert [secret for secret in secrets if secret in answer.text] == []
    refusals = [entry for entry in watch.logs if entry["event"] == "launch_refused"]
    assert [entry["code"] for entry in refusals] == ([row.code] if row.code else [])
    assert [advice for advice, words in WORDS.items() if words in answer.text] == [row.advice] * bool(
        row.code
    )
    if row.code:
        assert "The activity could not be opened" in answer.text
        assert refusals[0]["incident"] in answer.text
    if row.code in OF_A_CLAIM:
        check_claim_named(row, refusals[0])


def check_claim_named(row: Refused, refusal: Mapping[str, Any]) -> None:
    """The claim, the member of it or the parameter that was bent; and the rule that it breaks."""
    bent = [row.claim] if row.claim else [path.replace("#", ".") for path in {**row.claims, **row.login}]
    assert any(refusal["claim"] == name or refusal["claim"].startswith(f"{name}.") for name in bent), refusal
    assert refusal["rule"] in set(Rule)


def secrets_of(scene: Scene, token: str, row: Refused) -> set[str]:
    """What must stand in no log and on no page: of the token, of the login, and what the claims say."""
    given = {scene.state, scene.asked["nonce"], scene.secret, *token.split(".")}
    given |= set(_texts({**scene.claims({}), **row.claims}))
    ours = {scene.launch.link.url if scene.launch.link else None, TOOL, scene.platform.lms.config.issuer}
    return {text for text in given - ours if len(text) > 8}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for member in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(member)


def attack(row: Refused, scene: Scene, token: str) -> TestResponse:
    if row.act:
        return row.act(scene)
    return scene.finish() if scene.page else scene.post(token)


def id_of(value: Refused | bool) -> str:  # noqa: FBT001  # a column of the table
    return value.name if isinstance(value, Refused) else ("cookie" if value else "no cookie")


@pytest.mark.parametrize(("row", "cookie"), CASES, ids=id_of)
def test_it_is_refused(
    row: Refused,
    cookie: bool,  # noqa: FBT001  # a column of the table
    new_platform: NewPlatform,
    launches_engine: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform = new_platform()
    row.before(platform)
    if row.keys:
        row.keys(platform)
    scene = Scene(platform, row.message, cookie=cookie, login=row.login)
    row.between(scene)
    claims = scene.claims(row.claims)
    token = row.token(platform, claims) if row.token else platform.lms.sign(claims)
    if row.is_held and not cookie:
        scene.page = scene.post(token)
        assert is_held(scene.page), scene.page.text
    with watching(launches_engine, caplog) as watch:
        answer = attack(row, scene, token)
    check_refused(row, answer, watch, secrets_of(scene, token, row))
    assert {
        path for path, _ in platform.server.asked if not re.fullmatch(r"/lms-\d+/jwks.json", path)
    } == set()
    if row.cookie is None and not cookie:
        return  # the same platform and attempt, untouched as the rows say: shown once, with the cookie
    row.mend(platform)
    with time_machine.travel(datetime.now(UTC) + AFTERWARDS):
        if row.needs_login:
            scene = Scene(platform, row.message, cookie=cookie, login={})
        assert landed(scene.arrive())


@pytest.mark.parametrize("row", LOGINS, ids=str)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_is_not_even_begun(
    row: Refused,
    method: str,
    new_platform: NewPlatform,
    launches_engine: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform = new_platform()
    row.before(platform)
    fields = {**platform.lms.login_fields(LAUNCHES[row.message]), **row.login}
    given = {name: value for name, value in fields.items() if value is not None}
    said = {text for text in (given.get("lti_message_hint", ""), *_texts(row.login)) if len(text) > 8}
    with watching(launches_engine, caplog) as watch:
        answer = _login(platform, method, given)
    check_refused(row, answer, watch, said)
    row.mend(platform)
    assert landed(Scene(platform, row.message, cookie=True, login={}).arrive())


def _login(platform: Platform, method: str, given: dict[str, str]) -> TestResponse:
    client = platform.app.test_client()
    if method == "GET":
        return client.get("/lti/login", query_string=given, base_url=TOOL)
    return client.post("/lti/login", data=given, base_url=TOOL)

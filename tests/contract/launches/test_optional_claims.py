"""Whatever an optional claim holds, nobody is refused for it, nothing breaks, and the launch is recorded."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from lti_tool.core.db import unit_of_work
from lti_tool.launch.models import Launch
from lti_tool.platforms.models import Registration
from lti_tool.statements.models import StatementRow
from tests.contract.launches.accepted import GROUPS, MESSAGES
from tests.contract.launches.conftest import NewPlatform
from tests.contract.launches.refused_messages import GRADES, SETTINGS, open_activity
from tests.contract.launches.scene import BINDING, Scene
from tests.launch.platform import LTI, TOOL, Platform, bent, landed

REQUIRED = {*BINDING, "sub", LTI + "message_type", LTI + "version", LTI + "roles"}
"""Of every message (LTI Core 1.3, section 5.3; 1EdTech Security Framework 1.1, section 5.1.2)."""
BOUNDS = {"azp", "nbf"}
"""Optional, and yet a token that does not keep to them is none for us, or none for now."""
OF_MESSAGE = {
    "activity": {LTI + "resource_link", LTI + "resource_link#id"},
    "choose": {
        SETTINGS,
        SETTINGS + "#deep_link_return_url",
        SETTINGS + "#accept_types",
        SETTINGS + "#accept_presentation_document_targets",
    },
    # By these the activity is found.
    "review": {LTI + "context", LTI + "context#id", LTI + "resource_link", LTI + "resource_link#id"},
    # It is about no course and no link: what names one makes it another message.
    "privacy": {
        LTI + "for_user", LTI + "for_user#user_id",
        LTI + "context", LTI + "context#id", LTI + "resource_link", LTI + "resource_link#id",
    },
}  # fmt: skip
NOTICES = LTI + "platformnotificationservice"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
BESIDE = {
    "jti", "email", "locale", "name", "given_name", "family_name", "picture", "http://www.brightspace.com",
    LTI + "lis", LTI + "ext", LTI + "custom", LTI + "custom#segue_activity", LTI + "custom#context_history",
    LTI + "custom#resource_link_history", LTI + "context", LTI + "context#title", LTI + "context#label",
    LTI + "context#type", LTI + "launch_presentation", LTI + "launch_presentation#locale",
    LTI + "launch_presentation#return_url", LTI + "launch_presentation#document_target",
    LTI + "tool_platform", LTI + "tool_platform#name", LTI + "tool_platform#product_family_code",
    LTI + "resource_link", LTI + "resource_link#title", LTI + "resource_link#description",
    LTI + "for_user", LTI + "for_user#name", LTI + "for_user#user_id",
    GRADES, GRADES + "#scope", GRADES + "#lineitem", GRADES + "#lineitems",
    GROUPS, GROUPS + "#scope", GROUPS + "#context_groups_url", GROUPS + "#context_group_sets_url",
    ROSTER, ROSTER + "#context_memberships_url", ROSTER + "#service_versions",
    NOTICES, NOTICES + "#scope", NOTICES + "#platform_notification_service_url",
    NOTICES + "#notice_types_supported",
    SETTINGS + "#data", SETTINGS + "#title", SETTINGS + "#text", SETTINGS + "#accept_multiple",
    SETTINGS + "#accept_lineitem", SETTINGS + "#auto_create",
}  # fmt: skip
"""Claims that the demo platform does not send, or not to everybody."""

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", {}, [], 0, 7, -1.5, True, False, "x", " ", "$Unsubstituted", "\x00", "a\nb", "\ud800", "\x85",
     "https://", "//lms.example", "javascript:alert(1)", "https://lms.example/\x00", "x" * 5000, 10**300,
     [None], [7, "x", None], [[]], {"id": ""}, {"id": None}, {"a": None}, {"": ""}, {"\ud800": "\x00"},
     float("nan"), float("inf"), "canvas", "desire2learn", "blackboard", "moodle"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ODD
VALUES = ODD | st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=40) | st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEZ0123456789-_ \x00\u2028\ud800", max_size=45
)
patiently = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def places(claims: Mapping[str, Any], message: str) -> list[str]:
    """Every claim and member that is not required, whether it was sent or not."""
    sent = set(claims) | {
        f"{claim}#{member}" for claim, value in claims.items() if isinstance(value, dict) for member in value
    }
    return sorted((sent | BESIDE) - REQUIRED - BOUNDS - OF_MESSAGE[message])


def changed(claims: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The claims with whole claims replaced first, then members of what is still an object."""
    for path in sorted(changes, key=lambda path: "#" in path):
        claim, _, member = path.partition("#")
        if not member or isinstance(claims.setdefault(claim, {}), dict):
            bent(claims, {path: deepcopy(changes[path])})  # a value that is drawn twice is no part of itself
    return claims


def come(platform: Platform, message: str, changes: Mapping[str, Any], *, cookie: bool = True) -> UUID:
    """Launch with these claims, and look at the first page: the launch's id."""
    scene = Scene(platform, message, cookie=cookie, login={})
    token = platform.lms.sign(changed(scene.claims({}), changes))
    first = landed(scene.arrive(token))
    page = scene.browser.get(first, base_url=TOOL)
    assert page.status_code == 200, page.text
    return UUID(first.split("/")[2])


@pytest.fixture(scope="module")
def platform(new_platform: NewPlatform) -> Platform:
    one = new_platform()
    open_activity(one)
    return one


@pytest.fixture
def reader(launches_engine: Engine) -> Iterator[Session]:
    with Session(launches_engine) as session:
        yield session


@pytest.mark.parametrize("message", sorted(OF_MESSAGE))
@patiently
@given(data=st.data())
def test_nobody_is_refused_for_an_optional_claim(
    message: str, data: st.DataObject, platform: Platform
) -> None:
    claims = platform.lms.launch_claims(Scene(platform, message, cookie=True, login={}).launch, "n")
    chosen = st.lists(st.sampled_from(places(claims, message)), min_size=1, max_size=6, unique=True)
    changes = {path: data.draw(VALUES, path) for path in data.draw(chosen)}
    come(platform, message, changes, cookie=data.draw(st.booleans()))


@pytest.mark.parametrize("message", sorted(OF_MESSAGE))
@pytest.mark.parametrize("value", [None, "", {}, [], 7, "x"], ids=repr)
def test_nobody_is_refused_when_all_of_them_are_odd(platform: Platform, message: str, value: object) -> None:
    claims = platform.lms.launch_claims(Scene(platform, message, cookie=True, login={}).launch, "n")
    for members in (True, False):
        changes = {path: value for path in places(claims, message) if ("#" in path) is members}
        come(platform, message, changes)


TOLD = {
    "locale": st.from_regex(r"[A-Za-z]{0,9}([_-][A-Za-z0-9]{0,9}){0,5}", fullmatch=True) | TEXTS,
    LTI + "launch_presentation#locale": st.from_regex(
        r"[A-Za-z]{0,9}([_-][A-Za-z0-9]{0,9}){0,5}", fullmatch=True
    )
    | TEXTS,
    **dict.fromkeys(
        ("name", "given_name", "family_name", LTI + "tool_platform#name", LTI + "context#title",
         LTI + "context#label", LTI + "resource_link#title", LTI + "resource_link#description",
         LTI + "custom#segue_activity", LTI + "custom#context_history"),
        TEXTS,
    ),
    "sub": TEXTS.filter(lambda text: text and text.isprintable()),
    LTI + "context#id": TEXTS,
    LTI + "resource_link#id": TEXTS.filter(lambda text: text and text.isprintable()),
    LTI + "roles": st.lists(TEXTS, max_size=3),
    LTI + "custom": st.dictionaries(st.text(max_size=10), LEAVES, max_size=3),
}  # fmt: skip
"""All that a statement is made from, with what a platform may write there."""


@patiently
@given(data=st.data())
def test_every_launch_has_its_statement(data: st.DataObject, platform: Platform, reader: Session) -> None:
    """Checked strictly when it was made, and here: a launch is told of, whatever its claims say."""
    changes = {
        path: data.draw(TOLD[path], path) for path in data.draw(st.sets(st.sampled_from(sorted(TOLD))))
    }
    launch_id = come(platform, "activity", changes)
    of_launch = select(StatementRow).where(StatementRow.subject_id == launch_id)
    assert reader.scalars(of_launch).one().event == "launched"
    assert reader.get_one(Launch, launch_id).locale


def test_what_was_set_aside_is_named_in_one_line(platform: Platform) -> None:
    odd = {
        GRADES: {"scope": ["https://lms.example/scope", 7, None], "lineitem": "", "lineitems": "/items"},
        LTI + "context": {"title": "secret title"},
        LTI + "tool_platform": {"name": ["secret name"]},
        LTI + "custom": "secret custom",
        LTI + "launch_presentation": {"return_url": "javascript:secret"},
        "name": None,
        "locale": "1234 secret",
        SETTINGS: "not of this message",
    }
    with capture_logs() as logs:
        come(platform, "activity", odd, cookie=False)
    lines = [line for line in logs if line["event"] == "claims_set_aside"]
    assert [sorted(line["claims"]) for line in lines] == [
        sorted(
            [
                f"{LTI}context.id: missing",
                f"{LTI}custom: not_an_object",
                f"{LTI}launch_presentation.return_url: not_an_address",
                f"{LTI}tool_platform.name: not_text",
                f"{GRADES}.lineitem: empty",
                f"{GRADES}.lineitems: not_an_address",
                f"{GRADES}.scope: not_text",
                "locale: not_a_language",
                "name: empty",
            ]
        )
    ]
    assert lines[0]["registration"] == str(platform.registration_id)
    assert "secret" not in str(lines)


def test_what_is_good_beside_something_odd_stays(platform: Platform, reader: Session) -> None:
    presentation = {"locale": 7, "return_url": "https://lms.example/back"}
    changes = {LTI + "launch_presentation": presentation, "locale": "es_mx_kids"}
    launch_id = come(platform, "activity", changes)
    launch = reader.get_one(Launch, launch_id)
    assert (launch.return_url, launch.locale) == ("https://lms.example/back", "es-mx")


def test_no_statement_can_fail_a_launch(new_platform: NewPlatform, reader: Session) -> None:
    """Here its person can't be named: the issuer that was registered is no address."""
    platform = new_platform()
    odd = f"no address {platform.path}"
    with unit_of_work(platform.sessions) as session:
        session.execute(update(Registration).filter_by(id=platform.registration_id).values(issuer=odd))
    scene = Scene(platform, "activity", cookie=True, login={"iss": odd})
    with capture_logs() as logs:
        assert landed(scene.arrive(scene.token(iss=odd)))
    [line] = [line for line in logs if line["event"] == "launch_not_recorded"]
    assert (line["path"], line["reason"]) == ("$.actor.account.homePage", "must be an IRI with a scheme")
    of_platform = select(StatementRow.id).filter_by(registration_id=platform.registration_id)
    assert reader.scalars(of_platform).all() == []


def test_each_message_has_its_rows() -> None:
    assert {row.message for row in MESSAGES} | {"activity"} == set(OF_MESSAGE)

"""Which LMS it is, and what follows from it; the values of custom parameters."""

import pytest
from sqlalchemy.orm import Session

from lti_tool.platforms.custom_parameters import chain, substituted
from lti_tool.platforms.lms import KNOWN, habits_of, in_standard_shape
from lti_tool.platforms.service import add_platform

CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"
CONTEXT = "https://purl.imsglobal.org/spec/lti/claim/context"
LINK = "https://purl.imsglobal.org/spec/lti/claim/resource_link"
PLATFORM = "https://purl.imsglobal.org/spec/lti/claim/tool_platform"
CANVAS, D2L = (
    {PLATFORM: {"product_family_code": "canvas"}},
    {PLATFORM: {"product_family_code": "desire2learn"}},
)


@pytest.mark.parametrize(
    ("address", "family", "product"),
    [
        ("https://lms.example", "canvas", "Canvas"),
        ("https://lms.example", "Canvas ", "Canvas"),
        ("https://canvas.instructure.com", "", "Canvas"),
        ("https://riverside.instructure.com", "", "Canvas"),
        ("https://blackboard.com", "", "Blackboard"),
        ("https://lms.example", "BlackboardLearn", "Blackboard"),
        ("https://riverside.brightspace.com", "", "Brightspace"),
        ("https://lms.example", "desire2learn", "Brightspace"),
        ("https://lms.example", "moodle", "Moodle"),
        ("https://lms.example", "sakailms.org", "Sakai"),
        ("https://courses.edx.org", "", "Open edX"),
        ("https://lms.example", "", "LMS"),
        # Not below the host that it resembles.
        ("https://evilinstructure.com", "", "LMS"),
        ("https://instructure.com.evil.example", "", "LMS"),
        # What says that it is something else is believed.
        ("https://canvas.instructure.com", "homegrown", "LMS"),
        ("https://[", "", "LMS"),
        ("", "", "LMS"),
    ],
)
def test_which_lms_it_is(address: str, family: str, product: str) -> None:
    assert habits_of(address, family=family).product == product


def test_no_two_claim_the_same_name_or_host() -> None:
    for names in ([f for lms in KNOWN for f in lms.families], [host for lms in KNOWN for host in lms.hosts]):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("auth_audience", [None, "https://other.example/token"])
def test_brightspace_is_registered_with_its_own_audience(session: Session, auth_audience: str | None) -> None:
    registration = add_platform(
        session,
        issuer="https://lms.riverside.example",
        client_id="1",
        auth_login_url="https://lms.riverside.example/d2l/lti/authenticate",
        auth_token_url="https://auth.brightspace.com/core/connect/token",
        jwks_url="https://lms.riverside.example/d2l/.well-known/jwks",
        auth_audience=auth_audience,
    )
    assert registration.auth_audience == (auth_audience or "https://api.brightspace.com/auth/token")


def test_brightspaces_own_claim_fills_in_what_custom_lacks() -> None:
    own = {"Context.id.history": "c2,c1", "ResourceLink.id.history": "l2,l1"}
    claims = {**D2L, "http://www.brightspace.com": own, CUSTOM: {"context_history": "told", "other": "x"}}
    assert in_standard_shape(claims)[CUSTOM] == {
        "context_history": "told",
        "resource_link_history": "l2,l1",
        "other": "x",
    }
    assert in_standard_shape({**claims, CUSTOM: None})[CUSTOM]["context_history"] == "c2,c1"


def test_the_history_of_a_menu_link_of_canvas_is_its_courses() -> None:
    claims = {**CANVAS, LINK: {"id": "c3"}, CONTEXT: {"id": "c3"}, CUSTOM: {"context_history": "c2,c1"}}
    assert in_standard_shape(claims)[CUSTOM]["resource_link_history"] == "c2,c1"
    own = {**claims, CUSTOM: {"context_history": "c2", "resource_link_history": "l1"}}
    assert in_standard_shape(own) == own
    elsewhere = {**claims, LINK: {"id": "l3"}}
    assert in_standard_shape(elsewhere) == elsewhere
    # Moodle counts courses and activities alike from 1: equal ids mean nothing there.
    moodle = {**claims, PLATFORM: {"product_family_code": "moodle"}}
    assert in_standard_shape(moodle) == moodle


ODD: tuple[object, ...] = (
    None,
    True,
    7,
    "",
    "x",
    [],
    ["x"],
    {},
    {"id": []},
    {"context_history": [1]},
    {"Context.id.history": {}},
)


@pytest.mark.parametrize("family", ["canvas", "desire2learn", 5, None])
@pytest.mark.parametrize("name", [CUSTOM, CONTEXT, LINK, "iss", "http://www.brightspace.com", PLATFORM])
def test_no_shape_of_claims_breaks_it(family: object, name: str) -> None:
    whole = {
        PLATFORM: {"product_family_code": family},
        LINK: {"id": "c"},
        CONTEXT: {"id": "c"},
        CUSTOM: {"context_history": "b"},
        "http://www.brightspace.com": {"Context.id.history": "b"},
    }
    for odd in ODD:
        in_standard_shape({**whole, name: odd})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", ""),
        ("a,b", "a,b"),
        ("$ResourceLink.id.history", None),
        ("$User.Id", None),
        (5, None),
        (None, None),
    ],
)
def test_what_was_not_substituted_is_absent(value: object, found: str | None) -> None:
    assert substituted({"x": value}, "x") == found
    assert substituted(None, "x") is None
    assert substituted({}, "x") is None


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (None, ()),
        ("", ()),
        (" , ,", ()),
        ("c,b,a", ("c", "b", "a")),
        (" c , b ", ("c", "b")),
        ("c,b,c,b", ("c", "b")),
        ("c,truncated", ("c",)),
        ("c,$Context.id.history", ("c",)),
        ("c,\x00,d\x07", ("c",)),
        (f"{'x' * 256},c", ("c",)),
        (f"{'x' * 255},c", ("x" * 255, "c")),
        (",".join(str(number) for number in range(10_000)), tuple(str(number) for number in range(50))),
    ],
)
def test_a_chain_is_read_newest_first_and_at_most_fifty_long(value: str | None, ids: tuple[str, ...]) -> None:
    assert chain(value) == ids

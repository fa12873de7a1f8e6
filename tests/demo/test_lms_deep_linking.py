"""Deep linking: the tool's signed answer becomes activities, or is refused."""

import time
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from lti_tool.demo.lms import Launch, Lms
from lti_tool.demo.lms.catalogue import PEOPLE, Course
from lti_tool.demo.lms.vocabulary import AGS_ENDPOINT, DEEP_LINKING, LTI
from tests.demo.tool_stand_in import Tool

INES = PEOPLE[4]
URL = "/deep-linking/return"
ITEMS = f"{DEEP_LINKING}content_items"


@pytest.fixture
def answer(lms: Lms, tool: Tool, course: Course) -> dict[str, Any]:
    """The claims of a good answer, for a test to bend."""
    launch = lms.launch_claims(Launch(person=INES, course=course, link=None), "n")
    now = int(time.time())
    return {
        "iss": lms.config.client_id,
        "aud": lms.config.issuer,
        "iat": now,
        "exp": now + 300,
        "nonce": uuid.uuid4().hex,
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "deployment-1",
        f"{DEEP_LINKING}data": launch[f"{DEEP_LINKING}deep_linking_settings"]["data"],
        ITEMS: [{"type": "ltiResourceLink", "title": "Ask <your> peers", "custom": {"segue_id": "42"}}],
    }


def test_chosen_activities_join_the_course(
    visitor: FlaskClient, lms: Lms, tool: Tool, course: Course, answer: dict[str, Any]
) -> None:
    graded = {
        "type": "ltiResourceLink",
        "title": "Graded",
        "text": "With a grade",
        "url": f"{lms.config.tool_url}/lti/launch?x=1",
        "custom": {"where": "$Context.title", "what": "$Unknown.variable"},
        "lineItem": {"scoreMaximum": 20, "tag": "t"},
    }
    answer[ITEMS].append(graded)
    response = visitor.post(URL, data={"JWT": tool.sign(answer)})
    assert response.status_code == 200
    assert "Ask &lt;your&gt; peers" in response.text
    assert 'target="_top"' in response.text
    page = visitor.get("/courses/difficult-conversations/as/ines")
    assert "Ask &lt;your&gt; peers" in page.text
    *_, first, second = lms.state.links(course)
    claims = lms.launch_claims(Launch(person=INES, course=course, link=first), "n")
    assert claims[f"{LTI}custom"]["segue_id"] == "42"
    assert "lineitem" not in claims[AGS_ENDPOINT]
    claims = lms.launch_claims(Launch(person=INES, course=course, link=second), "n")
    assert claims[f"{LTI}target_link_uri"] == graded["url"]
    assert (
        claims[f"{LTI}custom"] | {"where": "Difficult conversations", "what": "$Unknown.variable"}
        == (claims[f"{LTI}custom"])
    )
    [item] = [item for item in lms.state.line_items(course).values() if item["resourceLinkId"] == second.id]
    assert item == {"label": "Graded", "scoreMaximum": 20, "tag": "t", "resourceLinkId": second.id}


def test_choosing_nothing_is_fine_and_messages_are_shown(
    visitor: FlaskClient, tool: Tool, answer: dict[str, Any]
) -> None:
    answer[ITEMS] = []
    answer[f"{DEEP_LINKING}msg"] = "Nothing <chosen> \ud800"
    answer[f"{DEEP_LINKING}errormsg"] = "It failed"
    response = visitor.post(URL, data={"JWT": tool.sign(answer)})
    assert response.status_code == 200
    assert "Nothing &lt;chosen&gt; ?" in response.text
    assert "It failed" in response.text


def test_an_answer_counts_once(
    visitor: FlaskClient, lms: Lms, tool: Tool, answer: dict[str, Any], course: Course
) -> None:
    token = tool.sign(answer)
    assert visitor.post(URL, data={"JWT": token}).status_code == 200
    assert visitor.post(URL, data={"JWT": token}).status_code == 400
    answer["nonce"] = "new"
    assert visitor.post(URL, data={"JWT": tool.sign(answer)}).status_code == 400
    assert len(lms.state.links(course)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"aud": "http://another.test"},
        {"exp": 5},
        {"exp": None},
        {"nonce": None},
        {"nonce": 5},
        {f"{LTI}message_type": "LtiDeepLinkingRequest"},
        {f"{LTI}version": "1.1"},
        {f"{LTI}deployment_id": "another"},
        {f"{DEEP_LINKING}data": None},
        {f"{DEEP_LINKING}data": "made up"},
        {f"{DEEP_LINKING}data": ["x"]},
        {ITEMS: "one"},
        {ITEMS: ["one"]},
        {ITEMS: [{"type": "link", "url": "http://x.test"}]},
        {ITEMS: [{"type": "ltiResourceLink"}] * 51},
        {ITEMS: [{"type": "ltiResourceLink", "title": 5}]},
        {ITEMS: [{"type": "ltiResourceLink", "title": "\ud800"}]},
        {ITEMS: [{"type": "ltiResourceLink", "url": "http://evil.test/"}]},
        {ITEMS: [{"type": "ltiResourceLink", "url": "javascript:alert(1)"}]},
        {ITEMS: [{"type": "ltiResourceLink", "custom": {"a": 5}}]},
        {ITEMS: [{"type": "ltiResourceLink", "custom": {"a": "\ud800"}}]},
        {ITEMS: [{"type": "ltiResourceLink", "custom": "a=5"}]},
        {ITEMS: [{"type": "ltiResourceLink", "lineItem": 5}]},
        {ITEMS: [{"type": "ltiResourceLink", "lineItem": {"label": "x"}}]},
    ],
)
def test_an_answer_that_does_not_hold_adds_nothing(
    visitor: FlaskClient,
    lms: Lms,
    tool: Tool,
    answer: dict[str, Any],
    course: Course,
    changes: dict[str, Any],
) -> None:
    bent = {name: value for name, value in (answer | changes).items() if value is not None}
    response = visitor.post(URL, data={"JWT": tool.sign(bent)})
    assert response.status_code == 400
    assert "was not accepted" in response.text
    assert lms.state.links(course) == course.links


def test_an_unsigned_answer_is_refused(visitor: FlaskClient, tool: Tool, answer: dict[str, Any]) -> None:
    token = tool.sign(answer)
    for jwt in ("", "x", token[:-20], tool.sign(answer, {"kid": "other"})):
        assert visitor.post(URL, data={"JWT": jwt}).status_code == 400
    assert visitor.get(URL, query_string={"JWT": token}).status_code == 405

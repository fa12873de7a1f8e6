"""Copying a course in the demo LMS, and where it tells of it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lti_tool.demo.lms import Launch, Lms
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE, Course, Link

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"


def test_a_copy_has_new_ids_with_a_history(lms: Lms, course: Course) -> None:
    lms.state.add_links(course, [(Link(id="added", title="Added", custom={"segue_activity": "x"}), None)])
    first = lms.state.copy_course(course)
    assert first is not None
    second = lms.state.copy_course(first)
    assert second is not None
    assert second.history == (first.context_id, course.context_id)
    originals, copies = lms.state.links(course), lms.state.links(second)
    assert [link.title for link in copies] == [link.title for link in originals]
    for original, between, link in zip(originals, lms.state.links(first), copies, strict=True):
        assert link.history == (between.id, original.id)
        assert (link.custom, link.description, link.url) == (
            dict(original.custom),
            original.description,
            original.url,
        )
    assert len({course.context_id, first.context_id, second.context_id}) == 3


def test_a_restart_keeps_copies_and_handlers(lms: Lms, course: Course) -> None:
    copy = lms.state.copy_course(course)
    lms.state.put_notice_handler("LtiContextCopyNotice", "http://tool.test/lti/notices")
    again = Lms(lms.config)
    assert copy is not None
    assert again.state.course(copy.key) == copy
    assert again.state.links(copy) == lms.state.links(copy)
    assert again.state.notice_handlers() == lms.state.notice_handlers()


def test_a_launch_from_a_copy_tells_its_history(lms: Lms, course: Course) -> None:
    copy = lms.state.copy_course(course)
    assert copy is not None
    link = lms.state.links(copy)[0]
    claims = lms.launch_claims(Launch(person=PEOPLE[0], course=copy, link=link), "nonce")
    assert claims[f"{LTI}custom"] == {
        "context_history": course.context_id,
        "resource_link_history": course.links[0].id,
    }


def test_only_an_instructor_copies(visitor: FlaskClient, lms: Lms) -> None:
    address = "/courses/difficult-conversations/as/{}/copy"
    for person in ("ana", "priya"):
        assert "Copy this course" not in visitor.get(address.format(person).removesuffix("/copy")).text
        assert visitor.post(address.format(person)).status_code == 403
    assert "Copy this course" in visitor.get("/courses/difficult-conversations/as/ines").text
    answer = visitor.post(address.format("ines"))
    assert answer.status_code == 303
    assert "Difficult conversations (copy 1)" in visitor.get(answer.location or "").text
    assert "Difficult conversations (copy 1)" in visitor.get("/").text
    assert len(lms.state.courses()) == len(COURSES) + 1


def test_there_are_never_too_many_copies(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    for _ in range(100):
        assert lms.state.copy_course(course)
    assert visitor.post("/courses/difficult-conversations/as/ines/copy").status_code == 409


def test_the_tool_says_where_to_tell_it(
    visitor: FlaskClient, lms: Lms, bearer: Callable[..., dict[str, str]]
) -> None:
    address = f"{lms.config.tool_url}/lti/notices"
    body = {"notice_type": "LtiContextCopyNotice", "handler": address}
    assert visitor.put("/notice-handlers", json=body).status_code == 401
    assert visitor.put("/notice-handlers", json=body, headers=bearer(SCOPE)).get_json() == body
    kept = visitor.get("/notice-handlers", headers=bearer(SCOPE)).get_json()["notice_handlers"]
    assert kept == [{"notice_type": "LtiHelloWorldNotice", "handler": ""}, body]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"notice_type": "LtiFutureNotice", "handler": "http://127.0.0.1/x"},
        {"notice_type": "LtiContextCopyNotice", "handler": "https://evil.example/x"},
        {"notice_type": 5, "handler": 6},
    ],
)
def test_handlers_elsewhere_are_refused(
    visitor: FlaskClient, lms: Lms, bearer: Callable[..., dict[str, str]], body: dict[str, object]
) -> None:
    assert visitor.put("/notice-handlers", json=body, headers=bearer(SCOPE)).status_code == 400
    assert lms.state.notice_handlers() == {}

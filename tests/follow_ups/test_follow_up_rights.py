"""Whose follow-ups are: nobody else's, whatever the form says."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.follow_ups.models import FollowUp, FollowUpReport
from tests.factories.entrances import Course
from tests.follow_ups.planning import ACTION, CUE, in_days, plan, report


def test_a_list_of_follow_ups_holds_ones_own(course: Course) -> None:
    """Opening somebody else's: tests/contract/test_access.py."""
    ana = course.visitor("Ana Ruiz")
    plan(ana)
    assert CUE in ana.get("/follow-ups").text
    others = [
        course.visitor("Tom Becker"),
        course.visitor("Ines Vogt", role=Role.INSTRUCTOR),
        course.visitor("Ana Ruiz", context_id="course-2"),
    ]
    for other in others:
        assert CUE not in other.get("/follow-ups").text


def test_a_forged_form_changes_nothing(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    for token in ("", "wrong", "0" * 64):
        assert report(ana, path, "did", csrf_token=token).status_code == 422
        data = {"cue": CUE, "action": ACTION, "due_on": in_days(7), "csrf_token": token}
        assert ana.send("/follow-ups/new", "/follow-ups/new", data).status_code == 422
    assert len(session.scalars(select(FollowUp)).all()) == 1
    assert session.scalars(select(FollowUpReport)).all() == []

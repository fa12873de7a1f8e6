"""Whose follow-ups are: nobody else's, whatever the form says."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.follow_ups.models import FollowUp, FollowUpReport
from lti_tool.posts.models import Post
from tests.factories.entrances import Course
from tests.follow_ups.planning import ACTION, CUE, in_days, plan, post_thread, report


def test_a_follow_up_is_its_owners_alone(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    path = plan(ana)
    others = [
        course.visitor("Tom Becker"),
        course.visitor("Ines Vogt", role=Role.INSTRUCTOR),
        course.visitor("Ana Ruiz", context_id="course-2"),
    ]
    for other in others:
        assert CUE not in other.get("/follow-ups").text
        made_up = other.get(f"/follow-ups/{uuid4()}")
        foreign = other.get(path)
        assert (foreign.status_code, foreign.data) == (made_up.status_code, made_up.data)
        assert foreign.status_code == 404
        for data in ({"outcome": "did"}, {"outcome": "nonsense"}):
            assert other.send("/follow-ups/new", f"{path}/reports", data).status_code == 404
    assert session.scalars(select(FollowUpReport)).all() == []
    assert ana.get(path).status_code == 200


def test_another_courses_post_is_as_missing_as_a_made_up_one(course: Course, session: Session) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    post = session.scalars(select(Post)).one()
    stranger = course.visitor("Tom Becker", context_id="course-2")
    foreign = stranger.get(f"/follow-ups/new?source={post.id}")
    made_up = stranger.get(f"/follow-ups/new?source={uuid4()}")
    assert (foreign.status_code, foreign.data) == (made_up.status_code, made_up.data)
    assert foreign.status_code == 404
    for cue in (CUE, ""):
        data = {"cue": cue, "action": ACTION, "due_on": in_days(7), "source": str(post.id)}
        assert stranger.send("/follow-ups/new", "/follow-ups/new", data).status_code == 404
    assert session.scalars(select(FollowUp)).all() == []


def test_a_forged_form_changes_nothing(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    for token in ("", "wrong", "0" * 64):
        assert report(ana, path, "did", csrf_token=token).status_code == 422
        data = {"cue": CUE, "action": ACTION, "due_on": in_days(7), "csrf_token": token}
        assert ana.send("/follow-ups/new", "/follow-ups/new", data).status_code == 422
    assert len(session.scalars(select(FollowUp)).all()) == 1
    assert session.scalars(select(FollowUpReport)).all() == []

"""Who may do what with a help request and its answers."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.posts.models import Conversation, Post
from tests.factories.entrances import Course
from tests.help_requests.asking import (
    FIX,
    A,
    accepted,
    ask_for_help,
    how_it_stands,
    listed,
    post_answer,
    statements,
)


def test_another_answer_may_turn_out_to_be_the_one(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    first, second = post_answer(tom, path, "One"), post_answer(tom, path, "Two")
    for post_id in (first, first, second):
        assert ana.send(path, f"{path}/answers/{post_id}/accept", {}).status_code == 303
    ana.send(path, f"{path}/resolve", FIX)
    answer = ana.send(path, f"{path}/answers/{first}/accept", {})
    assert answer.location.endswith(f"{path}#post-{first}")
    assert (how_it_stands(session), accepted(session)) == ("resolved", first)
    taken = session.scalars(select(Acceptance.post_id).order_by(Acceptance.id)).all()
    assert taken == [first, second, first]
    objects = [made["object"]["id"] for made in statements(session) if made["verb"]["id"].endswith("/accept")]
    assert objects == [f"{A}/{post_id}" for post_id in taken]


@pytest.mark.parametrize("role", ["learner", "observer"])
def test_nobody_but_the_asker_and_staff_settles_it(course: Course, session: Session, role: str) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker", role=role)
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)

    def refused() -> None:
        before = len(statements(session))
        page = tom.get(path).text
        for shown in ("This helped me", 'id="resolve"', "/accept", "/take-back", "/reopen"):
            assert shown not in page
        for act in (f"answers/{post_id}/accept", f"answers/{post_id}/take-back", "resolve", "reopen"):
            assert tom.send(path, f"{path}/{act}", FIX).status_code == 404
        assert len(statements(session)) == before

    refused()
    assert (how_it_stands(session), accepted(session)) == ("answered", None)
    ana.send(path, f"{path}/answers/{post_id}/accept", {})
    ana.send(path, f"{path}/resolve", FIX)
    refused()
    assert (how_it_stands(session), accepted(session)) == ("resolved", post_id)


def test_what_is_no_answer_to_it_is_not_accepted(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path, other = ask_for_help(ana), ask_for_help(ana, title="Another?")
    own, elsewhere = post_answer(ana, path, "By myself"), post_answer(tom, other)
    opening = session.scalars(select(Post.id).filter_by(is_opening=True).order_by(Post.id)).first()
    for post_id in (own, elsewhere, opening, uuid4()):
        assert ana.send(path, f"{path}/answers/{post_id}/accept", {}).status_code == 404
    assert session.scalars(select(Acceptance)).all() == []


def test_another_courses_requests_are_not_listed(course: Course) -> None:
    """Opening one: tests/contract/test_access.py."""
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_answer(tom, ask_for_help(ana))
    assert listed(ana, "answered")
    # The same person, but launched from another course.
    stranger = course.visitor("Ana Ruiz", context_id="course-2")
    assert not any(listed(stranger, show) for show in ("waiting", "answered", "mine", "all"))


def test_a_thread_is_no_help_request(course: Course, session: Session) -> None:
    ana = course.visitor()
    ana.send("/threads/new", "/threads/new", {"title": "A thread", "body": "Not a question"})
    thread = session.scalars(select(Conversation)).one()
    assert ana.get(f"/help/{thread.id}").status_code == 404
    assert "A thread" not in ana.get("/help?show=all").text

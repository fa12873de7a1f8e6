"""People whom a platform made up, such as a student's view: they may do everything, and count nowhere."""

import json
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.grades.models import Score
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course, Visitor
from tests.follow_ups.planning import plan
from tests.help_requests.asking import ask_for_help, post_answer
from tests.threads.test_threads import THREAD


def statements(session: Session) -> list[dict[str, object]]:
    session.expire_all()
    return [json.loads(body) for body in session.scalars(select(StatementRow.body))]


def open_thread(visitor: Visitor) -> str:
    answer = visitor.send("/threads/new", "/threads/new", THREAD)
    assert answer.status_code == 303
    return (answer.location or "").removeprefix(visitor.base)


def test_nothing_of_theirs_is_recorded(course: Course, session: Session) -> None:
    student = course.visitor("Test Student", is_test=True)
    path = open_thread(student)
    assert student.send(path, f"{path}/replies", {"body": "I try this out."}).status_code == 303
    post_answer(student, ask_for_help(student))
    assert plan(student).endswith("/") is False
    assert student.get("/follow-ups").status_code == 200
    assert statements(session) == []


def test_who_answers_them_is_recorded_without_a_reference_to_them(course: Course, session: Session) -> None:
    path = open_thread(course.visitor("Test Student", is_test=True))
    tom = course.visitor("Tom Becker")
    assert tom.send(path, f"{path}/replies", {"body": "Welcome!"}).status_code == 303
    (statement,) = statements(session)
    assert "statement" not in statement["context"]  # type: ignore[operator]  # JSON
    reply = session.scalar(select(StatementRow.id))
    ana = course.visitor("Ana Ruiz")
    post = path_of_reply(tom, path)
    sent = ana.send(path, f"{path}/replies", {"body": "And from me.", "in_reply_to": post})
    assert sent.status_code == 303
    reference = {"objectType": "StatementRef", "id": str(reply)}
    assert reference in [found["context"].get("statement") for found in statements(session)]  # type: ignore[attr-defined]


def path_of_reply(visitor: Visitor, path: str) -> UUID:
    """The id of the last post on the page."""
    page = visitor.get(path).text
    return UUID(page.rpartition('id="post-')[2].partition('"')[0])


def test_no_grade_of_theirs_is_sent(
    course: Course, session: Session, sessions: sessionmaker[Session]
) -> None:
    student, ana = course.visitor("Test Student", is_test=True), course.visitor("Ana Ruiz")
    with unit_of_work(sessions) as writing:
        placement = writing.get_one(Placement, ana.actor.placement_id)
        placement.line_item_url = "https://lms.example/items/1"
    open_thread(student)
    assert session.scalar(select(func.count()).select_from(Score)) == 0
    open_thread(ana)
    session.expire_all()
    assert session.scalars(select(Score.person_id)).all() == [ana.actor.person_id]

"""Marks over HTTP: who may give which, once; counts under races; statements."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.marks.models import PostMark
from lti_tool.posts.models import Conversation, Post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.threads.test_threads import post_thread

A = "http://127.0.0.1:8000/xapi/a"


def opening_id(session: Session) -> UUID:
    return session.scalars(select(Post.id).filter_by(is_opening=True).order_by(Post.id)).first()  # type: ignore[return-value]


def give(visitor: Visitor, post_id: UUID, mark: str, note: str = "") -> int:
    path = f"/posts/{post_id}/marks"
    return visitor.send(path, path, {"mark": mark, "note": note}).status_code


def take_back(visitor: Visitor, post_id: UUID, mark: str) -> int:
    path = f"/posts/{post_id}/marks"
    return visitor.send(path, f"{path}/take-back", {"mark": mark}).status_code


def counts(session: Session) -> tuple[int, int]:
    session.expire_all()
    return session.scalars(select(Post.useful_count)).first() or 0, session.scalars(
        select(Conversation.useful_count)
    ).first() or 0


def told(session: Session, *events: str) -> Iterator[dict[str, Any]]:
    rows = session.scalars(
        select(StatementRow.body).where(StatementRow.event.in_(events)).order_by(StatementRow.seq)
    )
    return (json.loads(body) for body in rows)


def test_a_mark_is_given_shown_in_words_and_taken_back(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    post_id = opening_id(session)
    assert give(tom, post_id, "useful") == 303
    assert "1 finds it useful" in ana.get(path).text
    assert "Tom Becker" in ana.get(f"/posts/{post_id}/marks").text
    assert counts(session) == (1, 1)
    assert take_back(tom, post_id, "useful") == 303
    assert "finds it useful" not in ana.get(path).text
    assert counts(session) == (0, 0)
    assert session.scalars(select(PostMark)).all() == []


def test_checked_and_used_need_a_note(course: Course, session: Session) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    tom, post_id = course.visitor("Tom Becker"), opening_id(session)
    for mark in ("checked", "used"):
        assert give(tom, post_id, mark) == 422
        assert give(tom, post_id, mark, "  ") == 422
        assert give(tom, post_id, mark, "x" * 501) == 422
    assert session.scalars(select(PostMark)).all() == []
    assert give(tom, post_id, "used", "It <b>went</b> **well**") == 303
    page = tom.get(f"/posts/{post_id}/marks").text
    assert "It &lt;b&gt;went&lt;/b&gt; **well**" in page


@pytest.mark.parametrize(("mark", "status"), [("useful", 404), ("checked", 404), ("still_current", 303)])
def test_authors_cannot_mark_their_own_posts_as_useful_or_checked(
    course: Course, session: Session, mark: str, status: int
) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    assert give(ana, opening_id(session), mark, "I know") == status


def test_fifty_presses_at_once_are_one_mark(course: Course, session: Session) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    post_id = opening_id(session)
    windows = [course.visitor("Tom Becker") for _ in range(50)]
    forms = [window.form(f"/posts/{post_id}/marks") for window in windows]

    def press(number: int) -> int:
        data = {**forms[number], "mark": "useful"}
        return windows[number].post(f"/posts/{post_id}/marks", data).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(press, range(50))) == {303}
    assert len(session.scalars(select(PostMark)).all()) == 1
    assert counts(session) == (1, 1)
    assert len(list(told(session, "mark_given"))) == 1


def test_fifty_people_giving_and_taking_back_at_once_are_counted_right(
    course: Course, session: Session
) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    post_id = opening_id(session)
    people = [course.visitor(f"Person {number}") for number in range(25)]
    forms = [person.form(f"/posts/{post_id}/marks") for person in people]

    def do(number: int) -> int:
        person, data = people[number % 25], {**forms[number % 25], "mark": "useful"}
        rest = "marks" if number < 25 or number % 2 else "marks/take-back"
        return person.post(f"/posts/{post_id}/{rest}", data).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(do, range(50))) == {303}
    left = len(session.scalars(select(PostMark)).all())
    assert counts(session) == (left, left)
    made = Counter(
        statement["verb"]["display"]["en"] for statement in told(session, "mark_given", "mark_taken_back")
    )
    assert made["liked"] - made["unliked"] == left


def test_each_mark_and_each_removal_has_one_statement(course: Course, session: Session) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    tom, post_id = course.visitor("Tom Becker"), opening_id(session)
    for _ in range(2):
        give(tom, post_id, "checked", "The handbook, page 12")
    for _ in range(2):
        take_back(tom, post_id, "checked")
    liked, unliked = told(session, "mark_given", "mark_taken_back")
    thread, post = session.scalars(select(Conversation)).one(), session.get_one(Post, post_id)
    assert liked["verb"]["id"] == "https://w3id.org/xapi/acrossx/verbs/liked"
    assert unliked["verb"]["id"] == "http://activitystrea.ms/unlike"
    for statement in (liked, unliked):
        assert statement["object"]["id"] == f"{A}/{thread.id}"
        assert statement["context"]["statement"]["id"] == str(post.statement_id)
        assert "checked" in statement["context"]["extensions"].values()
        assert "handbook" not in json.dumps(statement)


def test_htmx_gets_the_line_of_marks_alone(course: Course, session: Session) -> None:
    path = post_thread(course.visitor("Ana Ruiz"))
    tom, post_id = course.visitor("Tom Becker"), opening_id(session)
    data = {**tom.form(path), "mark": "useful"}
    answer = tom.post(f"/posts/{post_id}/marks", data, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert f'id="useful-{post_id}"' in answer.text
    assert 'aria-pressed="true"' in answer.text


def test_marks_add_no_query_to_a_thread(
    course: Course, session: Session, count_queries: QueryCounter
) -> None:
    ana = course.visitor("Ana Ruiz")
    path = post_thread(ana)
    with count_queries() as none:
        ana.get(path)
    for number in range(5):
        give(course.visitor(f"Person {number}"), opening_id(session), "useful")
    with count_queries() as some:
        ana.get(path)
    assert len(some) == len(none)

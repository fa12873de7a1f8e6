"""Question and answer: one reply is accepted as the answer, by who asked or by staff, and stands first."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.posts.models import Post, PostState
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.groups.grouping import titles
from tests.shapes.shaped import ANSWER, OWN, reply, set_up, teacher
from tests.threads.test_threads import post_thread, write_replies

__all__ = ["teacher"]
AT_TOP = 'id="accepted"'


@pytest.fixture
def ana(course: Course, teacher: Visitor) -> Visitor:
    set_up(teacher, "question", anonymous="y")
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


@pytest.fixture
def path(ana: Visitor) -> str:
    """Ana's question."""
    return post_thread(ana)


def accept(visitor: Visitor, path: str, post_id: UUID) -> int:
    return visitor.send("/threads/new", f"{path}/replies/{post_id}/accept", {}).status_code


def standing(session: Session) -> list[UUID]:
    return list(session.scalars(select(Acceptance.post_id).filter_by(stands=True)))


def told(session: Session) -> list[dict[str, object]]:
    made = select(StatementRow.body).filter_by(event="answer_accepted").order_by(StatementRow.created_at)
    bodies = session.scalars(made)
    return [json.loads(body) for body in bodies]


def test_who_asked_accepts_an_answer_and_it_stands_first(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    post_id = reply(tom, path)
    page = ana.get(path).text
    assert AT_TOP not in page
    assert f"{post_id}/accept" in page
    assert f"{post_id}/accept" not in tom.get(path).text
    assert accept(ana, path, post_id) == 303
    page = tom.get(path).text
    assert page.index(AT_TOP) < page.index('id="replies"')
    assert page.count("zeppelin") == 2
    assert page.count("Accepted answer") == 2
    assert f"{post_id}/accept" not in ana.get(path).text
    assert "Answered" in tom.get("/threads").text.partition('id="threads"')[2]
    assert standing(session) == [post_id]


def test_answers_of_two_questions_are_accepted_and_taken_back_apart(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    other = post_thread(ana, title="Another question")
    first, second = reply(tom, path), reply(tom, other)
    assert accept(ana, path, first) == accept(ana, other, second) == 303
    assert set(standing(session)) == {first, second}
    taken_back = ana.send("/threads/new", f"{path}/replies/{first}/take-back", {})
    assert taken_back.status_code == 303
    session.rollback()
    assert standing(session) == [second]
    assert AT_TOP in tom.get(other).text


def test_another_one_may_follow_and_the_same_counts_once(
    path: str, ana: Visitor, tom: Visitor, teacher: Visitor, session: Session
) -> None:
    first, second = reply(tom, path), reply(tom, path, OWN)
    assert {accept(ana, path, first), accept(ana, path, first)} == {303}
    assert {accept(teacher, path, second), accept(teacher, path, second)} == {303}
    assert standing(session) == [second]
    verbs = [made["verb"]["id"] for made in told(session)]  # type: ignore[index]
    assert verbs == ["http://activitystrea.ms/accept"] * 2
    assert "zeppelin" not in json.dumps(told(session))


def test_nobody_else_does_and_nothing_else_is_an_answer(
    path: str, ana: Visitor, tom: Visitor, teacher: Visitor, session: Session
) -> None:
    answer, own = reply(tom, path), reply(ana, path, OWN)
    opening = session.scalars(select(Post.id).filter_by(is_opening=True)).one()
    elsewhere = reply(tom, post_thread(ana, title="Another one"))
    hidden = reply(tom, path, "Hidden soon, it is")
    session.execute(update(Post).where(Post.id == hidden).values(state=PostState.HIDDEN))
    session.commit()
    assert accept(tom, path, answer) == 404
    for post_id in (own, opening, elsewhere, hidden, uuid4()):
        assert {accept(ana, path, post_id), accept(teacher, path, post_id)} == {404}
    assert f"{own}/accept" not in ana.get(path).text + teacher.get(path).text
    assert told(session) == []


def test_in_an_open_discussion_nothing_is_accepted(
    path: str, ana: Visitor, tom: Visitor, teacher: Visitor
) -> None:
    post_id = reply(tom, path)
    accept(ana, path, post_id)
    set_up(teacher, "discussion")
    assert AT_TOP not in ana.get(path).text
    assert "/accept" not in ana.get(path).text
    assert accept(ana, path, post_id) == 404


def test_an_answer_that_is_not_shown_any_more_answers_nothing(path: str, ana: Visitor, tom: Visitor) -> None:
    post_id = reply(tom, path)
    accept(ana, path, post_id)
    assert titles(tom, "?show=open") == []
    tom.send(f"/posts/{post_id}/withdraw", f"/posts/{post_id}/withdraw", {})
    assert AT_TOP not in ana.get(path).text
    assert "Accepted answer" not in ana.get(path).text
    assert titles(tom, "?show=answered") == []
    assert len(titles(tom, "?show=open")) == 1


def test_it_is_taken_back_by_who_asked_and_by_staff(
    path: str, ana: Visitor, tom: Visitor, teacher: Visitor, session: Session
) -> None:
    post_id = reply(tom, path)
    back = f"{path}/replies/{post_id}/take-back"
    assert ana.send("/threads/new", back, {}).status_code == 404
    for visitor in (ana, teacher):
        assert accept(ana, path, post_id) == 303
        assert back in visitor.get(path).text
        assert back not in tom.get(path).text
        assert tom.send("/threads/new", back, {}).status_code == 404
        assert {visitor.send("/threads/new", back, {}).status_code for _ in range(2)} == {303}
        assert standing(session) == []
        assert AT_TOP not in tom.get(path).text
        assert len(titles(tom, "?show=open")) == 1
    verbs = session.scalars(select(StatementRow.body).filter_by(event="acceptance_taken_back")).all()
    assert [json.loads(body)["verb"]["display"]["en"] for body in verbs] == ["released as answer"] * 2


def test_one_that_staff_accepted_says_so(path: str, ana: Visitor, tom: Visitor, teacher: Visitor) -> None:
    post_id = reply(tom, path)
    accept(teacher, path, post_id)
    assert "Accepted by staff" in ana.get(path).text
    accept(ana, path, reply(tom, path, OWN))
    assert "Accepted by staff" not in ana.get(path).text


def test_a_list_of_those_that_are_open_and_those_that_are_answered(
    path: str, ana: Visitor, tom: Visitor
) -> None:
    post_thread(ana, title="Another one")
    accept(ana, path, reply(tom, path))
    assert titles(tom, "?show=open") == ["Another one"]
    assert len(titles(tom, "?show=answered")) == 1
    page = tom.get("/threads").text
    assert "show=answered" in page
    assert "Ask a question" in page


def test_under_another_face_who_asked_is_somebody_else(
    ana: Visitor, teacher: Visitor, session: Session
) -> None:
    """Staff are shown no difference, and who asked anonymously is not named by accepting."""
    path = post_thread(ana, post_as="anonymous")
    named, unnamed = reply(ana, path, OWN), reply(ana, path, ANSWER, post_as="anonymous")
    page = teacher.get(path).text
    assert f"{named}/accept" in page
    assert f"{unnamed}/accept" not in page
    assert accept(teacher, path, unnamed) == 404
    assert accept(ana, path, named) == 404
    assert accept(teacher, path, named) == 303
    toms = reply(teacher, path, "Ask before you open, say, anything at all.")
    assert accept(ana, path, toms) == 303
    statement = json.dumps(told(session)[-1])
    for trace in (ana.actor.sub, str(ana.actor.person_id), str(ana.actor.launch_id)):
        assert trace not in statement
    assert "registration" not in told(session)[-1]["context"]  # type: ignore[operator]


def test_fifty_at_once_leave_one(path: str, course: Course, tom: Visitor, session: Session) -> None:
    answers = [reply(tom, path, f"Answer number {number} of them all") for number in range(2)]
    windows = [course.visitor("Ana Ruiz") for _ in range(50)]
    forms = [window.form("/threads/new") for window in windows]

    def press(number: int) -> int:
        address = f"{path}/replies/{answers[number // 48]}/accept"
        return windows[number].post(address, forms[number]).status_code

    with ThreadPoolExecutor(50) as pool:
        assert Counter(pool.map(press, range(50))) == {303: 50}
    assert len(standing(session)) == 1
    # One for each time that the answer was another one than before.
    kept = session.scalars(select(Acceptance.post_id).order_by(Acceptance.created_at, Acceptance.id)).all()
    assert all(before != after for before, after in pairwise(kept))
    assert len(told(session)) == len(kept) <= 5


def test_the_database_holds_one(path: str, tom: Visitor, ana: Visitor, session: Session) -> None:
    first, second = reply(tom, path), reply(tom, path, OWN)
    accept(ana, path, first)
    accept(ana, path, second)
    with pytest.raises(IntegrityError, match="uq_acceptance_standing"):
        session.execute(update(Acceptance).values(stands=True))
    session.rollback()


def test_queries_are_a_constant_number(
    path: str, course: Course, ana: Visitor, tom: Visitor, count_queries: QueryCounter
) -> None:
    post_id = reply(tom, path)
    with count_queries() as before:
        ana.get(path)
    accept(ana, path, post_id)
    write_replies(course, tom, path, 60)
    with count_queries() as after:
        ana.get(path)
    with count_queries() as listing:
        ana.get("/threads?show=answered")
    assert (len(before), len(after), len(listing)) == (5, 6, 5)

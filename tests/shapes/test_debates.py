"""Debates: one of two sides for each writer, which then stands; and from a moment the other one."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.courses.models import Placement
from lti_tool.posts.models import Post
from lti_tool.statements.models import StatementRow
from lti_tool.threads.models import DebateSide
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.shapes.shaped import ANSWER, OWN, reply, set_up, teacher
from tests.threads.test_threads import post_thread, write_replies

__all__ = ["teacher"]
NAMES = {"first_side": "Tell them first", "second_side": "Ask them first"}


@pytest.fixture
def path(teacher: Visitor) -> str:
    set_up(teacher, "debate", anonymous="y", **NAMES)
    return post_thread(teacher)


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


def side_of(session: Session, post_id: UUID) -> int | None:
    return session.scalars(select(Post.side).filter_by(id=post_id)).one()


def switch(session: Session) -> None:
    session.execute(update(Placement).values(switches_at=clock.now() - timedelta(seconds=1)))
    session.commit()


def test_a_side_is_chosen_once_and_stands(path: str, ana: Visitor, tom: Visitor, session: Session) -> None:
    assert "Which side do you argue?" in ana.get(path).text
    first, second = reply(ana, path, OWN, side="1"), reply(ana, path, ANSWER, side="0")
    assert [side_of(session, post_id) for post_id in (first, second)] == [1, 1]
    page = ana.get(path).text
    assert "You argue:" in page
    assert "Which side do you argue?" not in page
    assert page.count("Argues:") == 2
    assert "Ask them first" in tom.get(path).text
    third = reply(ana, path, "With nothing said of a side")
    assert side_of(session, third) == 1


def test_without_a_side_nothing_is_posted_or_lost(path: str, ana: Visitor, session: Session) -> None:
    for side in ("", "2", "both"):
        answer = ana.send(path, f"{path}/replies", {"body": OWN, "side": side})
        assert answer.status_code == 422
        assert "Please choose a side." in answer.text
        assert OWN in answer.text
    part = ana.send(path, f"{path}/replies", {"body": OWN}, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (422, "#composer")
    assert "Please choose a side." in part.text
    assert len(session.scalars(select(Post.id)).all()) == 1
    assert session.scalars(select(DebateSide)).all() == []


def test_staff_need_none(path: str, teacher: Visitor, session: Session) -> None:
    assert side_of(session, reply(teacher, path, "Go on")) is None
    assert side_of(session, reply(teacher, path, "So be it", side="0")) == 0


def test_after_the_switch_everybody_argues_the_other_one(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    before = reply(ana, path, OWN, side="0")
    reply(tom, path, ANSWER, side="1")
    assert "What changed your mind?" not in ana.get(path).text
    switch(session)
    page = ana.get(path).text
    assert "Sides have been switched. You now argue:" in page
    assert "What changed your mind?" in page
    after = reply(ana, path, "Now the other way round, to see how it feels")
    assert (side_of(session, before), side_of(session, after)) == (0, 1)
    new = reply(tom, post_thread(tom, title="Another one"), ANSWER, side="1")
    assert side_of(session, new) == 1
    assert "What changed your mind?" in ana.get(f"/posts/{before}/edit").text


def test_one_side_alone_is_shown_and_both_are_counted(
    path: str, ana: Visitor, tom: Visitor, course: Course
) -> None:
    reply(ana, path, OWN, side="0")
    reply(tom, path, ANSWER, side="1")
    reply(course.visitor("Mia Lang"), path, "As Tom has said before me", side="1")
    page = ana.get(f"{path}?side=1").text
    assert "zeppelin" in page
    assert OWN not in page
    assert "data-news" not in page
    assert [told in page for told in ("1 person", "2 people")] == [True, True]
    for side in ("2", "x", "-1"):
        assert OWN in ana.get(f"{path}?side={side}").text


def test_under_a_pseudonym_one_has_a_side_of_ones_own(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    named = reply(ana, path, OWN, side="0")
    assert "Which side do you argue anonymously?" in ana.get(path).text
    unnamed = reply(ana, path, ANSWER, side="1", post_as="anonymous")
    assert (side_of(session, named), side_of(session, unnamed)) == (0, 1)
    page = ana.get(path).text
    assert "When you post anonymously, you argue:" in page
    assert "Which side do you argue" not in page.partition('id="composer"')[2]
    assert tom.get(path).text.count("1 person") == 2


def test_names_are_the_instructors_or_the_usual_ones(path: str, teacher: Visitor, ana: Visitor) -> None:
    page = teacher.get("/activity").text
    assert all(name in page for name in NAMES.values())
    set_up(teacher, "debate", first_side="", second_side="")
    page = ana.get(path).text
    assert "Tell them first" not in page
    assert "For" in page
    assert "Against" in page


@pytest.mark.parametrize(
    ("opens", "switches", "closes", "status"),
    [
        ("2031-05-05T09:00", "2031-05-07T09:00", "2031-05-09T18:00", 303),
        ("", "2031-05-07T09:00", "", 303),
        ("2031-05-05T09:00", "2031-05-05T09:00", "2031-05-09T18:00", 422),
        ("2031-05-05T09:00", "2031-05-10T09:00", "2031-05-09T18:00", 422),
    ],
)
def test_the_switch_is_between_opening_and_closing(
    teacher: Visitor, session: Session, opens: str, switches: str, closes: str, status: int
) -> None:
    data = {"activity": "debate", "opens": opens, "switches": switches, "closes": closes, "zone": "UTC"}
    answer = teacher.send("/activity", "/activity", data)
    assert answer.status_code == status
    kept = session.scalars(select(Placement.switches_at)).one()
    assert (kept is not None) is (status == 303)
    if status == 422:
        assert "Please choose a time between opening and closing." in answer.text
        now = clock.now()
        with pytest.raises(IntegrityError, match="ck_placement_switch"):
            session.execute(update(Placement).values(opens_at=now, switches_at=now))
        session.rollback()


def test_fifty_at_once_are_on_one_side(path: str, course: Course, session: Session) -> None:
    windows = [course.visitor("Ana Ruiz") for _ in range(50)]
    forms = [window.form("/threads/new") for window in windows]

    def post(number: int) -> int:
        data = {**forms[number], "body": f"{OWN} {number}", "side": str(number % 2)}
        return windows[number].post(f"{path}/replies", data).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(post, range(50))) == {303}
    standing = session.scalars(select(DebateSide.side)).one()
    sides = session.scalars(select(Post.side).filter_by(is_opening=False)).all()
    assert list(sides) == [standing] * 50


def test_statements_say_which_and_never_what_it_is_called(path: str, ana: Visitor, session: Session) -> None:
    reply(ana, path, OWN, side="1")
    made = session.scalars(select(StatementRow.body).filter_by(event="reply_posted")).one()
    extensions = json.loads(made)["context"]["extensions"]
    assert [value for name, value in extensions.items() if name.endswith("/extensions/side")] == ["second"]
    assert "Ask them first" not in made


def test_an_open_discussion_has_no_sides(path: str, teacher: Visitor, ana: Visitor, session: Session) -> None:
    assert "Which side" in ana.get(path).text
    set_up(teacher, "discussion")
    page = ana.get(path).text
    assert "Filter by side" not in page
    assert "Which side do you argue" not in page
    assert side_of(session, reply(ana, path, OWN, side="1")) is None


def test_it_holds_from_another_activity_too(path: str, course: Course, session: Session) -> None:
    elsewhere = course.visitor("Mia Lang", link="link-2")
    assert elsewhere.send(path, f"{path}/replies", {"body": OWN}).status_code == 422
    assert side_of(session, reply(elsewhere, path, OWN, side="1")) == 1


def test_queries_are_a_constant_number(
    path: str, course: Course, ana: Visitor, tom: Visitor, count_queries: QueryCounter
) -> None:
    reply(ana, path, OWN, side="0")
    reply(tom, path, ANSWER, side="1")
    with count_queries() as few:
        ana.get(path)
    write_replies(course, tom, path, 60)
    for number in range(5):
        reply(course.visitor(f"Person {number}"), path, f"{OWN} {number}", side=str(number % 2))
    with count_queries() as many:
        ana.get(path)
    with count_queries() as one_side:
        ana.get(f"{path}?side=1")
    assert (len(few), len(many), len(one_side)) == (6, 6, 6)

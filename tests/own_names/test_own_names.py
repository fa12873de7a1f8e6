"""Where the platform keeps names to itself: numbers that stay, and names that people give themselves."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course as CourseRow
from lti_tool.courses.models import Placement
from lti_tool.mentions.queries import known_in, suggestions
from lti_tool.own_names.likeness import clean_name, is_readable, is_reserved, likeness
from lti_tool.own_names.service import NameTakenError, name_oneself
from lti_tool.people.models import CourseName, Membership, Person
from lti_tool.people.roster import Member
from lti_tool.people.roster_changes import apply_roster
from lti_tool.people.service import keep_person
from lti_tool.platforms.models import Registration
from lti_tool.privacy.erasing import erase
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor, enter
from tests.threads.test_threads import post_thread

RTL, ZERO = "\u202e", "\u200b"
LOOKALIKE = "\u0406n\u0435\u0455 \u041a\u043e\u0441h"
"""Ines Koch, half of it in Cyrillic."""


def nameless(course: Course, sub: str, **options: Any) -> Visitor:
    return course.visitor("", sub=sub, **options)


def give(visitor: Visitor, name: str) -> Any:
    return visitor.send("/name", "/name", {"name": name})


def html(visitor: Visitor, path: str) -> str:
    return visitor.get(path).get_data(as_text=True)


def number(session: Session, visitor: Visitor) -> int | None:
    session.rollback()
    found = select(Membership.number).filter_by(
        person_id=visitor.actor.person_id, course_id=visitor.actor.course_id
    )
    return session.scalars(found).one()


def test_everybody_has_a_number_of_their_own_that_stays(course: Course, session: Session) -> None:
    tom, mia = nameless(course, "tom"), nameless(course, "mia")
    elsewhere = nameless(course, "mia", context_id="course-2")
    assert [number(session, it) for it in (tom, mia, elsewhere)] == [1, 2, 1]
    assert number(session, nameless(course, "tom")) == 1
    thread = post_thread(tom)
    assert "Participant 1" in html(mia, thread)
    assert "Participant 1" in html(mia, "/threads")
    assert "A participant" not in html(mia, thread) + html(mia, "/threads")
    assert "Posting as <bdi>Participant 2</bdi>" in html(mia, thread)


def test_a_roster_numbers_thousands_at_once(course: Course, session: Session) -> None:
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    people = {
        sub: Member(sub=sub, name="", role=Role.LEARNER, is_present=True, groups=None)
        for sub in (f"p{at}" for at in range(3000))
    }
    apply_roster(
        session,
        registration_id=course.tenant.registration_id,
        course_id=ines.actor.course_id,
        members=people,
        began=clock.now(),
    )
    session.commit()
    numbers = session.scalars(select(Membership.number).order_by(Membership.number)).all()
    assert numbers == list(range(1, 3002))


def test_numbers_are_given_without_races(
    course: Course, session: Session, sessions: sessionmaker[Session]
) -> None:
    start = threading.Barrier(8)

    def come(at: int) -> None:
        start.wait()
        for again in range(5):
            with unit_of_work(sessions) as own:
                enter(own, course.tenant, name="", sub=f"p{at}-{again}")

    course.visitor("Ana Ruiz")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come, range(8)))
    numbers = session.scalars(select(Membership.number).order_by(Membership.number)).all()
    assert numbers == list(range(1, 42))


def test_a_number_goes_to_nobody_else(course: Course, session: Session) -> None:
    nameless(course, "tom")
    gone = nameless(course, "mia")
    thread = post_thread(gone)
    registration = session.get_one(Registration, course.tenant.registration_id)
    erase(session, registration, session.get_one(Person, gone.actor.person_id))
    session.commit()
    assert number(session, nameless(course, "new")) == 3
    assert "Participant 2" not in html(course.visitor("Ana Ruiz"), thread)


def test_one_gives_oneself_a_name_and_it_says_so(course: Course, session: Session) -> None:
    tom, mia = nameless(course, "tom"), nameless(course, "mia")
    thread = post_thread(tom)
    assert give(tom, "  Tom   Becker ").status_code == 303
    for page in (html(mia, thread), html(mia, "/threads")):
        assert "Tom Becker (own name)" in page
        assert "Participant 1" not in page
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    log = html(ines, "/moderation/log")
    assert "chose the name “Tom Becker”" in log
    assert give(tom, "").status_code == 303
    assert "Participant 1" in html(mia, thread)
    assert "removed their own chosen name" in html(ines, "/moderation/log")
    assert session.scalar(select(func.count()).where(StatementRow.body.contains("Becker"))) == 0


def test_who_has_a_name_by_the_platform_has_no_choice(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    assert ana.get("/name").status_code == 404
    assert "Choose a name" not in html(ana, post_thread(ana))
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    assert ines.get(f"/name/{ana.actor.person_id}").status_code == 404


def test_the_platforms_name_counts_as_soon_as_there_is_one(course: Course, session: Session) -> None:
    tom, mia = nameless(course, "tom"), course.visitor("Mia Lind")
    thread = post_thread(tom)
    give(tom, "Tomcat")
    person = session.get_one(Person, tom.actor.person_id)
    keep_person(session, registration_id=person.registration_id, sub="tom", name="Tom Becker")
    session.commit()
    page = html(mia, thread)
    assert "Tom Becker" in page
    assert "Tomcat" not in page
    assert "(own name)" not in page
    kept = session.scalars(select(CourseName.beginning).filter_by(person_id=person.id)).all()
    assert sorted(kept) == ["becker", "tom becker"]


def test_staff_change_it_and_then_it_is_theirs(course: Course) -> None:
    tom, ines = nameless(course, "tom"), course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    thread = post_thread(tom)
    give(tom, "Tomcat")
    path = f"/name/{tom.actor.person_id}"
    assert ines.send(path, path, {"name": "Tom"}).status_code == 422  # without a reason
    sent = ines.send(path, path, {"name": "Tom Becker", "reason": "His real name."})
    assert sent.status_code == 303
    page = html(ines, thread)
    assert "Tom Becker" in page
    assert "(own name)" not in page
    log = html(ines, "/moderation/log")
    assert "gave a person the name “Tom Becker”" in log
    assert "His real name." in log
    assert "Staff chose this name" in html(tom, "/name")
    assert tom.send("/threads/new", "/name", {"name": "Tomcat"}).status_code == 404
    mia = nameless(course, "mia")
    assert mia.get(path).status_code == 404
    assert ines.get(f"/name/{ines.actor.person_id}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "Ines Koch", "ines  koch", "INÉS KOCH", f"Ines{ZERO} Koch", f"{RTL}Ines Koch", LOOKALIKE, "lnes Koch",
        "InesKoch", "Ines-Koch", "Ana Ruiz", "Participant 7", "participant7", "Staff", "A participant",
        "✓ Ines", "Ines (staff)", "<b>Ines</b>", "@Ines", "Ines\nKoch", "12345", "e" + "\u0301" * 12,
        "\u202e\u200b", "x" * 61, "Zoe 😀", "Z\x00oe\x1f1!",
    ],
)  # fmt: skip
def test_hostile_names_are_refused(course: Course, name: str) -> None:
    course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    course.visitor("Ana Ruiz")
    tom = nameless(course, "tom")
    refused = give(tom, name)
    assert refused.status_code == 422 or "Participant 3" in html(tom, "/name"), name
    assert "Participant 3" in html(tom, "/name")


@pytest.mark.parametrize(
    "name", ["Zoë Ärger", "O\u2019Brien", "Jean-Luc", "李小龍", "محمد علي", "Ольга", "M. Müller", "नेहा", "Bo"]
)
def test_names_of_the_world_are_taken(course: Course, name: str) -> None:
    tom = nameless(course, "tom")
    assert give(tom, name).status_code == 303
    assert f"{name} (own name)".replace("'", "&#39;") in html(tom, "/name")


def test_what_turns_and_hides_is_left_out() -> None:
    assert clean_name(f" a{RTL}b{ZERO}c\x07\n d\u2066") == "abc d"
    assert clean_name("\ud800") == ""
    assert is_readable("Ana")
    assert likeness("Ines") == likeness("lnes") == likeness(LOOKALIKE.split(maxsplit=1)[0])
    assert is_reserved("Participant 12", ["participant"])


def test_a_name_is_one_persons_also_in_a_race(
    course: Course, session: Session, sessions: sessionmaker[Session]
) -> None:
    people = [nameless(course, f"p{at}") for at in range(6)]
    start = threading.Barrier(len(people))

    def take(visitor: Visitor) -> bool:
        with sessions() as own:
            start.wait()
            try:
                name_oneself(own, visitor.actor, name="Tomcat", reserved=())
            except NameTakenError:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(len(people)) as pool:
        assert sorted(pool.map(take, people)) == [False] * 5 + [True]
    assert session.scalar(select(func.count()).where(Membership.own_name == "Tomcat")) == 1


def test_own_names_and_numbers_are_found_and_mentioned(course: Course, session: Session) -> None:
    ana, tom, mia = course.visitor("Ana Ruiz"), nameless(course, "tom"), nameless(course, "mia")
    give(tom, "Tóm Cat")
    for _ in range(9):
        nameless(course, f"p{_}")

    def offered(typed: str) -> list[str]:
        session.rollback()
        return [it.name for it in suggestions(session, ana.actor, typed, staff_name="staff")]

    assert offered("cat") == offered("tom c") == ["Tóm Cat"]
    assert offered("participant 3") == offered("3") == ["Participant 3"]
    assert offered("1") == ["Participant 10", "Participant 11", "Participant 12"]
    assert len(offered("part")) == 8
    thread = post_thread(ana, body="Thanks, @Participant 3 and @Tóm Cat!")
    page = html(mia, thread)
    for visitor, name in ((mia, "Participant 3"), (tom, "Tóm Cat")):
        assert f'data-mention="{visitor.actor.person_id}">@{name}</span>' in page
    known = known_in(session, ana.actor.course_id, [f"[@x](mention:{tom.actor.person_id})"])
    assert known.by_id[str(tom.actor.person_id)].name == "Tóm Cat"


def test_anonymous_posts_stay_anonymous(course: Course, session: Session) -> None:
    tom, mia = nameless(course, "tom"), nameless(course, "mia")
    session.execute(update(Placement).values(settings={"anonymous": True}))
    session.commit()
    give(tom, "Tomcat")
    assert "Tomcat" in html(mia, post_thread(tom))
    page = html(mia, post_thread(tom, post_as="anonymous"))
    assert "Anonymous" in page
    assert "Tomcat" not in page
    assert "Participant 1" not in page


def test_an_erasure_takes_own_names_out_of_others_texts(course: Course, session: Session) -> None:
    tom, ana = nameless(course, "tom"), course.visitor("Ana Ruiz")
    give(tom, "Quentin Quux")
    give(tom, "Zacharias Zed")
    thread = post_thread(ana, body="Quentin Quux and @Zacharias Zed helped me.")
    assert "Quentin Quux" in html(ana, thread)
    registration = session.get_one(Registration, course.tenant.registration_id)
    erase(session, registration, session.get_one(Person, tom.actor.person_id))
    session.commit()
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    assert "helped me." in html(ana, thread)
    for page in (html(ana, thread), html(ines, "/moderation/log")):
        assert "Quux" not in page
        assert "Zed" not in page


@pytest.mark.parametrize(
    ("product", "words"),
    [("Moodle", "Share launcher"), ("Canvas", "Developer Keys"), ("LMS", "privacy settings")],
)
def test_staff_are_told_why_and_where_names_are_switched_on(
    course: Course, session: Session, product: str, words: str
) -> None:
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    assert "Some people have no name" not in html(ines, "/people")
    tom = nameless(course, "tom")
    session.get_one(CourseRow, tom.actor.course_id).product = product
    session.commit()
    page = html(ines, "/people")
    assert "Some people have no name" in page
    assert words in page
    assert f"/name/{tom.actor.person_id}" in page


def test_the_queries_of_both_pages_are_few(course: Course, count_queries: QueryCounter) -> None:
    tom, ines = nameless(course, "tom"), course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    for visitor, path in ((tom, "/name"), (ines, f"/name/{tom.actor.person_id}")):
        visitor.get(path)
        with count_queries() as queries:
            visitor.get(path)
        assert len(queries) <= 3, queries


def test_a_long_name_takes_no_longer_than_its_length(course: Course) -> None:
    """Counted by ratio: twice the text, about twice the time at most."""

    def took(length: int) -> float:
        worst = ("\u0301\u0406I|0" * length)[:length]
        began = time.process_time()
        for _ in range(20):
            clean = clean_name(worst)
            is_readable(clean)
            likeness(clean)
        return time.process_time() - began

    took(1000)
    assert took(32_000) < 8 * max(took(8_000), 0.001)

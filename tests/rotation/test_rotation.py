"""Roles that go round: drawn fairly, given, passed on, coped with when people leave, and faded."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.courses.models import Placement
from lti_tool.people.models import Membership, Person
from lti_tool.posts.models import Synthesis
from lti_tool.rotation.drawing import draw_due
from lti_tool.rotation.models import Ended, RoleHolder, RoleRound, TalkRole
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.groups.grouping import Grouped
from tests.shapes.shaped import reply, set_up
from tests.threads.test_threads import post_thread, write_replies

NAMES = ("Ana Ruiz", "Tom Becker", "Mia Lang", "Jon Ek", "Eva Roth")
SUMMED = {"body": "We agree that it needs a question first.", "draws_on": "All replies."}


@pytest.fixture
def teacher(course: Course) -> Visitor:
    return course.visitor("Ines Koch", role=Role.INSTRUCTOR)


@pytest.fixture
def people(course: Course) -> dict[str, Visitor]:
    return {name: course.visitor(name) for name in NAMES}


@pytest.fixture
def on(teacher: Visitor, people: dict[str, Visitor]) -> Visitor:
    """Staff who have turned roles on, with five learners."""
    assert people
    turn_on(teacher)
    return teacher


def turn_on(teacher: Visitor, count: int = 3, **data: str) -> None:
    answer = teacher.send("/roles", "/roles", {"count": str(count), **data})
    assert answer.status_code == 303, answer.text


def go_on(course: Course, session: Session) -> None:
    """A week goes by."""
    week = timedelta(days=7)
    session.execute(
        update(RoleRound).values(begins_at=RoleRound.begins_at - week, ends_at=RoleRound.ends_at - week)
    )
    session.commit()
    draw_due(course.sessions)


def holders(session: Session) -> dict[tuple[int, str, UUID | None], str]:
    """Whoever has a role, by round, role and group."""
    session.expire_all()
    rows = session.execute(
        select(RoleHolder, Person.name)
        .join(Person, Person.id == RoleHolder.person_id)
        .where(RoleHolder.ended.is_(None))
    )
    return {(row.number, str(row.role), row.group_id): name for row, name in rows}


def holder_id(session: Session, role: str) -> UUID:
    return session.scalars(select(RoleHolder.id).filter_by(role=role, ended=None)).one()


def test_each_round_has_a_starter_and_a_synthesiser_by_turns(
    on: Visitor, course: Course, session: Session
) -> None:
    assert len(holders(session)) == 2
    for _ in range(2):
        go_on(course, session)
    drawn = holders(session)
    assert len(drawn) == 6
    counts = Counter(drawn.values())
    assert set(counts) == set(NAMES)
    assert sorted(counts.values()) == [1, 1, 1, 1, 2]
    for number in (1, 2, 3):
        assert drawn[number, "starter", None] != drawn[number, "synthesiser", None]
    # Drawn again it stays.
    draw_due(course.sessions)
    assert holders(session) == drawn


def test_there_are_no_roles_after_the_last_round(
    on: Visitor, people: dict[str, Visitor], course: Course, session: Session
) -> None:
    assert "Roles in this round" in people["Ana Ruiz"].get("/threads").text
    for _ in range(3):
        go_on(course, session)
    page = people["Ana Ruiz"].get("/threads").text
    assert "without roles" in page
    assert "Your role" not in page
    assert "Finished." in on.get("/roles").text
    assert max(number for number, _, _ in holders(session)) == 3


def test_two_people_alternate_and_one_person_has_both_roles(
    teacher: Visitor, course: Course, session: Session
) -> None:
    course.visitor("Ana Ruiz")
    turn_on(teacher)
    assert list(holders(session).values()) == ["Ana Ruiz"] * 2
    course.visitor("Tom Becker")
    go_on(course, session)
    assert {name for (number, _, _), name in holders(session).items() if number == 2} == {
        "Ana Ruiz",
        "Tom Becker",
    }
    before = {role: name for (number, role, _), name in holders(session).items() if number == 2}
    go_on(course, session)
    after = {role: name for (number, role, _), name in holders(session).items() if number == 3}
    assert set(before.values()) == set(after.values())


def test_each_group_has_its_own_roles(course: Course, session: Session) -> None:
    grouped = Grouped(course, session)
    turn_on(grouped.ines)
    drawn = holders(session)
    assert {(group, name) for (_, _, group), name in drawn.items()} == {
        (grouped.kestrels, "Ana Ruiz"),
        (grouped.herons, "Tom Becker"),
    }
    page = grouped.ana.get("/threads").text
    assert "Kestrels" in page.partition('class="roles"')[2]
    assert "Tom Becker" not in page
    assert "Herons" not in page
    assert "Tom Becker" in grouped.ines.get("/threads").text.partition('class="roles"')[2]
    grouped.place({grouped.ana: grouped.herons, grouped.tom: grouped.herons})
    draw_due(course.sessions)
    assert {group for _, _, group in holders(session)} == {grouped.herons}


def test_passing_a_role_on_draws_another_person(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    name = holders(session)[1, "starter", None]
    one = holder_id(session, "starter")
    page = people[name].get("/threads").text
    assert "Start with a question that has several good answers" in page
    other = next(it for it in NAMES if it not in holders(session).values())
    assert people[other].send("/threads", f"/roles/{one}/pass", {}).status_code == 404
    for _ in range(2):
        assert people[name].send("/threads", f"/roles/{one}/pass", {}).status_code in {303, 404}
    drawn = holders(session)
    assert len(drawn) == 2
    assert name not in drawn.values()
    assert session.get_one(RoleHolder, one).ended is Ended.PASSED


def test_a_role_that_everybody_passed_on_is_empty(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    while (1, "starter", None) in holders(session):
        name = holders(session)[1, "starter", None]
        people[name].send("/threads", f"/roles/{holder_id(session, 'starter')}/pass", {})
    assert "nobody" in on.get("/roles").text


def test_staff_give_a_role_to_somebody_else(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    before = holders(session)[1, "synthesiser", None]
    name = next(it for it in NAMES if it not in holders(session).values())
    data = {"role": "synthesiser", "group": "", "person": str(people[name].actor.person_id)}
    assert people[name].send("/threads", "/roles/give", data).status_code == 404
    for _ in range(2):
        assert on.send("/roles", "/roles/give", data).status_code == 303
    assert holders(session)[1, "synthesiser", None] == name
    assert before not in holders(session).values()
    wrong = (
        {"role": "king"},
        {"person": ""},
        {"person": str(on.actor.person_id)},
        {"group": str(UUID(int=1))},
    )
    for bad in wrong:
        assert on.send("/roles", "/roles/give", {**data, **bad}).status_code == 404
    told = session.scalars(select(StatementRow.body).filter_by(event="role_given")).all()
    assert len(told) == 1
    said = json.loads(told[0])
    assert said["verb"]["display"]["en"] == "appointed"
    assert "synthesiser" in said["context"]["extensions"].values()
    assert name not in told[0]


def test_a_role_of_somebody_who_left_is_drawn_again(
    on: Visitor, people: dict[str, Visitor], course: Course, session: Session
) -> None:
    name = holders(session)[1, "starter", None]
    session.execute(
        update(Membership)
        .where(Membership.person_id == people[name].actor.person_id)
        .values(left_at=clock.now())
    )
    session.commit()
    # Not named from that moment on.
    assert name not in on.get("/threads").text.partition('class="roles"')[2]
    draw_due(course.sessions)
    drawn = holders(session)
    assert len(drawn) == 2
    assert name not in drawn.values()
    assert session.scalars(select(RoleHolder.ended).where(RoleHolder.ended.is_not(None))).all() == [
        Ended.LEFT
    ]


def test_the_synthesiser_sums_up_as_staff_can(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    name = holders(session)[1, "synthesiser", None]
    mine = people[name]
    other = people[next(it for it in NAMES if it not in holders(session).values())]
    path = post_thread(other)
    post_id = reply(other, path, "It failed in mine.")
    page = mine.get(path).text
    assert "What do you agree on, where do you differ, and what is still open?" in page
    assert f"synthesis?post={post_id}" in page
    assert "Write a synthesis" not in other.get(path).text
    assert f"{other.get(f'{path}/synthesis').status_code}" == "404"
    assert other.send(path, f"{path}/synthesis", SUMMED).status_code == 404
    assert mine.get(f"{path}/synthesis").status_code == 200
    assert mine.send(path, f"{path}/synthesis", SUMMED).status_code == 303
    assert session.scalars(select(Synthesis.person_id)).one() == mine.actor.person_id
    assert 'id="synthesis"' in other.get(path).text
    # What staff chose they leave.
    assert (
        on.send(path, f"{path}/synthesis?post={post_id}", {"draws_on": "x", "post": str(post_id)}).status_code
        == 303
    )
    mine.send(path, f"{path}/synthesis/take-back", {})
    session.expire_all()
    assert session.scalars(select(Synthesis.person_id)).one() == on.actor.person_id


def test_a_synthesiser_of_another_group_does_not(course: Course, session: Session) -> None:
    grouped = Grouped(course, session)
    turn_on(grouped.ines)
    everybodys = post_thread(grouped.mia)
    assert grouped.ana.send(everybodys, f"{everybodys}/synthesis", SUMMED).status_code == 404
    own = post_thread(grouped.ana)
    assert grouped.ana.send(own, f"{own}/synthesis", SUMMED).status_code == 303
    assert grouped.tom.send("/threads", f"{own}/synthesis", SUMMED).status_code == 404


def test_a_synthesiser_answers_first_too(course: Course, teacher: Visitor, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    set_up(teacher, "answer_first")
    turn_on(teacher)
    path = post_thread(teacher)
    assert "You are the synthesiser" not in ana.get(path).text
    assert ana.send(path, f"{path}/synthesis", SUMMED).status_code == 404


def test_a_role_names_nobody_who_writes_anonymously(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    set_up(on, "discussion", anonymous="y")
    assert session.scalars(select(Placement.settings)).one()["roles"] == 3
    name = holders(session)[1, "starter", None]
    path = post_thread(people[name], post_as="anonymous")
    other = people[next(it for it in NAMES if it not in holders(session).values())]
    for visitor in (other, on):
        page = visitor.get(path).text
        post = page.partition('class="post"')[2].partition("</article>")[0]
        assert name not in post
        assert "Starter" not in post
        participants = page.partition('class="plain-list people"')[2].partition("</ul>")[0]
        assert name not in participants
    data = {"role": "starter", "group": "", "person": str(other.actor.person_id)}
    on.send("/roles", "/roles/give", data)
    assert name not in other.get(path).text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"count": "2", "begins_1": "2031-05-05T09:00", "begins_2": "2031-05-08T09:00"}, 303),
        ({"count": "2", "begins_1": "2031-05-05T09:00", "ends": "2031-05-13T09:00"}, 303),
        ({"count": "2", "begins_1": "2031-05-05T09:00", "begins_2": "2031-05-05T09:00"}, 422),
        ({"count": "2", "begins_1": "2031-05-05T09:00", "ends": "2031-05-06T09:00"}, 422),
        ({"count": "0"}, 422),
        ({"count": "7"}, 422),
        ({"count": ""}, 422),
    ],
)
def test_rounds_are_weekly_or_by_date(
    teacher: Visitor, session: Session, data: dict[str, str], status: int
) -> None:
    assert teacher.send("/roles", "/roles", {**data, "zone": "UTC"}).status_code == status
    rounds = session.scalars(select(RoleRound).order_by(RoleRound.number)).all()
    assert len(rounds) == (2 if status == 303 else 0)
    if rounds:
        assert rounds[0].ends_at == rounds[1].begins_at
        assert "Not started." in teacher.get("/roles").text
        assert 'value="2031-05-05T09:00' in teacher.get("/roles").text


def test_rounds_can_be_removed_and_roles_turned_off(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    drawn = holders(session)
    begins = session.scalars(select(RoleRound.begins_at).filter_by(number=1)).one()
    turn_on(on, 1, begins_1=begins.strftime("%Y-%m-%dT%H:%M"), zone="UTC")
    assert session.scalars(select(RoleRound.number)).all() == [1]
    assert holders(session) == drawn
    assert people["Ana Ruiz"].send("/threads", "/roles/end", {}).status_code == 404
    assert on.send("/roles", "/roles/end", {}).status_code == 303
    assert "Roles in this round" not in people["Ana Ruiz"].get("/threads").text
    name = drawn[1, "synthesiser", None]
    path = post_thread(people[name])
    assert people[name].send(path, f"{path}/synthesis", SUMMED).status_code == 404


def test_a_copy_has_the_setting_and_neither_rounds_nor_people(
    course: Course, teacher: Visitor, session: Session
) -> None:
    session.execute(update(Placement).values(settings={"roles": 3}))
    session.commit()
    assert "have no rounds yet" in teacher.get("/threads").text
    page = teacher.get("/roles").text
    assert "No rounds yet." in page
    assert 'value="3"' in page
    assert course.visitor("Ana Ruiz").get("/threads").status_code == 200


def test_passing_a_role_on_is_recorded_once(
    on: Visitor, people: dict[str, Visitor], session: Session
) -> None:
    name, one = holders(session)[1, "starter", None], holder_id(session, "starter")
    people[name].send("/threads", f"/roles/{one}/pass", {})
    told = [
        json.loads(it) for it in session.scalars(select(StatementRow.body).filter_by(event="role_passed_on"))
    ]
    assert [it["verb"]["display"]["en"] for it in told] == ["passed on"]
    assert "starter" in told[0]["context"]["extensions"].values()


def test_fifty_concurrent_drawings_draw_once(
    on: Visitor, people: dict[str, Visitor], course: Course, session: Session
) -> None:
    name, one = holders(session)[1, "starter", None], holder_id(session, "starter")
    windows = [course.visitor(name) for _ in range(25)]
    forms = [window.form("/threads") for window in windows]

    def act(number: int) -> int:
        if number >= 25:
            draw_due(course.sessions)
            return 303
        return windows[number].post(f"/roles/{one}/pass", forms[number]).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(act, range(50))) == {303}
    assert len(holders(session)) == 2
    assert len(session.scalars(select(StatementRow.id).filter_by(event="role_passed_on")).all()) == 1
    assert session.scalars(select(RoleHolder.id).filter_by(ended=Ended.PASSED)).all() == [one]
    row = session.scalars(select(RoleHolder).filter_by(ended=None, role=TalkRole.STARTER)).one()
    session.add(
        RoleHolder(
            placement_id=row.placement_id, number=1, group_id=None, role=row.role, person_id=row.person_id
        )
    )
    with pytest.raises(IntegrityError, match="uq_role_holder_everybody"):
        session.flush()


def test_queries_are_a_constant_number(
    on: Visitor, people: dict[str, Visitor], course: Course, session: Session, count_queries: QueryCounter
) -> None:
    ana = people["Ana Ruiz"]
    path = post_thread(ana)

    def counts() -> list[int]:
        made = []
        for visitor, page in ((ana, "/threads"), (ana, path), (on, path), (on, "/roles")):
            with count_queries() as queries:
                visitor.get(page)
            made.append(len(queries))
        return made

    few = counts()
    write_replies(course, ana, path, 60)
    for number in range(20):
        course.visitor(f"Person {number}")
    go_on(course, session)
    assert counts() == few
    assert max(few) <= 12
    on.send("/roles", "/roles/end", {})
    assert [few[0] - counts()[0], few[1] - counts()[1]] == [1, 1]

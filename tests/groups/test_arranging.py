"""Staff arrange groups: which ones, who is in which, and nobody in two."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.people.models import Group, GroupMembership, GroupSet
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, enter
from tests.groups.grouping import Grouped
from tests.threads.test_threads import post_thread


def sizes(session: Session) -> list[int]:
    rows = select(func.count()).select_from(GroupMembership).group_by(GroupMembership.group_id)
    return sorted(session.scalars(rows))


def add_learners(course: Course, count: int) -> None:
    with unit_of_work(course.sessions) as session:
        for number in range(count):
            enter(session, course.tenant, name=f"Learner {number:02}")


def test_people_are_spread_evenly_in_one_step_and_again_changes_nothing(
    grouped: Grouped, session: Session
) -> None:
    add_learners(grouped.course, 9)
    spread = f"{grouped.page}/spread"
    grouped.ines.send(grouped.page, spread, {"count": "4", "who": "rest"})
    assert sizes(session) == [3, 3, 3, 3]
    names = session.scalars(select(Group.name).filter_by(group_set_id=grouped.set_id).order_by(Group.name))
    assert names.all() == ["Group 1", "Group 2", "Herons", "Kestrels"]
    who = select(GroupMembership.person_id, GroupMembership.group_id).order_by(GroupMembership.person_id)
    before = session.execute(who).all()
    assert (grouped.ana.actor.person_id, grouped.kestrels) in before
    grouped.ines.send(grouped.page, spread, {"count": "4", "who": "rest"})
    assert session.execute(who).all() == before
    session.rollback()
    with unit_of_work(grouped.course.sessions) as own:
        own.execute(update(GroupMembership).values(group_id=grouped.kestrels))
    grouped.ines.send(grouped.page, spread, {"count": "4", "who": "rest"})
    assert sizes(session) == [12]
    grouped.ines.send(grouped.page, spread, {"count": "4", "who": "everybody"})
    anew = session.execute(who).all()
    assert sizes(session) == [3, 3, 3, 3]
    grouped.ines.send(grouped.page, spread, {"count": "4", "who": "everybody"})
    assert session.execute(who).all() == anew


def test_nobody_is_in_two_groups_of_a_set(grouped: Grouped, session: Session) -> None:
    grouped.place({grouped.ana: grouped.herons})
    assert dict(Counter(session.scalars(select(GroupMembership.group_id)))) == {grouped.herons: 2}
    second = {"group_id": grouped.kestrels, "person_id": grouped.ana.actor.person_id}
    with pytest.raises(IntegrityError, match="own_set_id"):
        session.execute(insert(GroupMembership).values(own_set_id=grouped.set_id, **second))
    session.rollback()
    elsewhere = GroupSet(course_id=grouped.ana.actor.course_id, platform_id=None, name="Elsewhere")
    session.add(elsewhere)
    session.flush()
    with pytest.raises(IntegrityError, match="own_set"):
        session.execute(insert(GroupMembership).values(own_set_id=elsewhere.id, **second))


def test_one_statement_for_each_whose_place_changes(grouped: Grouped, session: Session) -> None:
    rows = select(StatementRow.body).filter_by(event="person_placed").order_by(StatementRow.created_at)
    assert len(session.scalars(rows).all()) == 2
    grouped.place({grouped.ana: grouped.kestrels, grouped.tom: None})
    told = [json.loads(body) for body in session.scalars(rows)]
    assert len(told) == 3
    last = next(one for one in told if one["verb"]["id"].endswith("/verbs/unassigned"))
    assert last["actor"]["account"]["name"] == "ines-koch"
    assert last["object"]["account"]["name"] == "tom-becker"
    assert last["context"]["team"]["account"]["name"] == str(grouped.herons)


def test_a_removed_group_leaves_its_people_free_and_its_name_to_take_up_again(
    grouped: Grouped, session: Session
) -> None:
    grouped.ines.send(grouped.page, f"{grouped.page}/groups/{grouped.herons}/remove", {})
    assert session.scalars(select(GroupMembership.person_id)).all() == [grouped.ana.actor.person_id]
    page = grouped.ines.get(grouped.page).text
    assert "Herons" not in page
    assert grouped.make("Herons") == grouped.herons
    assert "2 without a group" in grouped.ines.get(grouped.page).text


def test_only_learners_of_the_course_and_groups_of_the_set_are_placed(
    grouped: Grouped, session: Session
) -> None:
    stranger = grouped.course.visitor("Sam Stranger", context_id="course-2")
    path = f"{grouped.page}/people"
    for person, group in (
        (stranger.actor.person_id, grouped.herons),
        (grouped.ines.actor.person_id, grouped.herons),
        (grouped.mia.actor.person_id, uuid4()),
    ):
        answer = grouped.ines.send(grouped.page, path, {f"person-{person}": str(group)})
        assert answer.status_code == 404
    assert sizes(session) == [1, 1]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"opens": "2031-07-01T02:30", "zone": "Europe/Berlin"}, "2031-07-01T00:30:00+00:00"),
        ({"opens": "2031-07-01T02:30", "zone": ""}, "2031-07-01T02:30:00+00:00"),
        ({"opens": "2031-07-01T02:30", "zone": "../../etc/passwd"}, "2031-07-01T02:30:00+00:00"),
        ({"opens": "2031-07-01T02:30", "zone": "No\x00where" + "/x" * 3000}, "2031-07-01T02:30:00+00:00"),
        ({"opens": "", "zone": "Europe/Berlin"}, None),
    ],
)
def test_the_gallerys_moment_is_the_choosers_own(
    grouped: Grouped, session: Session, sent: dict[str, str], kept: str | None
) -> None:
    grouped.gallery(**sent)
    at = session.scalars(select(Placement.gallery_at)).one()
    assert (at.isoformat() if at else None) == kept


@pytest.mark.parametrize("opens", ["tomorrow", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_that_is_none_is_said(grouped: Grouped, session: Session, opens: str) -> None:
    answer = grouped.ines.send("/groups", "/groups/gallery", {"opens": opens})
    assert answer.status_code == 422
    assert session.scalars(select(Placement.gallery_at)).one() is None


def test_the_pages_queries_do_not_grow(grouped: Grouped, count_queries: QueryCounter) -> None:
    with count_queries() as few:
        grouped.ines.get(grouped.page)
    add_learners(grouped.course, 70)
    for number in range(6):
        grouped.make(f"Group {number}")
    with count_queries() as many:
        page = grouped.ines.get(grouped.page).text
    assert len(many) == len(few)
    assert page.count("<select") == 50
    last = page.partition("after=")[2].partition('"')[0].rpartition("after=")[2]
    assert UUID(last)
    assert grouped.ines.get(f"{grouped.page}?after={last}").text.count("<select") == 23


def rename(grouped: Grouped, group: UUID, name: str) -> TestResponse:
    return grouped.ines.send(grouped.page, f"{grouped.page}/groups/{group}/rename", {"name": name})


def test_a_group_is_renamed_with_its_people_and_threads(grouped: Grouped, session: Session) -> None:
    post_thread(grouped.ana, title="Our nest", body="Here.")
    assert rename(grouped, grouped.kestrels, "  Ospreys ").status_code == 303
    assert 'value="Ospreys"' in grouped.ines.get(grouped.page).text
    assert "Ospreys" in grouped.ana.get("/threads").text
    assert "Our nest" in grouped.ana.get("/threads").text
    assert rename(grouped, grouped.kestrels, "Ospreys").status_code == 303, "the same again is no error"


@pytest.mark.parametrize("removed", [False, True])
def test_a_name_is_one_groups_alone(grouped: Grouped, session: Session, *, removed: bool) -> None:
    if removed:
        path = f"{grouped.page}/groups/{grouped.herons}/remove"
        grouped.ines.send(grouped.page, path, {})
    refused = rename(grouped, grouped.kestrels, "Herons")
    assert refused.status_code == 422
    assert "Another group in this set has" in refused.text
    assert rename(grouped, grouped.kestrels, " ").status_code == 422
    names = session.scalars(select(Group.name).filter_by(id=grouped.kestrels))
    assert names.one() == "Kestrels"
    with pytest.raises(IntegrityError, match="uq_course_group_own"):
        session.execute(update(Group).filter_by(id=grouped.kestrels).values(name="Herons"))


def test_two_who_take_the_same_name_at_once_leave_one(grouped: Grouped, session: Session) -> None:
    with ThreadPoolExecutor() as pool:
        answers = list(
            pool.map(lambda group: rename(grouped, group, "Ospreys"), (grouped.kestrels, grouped.herons))
        )
    assert sorted(it.status_code for it in answers) == [303, 422]
    assert session.scalars(select(func.count()).filter(Group.name == "Ospreys")).one() == 1


def test_the_platforms_groups_are_shown_and_worked_in_but_not_changed(
    grouped: Grouped, session: Session
) -> None:
    course_id = grouped.ana.actor.course_id
    given = GroupSet(course_id=course_id, platform_id="set-1", name="Lab groups")
    session.add(given)
    session.flush()
    group = Group(course_id=course_id, group_set_id=given.id, platform_id="g-1", name="Lab A")
    session.add(group)
    session.flush()
    session.add(GroupMembership(group_id=group.id, person_id=grouped.tom.actor.person_id))
    session.commit()
    page = f"/groups/sets/{given.id}"
    choices = grouped.ines.get("/groups").text
    assert "Lab groups" in choices
    assert "1 group, from your learning platform" in choices
    chosen = grouped.ines.send("/groups", "/groups/choose", {"group_set": str(given.id)})
    assert chosen.status_code == 303
    shown = grouped.ines.get(page).text
    assert "These groups come from your learning platform" in shown
    for offered in (
        "Rename",
        "Remove group",
        "Add group",
        "Assign people evenly",
        "Save groups",
    ):
        assert offered not in shown
    assert "Lab A" in shown
    for path in (f"groups/{group.id}/rename", f"groups/{group.id}/remove", "groups", "spread", "people"):
        data = {"name": "Ours", "count": "3", "who": "rest"}
        assert grouped.ines.send("/groups", f"{page}/{path}", data).status_code == 404
    post_thread(grouped.tom, title="From the lab", body="Here.")
    assert "Lab A" in grouped.tom.get("/threads").text
    assert "From the lab" not in grouped.ana.get("/threads").text

"""`segue platform move`: what was one registration's is the other's, and nothing is lost or left."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, Text, Uuid, cast, func, or_, select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core import clock
from lti_tool.core.actor import ActorMode, Naming, Role
from lti_tool.core.db import Base, unit_of_work
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.courses.models import Course as CourseRow
from lti_tool.courses.models import Placement
from lti_tool.drafts.models import Draft
from lti_tool.grades.models import Score
from lti_tool.moving.columns import STAYS
from lti_tool.moving.service import Moved, move_registration
from lti_tool.people.models import Membership, Person, RosterSync
from lti_tool.platforms.models import Deployment, Registration
from lti_tool.platforms.service import add_deployment, set_naming
from lti_tool.posts.models import Conversation, Post, PreModeration
from lti_tool.statements.models import StatementRow
from tests.catalogue.acts import do_every_act
from tests.contract.conftest import everything
from tests.factories.entrances import Course, Visitor, make_tenant
from tests.moving.conftest import NEW, OLD
from tests.threads.test_threads import THREAD, post_thread

Sessions = sessionmaker[Session]


def move(sessions: Sessions, source: Course, target: Course, **deployments: str) -> Moved:
    with unit_of_work(sessions) as session:
        return move_registration(
            session,
            source_id=source.tenant.registration_id,
            target_id=target.tenant.registration_id,
            deployments=deployments,
        )


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def bodies(session: Session) -> dict[UUID, str]:
    return {row.id: row.body for row in session.execute(select(StatementRow.id, StatementRow.body))}


def ids_in(session: Session, ids: set[UUID]) -> list[str]:
    """The columns, of whatever kind, that hold one of these ids."""
    session.rollback()
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if table.name in STAYS or not isinstance(column.type, Uuid):
                continue
            if session.scalar(select(func.count()).where(column.in_(ids))):
                found.append(f"{table.name}.{column.name}")
    return found


def test_everything_comes_along(course: Course, target: Course, sessions: Sessions, session: Session) -> None:
    do_every_act(course, session)
    before = counts(session)
    statements = bodies(session)
    moved = move(sessions, course, target)
    after = counts(session)
    # The deployments are one now, and the platform's services are asked anew.
    gone = {"deployment": 1, "launch_pending": 0, "notice_handler": 0, "roster_sync": 0, "line_item": 0}
    for name, count in before.items():
        assert after[name] == count - gone.get(name, 0) or name in {"roster_sync", "line_item"}, name
    assert (moved.people, moved.people_in_both, moved.courses_in_both) == (before["person"], 0, 0)
    assert moved.posts == before["post"]
    assert moved.statements == len(statements)
    assert ids_in(session, {course.tenant.registration_id, course.tenant.deployment_id}) == [
        "registration.id"
    ]
    # What was told stays as it was told.
    assert bodies(session) == statements
    assert session.get_one(Registration, course.tenant.registration_id).active is False


def test_the_next_launch_finds_it_all(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    move(sessions, course, target)
    assert ana.get("/threads").status_code == 401
    again = target.visitor()
    assert again.actor.person_id == ana.actor.person_id
    assert again.actor.course_id == ana.actor.course_id
    assert again.actor.placement_id == ana.actor.placement_id
    assert path in again.get("/threads").text
    assert post_thread(again)
    session.rollback()
    authors = session.scalars(select(Post.author_id)).all()
    assert set(authors) == {ana.actor.person_id}
    rows = session.scalars(select(StatementRow.registration_id).distinct()).all()
    assert rows == [target.tenant.registration_id]


def test_what_is_in_both_becomes_one(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    """People came in from the new address for a week, before anybody noticed that all seemed empty."""
    do_every_act(course, session)
    do_every_act(target, session)
    before = counts(session)
    theirs = {
        *session.scalars(select(Person.id).filter_by(registration_id=target.tenant.registration_id)),
        *session.scalars(select(CourseRow.id).filter_by(deployment_id=target.tenant.deployment_id)),
        *session.scalars(
            select(Placement.id).join(CourseRow).filter_by(deployment_id=target.tenant.deployment_id)
        ),
    }
    moved = move(sessions, course, target)
    after = counts(session)
    assert moved.people_in_both == before["person"] / 2 == after["person"]
    assert moved.courses_in_both == after["course"] == before["course"] / 2
    assert after["placement"] == before["placement"] / 2
    for name in (
        "conversation",
        "post",
        "statement",
        "moderation_log",
        "follow_up",
        "help_request",
        "post_mark",
        "mention",
        "score_entry",
        "read_state",
        "conversation_follow",
        "pseudonym",
        "debate_side",
    ):
        assert after[name] == before[name], name
    left = {course.tenant.registration_id, course.tenant.deployment_id, *theirs}
    # What statements told of keeps the id that it had then.
    assert set(ids_in(session, left)) <= {"registration.id", "statement.subject_id"}
    # And people go on.
    again = target.visitor("Tom Becker")
    assert post_thread(again)
    assert again.get("/threads").status_code == 200


def test_of_two_rows_the_one_that_stays_takes_over(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    old, new = course.visitor("Ana Ruiz"), target.visitor("Ana Ruiz", role=Role.INSTRUCTOR)
    now = clock.now()
    with unit_of_work(sessions) as writing:
        writing.get_one(Person, new.actor.person_id).name = "Ana Ruiz-Sol"
        place = writing.get_one(Placement, old.actor.placement_id)
        place.settings = {"prompt": "Why?"}
        there = writing.get_one(Placement, new.actor.placement_id)
        there.line_item_url, place.line_item_url = f"{NEW}/items/1", f"{OLD}/items/1"
        writing.get_one(CourseRow, new.actor.course_id).roster_url = f"{NEW}/roster"
        writing.get_one(CourseRow, old.actor.course_id).roster_url = f"{OLD}/roster"
        for visit, points, changed in ((old, 3, now), (new, 4, now + timedelta(hours=1))):
            writing.add(
                Score(
                    registration_id=visit.actor.registration_id,
                    course_id=visit.actor.course_id,
                    placement_id=visit.actor.placement_id,
                    person_id=visit.actor.person_id,
                    points=points,
                    maximum=10,
                    activity_progress="Completed",
                    grading_progress="FullyGraded",
                    changed_at=changed,
                    due_at=changed,
                )
            )
            writing.add(
                Draft(
                    person_id=visit.actor.person_id,
                    course_id=visit.actor.course_id,
                    kind="thread",
                    target_id=visit.actor.placement_id,
                    fields={"title": f"Draft of {points}", "body": ""},
                    writer=visit.actor.launch_id,
                )
            )
            writing.add(
                PreModeration(
                    course_id=visit.actor.course_id,
                    person_id=visit.actor.person_id,
                    until=changed,
                    reason=f"Reason of {points}",
                )
            )
    move(sessions, course, target)
    session.rollback()
    assert session.scalars(select(Person.name)).all() == ["Ana Ruiz-Sol"]
    assert session.scalars(select(Membership.role)).all() == [Role.INSTRUCTOR]
    kept = session.scalars(select(Placement)).one()
    assert (kept.id, kept.settings) == (old.actor.placement_id, {"prompt": "Why?"})
    assert kept.line_item_url == f"{NEW}/items/1"
    assert session.scalars(select(CourseRow.roster_url)).all() == [f"{NEW}/roster"]
    assert session.scalars(select(Score.points)).all() == [Decimal(4)]
    assert session.scalars(select(PreModeration.reason)).all() == ["Reason of 4"]
    draft = session.scalars(select(Draft)).one()
    assert draft.fields == {"title": "Draft of 3", "body": ""}
    assert [beside["fields"]["title"] for beside in draft.elsewhere] == ["Draft of 4"]
    page = target.visitor("Ana Ruiz").get("/threads/new")
    assert page.status_code == 200
    assert "Draft of 4" in page.text


def test_a_place_at_the_top_is_the_first_ones(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    for visits in (course, target):
        ines = visits.visitor("Ines Koch", role=Role.INSTRUCTOR)
        path = post_thread(ines)
        assert ines.send("/threads/new", f"{path}/pin", {}).status_code == 303
    move(sessions, course, target)
    session.rollback()
    pinned = session.execute(select(Conversation.pin_slot).order_by(Conversation.id)).scalars().all()
    assert [slot is not None for slot in pinned] == [True, False]


def test_no_address_of_the_old_platform_is_asked_with_the_new_ones_token(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    ana = course.visitor()
    with unit_of_work(sessions) as writing:
        there = writing.get_one(CourseRow, ana.actor.course_id)
        there.roster_url = there.line_items_url = there.groups_url = there.group_sets_url = f"{OLD}/x"
        writing.get_one(Placement, ana.actor.placement_id).line_item_url = f"{OLD}/x"
        writing.add(RosterSync(course_id=there.id, launched_at=clock.now(), due_at=clock.now()))
    move(sessions, course, target)
    session.rollback()
    for table in (CourseRow.__table__, Placement.__table__):
        texts = [column for column in table.columns if isinstance(column.type, Text)]
        assert not session.scalar(
            select(func.count()).where(or_(*(cast(column, Text).contains(OLD) for column in texts)))
        )
        assert session.scalar(select(func.count()).select_from(table)) == 1
    assert session.scalars(select(RosterSync)).all() == []


def test_settings_come_along(course: Course, target: Course, sessions: Sessions, session: Session) -> None:
    naming = Naming(ActorMode.PSEUDONYM, None, sends_text=True)
    with unit_of_work(sessions) as writing:
        set_naming(writing, registration_id=course.tenant.registration_id, naming=naming)
        writing.get_one(Registration, course.tenant.registration_id).label = "Riverside"
    move(sessions, course, target)
    session.rollback()
    there = session.get_one(Registration, target.tenant.registration_id)
    assert (there.naming, there.label) == (naming, "Riverside")


def test_settings_that_differ_are_refused(course: Course, target: Course, sessions: Sessions) -> None:
    with unit_of_work(sessions) as writing:
        for tenant, home in ((course.tenant, f"{OLD}/a"), (target.tenant, f"{NEW}/b")):
            set_naming(writing, registration_id=tenant.registration_id, naming=Naming(home_page=home))
    with pytest.raises(ConflictError, match="--actor-home-page"):
        move(sessions, course, target)


@pytest.fixture
def many(sessions: Sessions, course: Course, target: Course) -> Iterator[tuple[Course, Course]]:
    with unit_of_work(sessions) as writing:
        add_deployment(writing, registration_id=course.tenant.registration_id, deployment_id="2")
        writing.get_one(Deployment, target.tenant.deployment_id).deployment_id = "7"
    return iter([(course, target)])


def test_deployments_that_do_not_tell_are_asked_for(
    course: Course, target: Course, many: object, sessions: Sessions, session: Session
) -> None:
    assert many
    course.visitor()
    with pytest.raises(ConflictError, match="--deployment OLD=NEW"):
        move(sessions, course, target)
    with pytest.raises(NotFoundError, match="no deployment 9"):
        move(sessions, course, target, **{"1": "9", "2": "2"})
    with pytest.raises(ConflictError, match="can't be merged"):
        move(sessions, course, target, **{"1": "7", "2": "7"})
    assert move(sessions, course, target, **{"1": "7", "2": "2"}).deployments == {"1": "7", "2": "2"}
    session.rollback()
    there = select(Deployment.deployment_id).filter_by(registration_id=target.tenant.registration_id)
    assert sorted(session.scalars(there)) == ["2", "7"]
    assert session.scalars(select(CourseRow.deployment_id)).all() == [target.tenant.deployment_id]


def test_the_only_deployment_becomes_the_only_one(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    """Moodle numbers its tools: a second registration is another deployment."""
    with unit_of_work(sessions) as writing:
        writing.get_one(Deployment, target.tenant.deployment_id).deployment_id = "2"
    course.visitor()
    assert move(sessions, course, target).deployments == {"1": "2"}
    session.rollback()
    assert session.scalars(select(CourseRow.deployment_id)).all() == [target.tenant.deployment_id]


def test_other_platforms_are_left_alone(
    app: Flask, course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    with unit_of_work(sessions) as writing:
        other = Course(app, sessions, make_tenant(writing, issuer="https://other.example"))
    tom = other.visitor("Tom Becker")
    post_thread(tom)
    post_thread(course.visitor("Tom Becker"))
    post_thread(target.visitor("Tom Becker"))
    move(sessions, course, target)
    session.rollback()
    assert (
        session.scalar(
            select(func.count()).select_from(Person).filter_by(registration_id=other.tenant.registration_id)
        )
        == 1
    )
    assert session.get_one(Person, tom.actor.person_id).registration_id == other.tenant.registration_id
    assert tom.get("/threads").status_code == 200


def test_who_writes_meanwhile_loses_nothing(
    course: Course, target: Course, sessions: Sessions, engine: Engine, session: Session
) -> None:
    """They wait for the end of the move: what was sent is there, or the answer says that it is not."""
    ana, new = course.visitor("Ana Ruiz"), target.visitor("Ana Ruiz")
    tom = target.visitor("Tom Becker")

    def post(visitor: Visitor) -> TestResponse:
        return visitor.send("/threads/new", "/threads/new", THREAD)

    def waiting() -> int:
        with engine.connect() as looking:
            return looking.scalar(text("select count(*) from pg_locks where not granted")) or 0

    with ThreadPoolExecutor(3) as pool, sessions() as moving:
        move_registration(
            moving,
            source_id=course.tenant.registration_id,
            target_id=target.tenant.registration_id,
            deployments={},
        )
        sent = [pool.submit(post, visitor) for visitor in (ana, new, tom)]
        ends = time.monotonic() + 20
        while waiting() + sum(one.done() for one in sent) < 3 and time.monotonic() < ends:
            pass
        moving.commit()
        answers = [one.result() for one in sent]
    kept = session.scalar(select(func.count()).select_from(Conversation))
    assert [answer.status_code == 303 for answer in answers].count(True) == kept
    assert set(session.scalars(select(Person.registration_id))) == {target.tenant.registration_id}
    assert post(tom).status_code == 303


def test_what_cannot_become_one_is_refused(
    course: Course, target: Course, sessions: Sessions, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that nobody has thought of: rather nothing than something lost."""
    from lti_tool.moving import merging, rules

    course.visitor()
    target.visitor()
    fewer = {name: rule for name, rule in rules.BECOME_ONE.items() if name != "membership"}
    monkeypatch.setattr(merging, "BECOME_ONE", fewer)
    before = everything(engine)
    with pytest.raises(ConflictError, match="membership"):
        move(sessions, course, target)
    assert everything(engine) == before


def test_the_log_still_only_grows(
    course: Course, target: Course, sessions: Sessions, session: Session
) -> None:
    do_every_act(course, session)
    do_every_act(target, session)
    move(sessions, course, target)
    session.rollback()
    with pytest.raises(Exception, match="only grows"):
        session.execute(text("update moderation_log set course_id = course_id"))
    session.rollback()
    session.execute(text("select set_config('segue.moving', 'on', true)"))
    with pytest.raises(Exception, match="only grows"):
        session.execute(text("update moderation_log set reason = 'another'"))

"""Erasing a person leaves nothing of them anywhere, and others' work as it was."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments.tasks import sweep_files
from lti_tool.core import clock
from lti_tool.core.actor import ActorMode, Naming, Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import PlannedActivity
from lti_tool.drafts.models import Draft
from lti_tool.people.models import Person
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import set_naming
from lti_tool.posts.models import Post
from lti_tool.privacy.erasing import Erased, erase, to_erase_again
from lti_tool.privacy.exporting import kept_of
from lti_tool.privacy.models import Erasure
from lti_tool.record_store.models import StoredStatement
from lti_tool.settings import Settings
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.storage.store import storage_of
from tests.browser.everything import Everything, furnish_everything
from tests.factories.entrances import ISSUER, Course, Visitor, enter, make_tenant
from tests.grades.test_scores import GIVEN
from tests.marks.test_marks import give
from tests.moderation.test_moderation import decide, pre_moderate, reply_to
from tests.moderation.test_moderation import report as report_post
from tests.privacy.canaries import (
    CANARY,
    DERIVED,
    NEEDS_NO_CANARY,
    deliver,
    everywhere,
    files_of,
    personal_columns,
    plant,
)
from tests.threads.test_threads import post_thread
from xapi.validation import check_statement

pytestmark = pytest.mark.slow


def export_of(sessions: sessionmaker[Session], person_id: UUID) -> tuple[list[Any], list[Any], list[str]]:
    """Rows with their tables, statements and names of files."""
    with unit_of_work(sessions) as session:
        person = session.get_one(Person, person_id)
        kept = kept_of(session, session.get_one(Registration, person.registration_id), person)
        return list(kept.rows), list(kept.statements), [it.name for it in kept.files]


def erase_now(sessions: sessionmaker[Session], person_id: UUID) -> Erased:
    with unit_of_work(sessions) as session:
        person = session.get_one(Person, person_id)
        return erase(session, session.get_one(Registration, person.registration_id), person)


def furnish_more(course: Course, session: Session, there: Everything) -> None:
    """What somebody may be in that the course of the browser's tests does not have."""
    ana, tom, ines = there.place.owner, there.place.colleague, there.place.teacher
    mia, thread = there.mia, there.paths["thread"]
    named = reply_to(tom, thread, "As @Ana Ruiz says, [@Ana Ruiz](mention:"
                     f"{ana.actor.person_id}). Ana Ruiz wrote:\n\n> a word", session)  # fmt: skip
    assert give(tom, UUID(str(there.place.ids["thread post"])), "useful", "") == 303
    assert give(ana, named, "useful", "") == 303
    assert report_post(ana, named) == 303
    assert decide(ines, there.posts["first"], "hide", revision=2) == 303
    pre_moderate(ines, ana)
    assert (
        ines.send(f"/grades/{ana.actor.person_id}", f"/grades/{ana.actor.person_id}", GIVEN).status_code
        == 303
    )
    settled = post_thread(tom, title="Settled by staff")
    assert ines.send(settled, f"{settled}/close", {"reason": "It is settled."}).status_code == 303
    tom.send(
        thread, "/drafts", {"draft_place": f"reply:{thread.rpartition('/')[2]}", "body": "Ask @Ana Ruiz"}
    )
    session.add(
        PlannedActivity(
            registration_id=ines.actor.registration_id,
            author_id=ines.actor.person_id,
            activity="discussion",
            title="Planned",
            settings={},
            submission_key=uuid4(),
        )
    )
    session.commit()
    assert mia


def people_of(there: Everything) -> dict[str, Visitor]:
    place = there.place
    return {
        "Ana Ruiz": place.owner,
        "Ines Koch": place.teacher,
        "Tom Becker": place.colleague,
        "Mia Lang": there.mia,
    }


@pytest.mark.parametrize("naming", [Naming(), Naming(ActorMode.PSEUDONYM, sends_text=True)])
def test_a_canary_in_every_personal_text_is_exported_and_then_gone(
    course: Course, session: Session, settings: Settings, engine: Engine, naming: Naming
) -> None:
    """Of each person of a course in which everything is; together they have something in every column."""
    with unit_of_work(course.sessions) as writing:
        set_naming(writing, registration_id=course.tenant.registration_id, naming=naming)
    there = furnish_everything(course, session)
    furnish_more(course, session, there)
    sessions = deliver(course, settings, engine)
    covered: set[str] = set()
    for name, visitor in people_of(there).items():
        person_id, sub = visitor.actor.person_id, visitor.actor.sub
        planted = plant(engine, person_id)
        covered |= planted.keys()
        exported = json.dumps(kept := export_of(sessions, person_id), ensure_ascii=False)
        missing = {it for canaries in planted.values() for it in canaries if it not in exported}
        assert missing == set(), {name for name, canaries in planted.items() if canaries & missing}
        assert [row["sub"] for table, row in kept[0] if table == "person"] == [sub]
        keys = files_of(session, person_id)
        called = {it["account"]["name"] for it in erase_now(sessions, person_id).accounts}
        # Mia's posts wait: no statement was made of her yet, and so no pseudonym.
        assert len(called) > 1 or naming.mode is ActorMode.SUB or name == "Mia Lang"
        sweep_files(sessions)
        left = everywhere(engine)
        for it in (CANARY, CANARY.encode().hex(), sub, name, name.split()[-1].lower() + "'", *called):
            assert it not in left, (name, it, left[max(0, left.index(it) - 300) : left.index(it) + 100])
        assert not set(keys) & set(storage_of(settings).keys())
        session.expire_all()
    assert covered == personal_columns().keys() - DERIVED - NEEDS_NO_CANARY


def test_what_others_wrote_stays(course: Course, session: Session, engine: Engine) -> None:
    there = furnish_everything(course, session)
    furnish_more(course, session, there)
    ana, tom = there.place.owner, there.place.colleague
    others = (
        "select id, body, body_html, state from post where author_id <> :ana and body not like '%Ana Ruiz%'"
    )
    with engine.connect() as connection:
        before = connection.execute(text(others + " order by id"), {"ana": ana.actor.person_id}).all()
    erased = erase_now(course.sessions, ana.actor.person_id)
    with engine.connect() as connection:
        after = connection.execute(text(others + " order by id"), {"ana": ana.actor.person_id}).all()
    rewritten = session.scalars(select(Post).where(Post.body.contains("@…"))).one()
    assert [row for row in after if row.id != rewritten.id] == before
    assert erased.rewritten == 1
    assert rewritten.body == "As @… says, @…. @… wrote:\n\n> a word"
    assert "data-mention" not in rewritten.body_html
    assert rewritten.useful_count == 0
    draft = session.scalars(select(Draft).filter_by(person_id=tom.actor.person_id)).all()
    assert {"body": "Ask @…"}.items() <= next(
        it.fields for it in draft if it.fields and "@" in str(it.fields)
    ).items()
    page = tom.get(there.paths["thread"])
    assert page.status_code == 200
    assert "Removed: its author's data was deleted" in page.text
    assert "As @… says" in page.text
    assert "Ana" not in page.text
    for _, visitor, path in there.pages(course.app):
        if visitor.launch_id != ana.launch_id:
            assert visitor.get(path).status_code in {200, 404, 409}, path


def test_counts_are_those_of_what_is_left(course: Course, session: Session) -> None:
    """The stored counts are what one would count."""
    there = furnish_everything(course, session)
    furnish_more(course, session, there)
    erase_now(course.sessions, there.place.owner.actor.person_id)
    wrong = session.execute(
        text(
            "select c.id, c.gone_count, c.useful_count from conversation c where (select count(*)"
            " from post p where p.conversation_id = c.id and not p.is_opening and p.is_public"
            " and p.state <> 'published') <> c.gone_count"
            " or (select coalesce(sum(useful_count), 0) from post p"
            " where p.conversation_id = c.id and p.state = 'published') <> c.useful_count"
            " or (select count(*) from post p where p.conversation_id = c.id and not p.is_opening"
            " and p.state = 'published' and (p.author_id, coalesce(p.pseudonym, ''))"
            " <> (c.author_id, coalesce(c.pseudonym, ''))) <> c.answer_count"
        )
    ).all()
    assert wrong == []
    marks = session.execute(
        text(
            "select p.id from post p where p.useful_count <> (select count(*) from post_mark m"
            " where m.post_id = p.id and m.mark = 'useful')"
        )
    ).all()
    assert marks == []


def test_again_changes_nothing_more(course: Course, session: Session, engine: Engine) -> None:
    there = furnish_everything(course, session)
    furnish_more(course, session, there)
    person_id = there.place.owner.actor.person_id
    erase_now(course.sessions, person_id)
    once = everywhere(engine)
    again = erase_now(course.sessions, person_id)
    assert everywhere(engine) == once
    assert (again.deleted, again.statements, again.voids, again.rewritten) == ({}, 0, 0, 0)


def test_who_comes_back_is_somebody_new(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    erase_now(course.sessions, ana.actor.person_id)
    assert ana.get("/threads").status_code == 401
    back = course.visitor("Ana Ruiz")
    assert back.actor.person_id != ana.actor.person_id
    assert "A hidden title" in back.get("/threads").text
    with unit_of_work(course.sessions) as writing:
        assert [who.id for _, who in to_erase_again(writing, {})] == [ana.actor.person_id]
    assert session.scalars(select(func.count(Erasure.digest))).one() == 1


def test_a_restored_backup_is_erased_again(course: Course, session: Session) -> None:
    """The database knows nothing of the erasure any more; what was noted beside it does."""
    ana = course.visitor("Ana Ruiz")
    with course.sessions() as trying:
        person = trying.get_one(Person, ana.actor.person_id)
        registration = trying.get_one(Registration, person.registration_id)
        tombstone = erase(trying, registration, person).tombstone
        trying.rollback()
    with unit_of_work(course.sessions) as writing:
        assert list(to_erase_again(writing, {})) == []
        assert [who.sub for _, who in to_erase_again(writing, {tombstone: clock.now()})] == ["ana-ruiz"]
        earlier = session.get_one(Person, ana.actor.person_id).created_at.replace(year=2020)
        assert list(to_erase_again(writing, {tombstone: earlier})) == []
    assert "ana" not in tombstone


def test_statements_are_taken_back(
    course: Course, session: Session, settings: Settings, engine: Engine
) -> None:
    """Unsent: gone. Sent: a voiding one follows each, and the list names them."""
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    path = post_thread(tom, body="Hello @Ana Ruiz, what would you do here?")
    sent = set(session.scalars(select(StatementRow.id).where(StatementRow.event != "launched")))
    own = set(session.scalars(select(StatementRow.id).filter_by(person_id=ana.actor.person_id)))
    mentions = set(session.scalars(select(StatementRow.id).filter_by(event="mentioned")))
    deliver(course, settings, engine)
    session.execute(update(StatementRow).where(StatementRow.id.not_in(sent)).values(attempts=0))
    session.commit()
    ana.send(path, f"{path}/replies", {"body": "I would ask first what they need."})
    erased = erase_now(course.sessions, ana.actor.person_id)
    assert (erased.statements, erased.voids) == (len(own | mentions) + 1, len(own | mentions))
    assert set(map(UUID, erased.statement_ids)) == own | mentions
    assert {"homePage": ISSUER, "name": "ana-ruiz"} in [it["account"] for it in erased.accounts]
    voids = session.scalars(select(StatementRow).filter_by(event="voided")).all()
    assert {row.subject_id for row in voids} == own | mentions
    for row in voids:
        statement = json.loads(row.body)
        check_statement(statement, version=settings.lrs_version)
        assert statement["object"] == {"objectType": "StatementRef", "id": str(row.subject_id)}
        assert row.state is StatementState.PENDING
        assert row.person_id is None
    stored = set(session.scalars(select(StoredStatement.id)))
    assert not stored & (own | mentions)
    assert stored == sent - own - mentions
    keys = session.execute(
        text(
            "select count(*) from record_store_match m where not exists"
            " (select from record_store_statement s where s.seq = m.source)"
        )
    ).scalar_one()
    assert keys == 0


def test_while_a_worker_sends_nothing_is_erased(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    session.execute(
        text("update statement set lease_id = gen_random_uuid(), lease_until = now() + interval '1 minute'")
    )
    session.commit()
    with pytest.raises(Exception, match="A worker is sending"):
        erase_now(course.sessions, ana.actor.person_id)
    session.execute(text("update statement set lease_until = now() - interval '1 minute', attempts = 1"))
    session.commit()
    assert erase_now(course.sessions, ana.actor.person_id).voids == 1


@pytest.mark.parametrize(("own", "spoken"), [("https://lrs.example/xapi", "2.0.0"), (None, "1.0.0")])
def test_a_void_speaks_the_version_of_its_registrations_store(
    course: Course, session: Session, own: str | None, spoken: str
) -> None:
    """The default store's, where the registration has none of its own."""
    ana = course.visitor("Ana Ruiz")
    session.execute(update(Registration).values(lrs_url=own, lrs_version="2.0.0"))
    session.commit()
    post_thread(ana)
    session.execute(update(StatementRow).values(state=StatementState.SENT))
    session.commit()
    erase_now(course.sessions, ana.actor.person_id)
    voids = session.scalars(select(StatementRow.body).filter_by(event="voided")).all()
    assert voids
    assert {json.loads(body)["version"] for body in voids} == {spoken}


def test_anonymous_acts_are_found_by_their_accounts(course: Course, session: Session) -> None:
    there = furnish_everything(course, session)
    ana = there.place.owner
    unnamed = 'select count(*) from statement where person_id is null and body like \'%http://127.0.0.1:8000","name"%\''
    before = session.execute(text(unnamed)).scalar_one()
    erase_now(course.sessions, ana.actor.person_id)
    after = session.execute(text(unnamed)).scalar_one()
    left = session.scalars(select(StatementRow.event).where(StatementRow.person_id.is_(None))).all()
    assert after < before
    assert set(left) <= {"post_reported", "voided"}


def test_nobody_of_the_same_id_at_another_platform_is_touched(
    course: Course, session: Session, engine: Engine
) -> None:
    with unit_of_work(course.sessions) as writing:
        other = make_tenant(writing, issuer="https://other.example")
        actor, _ = enter(writing, other, name="Ana Ruiz")
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    erase_now(course.sessions, ana.actor.person_id)
    assert session.get_one(Person, actor.person_id).name == "Ana Ruiz"


def test_the_log_keeps_the_act_and_takes_no_other_change(
    course: Course, session: Session, engine: Engine
) -> None:
    tom, ines = course.visitor("Tom Becker"), course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    post_thread(tom)
    post = session.scalars(select(Post.id)).one()
    decide(ines, post, "hide")
    erase_now(course.sessions, tom.actor.person_id)
    row: Any = session.execute(text("select * from moderation_log")).one()
    assert (row.act, row.reason, row.post_id, row.staff_id) == ("hide", "", post, ines.actor.person_id)
    for change in ("act = 'keep'", "reason = 'other'", "staff_id = person_id"):
        with pytest.raises(Exception, match="only grows"), engine.begin() as connection:
            connection.execute(text(f"update moderation_log set {change}"))

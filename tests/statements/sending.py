"""What the tests of delivery share: statements to send, and what a store was sent."""

import json
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_row, settings_of, take_over, unit_of_work
from lti_tool.platforms.models import Registration
from lti_tool.statements.actors import tools_agent
from lti_tool.statements.delivery import deliver_due, stores_due
from lti_tool.statements.models import VOID_EVENT, StatementRow, StatementState
from lti_tool.statements.recorder import Act, record_act, thing
from lti_tool.statements.targets import own_store_columns
from xapi import vocabulary
from xapi.statement import SYSTEM, build_statement, dumps, statement_ref


def record(sessions: sessionmaker[Session], actor: Actor, count: int) -> list[UUID]:
    ids = [uuid4() for _ in range(count)]
    with unit_of_work(sessions) as session:
        for row_id in ids:
            act = Act(
                name="thread_posted",
                subject_id=uuid4(),
                statement_id=row_id,
                verb=vocabulary.POSTED,
                object=thing(session, uuid4(), vocabulary.FORUM_TOPIC),
                parents=[thing(session, actor.placement_id, vocabulary.RESOURCE_LINK)],
                at=clock.now(),
            )
            record_act(session, actor, act)
    return ids


def record_void(sessions: sessionmaker[Session], target: UUID) -> UUID:
    """The voiding statement of a recorded one, whose row stays."""
    void_id = uuid4()
    with unit_of_work(sessions) as session:
        row = session.scalars(select(StatementRow).filter_by(id=target).with_for_update()).one()
        statement = build_statement(
            id=void_id,
            actor=tools_agent(session, SYSTEM),
            verb=vocabulary.VOIDED,
            object=statement_ref(target),
            timestamp=clock.now(),
            version=settings_of(session).lrs_version,
        )
        insert_row(
            session,
            StatementRow,
            id=void_id,
            registration_id=row.registration_id,
            course_id=row.course_id,
            person_id=None,
            event=VOID_EVENT,
            subject_id=target,
            body=dumps(statement),
        )
    return void_id


def record_parked(sessions: sessionmaker[Session], actor: Actor, count: int) -> list[UUID]:
    """Statements that their store has refused."""
    ids = record(sessions, actor, count)
    with unit_of_work(sessions) as session:
        refused = update(StatementRow).where(StatementRow.id.in_(ids))
        session.execute(refused.values(state=StatementState.PARKED, attempts=1, last_error="answered 400"))
    return ids


def use_store(
    session: Session,
    actor: Actor,
    address: str,
    *,
    username: str = "own",
    password: str = "its password",
    version: str | None = None,
) -> None:
    """Give the actor's registration a record store of its own."""
    registration = session.get_one(Registration, actor.registration_id)
    own = own_store_columns(settings_of(session), url=address, username=username, password=password)
    take_over(registration, **own, lrs_version=version)


def deliver(sessions: sessionmaker[Session]) -> None:
    """What one look of one worker does."""
    for store in stores_due(sessions):
        deliver_due(sessions, store)


def make_due(sessions: sessionmaker[Session]) -> None:
    """As if all times to wait had passed."""
    with unit_of_work(sessions) as session:
        session.execute(text("update statement set due_at = now() - interval '1 s'"))
        session.execute(
            text("update statement set lease_until = now() - interval '1 s' where lease_id notnull")
        )
        session.execute(text("update circuit_breaker set until = now() - interval '1 s', probe_until = null"))


def rest(sessions: sessionmaker[Session]) -> float:
    """For how many seconds the one store in trouble is left alone."""
    with sessions() as session:
        query = text("select extract(epoch from until - clock_timestamp()) from circuit_breaker")
        return float(session.execute(query).scalar_one())


def states(sessions: sessionmaker[Session]) -> dict[UUID, StatementRow]:
    with sessions() as session:
        return {row.id: row for row in session.scalars(select(StatementRow))}


def sent_ids(request: Request) -> list[UUID]:
    return [UUID(statement["id"]) for statement in json.loads(request.get_data())]


def kept(request: Request) -> Response:
    return Response(json.dumps([str(i) for i in sent_ids(request)]), mimetype="application/json")

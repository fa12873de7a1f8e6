"""The statements about a person: which they are, and what takes them back when the person is erased.

A record store deletes nothing by the specification. So what was never sent is not sent, a voiding statement
follows what was, and whoever runs the store is handed a list of ids and accounts to delete by. In the
built-in store the tool deletes them itself; the voiding statements come there too, for those who read along.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, union
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import insert_rows, settings_of
from lti_tool.core.errors import ConflictError
from lti_tool.core.ids import new_random_id
from lti_tool.people.models import Person
from lti_tool.platforms.models import Registration
from lti_tool.posts.anonymity.pseudonyms import account_of
from lti_tool.posts.models import Pseudonym
from lti_tool.privacy.called import names_of
from lti_tool.record_store.erasure import erase_statements, statements_about
from lti_tool.record_store.models import StoredStatement
from lti_tool.statements.actors import Agent, possible_agents, tools_agent
from lti_tool.statements.models import (
    NAMED_AS_ACTOR,
    NAMED_AS_OBJECT,
    NAMES_SOMEBODY,
    VOID_EVENT,
    StatementRow,
    StatementState,
)
from xapi.statement import SYSTEM, build_statement, dumps, statement_ref
from xapi.validation import check_statement
from xapi.vocabulary import VOIDED


class InFlightError(ConflictError):
    """A worker is just sending a statement about the person: its answer comes first."""


@dataclass(frozen=True, slots=True)
class Told:
    """Where others' texts had a person's name, and which, beside the one they have."""

    posts: Collection[UUID] = ()
    names: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What statements say of a person, here and in the built-in record store."""

    accounts: Sequence[Agent]
    """By which they name the person, those of anonymous acts too."""
    rows: Sequence[StatementRow]
    stored: Sequence[StoredStatement]


def recorded_of(
    session: Session,
    registration: Registration,
    person: Person,
    *,
    told: Told = Told(),
    lock: bool = False,
) -> Recorded:
    """`told` leads to statements of others in whose texts the name stands: erasing them takes those along.

    `lock` keeps workers from taking up any of them. Raises InFlightError with it.
    """
    unnamed = [tools_agent(session, name) for name in _unnamed(session, person)]
    named = possible_agents(
        session,
        person_id=person.id,
        issuer=registration.issuer,
        home_page=registration.actor_home_page,
        sub=person.sub,
    )
    names = [it["account"]["name"] for it in (*named, *unnamed)]
    rows = _rows(session, person, names=names, told=told, lock=lock)
    if lock:
        _check_none_is_in_flight(session, [row.id for row in rows])
    accounts = _distinct([*named, *_named_in(rows, {person.sub}), *unnamed])
    # Two clients of one platform may name the same account: the other's statements are not this person's.
    ours = settings_of(session).base_url
    is_shared = _is_shared(session, registration)
    own = [it for it in accounts if not is_shared or it["account"]["homePage"] == ours]
    stored = statements_about(session, ids=[row.id for row in rows], agents=own)
    return Recorded(accounts=accounts, rows=rows, stored=stored)


def take_back(session: Session, found: Recorded) -> tuple[int, int]:
    """Delete the statements, and have a voiding one follow what may have been sent. How many of each."""
    voids = [_void(session, row) for row in found.rows if _may_be_sent(row)]
    insert_rows(session, StatementRow, voids)
    session.execute(delete(StatementRow).where(StatementRow.id.in_([row.id for row in found.rows])))
    erase_statements(session, found.stored)
    return len(found.rows), len(voids)


def may_have_been_sent(found: Recorded) -> list[str]:
    """Ids, for whoever runs the record store."""
    ids = {row.id for row in found.rows if _may_be_sent(row)}
    return sorted(map(str, ids | {row.id for row in found.stored}))


def _may_be_sent(row: StatementRow) -> bool:
    return row.state is StatementState.SENT or row.attempts > 0


def _void(session: Session, row: StatementRow) -> dict[str, Any]:
    """The row of a voiding statement, by the tool itself; it names nobody."""
    its = session.get_one(Registration, row.registration_id)
    own = its.lrs_version if its.lrs_url else None
    version, id_ = own or settings_of(session).lrs_version, new_random_id()
    statement = build_statement(
        id=id_,
        actor=tools_agent(session, SYSTEM),
        verb=VOIDED,
        object=statement_ref(row.id),
        timestamp=clock.now(),
        version=version,
    )
    check_statement(statement, version=version)
    return {
        "id": id_,
        "registration_id": row.registration_id,
        "course_id": row.course_id,
        "person_id": None,
        "event": VOID_EVENT,
        "subject_id": row.id,
        "body": dumps(statement),
    }


def _rows(
    session: Session, person: Person, *, names: Sequence[str], told: Told, lock: bool
) -> Sequence[StatementRow]:
    """The person's own, and those of others or of nobody that name them. Each sort by an index of its own."""
    found = union(
        select(StatementRow.id).where(StatementRow.person_id == person.id),
        select(StatementRow.id).where(NAMED_AS_OBJECT.in_(names), NAMES_SOMEBODY),
        select(StatementRow.id).where(NAMED_AS_ACTOR.in_(names), StatementRow.person_id.is_(None)),
        select(StatementRow.id).where(StatementRow.subject_id.in_(told.posts)),
    )
    query = (
        select(StatementRow)
        .where(StatementRow.registration_id == person.registration_id, StatementRow.id.in_(found))
        .order_by(StatementRow.seq)
    )
    rows = session.scalars(query.with_for_update() if lock else query).all()
    known, called = set(names), set(told.names)
    # A whole name; a single word could be anything.
    called.update(name for name in names_of(session, person) if len(name.split()) > 1)
    return [
        row
        for row in rows
        if row.person_id == person.id
        or _named_in([row], known)
        or any(name in text for text in [_told_text(row)] for name in called)
    ]


def _told_text(row: StatementRow) -> str:
    return str(json.loads(row.body).get("result", {}).get("response", ""))


def _check_none_is_in_flight(session: Session, ids: Collection[UUID]) -> None:
    sending = select(StatementRow.id).where(
        StatementRow.id.in_(ids),
        StatementRow.state == StatementState.PENDING,
        StatementRow.lease_id.is_not(None),
        StatementRow.lease_until > func.clock_timestamp(),
    )
    if session.execute(sending.limit(1)).first():
        raise InFlightError("A worker is sending a statement about this person. Try again in two minutes.")


def _unnamed(session: Session, person: Person) -> list[str]:
    conversations = session.scalars(select(Pseudonym.conversation_id).filter_by(person_id=person.id))
    return [account_of(session, conversation_id, person.id) for conversation_id in conversations]


def _named_in(rows: Collection[StatementRow], names: Collection[str]) -> list[Agent]:
    """Agents of these names in the statements; a group has a name of its own kind."""
    return [
        agent
        for row in rows
        for agent in agents_in(json.loads(row.body))
        if agent.get("account", {}).get("name") in names
    ]


def agents_in(value: Any) -> Iterator[Agent]:
    """Every agent of a statement, wherever it stands."""
    if isinstance(value, dict):
        if value.get("objectType") == "Agent":
            yield value
        for part in value.values():
            yield from agents_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from agents_in(part)


def _distinct(agents: Collection[Agent]) -> list[Agent]:
    return list({dumps(agent): agent for agent in agents}.values())


def _is_shared(session: Session, registration: Registration) -> bool:
    others = select(Registration.id).where(
        Registration.issuer == registration.issuer, Registration.id != registration.id
    )
    return session.execute(others.limit(1)).first() is not None

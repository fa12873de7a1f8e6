"""Erasing a person: one transaction for all rows. Their files follow, since the rows still lead to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.db import Base
from lti_tool.core.ids import new_random_id
from lti_tool.launch.models import Launch
from lti_tool.people.models import Person
from lti_tool.platforms.models import Deployment, Registration
from lti_tool.posts.events import PostsRewritten
from lti_tool.privacy import contributions, record, tables
from lti_tool.privacy.models import Erasure
from lti_tool.privacy.persons import tombstone_of
from lti_tool.privacy.quotes import take_out_of_quotes
from lti_tool.statements.actors import Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was done, in numbers; and what is to be kept elsewhere."""

    deleted: tables.Counts
    """Rows, by table, beside the statements."""
    emptied: tables.Counts
    """Rows that stay, and say nothing of the person any more."""
    rewritten: int
    """Posts of others that named them."""
    quoted: Sequence[tuple[UUID, UUID]]
    """Posts of others that have words of theirs, and keep them: of each its conversation's id and its own."""
    files: int
    statements: int
    voids: int
    accounts: Sequence[Agent]
    statement_ids: Sequence[str]
    """Those that a record store may have."""
    tombstone: str


def erase(session: Session, registration: Registration, person: Person) -> Erased:
    """Everything goes but what others need to make sense of their own: that somebody was there, and acted.

    Never commits: who only wants to know what would be done rolls back. The same again changes nothing.
    Raises InFlightError while a worker is sending a statement about the person.
    """
    # Whoever writes a row that refers to them waits for the end, and its launch is over then.
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    session.refresh(person)
    tombstone = tombstone_of(session, registration, person.sub)
    quoted = take_out_of_quotes(session, person)
    changed = list({*contributions.take_out_name(session, person), *quoted.renamed})
    told = record.Told(changed, quoted.names)
    recorded = record.recorded_of(session, registration, person, told=told, lock=True)
    statement_ids = record.may_have_been_sent(recorded)
    statements, voids = record.take_back(session, recorded)
    _end_launches_about(session, registration, person)
    contributions.take_back_marks(session, person.id)
    _make_nobody(session, person, tombstone)
    contributions.empty_reasons(session, person.id)
    files = contributions.give_up_files(session, person.id)
    deleted = tables.delete_rows(session, person.id)
    emptied = tables.empty_columns(session, person.id)
    session.expire_all()
    contributions.withdraw_posts(session, person.id)
    _index_again(session, changed)
    return Erased(
        deleted=deleted,
        emptied=emptied,
        rewritten=len(changed),
        quoted=quoted.posts,
        files=files,
        statements=statements,
        voids=voids,
        accounts=recorded.accounts,
        statement_ids=statement_ids,
        tombstone=tombstone,
    )


def to_erase_again(
    session: Session, tombstones: Mapping[str, datetime]
) -> Iterator[tuple[Registration, Person]]:
    """Who was erased and is there, as after a restored backup; and whatever has come to those rows since.

    `tombstones` are those that were kept beside the database; its own are added. Who came back after they
    were erased is somebody new, and stays.
    """
    erased = {row.digest: row.erased_at for row in session.scalars(select(Erasure))}
    for digest, moment in tombstones.items():
        erased[digest] = max(moment, erased.get(digest, moment))
    rows = session.execute(
        select(Registration, Person)
        .join(Person, Person.registration_id == Registration.id)
        .order_by(Person.id)
    )
    for registration, person in rows.all():
        until = erased.get(tombstone_of(session, registration, person.sub))
        if person.erased_at is not None or (until is not None and person.created_at <= until):
            yield registration, person


def _make_nobody(session: Session, person: Person, tombstone: str) -> None:
    """The row is free of who it was, whose next launch makes a new one."""
    if person.erased_at is not None:
        return
    now = clock.now()
    kept = insert(Erasure).values(digest=tombstone, erased_at=now)
    session.execute(
        kept.on_conflict_do_update(
            index_elements=["digest"], set_={"erased_at": func.greatest(Erasure.erased_at, now)}
        )
    )
    person.erased_at, person.sub = now, f"erased:{new_random_id()}"
    person.name, person.name_beginnings = "", []
    session.flush()


def _end_launches_about(session: Session, registration: Registration, person: Person) -> None:
    """Those of others who came to see this person's work, or what is kept of them: they name them."""
    here = select(Deployment.id).where(Deployment.registration_id == registration.id)
    session.execute(
        delete(Launch).where(Launch.deployment_id.in_(here), Launch.details["for_user"].astext == person.sub)
    )


def _index_again(session: Session, changed: Sequence[UUID]) -> None:
    """The search stands beside us: by its table's name, and by an event that it hears of."""
    words = Base.metadata.tables["post_words"]
    session.execute(delete(words).where(words.c.post_id.in_(changed)))
    events.record(session, PostsRewritten(changed))

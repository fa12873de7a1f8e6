"""The business side of the chaos run: acts, each a row of its own beside the statement that tells of it.

The rows of `chaos_act` are committed with their statements, and say what a store must hold in the end.
"""

import os
import random
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.db import make_engine, make_sessions, settings_of, unit_of_work
from lti_tool.core.secrets import seal
from lti_tool.platforms.models import Registration
from lti_tool.settings import Settings
from lti_tool.statements.recorder import Act, record_act, thing
from lti_tool.statements.targets import LRS_PASSWORD_PLACE
from xapi import vocabulary

TABLE = """
    create table chaos_act (
        id uuid primary key, statement_id uuid not null unique, writer int not null,
        person_id uuid not null, placement_id uuid not null, session_id uuid not null, at timestamptz not null
    )
"""
_INSERT = text(
    """
    insert into chaos_act (id, statement_id, writer, person_id, placement_id, session_id, at)
    values (:id, :statement_id, :writer, :person_id, :placement_id, :session_id, :at)
    """
)
_DONE = text("select count(*) from chaos_act where writer = :writer")
_REFUSED_EACH = 997
_AT_ONCE = (1, 1, 3, 10, 50, 100)
"""Acts of one transaction: what somebody does alone, and what one does for many."""


def is_refused(statement: dict[str, Any]) -> bool:
    """One act in 997 is one that the store refuses for good."""
    return UUID(statement["object"]["id"].rpartition("/")[2]).int % _REFUSED_EACH == 0


def make_actors(session: Session, count: int, *, stores: Sequence[str] = ("",)) -> None:
    """Registrations with a person each, by the tool's own services, that share these stores' addresses.

    The first store is the default one, whatever its address; the others are the registrations' own.
    """
    from lti_tool.courses.service import keep_course, keep_placement
    from lti_tool.people.service import keep_person
    from lti_tool.platforms.service import add_deployment, add_platform

    for number in range(count):
        issuer = f"https://lms-{number}.example"
        registration = add_platform(
            session,
            issuer=issuer,
            client_id="segue",
            auth_login_url=f"{issuer}/auth",
            auth_token_url=f"{issuer}/token",
            jwks_url=f"{issuer}/jwks",
        )
        own = number % len(stores)
        if own:
            _use_store(session, registration, stores[own])
        deployment = add_deployment(session, registration_id=registration.id, deployment_id="1")
        course = keep_course(session, deployment_id=deployment.id, context_id="course", title="A course")
        keep_placement(session, course_id=course.id, resource_link_id="l", title="It", description="")
        keep_person(session, registration_id=registration.id, sub=f"person-{number}", name="Ana Ruiz")


def _use_store(session: Session, registration: Registration, address: str) -> None:
    secret = settings_of(session).secret_key.get_secret_value()
    registration.lrs_url, registration.lrs_username = address, "segue"
    registration.lrs_password_sealed = seal("secret", secret=secret, place=LRS_PASSWORD_PLACE)


def actors(session: Session) -> list[Actor]:
    rows = session.execute(
        text(
            """
            select registration.id as registration_id, issuer, course.id as course_id,
                placement.id as placement_id, person.id as person_id, person.sub
            from registration
            join deployment on deployment.registration_id = registration.id
            join course on course.deployment_id = deployment.id
            join placement on placement.course_id = course.id
            join person on person.registration_id = registration.id
            """
        )
    )
    return [
        Actor(
            launch_id=uuid4(),
            deployment="1",
            platform_name="LMS",
            name="Ana Ruiz",
            role=Role.LEARNER,
            course_title="A course",
            context_id="course",
            placement_title="It",
            activity="discussion",
            locale="en",
            language="en",
            embedders=(),
            xapi_registration=row.person_id,
            **row._asdict(),
        )
        for row in rows
    ]


def act(session: Session, people: Sequence[Actor], *, writer: int = 0) -> None:
    """Each of them does something, and it is recorded."""
    rows: list[dict[str, Any]] = [
        {
            "id": uuid4(),
            "statement_id": uuid4(),
            "writer": writer,
            "person_id": actor.person_id,
            "placement_id": actor.placement_id,
            "session_id": actor.launch_id,
            "at": clock.now(),
        }
        for actor in people
    ]
    session.execute(_INSERT, rows)
    for actor, row in zip(people, rows, strict=True):
        record_act(
            session,
            actor,
            Act(
                name="thread_posted",
                subject_id=row["id"],
                statement_id=row["statement_id"],
                verb=vocabulary.POSTED,
                object=thing(session, row["id"], vocabulary.FORUM_TOPIC),
                parents=[thing(session, actor.placement_id, vocabulary.RESOURCE_LINK)],
                at=row["at"],
            ),
        )


def write(environment: Mapping[str, str], writer: int, share: int) -> None:
    """A process: act until this writer has so many; it and the database may go away meanwhile."""
    os.environ.update(environment)
    settings = Settings()
    sessions = make_sessions(make_engine(settings.database_url or "", pool_size=1), settings)
    chance = random.Random()
    people: list[Actor] = []
    left: int | None = None
    while left != 0:
        try:
            with unit_of_work(sessions) as session:
                people = people or actors(session)
                if left is None:
                    left = share - session.execute(_DONE, {"writer": writer}).scalar_one()
                count = min(left, chance.choice(_AT_ONCE))
                if count:
                    act(session, chance.choices(people, k=count), writer=writer)
            left -= count
        except DBAPIError:
            left = None  # whether that was committed, the table of acts knows

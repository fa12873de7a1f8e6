"""The business side of the chaos run: acts, each a row of its own beside the statement that tells of it.

The rows of `chaos_act` are committed with their statements, and say what a store must hold in the end.
"""

import os
import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.settings import Settings
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary

TABLE = """
    create table chaos_act (
        id uuid primary key, statement_id uuid not null, sub text not null, at timestamptz not null
    )
"""
_INSERT = text("insert into chaos_act (id, statement_id, sub, at) values (:id, :statement_id, :sub, :at)")
_COUNT = text("select count(*) from chaos_act")
_REFUSED_EACH = 503
_LARGEST = 40


def is_refused(statement: dict[str, Any]) -> bool:
    """One act in 503 is one that the store refuses for good."""
    return UUID(statement["object"]["id"].rpartition("/")[2]).int % _REFUSED_EACH == 0


def make_actors(session: Session, count: int) -> None:
    """Registrations with a person each, by the tool's own services."""
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
        deployment = add_deployment(session, registration_id=registration.id, deployment_id="1")
        course = keep_course(session, deployment_id=deployment.id, context_id="course", title="A course")
        keep_placement(session, course_id=course.id, resource_link_id="l", title="It", description="")
        keep_person(session, registration_id=registration.id, sub=f"person-{number}", name="Ana Ruiz")


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
            shape="",
            prompt_html="",
            locale="en",
            embedders=(),
            history_id=row.person_id,
            **row._asdict(),
        )
        for row in rows
    ]


def act_of(session: Session, actor: Actor) -> None:
    """Do something, and record it."""
    act_id, statement_id, at = uuid4(), uuid4(), clock.now()
    session.execute(_INSERT, {"id": act_id, "statement_id": statement_id, "sub": actor.sub, "at": at})
    record_act(
        session,
        actor,
        Act(
            name="thread_posted",
            subject_id=act_id,
            statement_id=statement_id,
            verb=vocabulary.POSTED,
            object=thing(session, act_id, vocabulary.FORUM_TOPIC),
            at=at,
        ),
    )


def write(environment: Mapping[str, str], wanted: int) -> None:
    """A process: act until there are so many; the database may go away meanwhile."""
    os.environ.update(environment)
    settings = Settings()
    sessions = make_sessions(make_engine(settings.database_url or "", pool_size=1), settings)
    chance = random.Random()
    people: list[Actor] = []
    while True:
        try:
            with unit_of_work(sessions) as session:
                people = people or actors(session)
                left = wanted - (session.scalar(_COUNT) or 0)
                for _ in range(min(left, chance.randint(1, _LARGEST))):
                    act_of(session, chance.choice(people))
            if left <= 0:
                return
        except DBAPIError:
            clock.now()  # whether that was committed, the table of acts knows

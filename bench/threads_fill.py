"""Conversations and posts by the million, by COPY: one big course, and others around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_row_id
from lti_tool.core.secrets import digest
from lti_tool.courses.service import keep_course, keep_placement
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.people.service import keep_membership, keep_person
from lti_tool.platforms.service import add_deployment, add_platform
from lti_tool.search.terms import scope_of

COURSES, PEOPLE = 10, 200
USUAL, LONG = 50, 20_000
_EACH = 10
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_HTML = (
    "<p>In my team the opening with <strong>facts first</strong> failed: he looked for the wrong one,"
    " and we never came to the question. What worked was a pause of ten seconds.</p><ul><li>Name the shared"
    " history.</li><li>Ask one question, and wait.</li></ul><p>Has anybody tried that with somebody who used"
    " to be their own manager? I would like to hear how it went.</p>"
)
_POST = """COPY post (id, created_at, course_id, conversation_id, author_id, author_role, is_opening, number,
    in_reply_to_id, body, body_html, statement_id, submission_key) FROM STDIN"""
_CONVERSATION = """COPY conversation (id, created_at, course_id, placement_id, kind, author_id, title,
    reply_count, last_activity_at, submission_key, tags, closed_reason, audience)
    FROM STDIN"""


# As the search keeps them: one word of a thousand posts, one of twenty, and those of the text in each. None
# begins another one, since the last word of a search is looked for as a beginning too.
_WORDS = """
    insert into post_words (post_id, course_id, words)
    select post.id, post.course_id, array_to_tsvector(array[scope.course, scope.placement]) || to_tsvector(
        'simple', concat_ws(' ', 'rare' || lpad(mod(abs(hashtext(post.id::text)), 1000)::text, 3, '0'),
        'usual' || lpad(mod(abs(hashtext(post.id::text)), 20)::text, 2, '0'),
        regexp_replace(body_html, '<[^>]*>', ' ', 'g')))
    from post join (
        select unnest(%s::uuid[]) as id, unnest(%s::text[]) as course, unnest(%s::text[]) as placement
    ) as scope on scope.id = post.course_id
    where not exists (select from post_words where post_words.post_id = post.id)
"""


@dataclass(frozen=True)
class Filled:
    """Whom the pages are asked for, and where."""

    launch_id: UUID
    secret: str
    placements: list[tuple[UUID, UUID]]
    """Of each course its id and its placement's."""
    people: list[UUID]
    deployment_id: UUID


def settle(sessions: sessionmaker[Session]) -> Filled:
    """A platform with courses and people, and a session in the first course."""
    with unit_of_work(sessions) as session:
        registration = add_platform(
            session,
            issuer="https://lms.example",
            client_id="segue",
            auth_login_url="https://lms.example/auth",
            auth_token_url="https://lms.example/token",
            jwks_url="https://lms.example/jwks",
        )
        deployment = add_deployment(session, registration_id=registration.id, deployment_id="1")
        courses = [
            keep_course(session, deployment_id=deployment.id, context_id=f"c-{n}", title=f"Course {n}")
            for n in range(COURSES)
        ]
        placements = [
            keep_placement(session, course_id=it.id, resource_link_id="l", title="Talk", description="")[0]
            for it in courses
        ]
        people = [
            keep_person(session, registration_id=registration.id, sub=f"p-{n}", name=f"Person {n}")
            for n in range(PEOPLE)
        ]
        keep_membership(session, course_id=courses[0].id, person_id=people[0].id, role=Role.LEARNER)
        both = [(course.id, it.id) for course, it in zip(courses, placements, strict=True)]
        launch_id, secret = _open(session, deployment.id, both[0], people[0].id)
        return Filled(launch_id, secret, both, [person.id for person in people], deployment.id)


def _open(
    session: Session, deployment_id: UUID, place: tuple[UUID, UUID], person_id: UUID
) -> tuple[UUID, str]:
    launch = Launch(
        kind=LaunchKind.RESOURCE_LINK,
        details={},
        secret_digest=digest(secret := uuid4().hex),
        person_id=person_id,
        deployment_id=deployment_id,
        course_id=place[0],
        placement_id=place[1],
        role=Role.LEARNER,
        locale="en",
        platform_name="Example LMS",
        embedders=["https://lms.example"],
        expires_at=clock.now() + timedelta(hours=12),
    )
    session.add(launch)
    session.flush()
    return launch.id, secret


def add_readers(sessions: sessionmaker[Session], filled: Filled, count: int) -> list[tuple[UUID, str]]:
    """So many sessions in the first course, each with its secret; some people have several."""
    with unit_of_work(sessions) as session:
        for person_id in filled.people:
            keep_membership(
                session, course_id=filled.placements[0][0], person_id=person_id, role=Role.LEARNER
            )
        return [
            _open(session, filled.deployment_id, filled.placements[0], filled.people[n % PEOPLE])
            for n in range(count)
        ]


def add_thread(engine: Engine, filled: Filled, replies: int) -> UUID:
    """One thread in the first course."""
    return next(_write(engine, filled, [(0, replies)]))


def fill(engine: Engine, filled: Filled, posts: int) -> None:
    """So many more posts, in threads of ten; a tenth of them in each course."""
    threads = posts // _EACH
    for _ in _write(engine, filled, ((number % COURSES, _EACH - 1) for number in range(threads))):
        pass


def _write(engine: Engine, filled: Filled, threads: Any) -> Iterator[UUID]:
    made = []
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    try:
        with driver.cursor() as cursor:
            # Keys are checked by being made from what is there.
            cursor.execute("set session_replication_role = replica")
            rows = [(new_row_id(), *thread) for thread in threads]
            with cursor.copy(_CONVERSATION) as copy:
                for number, (row_id, course, replies) in enumerate(rows):
                    copy.write_row(_conversation(filled, number, row_id, course, replies))
                    made.append(row_id)
            with cursor.copy(_POST) as copy:
                for row_id, course, replies in rows:
                    for post in _posts(filled, row_id, course, replies):
                        copy.write_row(post)
            cursor.execute("set session_replication_role = origin")
            cursor.execute(_WORDS, _scopes(filled))
        raw.commit()
    finally:
        raw.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze conversation, post, post_words"))
        # What is left to do of so much writing would be done while pages are measured.
        connection.execute(text("checkpoint"))
    yield from made


def _scopes(filled: Filled) -> tuple[list[UUID], list[str], list[str]]:
    courses = [course_id for course_id, _ in filled.placements]
    return courses, [scope_of(it) for it in courses], [scope_of(it) for _, it in filled.placements]


def _conversation(filled: Filled, number: int, row_id: UUID, course: int, replies: int) -> tuple[Any, ...]:
    course_id, placement_id = filled.placements[course]
    at = _BEGIN + timedelta(seconds=number)
    author = filled.people[number % PEOPLE]
    tags = ["often"] if number % 5 == 0 else []
    title = f"Which opening would fail in your team, and why? ({number})"
    return (
        row_id, at, course_id, placement_id, "thread", author, title, replies, at, uuid4(), tags, "",
        "course",
    )  # fmt: skip


def _posts(filled: Filled, thread: UUID, course: int, replies: int) -> Iterator[tuple[Any, ...]]:
    course_id, _ = filled.placements[course]
    before: UUID | None = None
    for number in range(replies + 1):
        row_id = new_row_id()
        author = filled.people[(number * 7) % PEOPLE]
        answered = before if number % 3 == 0 else None
        yield (
            row_id, clock.now(), course_id, thread, author, "learner", number == 0, number,
            answered, "Text", _HTML, uuid4(), uuid4(),
        )  # fmt: skip
        before = row_id

"""How long it takes to hand out and to erase what is kept of somebody, as others' data grow: prints a table.

Somebody with 2,000 posts, each with its statement here and in the built-in record store, among so many posts
and statements of others in ten courses. The commands are run as an operator runs them, start-up included.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from bench.databases import new_database
from bench.launches import row
from bench.record_store_fill import fill as fill_store
from bench.serving import ROOT, SECRET
from bench.threads_fill import Filled, fill, settle
from lti_tool.core.actor import Role
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.installation import install
from lti_tool.people.service import keep_membership, keep_person
from lti_tool.platforms.models import Registration
from lti_tool.record_store.credentials import authority_of
from lti_tool.record_store.models import Credential
from lti_tool.record_store.service import store_statements
from lti_tool.settings import Settings
from lti_tool.statements.models import StatementRow
from xapi import vocabulary
from xapi.statement import account_agent, activity, build_statement, context, dumps

LEVELS = (10_000, 100_000, 1_000_000)
POSTS = 2_000
_BATCH = 50
_MEASURED = """
import atexit, pathlib, runpy
atexit.register(lambda: pathlib.Path("status").write_text(pathlib.Path("/proc/self/status").read_text()))
runpy.run_module("lti_tool", run_name="__main__", alter_sys=True)
"""
"""The command, which leaves behind what Linux says of its memory. What a parent counts has its own in it."""
_PLATFORM, _IDLE = "https://lms.example", "idle"
_MARK = "00000000-0000-4000-8000-00000000000"
"""With one digit more, in place of what differs between the statements that are filled in."""

_TAKE_OVER = text(
    """
    with taken as (
        select post.id from post join person on person.id = author_id
        where not is_opening and erased_at is null order by md5(post.id::text) limit :posts
    )
    update post set author_id = :person from taken where post.id = taken.id
    """
)
_STATEMENTS = text(
    f"""
    insert into statement (id, registration_id, course_id, person_id, event, subject_id, body, created_at,
        state, attempts, due_at, sent_at)
    select post.statement_id, person.registration_id, post.course_id, person.id, 'reply_posted', post.id,
        replace(replace(replace(:body, '{_MARK}1', post.statement_id::text), '{_MARK}2', person.sub),
            '{_MARK}3', post.id::text),
        post.created_at, 'sent', 1, post.created_at, post.created_at
    from post join person on person.id = post.author_id
    where erased_at is null
        and not exists (select from statement where subject_id = post.id and event = 'reply_posted')
    """
)


def _body(person: str) -> str:
    """A reply's statement, to be filled in."""
    thing = "http://127.0.0.1:8000/xapi/a/"
    statement = build_statement(
        id=f"{_MARK}1",
        actor=account_agent(_PLATFORM, person),
        verb=vocabulary.REPLIED,
        object=activity(f"{thing}{_MARK}3", type=vocabulary.FORUM_REPLY),
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        context=context(
            platform="Example LMS",
            language="en",
            grouping=[activity(f"{thing}course", type=vocabulary.COURSE, name="Course")],
            category=[activity(vocabulary.PROFILE_VERSION)],
        ),
    )
    return dumps(statement)


def add_somebody(sessions: sessionmaker[Session], filled: Filled, sub: str) -> UUID:
    """In all courses, with a part of the posts that are there."""
    with unit_of_work(sessions) as session:
        registration_id = session.scalars(select(Registration.id)).one()
        person = keep_person(session, registration_id=registration_id, sub=sub, name=f"Ana {sub}")
        for course_id, _ in filled.placements:
            keep_membership(session, course_id=course_id, person_id=person.id, role=Role.LEARNER)
        keep_person(session, registration_id=registration_id, sub=_IDLE, name="")
        session.execute(_TAKE_OVER, {"person": person.id, "posts": POSTS})
        return person.id


def add_statements(sessions: sessionmaker[Session], person_id: UUID) -> None:
    """Of each post that has none; those of this person are in the built-in record store too."""
    with unit_of_work(sessions) as session:
        session.execute(_STATEMENTS, {"body": _body(f"{_MARK}2")})
    with unit_of_work(sessions) as session:
        credential = session.scalars(select(Credential)).one()
        bodies = session.scalars(select(StatementRow.body).filter_by(person_id=person_id)).all()
        for first in range(0, len(bodies), _BATCH):
            sent = list(map(json.loads, bodies[first : first + _BATCH]))
            store_statements(session, credential, sent=sent, version="1.0.3")


def run(url: str, folder: Path, *command: str) -> tuple[float, float]:
    """Seconds and MiB of memory at most of one `segue person`, which must do what it is told."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SEGUE_DATABASE_URL": url,
        "SEGUE_SECRET_KEY": SECRET,
        "SEGUE_MEDIA_URL": (folder / "media").as_uri(),
    }
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, "person", *command],
        env=environment, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    spent = time.perf_counter() - begun
    if done.returncode:
        sys.exit(done.stderr)
    memory = re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text(encoding="utf-8"))
    assert memory is not None
    return spent, int(memory[1]) / 1024


def one_level(url: str, level: int) -> None:
    sub = f"own-{level}"
    whose = ("--platform", _PLATFORM, "--sub", sub)
    idle = (*whose[:3], _IDLE)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, command in {
            "export of somebody who did nothing": ("export", *idle, "--to", "idle"),
            "export": ("export", *whose, "--to", "person"),
            "erase, dry run": ("erase", *whose),
            "erase": ("erase", *whose, "--yes", "--list", "list"),
        }.items():
            spent, memory = run(url, folder, *command)
            row(name, f"{spent:.1f} s", f"{memory:,.0f} MiB at most")


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.privacy", description=__doc__)
    options.add_argument("--posts", type=int, default=LEVELS[-1], help="up to so many")
    options.add_argument(
        "--keep", action="store_true", help="wait before each level, for a look at its plans"
    )
    given = options.parse_args(arguments)
    with new_database() as url:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        filled, there = settle(sessions), 0
        for level in [level for level in LEVELS if level <= given.posts]:
            begun = time.perf_counter()
            fill(engine, filled, level - there)
            with sessions() as session:
                authority = authority_of(session, session.scalars(select(Credential)).one())
            fill_store(engine, level - there, authority=authority)
            there = level
            add_statements(sessions, add_somebody(sessions, filled, f"own-{level}"))
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze"))
            spent = time.perf_counter() - begun
            print(f"\n{level:,} posts and statements (filled in {spent:.0f} s)", flush=True)
            one_level(url, level)
        engine.dispose()


if __name__ == "__main__":
    main()

"""`segue statements export`: what was frozen, line by line."""

import json
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.cli import main
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.export import Wanted, export
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import enter, make_tenant
from tests.servers import Counterpart
from tests.statements.sending import deliver, kept, record, states

Sessions = sessionmaker[Session]


@pytest.fixture
def segue(store_sessions: Sessions) -> "Segue":
    return Segue(store_sessions)


class Segue:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def sessions(self) -> Sessions:
        return self._sessions

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["statements", "export", *arguments], obj=self)

    def ids(self, *arguments: str) -> set[str]:
        done = self(*arguments)
        assert done.exit_code == 0, done.output
        return {json.loads(line)["id"] for line in done.stdout.splitlines()}


def test_each_line_is_what_was_frozen(segue: Segue, store_sessions: Sessions, actor: Actor) -> None:
    record(store_sessions, actor, 3)
    done = segue()
    assert sorted(done.stdout.splitlines()) == sorted(row.body for row in states(store_sessions).values())
    assert "Exported: 3." in done.stderr


def test_one_may_ask_for_some(
    store: Counterpart, segue: Segue, store_sessions: Sessions, actor: Actor
) -> None:
    with unit_of_work(store_sessions) as session:
        other = enter(session, make_tenant(session, issuer="https://other.test"))[0]
    store.answer = kept
    old, theirs = record(store_sessions, actor, 2), record(store_sessions, other, 1)
    deliver(store_sessions)
    with unit_of_work(store_sessions) as session:
        aged = update(StatementRow).where(StatementRow.id.in_(old))
        session.execute(aged.values(created_at=clock.now() - timedelta(days=2)))
    new = record(store_sessions, actor, 1)
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    assert segue.ids("--since", yesterday) == {str(i) for i in theirs + new}
    assert segue.ids("--until", yesterday) == {str(i) for i in old}
    assert segue.ids("--until", "2001-01-01") == set()
    assert segue.ids("--registration", str(other.registration_id)) == {str(i) for i in theirs}
    assert segue.ids("--state", "pending") == {str(i) for i in new}
    assert segue.ids("--state", "pending", "--state", "sent") == {str(i) for i in old + theirs + new}
    assert segue.ids("--state", "parked") == set()


def test_into_a_file_that_is_whole_or_not_there(
    segue: Segue, store_sessions: Sessions, actor: Actor, tmp_path: Path
) -> None:
    record(store_sessions, actor, 2)
    file = tmp_path / "statements.jsonl"
    assert segue("--output", str(file)).exit_code == 0
    assert len(file.read_text().splitlines()) == 2
    again = segue("--output", str(file))
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    nowhere = segue("--output", str(tmp_path / "none" / "it"))
    assert (nowhere.exit_code, "can't be written" in nowhere.output) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["statements.jsonl"]


@pytest.mark.parametrize("wrong", [("--since", "soon"), ("--state", "lost"), ("--registration", "7")])
def test_what_makes_no_sense_is_said(segue: Segue, wrong: tuple[str, str]) -> None:
    done = segue(*wrong)
    assert done.exit_code == 2
    assert wrong[0] in done.output


def test_memory_does_not_grow_with_what_is_exported(store_sessions: Sessions, actor: Actor) -> None:
    record(store_sessions, actor, 2000)
    with store_sessions() as session:
        count, lines = export(session, Wanted())
        next(lines)
        tracemalloc.start()
        size = sum(len(line) for line in lines)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 2000
    assert most < size / 2

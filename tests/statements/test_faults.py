"""Each fault of a record store as a test of its own: nothing is lost, nothing doubled, and others go on.

A worker's looks are repeated, with the waits between them over, until the store has everything; the store's
own contents say whether it has. How long the waits are: tests/xapi/test_delivery.py and test_stores.py.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos.store import FAULTS, WELL, MisbehavingStore, serving_store
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.settings import Settings
from lti_tool.statements import delivery
from lti_tool.statements.models import StatementState
from tests.conftest import SECRET
from tests.factories.entrances import enter, make_tenant
from tests.statements.sending import deliver, make_due, record, states
from xapi.client import RecordStoreClient

pytestmark = pytest.mark.slow

Sessions = sessionmaker[Session]


@pytest.fixture
def bad_store() -> MisbehavingStore:
    return MisbehavingStore(silence=0.6)


@pytest.fixture
def sessions(
    bad_store: MisbehavingStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sessions]:
    """Of an installation whose record store is `bad_store`, and has 0.3 s to answer."""

    def impatient(*arguments: str, **options: str) -> RecordStoreClient:
        return RecordStoreClient(*arguments, **options, timeout=(0.3, 0.3))

    monkeypatch.setattr("lti_tool.statements.targets.RecordStoreClient", impatient)
    with serving_store(bad_store) as endpoint:
        engine = make_engine(database_url)
        settings = Settings(
            database_url=database_url,
            secret_key=SecretStr(SECRET),
            lrs_url=endpoint,
            lrs_username="segue",
            lrs_password=SecretStr("secret"),
        )
        yield make_sessions(engine, settings)
        engine.dispose()


@pytest.fixture
def actor(sessions: Sessions) -> Actor:
    with unit_of_work(sessions) as session:
        return enter(session, make_tenant(session))[0]


def meets(store: MisbehavingStore, *faults: str) -> None:
    """The next POSTs meet these faults, and all later ones none."""
    coming = list(faults)
    store.choose = lambda: coming.pop(0) if coming else WELL


def deliver_all(sessions: Sessions, looks: int = 6) -> None:
    for _ in range(looks):
        deliver(sessions)
        if not any(row.state == StatementState.PENDING for row in states(sessions).values()):
            return
        make_due(sessions)
    raise AssertionError("not delivered")


def check_kept_as_frozen(store: MisbehavingStore, sessions: Sessions) -> None:
    """Every statement once, and each as it was frozen."""
    rows = states(sessions)
    assert {key: json.loads(text) for key, text in store.kept.items()} == {
        str(key): json.loads(row.body) for key, row in rows.items()
    }
    assert {row.state for row in rows.values()} == {StatementState.SENT}
    assert store.conflicts == []


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_store_has_everything_once(
    fault: str, bad_store: MisbehavingStore, sessions: Sessions, actor: Actor
) -> None:
    record(sessions, actor, 30)
    meets(bad_store, fault)
    deliver_all(sessions)
    assert bad_store.posts[fault] == 1
    check_kept_as_frozen(bad_store, sessions)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_comes_again_and_again_parks_nothing(
    fault: str, bad_store: MisbehavingStore, sessions: Sessions, actor: Actor
) -> None:
    """Seven looks, so a batch is suspected too, and divided."""
    record(sessions, actor, 4)
    bad_store.choose = lambda: fault
    bad_store.silence = 0.35
    for _ in range(7):
        deliver(sessions)
        make_due(sessions)
    assert not any(row.state == StatementState.PARKED for row in states(sessions).values())
    bad_store.choose = lambda: WELL
    deliver_all(sessions)
    check_kept_as_frozen(bad_store, sessions)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_store_refuses_is_parked_alone_whatever_else_happens(
    fault: str, bad_store: MisbehavingStore, sessions: Sessions, actor: Actor
) -> None:
    ids = record(sessions, actor, 20)
    bad_store.refused.add(str(ids[7]))
    meets(bad_store, WELL, fault, WELL, fault)
    deliver_all(sessions, looks=12)
    rows = states(sessions)
    assert [i for i in ids if rows[i].state == StatementState.PARKED] == [ids[7]]
    assert set(bad_store.kept) == {str(i) for i in ids} - {str(ids[7])}


def test_a_clock_that_jumps_moves_no_lease(
    bad_store: MisbehavingStore, sessions: Sessions, actor: Actor
) -> None:
    """Leases and waits are the database's: a machine that is an hour off delivers as the others do."""
    record(sessions, actor, 3)
    meets(bad_store, "503 with Retry-After")
    for hours in (-1, 1):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            deliver(sessions)
    assert bad_store.posts.total() == 1, "the hour that was not did not end the wait"
    make_due(sessions)
    deliver(sessions)
    check_kept_as_frozen(bad_store, sessions)


def test_a_batch_that_takes_long_is_held_by_a_renewed_lease(
    bad_store: MisbehavingStore, sessions: Sessions, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_HELD_FOR", 0)
    ids = record(sessions, actor, 30)
    bad_store.refused.add(str(ids[3]))
    deliver(sessions)
    assert len(bad_store.kept) == 29
    assert {row.attempts for row in states(sessions).values()} == {1}

"""The oracle of the chaos run tells a delivery that is wrong: each test plants one mistake in it."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos import acts
from bench.chaos.kept import KeptInFile
from bench.chaos.oracle import Found, compare
from bench.chaos.store import WELL, MisbehavingStore, serving_store
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.settings import Settings
from lti_tool.statements import delivery, queries
from lti_tool.statements.queries import Claimed
from tests.conftest import SECRET
from tests.statements.sending import deliver, make_due

ACTS = 60
Sessions = sessionmaker[Session]
Change = Callable[[str], str]


@pytest.fixture(autouse=True)
def _nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so few acts, one that the store refuses for good is a matter of luck."""
    monkeypatch.setattr(acts, "_REFUSED_EACH", 2**128)


@pytest.fixture
def bad_store(tmp_path: Any) -> MisbehavingStore:
    return MisbehavingStore(kept=KeptInFile(tmp_path / "store"), refuses=acts.is_refused)


@pytest.fixture
def sessions(bad_store: MisbehavingStore, database_url: str) -> Iterator[Sessions]:
    """Of an installation whose store is `bad_store`, after some acts."""
    with serving_store(bad_store) as endpoint:
        settings = Settings(
            database_url=database_url,
            secret_key=SecretStr(SECRET),
            lrs_url=endpoint,
            lrs_username="segue",
            lrs_password=SecretStr("secret"),
        )
        engine = make_engine(database_url)
        sessions = make_sessions(engine, settings)
        with unit_of_work(sessions) as session:
            acts.make_actors(session, 2)
            session.execute(text(acts.TABLE))
            acts.act(session, acts.actors(session) * (ACTS // 2))
        yield sessions
        with unit_of_work(sessions) as session:
            session.execute(text("drop table chaos_act"))
        engine.dispose()


def outcome(sessions: Sessions, store: MisbehavingStore, *faults: str) -> Found:
    """What the oracle finds when the first requests have met these faults, and several looks are over."""
    coming = list(faults)
    store.choose = lambda: coming.pop(0) if coming else WELL
    for _ in range(4):
        with suppress(RuntimeError):  # a worker that died
            deliver(sessions)
        make_due(sessions)
    with sessions() as session:
        found = compare(session, {None: store})
    assert found.acts == ACTS
    return found


def plant_in_claim(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """What is sent is what `change` makes of a statement's text."""
    claim = queries.claim

    def altered(*given: Any, **named: Any) -> list[Claimed]:
        return [Claimed(row.id, change(row.body), row.attempts) for row in claim(*given, **named)]

    monkeypatch.setattr(queries, "claim", altered)


@pytest.mark.parametrize("fault", [WELL, "500", "500 after keeping", "200 with nothing", "cut in the middle"])
def test_the_delivery_as_it_is_loses_doubles_and_leaves_nothing(
    fault: str, sessions: Sessions, bad_store: MisbehavingStore
) -> None:
    found = outcome(sessions, bad_store, fault)
    assert found.is_fine
    assert (len(bad_store.kept), found.refused) == (ACTS, 0)


def test_what_the_store_refuses_for_good_is_neither_lost_nor_stuck(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "_REFUSED_EACH", 2)
    found = outcome(sessions, bad_store, WELL)
    assert found.is_fine
    assert 0 < found.refused < ACTS
    assert len(bad_store.kept) == ACTS - found.refused


def test_marked_before_the_answer_is_lost(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = delivery._Delivery._send

    def mark_first(self: Any, rows: list[Claimed]) -> bool:
        self._sent += [row.id for row in rows]
        return send(self, rows)

    monkeypatch.setattr(delivery._Delivery, "_send", mark_first)
    found = outcome(sessions, bad_store, "500")
    assert found.lost > 0
    assert not found.is_fine


def test_a_row_that_goes_with_its_failure_is_lost(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop(session: Session, lease_id: UUID, *_ids: object) -> None:
        session.execute(text("delete from statement where lease_id = :lease_id"), {"lease_id": lease_id})

    monkeypatch.setattr(queries, "mark_for_retry", drop)
    assert outcome(sessions, bad_store, "500").lost == 50


def test_a_new_id_for_each_attempt_doubles(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_in_claim(monkeypatch, lambda body: json.dumps(json.loads(body) | {"id": str(uuid4())}))
    assert outcome(sessions, bad_store, "500 after keeping").doubled > 0


def test_text_that_is_made_anew_for_each_attempt_differs(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second worker's request is taken, and the first one's arrived too: the store holds one of them."""
    times = iter(f"2026-01-01T00:00:{number % 60:02d}.{number:03d}Z" for number in range(1000))
    plant_in_claim(monkeypatch, lambda body: json.dumps(json.loads(body) | {"timestamp": next(times)}))
    found = outcome(sessions, bad_store, "500 after keeping")
    assert found.differing > 0
    assert not found.is_fine


def test_text_that_was_altered_once_for_all_differs(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent twice, so no store would notice: what was done says otherwise."""
    plant_in_claim(monkeypatch, lambda body: body.replace('"person-1"', '"person-0"'))
    assert outcome(sessions, bad_store).differing == ACTS // 2


def test_what_is_never_due_again_is_stuck(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(session: Session, lease_id: UUID, *_ids: object) -> None:
        never = "update statement set registration_id = registration_id, due_at = 'infinity' "
        session.execute(text(f"{never} where lease_id = :lease_id"), {"lease_id": lease_id})

    monkeypatch.setattr(queries, "mark_for_retry", forget)
    monkeypatch.setattr("tests.statements.test_oracle.make_due", lambda sessions: None)
    assert outcome(sessions, bad_store, "500").stuck > 0


def test_what_is_given_up_without_reason_is_stuck(
    sessions: Sessions, bad_store: MisbehavingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(session: Session, lease_id: UUID, *_rest: Any) -> None:
        parked = text("update statement set state = 'parked' where lease_id = :lease_id")
        session.execute(parked, {"lease_id": lease_id})

    monkeypatch.setattr(queries, "mark_for_retry", give_up)
    assert outcome(sessions, bad_store, "500").stuck == 50

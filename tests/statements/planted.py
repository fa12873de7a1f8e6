"""Mistakes for the machine to find, each planted in delivery as it runs: `make machine` has it find them all.

The file is no test by its name: under load it takes minutes. The quickest are in test_machine.py.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.statements import breaker, delivery, queries
from lti_tool.statements.delivery import _Delivery
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import enter, make_tenant
from tests.statements.machine import BATCH, Delivering, DirectClient, models
from xapi.delivery import decide as decide_rightly

SHORT = settings(
    max_examples=40, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
UNTIL_FOUND = settings(
    SHORT, max_examples=300, database=None, derandomize=True, phases=[Phase.generate], print_blob=False
)

Sessions = sessionmaker[Session]
Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def machine(store_sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready to run, with two registrations that share a store."""
    with unit_of_work(store_sessions) as session:
        actors = [
            enter(session, make_tenant(session, issuer=f"https://{name}.test"))[0] for name in ("one", "two")
        ]
    Delivering.sessions, Delivering.models = store_sessions, models(store_sessions, actors)
    monkeypatch.setattr("lti_tool.statements.targets.RecordStoreClient", DirectClient)
    monkeypatch.setattr(delivery, "BATCH_SIZE", BATCH)


def check_it_is_found(plant: Plant, patch: pytest.MonkeyPatch) -> None:
    """What was found once may hide the next time, as ids are others then."""
    plant(patch)
    with pytest.raises((AssertionError, FlakyFailure)):
        run_state_machine_as_test(Delivering, settings=UNTIL_FOUND)


def _sql(name: str, was: str, becomes: str = "") -> Plant:
    """One of the queries says something else."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        sql = str(getattr(queries, name))
        assert was in sql
        patch.setattr(queries, name, text(sql.replace(was, becomes)))

    return plant


def _method(name: str, instead: Any) -> Plant:
    return lambda patch: patch.setattr(_Delivery, name, instead)


_LEASE = "and (statement.lease_until is null or statement.lease_until < clock_timestamp())"


def _claims_what_others_hold(patch: pytest.MonkeyPatch) -> None:
    _sql("_CLAIM", _LEASE)(patch)
    _sql("_STORES_DUE", _LEASE)(patch)


def _leases_never_end(patch: pytest.MonkeyPatch) -> None:
    _sql("_CLAIM", "or statement.lease_until < clock_timestamp()")(patch)


def _changes_what_it_lost(patch: pytest.MonkeyPatch) -> None:
    def change(session: Session, _lease: UUID, ids: Sequence[UUID], /, **values: object) -> Sequence[UUID]:
        every = update(StatementRow).where(StatementRow.id.in_(ids)).values(**values)
        unfenced = every.returning(StatementRow.id).execution_options(synchronize_session=False)
        return session.scalars(unfenced).all()

    patch.setattr(queries, "_change", change)


def _takes_any_200_for_all(self: Any, rows: Any, _answer: Any) -> bool:
    self._sent += [row.id for row in rows]
    return True


def _forgets_what_was_sent_before(patch: pytest.MonkeyPatch) -> None:
    act = _Delivery._act

    def forget(self: Any, *arguments: Any, **options: Any) -> bool:
        self._sent = []
        return act(self, *arguments, **options)

    patch.setattr(_Delivery, "_act", forget)


def _loses_the_middle(patch: pytest.MonkeyPatch) -> None:
    send_parts = _Delivery._send_parts

    def send(self: Any, parts: Any) -> bool:
        return send_parts(self, [*parts[:-1], parts[-1][1:] or parts[-1]] if len(parts) > 1 else parts)

    patch.setattr(_Delivery, "_send_parts", send)


def _parks_the_whole_batch(patch: pytest.MonkeyPatch) -> None:
    def decide(answer: Any, *, statements: Sequence[str], **options: Any) -> Any:
        return decide_rightly(answer, statements=statements[:1], **options)

    patch.setattr(delivery, "decide", decide)


def _parks_in_an_outage(patch: pytest.MonkeyPatch) -> None:
    sql = str(queries._COUNT_POISON)
    begin, end = sql.index("and ("), sql.index("returning")
    patch.setattr(queries, "_COUNT_POISON", text(sql[:begin] + sql[end:]))


def _never_parks_poison(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(delivery, "PARK_AFTER", 1_000_000)


def _goes_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(breaker, "ask", lambda *_: breaker.Gate.OPEN)
    _sql("_STORES_DUE", "until > clock_timestamp()", "false")(patch)


def _keeps_the_rest(self: Any, _session: Session) -> None:
    del self


PLANTED: dict[str, Plant] = {
    "claim: takes what others hold": _claims_what_others_hold,
    "claim: a void does not wait": _sql("_CLAIM", "is distinct from 'pending'", "is distinct from 'never'"),
    "claim: a void waits for what is parked": _sql("_CLAIM", "'pending'\n    )", "'parked'\n    )"),
    "lease: never ends": _leases_never_end,
    "fencing: counts what it lost as sent": _sql("_SENT", "and lease_id = :lease_id"),
    "fencing: changes what it lost": _changes_what_it_lost,
    "acknowledging: any 200 is for all": _method("_take_for_sent", _takes_any_200_for_all),
    "acknowledging: forgets what was sent before a failure": _forgets_what_was_sent_before,
    "acknowledging: keeps what it did not send": _method("_give_back", _keeps_the_rest),
    "bisecting: loses one at the cut": _loses_the_middle,
    "bisecting: parks the whole batch": _parks_the_whole_batch,
    "409: takes all for the same": lambda patch: patch.setattr(delivery, "same_statement", lambda *_: True),
    "409: takes all for another": lambda patch: patch.setattr(delivery, "same_statement", lambda *_: False),
    "parking: in an outage": _parks_in_an_outage,
    "parking: never what breaks the store": _never_parks_poison,
    "breaker: goes on": _goes_on,
}


@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_the_machine_finds_it(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    check_it_is_found(plant, monkeypatch)

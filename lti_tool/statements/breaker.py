"""Leaving a record store alone that is in trouble: for all workers and registrations that share it.

A store that refuses us, asks for time or can't be reached is left alone at once; one that fails otherwise,
after a few failures in a row. Then one batch goes, of one worker, to see; what is taken ends the trouble.
"""

import random
from datetime import timedelta
from enum import Enum, auto

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.statements.targets import STORE_KEY, address_of, key_parameters
from xapi.delivery import OPEN_AFTER, Decision, back_off

log = structlog.get_logger(__name__)

_PROBE = timedelta(minutes=5)
"""After so long, a worker that went to see is taken for dead, and another one goes."""

_ASK = text(
    """
    with probe as (
        update circuit_breaker set probe_until = clock_timestamp() + :probe
        where store = :store and until <= clock_timestamp()
            and (probe_until is null or probe_until < clock_timestamp())
        returning store
    )
    select until is null or exists (select from probe) from circuit_breaker where store = :store
    """
)
_FAILED = text(
    """
    insert into circuit_breaker (store, failures, since, reason)
    values (:store, 1, clock_timestamp(), :reason)
    on conflict (store) do update set failures = circuit_breaker.failures + 1, reason = excluded.reason
    returning failures, until is not null as was_open
    """
)
_OPEN = text(
    """
    update circuit_breaker
    set until = greatest(until, clock_timestamp() + :rest), probe_until = null where store = :store
    """
)
_LEAVE = text("update circuit_breaker set probe_until = null where store = :store")
_FORGET = text(
    f"delete from circuit_breaker where store not in (select {STORE_KEY} from registration)"  # noqa: S608
)
_WELL = text("delete from circuit_breaker where store = :store")


class Gate(Enum):
    """Whether one may send to a store now."""

    OPEN = auto()
    """Nothing is known against it."""
    WATCHED = auto()
    """It failed last time; this may be the one batch that goes to see. Say what became of it."""
    SHUT = auto()


def ask(session: Session, store: str) -> Gate:
    may_send = session.scalar(_ASK, {"store": store, "probe": _PROBE})
    if may_send is None:
        return Gate.OPEN
    return Gate.WATCHED if may_send else Gate.SHUT


def leave(session: Session, store: str) -> None:
    """Who may have gone to see has nothing to say: somebody else may go."""
    session.execute(_LEAVE, {"store": store})


def note_success(session: Session, store: str) -> None:
    session.execute(_WELL, {"store": store})
    log.info("record_store_is_well_again", store=address_of(store))


def forget_unused(session: Session) -> None:
    """What is known against stores that no registration has any more."""
    session.execute(_FORGET, key_parameters(session))


def note_failure(session: Session, store: str, decision: Decision) -> timedelta | None:
    """Count a failure; for how long the store is left alone now, or None."""
    failures, was_open = session.execute(_FAILED, {"store": store, "reason": decision.reason}).one()
    if decision.rest is None and not was_open and failures < OPEN_AFTER:
        return None
    jitter = random.random()  # noqa: S311  # spreads retries, keeps no secret
    rest = max(decision.rest or timedelta(0), back_off(failures, jitter))
    session.execute(_OPEN, {"store": store, "rest": rest})
    # The alert of those who watch logs: once for each time that it is left alone.
    log.error(
        "record_store_left_alone", store=address_of(store), seconds=rest.total_seconds(), why=decision.reason
    )
    return rest

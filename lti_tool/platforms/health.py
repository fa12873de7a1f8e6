"""How a registration does: when somebody last came in, and what last went wrong.

Written without making anybody wait: mostly it is read alone, and a row that another transaction holds is
left to that one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.core import clock
from lti_tool.core.db import find_one
from lti_tool.platforms.models import RegistrationHealth

_LAUNCHES_EVERY = timedelta(minutes=1)
_ERRORS_EVERY = timedelta(seconds=10)


def note_launch(session: Session, *, registration_id: UUID) -> None:
    """Somebody came in. Written at most once a minute."""
    _note(
        session,
        registration_id,
        RegistrationHealth.launched_at,
        every=_LAUNCHES_EVERY,
        values={"launched_at": clock.now()},
    )


def note_error(
    session: Session, *, registration_id: UUID, code: str, claim: str | None = None, rule: str | None = None
) -> None:
    """A launch was refused, for the reason that this code names: a claim of it broke a rule, perhaps.

    Written at most once in ten seconds.
    """
    _note(
        session,
        registration_id,
        RegistrationHealth.error_at,
        every=_ERRORS_EVERY,
        values={
            "error_at": clock.now(),
            "error_code": code,
            "error_claim": claim,
            "error_rule": rule,
        },
    )


def _note(
    session: Session,
    registration_id: UUID,
    noted_at: "InstrumentedAttribute[datetime | None]",
    *,
    every: timedelta,
    values: dict[str, object],
) -> None:
    of_it = RegistrationHealth.registration_id == registration_id
    kept = find_one(session, RegistrationHealth, registration_id=registration_id)
    if kept is None:
        session.execute(
            insert(RegistrationHealth)
            .values(registration_id=registration_id, **values)
            .on_conflict_do_nothing()
        )
        return
    last = getattr(kept, noted_at.key)
    if last is not None and last > clock.now() - every:
        return
    due = or_(noted_at.is_(None), noted_at <= clock.now() - every)
    free = (
        select(RegistrationHealth.registration_id)
        .where(of_it, due)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    session.execute(
        update(RegistrationHealth)
        .where(RegistrationHealth.registration_id == free)
        .values(values)
        .execution_options(synchronize_session=False)
    )

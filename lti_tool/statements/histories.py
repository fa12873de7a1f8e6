"""Which `context.registration` a statement has: one for each person in each course, for good.

It is drawn (`membership.history_id`), so nobody can find it by trying ids; and it hangs by nothing that an
administrator may change, so that a history goes on when statements name people in another way. It goes with
the person. Statements of the release before had one made of ids: who has any keeps theirs.
"""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, cast, column, func, select, table, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_random_id
from lti_tool.statements.models import StatementRow

_ID = Uuid[UUID](as_uuid=True)
_membership = table(
    "membership", column("course_id", _ID), column("person_id", _ID), column("history_id", _ID)
)
# By its name: this package knows no people (import-linter).
_of_it = cast(cast(StatementRow.body, JSONB)[("context", "registration")].astext, _ID)
_EARLIER = (
    select(_of_it)
    .where(StatementRow.person_id == bindparam("person_id"))
    .where(StatementRow.course_id == bindparam("course_id"))
    .order_by(StatementRow.seq.desc())
    .limit(1)
)
_KEEP = (
    update(_membership)
    .where(
        _membership.c.person_id == bindparam("of_person"), _membership.c.course_id == bindparam("in_course")
    )
    .values(history_id=func.coalesce(_membership.c.history_id, bindparam("found", type_=_ID)))
    .returning(_membership.c.history_id)
)
_OF_STATEMENT = select(_of_it).where(StatementRow.id == bindparam("statement_id"))


def history_of(session: Session, actor: Actor) -> UUID:
    """The actor's own in this course. No query, but for the first act after the update to 0034."""
    if actor.history_id is not None:
        return actor.history_id
    place = {"person_id": actor.person_id, "course_id": actor.course_id}
    found = session.scalar(_EARLIER, place) or new_random_id()
    kept = {"of_person": actor.person_id, "in_course": actor.course_id, "found": found}
    history: UUID | None = session.scalar(_KEEP, kept)
    if history is None:
        raise NotFoundError
    return history


def history_told_by(session: Session, statement_id: UUID) -> UUID | None:
    """The one that a recorded statement has: what goes on with it must have the same."""
    return session.scalar(_OF_STATEMENT, {"statement_id": statement_id})

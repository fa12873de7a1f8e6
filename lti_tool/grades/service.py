"""What staff do with scores, and what a learner's first contribution does to theirs."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    Uuid,
    bindparam,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.db import driver_connection, insert_once
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.core.prepared import asked_by, asker, kept
from lti_tool.courses.models import Placement
from lti_tool.grades.due import brought_points
from lti_tool.grades.grading import is_graded_learner, maximum_of, points_of
from lti_tool.grades.models import ActivityProgress, GradingProgress, LineItem, Score, ScoreEntry
from lti_tool.grades.queue import next_change
from lti_tool.grades.tasks import send_scores
from lti_tool.launch.events import Launched
from lti_tool.people.models import Membership, Person
from lti_tool.people.naming import called

LONGEST_COMMENT = 2000
_DEFERRED = "sending_deferred_for"
_SEEN_LATELY = timedelta(seconds=30)
_now = func.clock_timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradable:
    """A learner whose work in the actor's activity may get points."""

    person_id: UUID
    name: str
    maximum: Decimal
    score: Score | None


def access_gradebook(session: Session, actor: Actor) -> tuple[Placement, LineItem | None]:
    """The actor's activity and what we know of its column, for staff. One query."""
    if not actor.role.is_staff:
        raise NotFoundError
    found = session.execute(
        select(Placement, LineItem)
        .outerjoin(LineItem, LineItem.placement_id == Placement.id)
        .where(Placement.id == actor.placement_id, Placement.course_id == actor.course_id)
    ).one()
    return found[0], found[1]


def access_score(session: Session, actor: Actor, person_id: UUID) -> Gradable:
    """A learner of the actor's course, for its staff, in an activity that is graded. Two queries."""
    maximum = maximum_of(access_gradebook(session, actor)[0])
    found = session.execute(
        select(Person.id, called(), Score)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Score, (Score.person_id == Person.id) & (Score.placement_id == actor.placement_id))
        .where(Person.id == person_id, is_graded_learner(actor.course_id))
    ).one_or_none()
    if maximum is None or found is None:
        raise NotFoundError
    return Gradable(person_id=found[0], name=found[1], maximum=maximum, score=found[2])


def set_score(
    session: Session,
    actor: Actor,
    *,
    person_id: UUID,
    points: Decimal | None,
    comment: str,
    submission_key: UUID,
) -> None:
    """Give a learner points and a comment, or take the points back (None). The newest counts.

    Raises ConflictError for points that are out of range: the activity's maximum may have changed.
    """
    learner = access_score(session, actor, person_id)
    if (points is not None and not 0 <= points <= learner.maximum) or len(comment) > LONGEST_COMMENT:
        raise ConflictError
    if learner.score is None and points is None and not comment:
        return  # nothing was given, and there is nothing to take back
    _, is_new = insert_once(
        session,
        ScoreEntry,
        key=("author_id", "submission_key"),
        course_id=actor.course_id,
        placement_id=actor.placement_id,
        person_id=person_id,
        author_id=actor.person_id,
        points=points,
        maximum=learner.maximum,
        comment=comment,
        submission_key=submission_key,
    )
    if is_new:
        _keep(session, actor, learner, points=points, comment=comment)
        defer_sending(session, actor.registration_id)


def _keep(session: Session, actor: Actor, learner: Gradable, *, points: Decimal | None, comment: str) -> None:
    graded = points is not None
    new = {
        "points": points,
        "maximum": learner.maximum if graded else None,
        "comment": comment,
        "activity_progress": ActivityProgress.COMPLETED if graded else ActivityProgress.SUBMITTED,
        "grading_progress": GradingProgress.FULLY_GRADED if graded else GradingProgress.PENDING_MANUAL,
    }
    row = insert(Score).values(
        registration_id=actor.registration_id,
        course_id=actor.course_id,
        placement_id=actor.placement_id,
        person_id=learner.person_id,
        changed_at=_now,
        due_at=_now,
        **new,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["placement_id", "person_id"],
            set_={**new, "changed_at": next_change(), **_to_be_sent()},
        )
    )


def note_contribution(session: Session, actor: Actor, placement_id: UUID) -> None:
    """Somebody contributed to an activity: the first time, a learner's gradebook shows it. One query.

    How often they do, and how much they write, changes nothing: talk is not scored (reference: product.md
    section 8).
    """
    if actor.role is not Role.LEARNER or actor.is_test:
        return
    asked = asked_by(actor, its_registration=actor.registration_id, its_placement=placement_id)
    if session.scalar(_note(), asked) is not None:
        defer_sending(session, actor.registration_id)


@kept()
def _note() -> Any:
    them = asker(is_staff=False)
    values: dict[str, Any] = {
        "registration_id": bindparam("its_registration", type_=Uuid()),
        "course_id": Placement.course_id,
        "placement_id": Placement.id,
        "person_id": type_coerce(them.person_id, Uuid()),
        "activity_progress": literal(ActivityProgress.SUBMITTED.value),
        "grading_progress": literal(GradingProgress.PENDING_MANUAL.value),
        "changed_at": _now,
        "due_at": _now,
    }
    graded = select(*values.values()).where(
        Placement.id == bindparam("its_placement"),
        Placement.course_id == them.course_id,
        or_(_has_points(), Placement.line_item_url.is_not(None)),
        # A column that somebody deleted is not made again for that.
        ~select(LineItem.placement_id)
        .where(LineItem.placement_id == Placement.id, LineItem.gone_at.is_not(None))
        .exists(),
    )
    return (
        insert(cast("Table", Score.__table__))
        .from_select(list(values), graded)
        .on_conflict_do_nothing(index_elements=["placement_id", "person_id"])
        .returning(Score.id)
    )


def look_at_column(session: Session, actor: Actor) -> None:
    """Have the gradebook's column looked at, so that staff see what it is out of there. Two queries.

    For staff who come to an activity that has points, or change them. Within half a minute once is enough,
    unless something changed here.
    """
    placement, line_item = access_gradebook(session, actor)
    if maximum_of(placement) is None or actor.is_test:
        return
    points = points_of(placement.settings)
    if line_item is None:
        session.execute(
            insert(LineItem)
            .values(
                placement_id=placement.id,
                label="",
                points=brought_points(placement),
                checked_at=None,
                look_at=_now,
            )
            .on_conflict_do_nothing()
        )
    elif line_item.points != points or not _was_seen_lately(line_item):
        line_item.look_at = clock.now()
        session.flush()
    else:
        return
    defer_sending(session, actor.registration_id)


def look_at_column_for_staff(session: Session, event: Launched) -> None:
    if event.actor.role.is_staff:
        look_at_column(session, event.actor)


def _was_seen_lately(line_item: LineItem) -> bool:
    return line_item.checked_at is not None and line_item.checked_at > clock.now() - _SEEN_LATELY


def retry_scores(session: Session, actor: Actor) -> None:
    """Send what was refused in the actor's activity once more, after a new look at the column."""
    access_gradebook(session, actor)
    again = (
        update(Score)
        .where(Score.placement_id == actor.placement_id, Score.due_at.is_(None), Score.problem.is_not(None))
        .values(changed_at=next_change(), **_to_be_sent())
        .returning(Score.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(again).all():
        here = update(LineItem).where(LineItem.placement_id == actor.placement_id)
        session.execute(here.values(checked_at=None).execution_options(synchronize_session=False))
        defer_sending(session, actor.registration_id)


def _to_be_sent() -> dict[str, Any]:
    return {"due_at": _now, "attempts": 0, "problem": None}


def _has_points() -> ColumnElement[bool]:
    return func.jsonb_typeof(Placement.settings["points"]) == "number"


def defer_sending(session: Session, registration_id: UUID) -> None:
    """One job for each transaction and registration; it takes whatever is due when it runs."""
    transaction = session.get_transaction()
    told = session.info.setdefault(_DEFERRED, {})
    if told.get(registration_id) is transaction:
        return
    told[registration_id] = transaction
    job = send_scores.configure(connection=driver_connection(session))
    job.defer(registration_id=str(registration_id))

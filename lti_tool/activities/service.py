"""Setting an activity up."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.schedule import ALWAYS, Schedule
from lti_tool.courses.models import Activity, Course, Placement
from lti_tool.courses.shapes import Shape
from lti_tool.grades.service import look_at_column
from lti_tool.markup.markdown import render


def access_activity(session: Session, actor: Actor) -> Placement:
    """The actor's own placement, to be changed: for staff alone."""
    if not actor.role.is_staff:
        raise NotFoundError
    return session.scalars(select(Placement).filter_by(id=actor.placement_id)).one()


def has_gradebook(session: Session, placement: Placement) -> bool:
    """Whether the platform has a gradebook that this activity can stand in."""
    line_items_url = session.scalars(select(Course.line_items_url).filter_by(id=placement.course_id)).one()
    return bool(placement.line_item_url or line_items_url)


def set_up_activity(
    session: Session,
    actor: Actor,
    *,
    activity: Activity,
    prompt: str,
    points: float | None,
    shape: Shape = Shape.OPEN,
    anonymous: bool = False,
    sides: Sequence[str] = (),
    schedule: Schedule = ALWAYS,
) -> Placement:
    """Say what the actor's placement is for. The same said twice is said once."""
    placement = access_activity(session, actor)
    placement.activity = activity
    if placement.copy_is_open:
        placement.copy_settled_at = clock.now()
    placement.opens_at, placement.closes_at = schedule.opens_at, schedule.closes_at
    placement.switches_at = schedule.switches_at
    placement.ideas_at, placement.taking_at = schedule.ideas_at, schedule.taking_at
    placement.settings = {
        **{name: value for name, value in placement.settings.items() if name not in _OURS},
        **activity_settings(prompt=prompt, points=points, shape=shape, sides=sides, anonymous=anonymous),
    }
    session.flush()
    look_at_column(session, actor)
    return placement


class CopyChoice(StrEnum):
    """What becomes of the settings that came along when a course was copied."""

    KEEP = "keep"
    PLAIN = "plain"


def settle_copy(session: Session, actor: Actor, *, choice: CopyChoice) -> None:
    """Staff decide, once: the first decision stands, however often and by whomever it is sent again."""
    if not actor.role.is_staff:
        raise NotFoundError
    values: dict[str, Any] = {"copy_settled_at": clock.now()}
    if choice is CopyChoice.PLAIN:
        values["settings"] = {}
    session.execute(
        update(Placement)
        .where(Placement.id == actor.placement_id, Placement.is_copy, Placement.copy_settled_at.is_(None))
        .values(values)
    )


_OURS = {"prompt", "prompt_html", "points", "shape", "sides", "anonymous"}


def activity_settings(
    *, prompt: str, points: float | None, shape: Shape, sides: Sequence[str] = (), anonymous: bool = False
) -> dict[str, Any]:
    """What `Placement.settings` holds, each only where it is chosen, and not the usual.

    "prompt" and "prompt_html", "points", "shape", "sides" of a debate, and "anonymous" where learners may
    post anonymously.
    """
    settings: dict[str, Any] = {}
    if prompt:
        settings |= {"prompt": prompt, "prompt_html": render(prompt)}
    if points:
        settings["points"] = points
    if shape is not Shape.OPEN:
        settings["shape"] = shape
    if any(sides):
        settings["sides"] = list(sides)
    if anonymous:
        settings["anonymous"] = True
    return settings

"""A score that is to be sent, with what there is to know for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from lti_tool.core import clock
from lti_tool.courses.models import Course, Placement
from lti_tool.grades.asking import origin
from lti_tool.grades.grading import points_of
from lti_tool.grades.line_items import GradedActivity
from lti_tool.grades.models import LineItem, Score
from lti_tool.grades.score_message import ScoreMessage

_LOOK_AGAIN = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Due:
    """One score, its activity and its column."""

    score_id: UUID
    attempts: int
    message: ScoreMessage
    activity: GradedActivity
    column_is_settled: bool
    """Whether the column was looked at lately, and nothing that it follows from has changed since."""

    @property
    def change(self) -> datetime:
        """Which change of the score this is."""
        return self.message.changed_at

    def become(self, change: datetime) -> None:
        """Follow the row: the same content is a newer change by now."""
        self.message = replace(self.message, changed_at=change)


def read_due(score: Score, sub: str, placement: Placement, course: Course, line_item: LineItem | None) -> Due:
    return Due(
        score_id=score.id,
        attempts=score.attempts,
        message=_message(score, sub),
        activity=read_activity(placement, course, line_item),
        column_is_settled=_is_settled(placement, line_item),
    )


def _message(score: Score, sub: str) -> ScoreMessage:
    return ScoreMessage(
        user_id=sub,
        points=score.points,
        maximum=score.maximum,
        comment=score.comment,
        activity_progress=score.activity_progress,
        grading_progress=score.grading_progress,
        changed_at=score.changed_at,
    )


def read_activity(placement: Placement, course: Course, line_item: LineItem | None) -> GradedActivity:
    return GradedActivity(
        placement_id=placement.id,
        planned_id=placement.planned_activity_id,
        resource_link_id=placement.resource_link_id,
        label=_label(placement),
        points=points_of(placement.settings),
        told_points=line_item.points if line_item else brought_points(placement),
        line_items_url=_usable(course.line_items_url),
        line_item_url=_usable(placement.line_item_url),
        scopes=frozenset(course.service_scopes),
        is_gone=line_item is not None and line_item.gone_at is not None,
    )


def brought_points(placement: Placement) -> Decimal | None:
    """The points that the platform had before staff came here: with the choice, or with what was copied."""
    is_known_there = placement.planned_activity_id or placement.copied_from_id
    return points_of(placement.settings) if is_known_there else None


def _usable(url: str | None) -> str | None:
    return url if url and origin(url) else None


def _label(placement: Placement) -> str:
    return placement.title or "Segue"


def _is_settled(placement: Placement, line_item: LineItem | None) -> bool:
    if line_item is None or placement.line_item_url is None:
        return False
    wanted = (_label(placement), points_of(placement.settings))
    lately = line_item.checked_at is not None and line_item.checked_at > clock.now() - _LOOK_AGAIN
    return lately and (line_item.label, line_item.points) == wanted

"""A score as the platform gets it (Assignment and Grade Services 2.0, section 3.4)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lti_tool.grades.asking import SEND_SCORES, Ask, below
from lti_tool.grades.models import ActivityProgress, GradingProgress

_SCORE = "application/vnd.ims.lis.v1.score+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMessage:
    """What is said of one learner; without points, that there is something to look at."""

    user_id: str
    points: Decimal | None
    maximum: Decimal | None
    comment: str
    activity_progress: ActivityProgress
    grading_progress: GradingProgress
    changed_at: datetime

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "userId": self.user_id,
            "activityProgress": self.activity_progress.value,
            "gradingProgress": self.grading_progress.value,
            "timestamp": timestamp(self.changed_at),
        }
        if self.points is not None and self.maximum is not None:
            body |= {"scoreGiven": float(self.points), "scoreMaximum": float(self.maximum)}
        if self.comment:
            body["comment"] = self.comment
        return body


def send_score(ask: Ask, line_item_url: str, score: ScoreMessage) -> None:
    """Returns when the platform has taken it."""
    ask(
        "POST",
        below(line_item_url, "scores"),
        scopes=[SEND_SCORES],
        accept="application/json",
        content_type=_SCORE,
        body=score.as_json(),
    )


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, always with microseconds: platforms compare these, some of them as text."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

"""What happens with follow-ups."""

from dataclasses import dataclass

from lti_tool.core.actor import Actor
from lti_tool.follow_ups.models import FollowUp, FollowUpReport
from lti_tool.posts.models import Post


@dataclass(frozen=True, slots=True)
class FollowUpPlanned:
    actor: Actor
    follow_up: FollowUp
    source: Post | None


@dataclass(frozen=True, slots=True)
class OutcomeReported:
    actor: Actor
    follow_up: FollowUp
    """As it is after the report."""
    report: FollowUpReport

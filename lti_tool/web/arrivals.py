"""Where people arrive: the message of a launch, and what its activity is for, decide on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, url_for

from lti_tool.courses.models import Activity
from lti_tool.launch.admission import LaunchAccepted
from lti_tool.launch.models import LaunchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The endpoints of first pages. The application names them: the web layer knows no feature."""

    activities: Mapping[Activity, str]
    messages: Mapping[LaunchKind, str]
    """Of the messages that lead to no activity."""
    points: str
    """Where the platform asks for the points of all."""


def init_arrivals(app: Flask, arrivals: Arrivals) -> None:
    app.extensions["arrivals"] = arrivals
    app.add_template_global(activity_page)


def activity_page(activity: str) -> str:
    """The first page of an activity, in this launch."""
    return url_for(_arrivals().activities[Activity(activity)])


def first_page(accepted: LaunchAccepted) -> str:
    """Where a launch leads that was just let in."""
    arrivals = _arrivals()
    if accepted.lists_points:
        return url_for(arrivals.points, launch_id=accepted.launch_id)
    activity = arrivals.activities[Activity(accepted.activity or Activity.DISCUSSION)]
    return url_for(arrivals.messages.get(accepted.kind, activity), launch_id=accepted.launch_id)


def _arrivals() -> Arrivals:
    return cast("Arrivals", current_app.extensions["arrivals"])

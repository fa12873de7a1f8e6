"""Where people arrive: what a launch came for, and what the activity is, decide on the page."""

from flask import url_for

from lti_tool.courses.models import Activity
from lti_tool.launch.admission import LaunchAccepted
from lti_tool.launch.models import LaunchKind

_ACTIVITIES = {
    Activity.DISCUSSION: "threads.list_threads",
    Activity.HELP: "help_requests.list_help_requests",
    Activity.FOLLOW_UP: "follow_ups.list_follow_ups",
}
_MESSAGES = {
    LaunchKind.DEEP_LINKING: "deep_linking.choose_activity",
    LaunchKind.SUBMISSION_REVIEW: "facilitation.review_submission",
    LaunchKind.DATA_PRIVACY: "privacy.show_person",
}


def activity_page(activity: str) -> str:
    """The first page of an activity, in this launch."""
    return url_for(_ACTIVITIES[Activity(activity)])


def first_page(accepted: LaunchAccepted) -> str:
    """Where a launch goes that was just let in."""
    if accepted.lists_points:
        return url_for("grades.list_scores", launch_id=accepted.launch_id)
    endpoint = _MESSAGES.get(accepted.kind) or _ACTIVITIES[accepted.activity or Activity.DISCUSSION]
    return url_for(endpoint, launch_id=accepted.launch_id)

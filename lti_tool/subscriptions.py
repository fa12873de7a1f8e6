"""Who listens to which event: every feature's subscribers, in one place."""

import lti_tool.jobs  # noqa: F401  # binds every task, so that a subscriber can defer it
from lti_tool.follow_ups import statements as follow_ups
from lti_tool.help_requests import statements as help_requests
from lti_tool.launch import statements as launch
from lti_tool.notices.subscribing import subscribe_to_launches
from lti_tool.threads import statements as threads


def subscribe_all() -> None:
    """Safe to call again: a subscriber counts once."""
    for feature in (launch, threads, help_requests, follow_ups):
        feature.subscribe_statements()
    subscribe_to_launches()

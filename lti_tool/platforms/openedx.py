"""Open edX: a client for each block, and a launch that does not say what platform it comes from.

A re-run of a course makes new clients, and nothing of another client is ever taken over, so only blocks that
share a configuration follow a copy.
"""

from lti_tool.platforms.habits import Habits

HABITS = Habits(product="Open edX", families=frozenset({"openedx", "edx"}), hosts=("edx.org",))

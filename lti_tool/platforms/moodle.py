"""Moodle.

Numeric ids, "1" for a deployment, a token that lives a minute, and no name where the tool was set up without:
all of that is within the specifications. It substitutes $Context.id.history, and leaves
$ResourceLink.id.history as it stands, so after a copy an activity is known by its own id or by its title.
"""

from lti_tool.platforms.habits import Habits

HABITS = Habits(product="Moodle", families=frozenset({"moodle"}))

"""Moodle.

Numeric ids, "1" for a deployment, a token that lives a minute, and no name where the tool was set up without:
all of that is within the specifications. It substitutes $Context.id.history, and leaves
$ResourceLink.id.history as it stands, so after a copy an activity is known by its own id or by its title.

4.5 sends an empty `lineitem` where an activity lost its one column, locales that are no language tags
(`es_mx_kids`), and submission reviews without a person, without a line item, and by learners
(tests/contract/launches/moodle-4.5.json).
"""

from lti_tool.platforms.habits import Habits

HABITS = Habits(product="Moodle", families=frozenset({"moodle"}))

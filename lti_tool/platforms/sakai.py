"""Sakai: its own roles stand beside the course's, and its claims are otherwise as specified."""

from lti_tool.platforms.habits import Habits

HABITS = Habits(product="Sakai", families=frozenset({"sakai", "sakailms.org"}))

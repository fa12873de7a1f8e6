"""Blackboard: one client for all institutions, so the deployment decides whose a launch is."""

from lti_tool.platforms.habits import Habits

HABITS = Habits(
    product="Blackboard",
    families=frozenset({"blackboardlearn", "blackboard"}),
    hosts=("blackboard.com",),
    # It answers there, and does not always say so at login (Anthology, "Platform storage").
    storage_frame="lti_storage_frame",
    one_client_for_many_institutions=True,
)

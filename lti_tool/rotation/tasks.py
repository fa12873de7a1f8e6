"""The job that draws roles when a round begins, and when somebody leaves."""

import procrastinate
from procrastinate import JobContext

from lti_tool.rotation.drawing import draw_due

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="draw", pass_context=True, queueing_lock="rotation:draw")
def draw_roles(context: JobContext, timestamp: int) -> None:
    """Each minute: what is missing in the rounds that go on."""
    del timestamp
    draw_due(context.additional_context["sessions"])

"""The job that draws roles when a round starts or a person leaves."""

import procrastinate
from procrastinate import JobContext

from lti_tool.rotation.drawing import draw_due

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="draw", pass_context=True, queueing_lock="rotation:draw")
def draw_roles(context: JobContext, timestamp: int) -> None:
    """Each minute, draw the missing roles of current rounds."""
    del timestamp
    draw_due(context.additional_context["sessions"])

"""The job that asks a platform to be told of things."""

from uuid import UUID

import procrastinate
from procrastinate import JobContext, RetryStrategy

from lti_tool.notices.handlers import register_handler
from lti_tool.platforms.errors import ServiceUnavailableError

blueprint = procrastinate.Blueprint()

_PATIENT = RetryStrategy(max_attempts=6, exponential_wait=10, retry_exceptions={ServiceUnavailableError})
"""After 10 s, then ten times as long each time, as far as a day."""


@blueprint.task(name="ask_for_notices", pass_context=True, retry=_PATIENT)
def ask_for_notices(context: JobContext, deployment_id: str) -> None:
    """For one deployment; nothing to do where the platform agreed already."""
    register_handler(context.additional_context["sessions"], UUID(deployment_id))

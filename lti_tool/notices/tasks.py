"""The job that asks a platform to be told of things."""

from uuid import UUID

import procrastinate
import structlog
from procrastinate import JobContext, RetryStrategy

from lti_tool.notices.handlers import register_handler
from lti_tool.platforms.errors import ServiceUnavailableError

blueprint = procrastinate.Blueprint()
log = structlog.get_logger(__name__)

_RETRIES = 6
_PATIENT = RetryStrategy(
    max_attempts=_RETRIES, exponential_wait=10, retry_exceptions={ServiceUnavailableError}
)
"""After 10 s, then ten times as long each time, as far as a day."""


@blueprint.task(name="ask_for_notices", pass_context=True, retry=_PATIENT)
def ask_for_notices(context: JobContext, deployment_id: str) -> None:
    """For one deployment; nothing to do where the platform agreed already.

    A platform that is down all day is no failure of ours: a launch of another day has it asked again.
    """
    try:
        register_handler(context.additional_context["sessions"], UUID(deployment_id))
    except ServiceUnavailableError as error:
        if context.job.attempts < _RETRIES:
            raise
        log.warning("notice_handler_not_taken", deployment=deployment_id, why=error.reason)

"""Log lines as JSON, with ids only: no names, no texts, no tokens."""

import logging

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor


def init_logs() -> None:
    """Ours and the libraries' lines in one shape, on standard error."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        _without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # At this level theirs tell of each poll with its arguments, and of each plug-in.
    for name in ("procrastinate", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """An error's own text may quote a row, or what somebody wrote: its kind and its lines are kept alone."""
    for raised in event.get("exception") or ():
        raised.pop("exc_value", None)
        raised.pop("exc_notes", None)
    return event

"""Sending scores: one platform, one score at a time, with no transaction open while it is asked."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.grades import queue
from lti_tool.grades.asking import SEND_SCORES, CannotSendError
from lti_tool.grades.due import Due
from lti_tool.grades.line_items import Column, LineItems
from lti_tool.grades.models import Problem
from lti_tool.grades.score_message import send_score
from lti_tool.platforms.service_client import (
    ServiceAnswer,
    ServiceClient,
    ServiceRefusedError,
    ServiceUnavailableError,
)

log = structlog.get_logger(__name__)

_FIRST_DELAY, _LONGEST_DELAY = 2.0, 900.0
"""Seconds. A platform that is down is asked four times an hour at least."""
_DOUBLINGS = 10
_MOST_TIMESTAMPS = 3
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_FORBIDDEN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class LeaseLostError(Exception):
    """Another worker sends to this platform by now."""


def registrations_due(sessions: sessionmaker[Session]) -> Sequence[UUID]:
    with unit_of_work(sessions) as session:
        return queue.registrations_due(session)


def send_due(sessions: sessionmaker[Session], registration_id: UUID) -> timedelta | None:
    """Send score after score until none is due, or the platform wants to be left alone.

    Returns after how long to call again; None when nothing is left to do, or somebody else does it.
    """
    lease_id = new_random_id()
    with unit_of_work(sessions) as session:
        if not queue.take(session, registration_id, lease_id):
            return queue.rest(session, registration_id)
    sending = _Sending(sessions, registration_id, lease_id, ServiceClient(sessions, registration_id))
    try:
        return sending.send_all()
    except LeaseLostError:
        log.warning("scores_lease_lost", registration=str(registration_id))
        return None


@dataclass(frozen=True, slots=True)
class _Sending:
    """What one worker does while a platform is its own."""

    sessions: sessionmaker[Session]
    registration_id: UUID
    lease_id: UUID
    client: ServiceClient

    def send_all(self) -> timedelta | None:
        self._look_at_columns()
        while True:
            with unit_of_work(self.sessions) as session:
                due = queue.next_due(session, self.registration_id, self.lease_id)
            if due is None:
                return None
            wait = self._send(due)
            if wait is not None:
                return wait

    def _look_at_columns(self) -> None:
        """What staff want to see as it is at the platform. None is made for that."""
        while True:
            with unit_of_work(self.sessions) as session:
                activity = queue.next_look(session, self.registration_id, self.lease_id)
            if activity is None:
                return
            try:
                column = LineItems(self._ask, activity).column(may_make=False)
            except CannotSendError:
                with unit_of_work(self.sessions) as session:
                    queue.mark_column_gone(session, activity)
            except (ServiceUnavailableError, ServiceRefusedError) as error:
                log.warning("column_not_seen", registration=str(self.registration_id), reason=error.reason)
            else:
                with unit_of_work(self.sessions) as session:
                    queue.keep_column(session, activity, column)

    def _send(self, due: Due) -> timedelta | None:
        """None: go on with the next. Otherwise: stop here, and come back after that time."""
        try:
            if self._bring(due):
                with unit_of_work(self.sessions) as session:
                    queue.mark_sent(session, self.registration_id, due)
        except ServiceUnavailableError as error:
            return self._wait(due, error)
        except CannotSendError as error:
            self._park(due, error.problem)
        except ServiceRefusedError as error:
            self._park(due, _problem(error, otherwise=Problem.REFUSED))
        return None

    def _bring(self, due: Due) -> bool:
        """The score, into its column; into another one, once, when the one that we knew is gone.

        A column that somebody deleted is made again for points that staff give, not for a contribution alone.
        """
        if SEND_SCORES not in due.activity.scopes:
            raise CannotSendError(Problem.NOT_GRANTED)
        line_items = LineItems(self._ask, due.activity)
        has_points = due.message.points is not None
        may_make = has_points or not due.activity.is_gone
        url = due.activity.line_item_url if due.column_is_settled else None
        try:
            return self._post(due, url or self._settled(due, line_items.column, may_make=may_make))
        except ServiceRefusedError as error:
            if error.status not in _GONE:
                raise
        return self._post(due, self._settled(due, line_items.column_anew, may_make=has_points))

    def _post(self, due: Due, url: str) -> bool:
        """Whether the platform took this change; not, where staff have made a newer one meanwhile.

        A platform that knows its timestamp or a later one (409) gets it with a newer one: so it is when it
        took the score before, and we did not hear of that.
        """
        for _ in range(_MOST_TIMESTAMPS):
            try:
                send_score(self._ask, url, due.message)
            except ServiceRefusedError as error:
                if error.status != HTTPStatus.CONFLICT:
                    raise
            else:
                return True
            with self._holding() as session:
                if not queue.renew_change(session, due):
                    return False
        raise CannotSendError(Problem.OUTDATED)

    def _settled(self, due: Due, find: Callable[..., Column], *, may_make: bool) -> str:
        """The column's address, once we have found it and kept what we found."""
        try:
            column = find(may_make=may_make)
        except ServiceRefusedError as error:
            raise CannotSendError(_problem(error, otherwise=Problem.NO_LINE_ITEM)) from None
        with unit_of_work(self.sessions) as session:
            queue.keep_column(session, due.activity, column)
        return column.url

    def _ask(self, method: str, url: str, **options: Any) -> ServiceAnswer:
        """Ask the platform, while it is ours."""
        with self._holding():
            pass
        return self.client.request(method, url, **options)

    @contextmanager
    def _holding(self) -> Iterator[Session]:
        """A transaction that renews the lease. Raises LeaseLostError."""
        with unit_of_work(self.sessions) as session:
            if not queue.renew(session, self.lease_id):
                raise LeaseLostError
            yield session

    def _park(self, due: Due, problem: Problem) -> None:
        log.warning("score_not_taken", registration=str(self.registration_id), problem=problem.value)
        with unit_of_work(self.sessions) as session:
            queue.mark_parked(session, due, problem)

    def _wait(self, due: Due, error: ServiceUnavailableError) -> timedelta:
        """Leave this score for a while, and the platform; both longer with each time."""
        log.warning("scores_wait", registration=str(self.registration_id), reason=error.reason)
        with unit_of_work(self.sessions) as session:
            jitter = random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries, keeps no secret
            delay = jitter * _limit(queue.failures(session, self.registration_id))
            wait = timedelta(seconds=max(delay, error.retry_after or 0.0))
            # A score that fails again and again among others that don't waits longer than the platform.
            queue.mark_for_retry(session, due, max(wait, timedelta(seconds=jitter * _limit(due.attempts))))
            queue.pause(session, self.lease_id, wait)
        return wait


def _limit(failures: int) -> float:
    """Seconds to wait at most after so many failures in a row: they double."""
    return min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(failures, _DOUBLINGS))


def _problem(error: ServiceRefusedError, *, otherwise: Problem) -> Problem:
    if error.status in _GONE:
        return Problem.NO_LINE_ITEM
    if error.status in _FORBIDDEN or error.reason.startswith("token_"):
        return Problem.FORBIDDEN
    return otherwise

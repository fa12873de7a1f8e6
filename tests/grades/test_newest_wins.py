"""Whatever happens on the way, the platform ends with the newest score: states, found by Hypothesis."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course, Placement
from lti_tool.grades import sending
from lti_tool.grades.asking import READ_LINE_ITEMS, SEND_SCORES, WRITE_LINE_ITEMS
from lti_tool.grades.models import Score
from lti_tool.grades.sending import registrations_due, send_due
from lti_tool.grades.service import note_contribution, retry_scores, set_score
from lti_tool.platforms.service_client import ServiceAnswer, ServiceRefusedError, ServiceUnavailableError
from lti_tool.subscriptions import subscribe_all
from tests.factories.entrances import enter, make_tenant

pytestmark = pytest.mark.slow

subscribe_all()

ITEMS = "https://lms.example/items"


class WorkerEnded(BaseException):
    """The process is no more; nothing of it runs on."""


@dataclass
class Platform:
    """Keeps scores as the specification says; before and after each request happens what the test wants."""

    columns: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, Any] | None = None
    taken: list[datetime] = field(default_factory=list)
    before: list[Callable[[], None]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)

    def request(self, method: str, url: str, *, body: Any = None, **_: Any) -> ServiceAnswer:
        # Each happening is for one request: what it calls in turn meets an ordinary platform.
        before, after = self.before[:1], self.after[:1]
        del self.before[:1], self.after[:1]
        for happening in before:
            happening()
        answer = self._answer(method, url, body)
        for happening in after:
            happening()
        return answer

    def _answer(self, method: str, url: str, body: Any) -> ServiceAnswer:
        if url.endswith("/scores"):
            moment = datetime.fromisoformat(body["timestamp"])
            if self.taken and moment <= self.taken[-1]:
                raise ServiceRefusedError(409)
            self.taken.append(moment)
            self.kept = body
            return _says(None)
        if method == "POST":
            self.columns.append({**body, "id": f"{ITEMS}/{len(self.columns)}"})
            return _says(self.columns[-1])
        return _says(self.columns if url == ITEMS else self.columns[int(url.rpartition("/")[2])])


def _says(body: Any) -> ServiceAnswer:
    return ServiceAnswer(status=200, headers={}, body=body, next_url=None)


def _fails() -> None:
    raise ServiceUnavailableError


def _refuses() -> None:
    raise ServiceRefusedError(422)


def _ends() -> None:
    raise WorkerEnded


class Sending(RuleBasedStateMachine):
    """One learner's score, changed and sent in every order, by workers that end, sleep and meet."""

    def __init__(self, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.sessions, self.platform = sessions, Platform()
        monkeypatch.setattr(sending, "ServiceClient", lambda *_: self.platform)
        with unit_of_work(sessions) as session:
            self.tenant = make_tenant(session, issuer=f"https://{uuid4().hex}.example")
            self.ana, _ = enter(session, self.tenant)
            self.ines, _ = enter(session, self.tenant, name="Ines", role=Role.INSTRUCTOR)
            scopes = [READ_LINE_ITEMS, WRITE_LINE_ITEMS, SEND_SCORES]
            session.execute(
                update(Course)
                .filter_by(id=self.ana.course_id)
                .values(line_items_url=ITEMS, service_scopes=scopes)
            )
            session.execute(
                update(Placement).filter_by(id=self.ana.placement_id).values(settings={"points": 10})
            )
        self.newest: Decimal | None = None
        self.exists = False

    @initialize(begun=st.booleans())
    def begin(self, *, begun: bool) -> None:
        """Often with a column and a first score there, so that what happens meets the sending of scores."""
        if begun:
            self.contribute()
            self.job()

    @rule()
    def contribute(self) -> None:
        with unit_of_work(self.sessions) as session:
            note_contribution(session, self.ana, self.ana.placement_id)
        self.exists = True

    @rule(points=st.one_of(st.none(), st.integers(0, 10).map(Decimal)))
    def change(self, points: Decimal | None) -> None:
        with unit_of_work(self.sessions) as session:
            set_score(
                session,
                self.ines,
                person_id=self.ana.person_id,
                points=points,
                comment="",
                submission_key=uuid4(),
            )
        self.exists = self.exists or points is not None
        self.newest = points

    @rule(
        points=st.integers(0, 10).map(Decimal),
        in_time=st.booleans(),
        requests=st.lists(
            st.tuples(
                st.sampled_from(["", "fails", "refuses", "ends", "changes", "sleeps", "another worker"]),
                st.sampled_from(["", "", "fails", "ends", "changes", "sleeps", "another worker"]),
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def send(self, *, points: Decimal, in_time: bool, requests: list[tuple[str, str]]) -> None:
        """A change and its job, whose first requests meet with these before and after they are answered."""
        self.change(points)
        if in_time:
            self.let_time_pass()
        happenings: dict[str, Callable[[], None]] = {
            "": lambda: None,
            "fails": _fails,
            "refuses": _refuses,
            "ends": _ends,
            "changes": lambda: self.change(Decimal(len(self.platform.taken) % 11)),
            "sleeps": self.sleep_while_another_sends,
            "another worker": self.job,
        }
        self.platform.before = [happenings[before] for before, _ in requests]
        self.platform.after = [happenings[after] for _, after in requests]
        self.job()
        self.platform.before, self.platform.after = [], []

    def job(self) -> None:
        with suppress(WorkerEnded):
            send_due(self.sessions, self.tenant.registration_id)

    def sleep_while_another_sends(self) -> None:
        self.let_time_pass()
        self.job()

    @rule()
    def let_time_pass(self) -> None:
        with unit_of_work(self.sessions) as session:
            past = "now() - interval '1 second'"
            session.execute(text(f"update score set due_at = {past} where due_at is not null"))
            session.execute(text(f"update score_delivery set paused_until = null, lease_until = {past}"))

    @rule()
    def try_again(self) -> None:
        with unit_of_work(self.sessions) as session:
            retry_scores(session, self.ines)

    @rule()
    def sweep(self) -> None:
        if self.tenant.registration_id in registrations_due(self.sessions):
            self.job()

    @invariant()
    def there_is_one_column_and_timestamps_rise(self) -> None:
        assert len(self.platform.columns) <= 1
        assert self.platform.taken == sorted(set(self.platform.taken))

    @invariant()
    def what_is_called_sent_is_what_the_platform_has(self) -> None:
        row = self.row()
        if row is not None and row.due_at is None and row.problem is None:
            self.check_platform()

    def row(self) -> Score | None:
        with self.sessions() as session:
            return session.scalars(select(Score).filter_by(person_id=self.ana.person_id)).one_or_none()

    def check_platform(self) -> None:
        kept = self.platform.kept
        assert kept is not None
        assert kept.get("scoreGiven") == (None if self.newest is None else float(self.newest))

    def teardown(self) -> None:
        """In the end everything answers, and staff have everything sent that was refused."""
        for _ in range(6):
            self.let_time_pass()
            self.sweep()
            self.try_again()
        row = self.row()
        assert (row is not None) == self.exists
        if row is not None:
            assert (row.due_at, row.problem) == (None, None)
            self.check_platform()


def test_the_platform_ends_with_the_newest_score(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_state_machine_as_test(
        partial(Sending, sessions, monkeypatch),  # type: ignore[arg-type]  # it calls it, as it says
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )

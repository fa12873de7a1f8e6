"""When rosters are read: asked for by launches and by time, by one job, and again after a failure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import text, update
from werkzeug.wrappers import Response

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.vocabulary import LEARNER, NRPS_SERVICE
from lti_tool.launch.models import Launch
from lti_tool.people.models import RosterSync
from lti_tool.people.tasks import ask_for_due
from tests.conftest import QueryCounter
from tests.people.rosters import COURSES, INES, Platform

JOBS = "select args->>'course_id' from procrastinate_jobs where task_name = 'people:sync_roster'"
BEGUN = datetime(2026, 9, 7, 9, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def jobs(platform: Platform) -> list[str]:
    with platform.lms.sessions() as session:
        return list(session.scalars(text(JOBS)))


def sweep(platform: Platform) -> int:
    """How many jobs the sweep asks for."""
    before = len(jobs(platform))
    with unit_of_work(platform.lms.sessions) as session:
        ask_for_due(session)
    return len(jobs(platform)) - before


def work(platform: Platform) -> RosterSync:
    """Run what was asked for, as a worker does."""
    with unit_of_work(platform.lms.sessions) as session:
        asked = set(session.scalars(text(JOBS)))
        session.execute(text("delete from procrastinate_jobs where task_name = 'people:sync_roster'"))
    assert asked == {str(platform.course_id)}
    return platform.sync()


def everybody_leaves(platform: Platform) -> None:
    with unit_of_work(platform.lms.sessions) as session:
        session.execute(update(Launch).values(expires_at=BEGUN))


def test_the_first_to_come_in_have_the_roster_read_once(platform: Platform) -> None:
    for _ in range(3):
        platform.enter("learner", role=LEARNER)
    assert jobs(platform) == [str(platform.course_id)]


def test_a_launch_that_fails_leaves_no_job(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop(Exception):  # noqa: N818
        pass

    def stop(*_: Any, **__: Any) -> None:
        raise Stop

    monkeypatch.setattr("lti_tool.launch.admission.LaunchAccepted", stop)
    with pytest.raises(Stop):
        platform.enter()
    assert jobs(platform) == []


def test_staff_have_an_old_roster_read_and_learners_wait_for_its_turn(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        everybody_leaves(platform)
        work(platform)
        time.shift(minutes(9))
        platform.enter()
        assert jobs(platform) == []
        time.shift(minutes(2))
        platform.enter("learner", role=LEARNER)
        assert jobs(platform) == []
        platform.enter()
        platform.enter()
        assert jobs(platform) == [str(platform.course_id)]


def test_while_somebody_is_in_the_course_it_is_read_every_few_minutes(platform: Platform) -> None:
    """With the sweep's minute and the reading: who was removed is out within 15 minutes."""
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        due_in = work(platform).due_at - BEGUN
        assert due_in <= minutes(9)
        time.shift(due_in - minutes(1))
        assert sweep(platform) == 0
        time.shift(minutes(1))
        assert (sweep(platform), sweep(platform)) == (1, 0)
        assert work(platform).due_at - datetime.now(UTC) <= minutes(9)


def test_a_quiet_course_is_read_hourly_and_soon_when_somebody_comes(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        everybody_leaves(platform)
        assert minutes(45) < work(platform).due_at - BEGUN <= minutes(60)
        time.shift(minutes(1))
        platform.enter("learner", role=LEARNER)
        assert platform.state().due_at == BEGUN + minutes(9)


def test_a_course_that_nobody_uses_is_left_alone(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        work(platform)
        time.shift(timedelta(days=29))
        assert sweep(platform) == 1
        work(platform)
        time.shift(timedelta(days=2))
        assert sweep(platform) == 0
        platform.enter()
        assert jobs(platform) == [str(platform.course_id)]


def test_a_job_that_got_lost_is_asked_for_again(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        time.shift(minutes(19))
        assert sweep(platform) == 0
        time.shift(minutes(1))
        assert sweep(platform) == 1


def test_failures_are_tried_again_less_and_less_often(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        platform.answer(lambda _: Response(status=503))
        waits = []
        for _ in range(9):
            state = work(platform)
            waits.append(state.due_at - datetime.now(UTC))
            platform.enter()  # which does not make it sooner
            assert platform.state().due_at == state.due_at
            time.move_to(state.due_at)
            assert sweep(platform) == 1
    assert minutes(0.8) <= waits[0] <= minutes(1)
    assert all(minutes(0.8) * 2**n <= wait <= minutes(1) * 2**n for n, wait in enumerate(waits[:6]))
    assert all(minutes(48) <= wait <= minutes(60) for wait in waits[6:])


@pytest.mark.parametrize(("header", "wait"), [("1800", 30), ("Mon, 07 Sep 2026 10:30:00 GMT", 90)])
def test_the_platform_says_how_long_to_wait(platform: Platform, header: str, wait: int) -> None:
    with time_machine.travel(BEGUN, tick=False):
        platform.enter()
        platform.answer(lambda _: Response(status=429, headers={"Retry-After": header}))
        state = work(platform)
        assert state.due_at == state.wait_until == BEGUN + minutes(wait)
        teacher = platform.visitor(platform.enter())
        assert "asks Segue to wait" in teacher.get("/people").text
        teacher.send("/people", "/people/update", {})
        assert jobs(platform) == []


def test_a_refusal_is_asked_about_hourly(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False):
        platform.enter()
        platform.answer(lambda _: Response(status=403))
        assert minutes(45) < work(platform).due_at - BEGUN


def test_staff_ask_for_it_with_a_button_once_in_a_while(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        teacher = platform.visitor(platform.enter())
        work(platform)
        time.shift(minutes(2))
        for _ in range(5):
            assert teacher.send("/people", "/people/update", {}).status_code == 303
        assert jobs(platform) == [str(platform.course_id)]
        assert "is being read" in teacher.get("/people").text
        work(platform)
        page = teacher.get("/people").text
        assert "5 people on the course" in page
        assert "Update now" in page


def test_two_sweeps_at_once_ask_once(platform: Platform) -> None:
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        work(platform)
        time.shift(minutes(30))
        with unit_of_work(platform.lms.sessions) as first, unit_of_work(platform.lms.sessions) as second:
            ask_for_due(first)
            ask_for_due(second)  # which does not wait for the first
        assert len(jobs(platform)) == 1


def test_a_launch_waits_for_no_sync(platform: Platform) -> None:
    """The row of a roster that is being applied is passed over."""
    with time_machine.travel(BEGUN, tick=False) as time:
        platform.enter()
        work(platform)
        time.shift(minutes(30))
        with unit_of_work(platform.lms.sessions) as applying:
            applying.get_one(RosterSync, platform.course_id, with_for_update=True)
            platform.enter()
        assert sweep(platform) == 0 or jobs(platform) == [str(platform.course_id)]


def test_without_the_service_nothing_is_asked(platform: Platform, count_queries: QueryCounter) -> None:
    accepted = platform.lms.launch(INES, COURSES[0], **{NRPS_SERVICE: None})
    assert jobs(platform) == []
    page = platform.visitor(accepted).get("/people").text
    assert "does not share its roster" in page
    assert INES.name in page
    assert "Update now" not in page


def test_a_launch_into_a_course_that_is_known_costs_one_query(
    platform: Platform, count_queries: QueryCounter
) -> None:
    platform.enter()
    work(platform)
    platform.enter()
    with count_queries() as queries:
        platform.lms.launch(INES)
    assert len([query for query in queries if "roster_sync" in query]) == 1


def test_the_lease_is_longer_than_a_reading_may_take() -> None:
    from lti_tool.people.roster_schedule import _LEASE
    from lti_tool.platforms.pages import _LONGEST

    assert timedelta(seconds=_LONGEST) < _LEASE


def test_a_course_that_lost_its_service_is_not_asked_for_again(platform: Platform) -> None:
    platform.enter()
    platform.lms.launch(INES, COURSES[0], **{NRPS_SERVICE: None})
    assert platform.course_id
    assert work(platform).tried_at is None
    assert isinstance(platform.course_id, UUID)

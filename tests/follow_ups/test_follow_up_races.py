"""Forms of follow-ups sent twice, and at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.follow_ups.models import FollowUp, FollowUpReport, Outcome
from lti_tool.follow_ups.service import plan_follow_up, report_outcome
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course, Visitor
from tests.follow_ups.planning import ACTION, CUE, in_days, plan


def test_a_double_submit_makes_one_plan_and_leads_to_it_twice(course: Course, session: Session) -> None:
    ana = course.visitor()
    data = {**ana.form("/follow-ups/new"), "cue": CUE, "action": ACTION, "due_on": in_days(7)}
    first, second = ana.post("/follow-ups/new", data), ana.post("/follow-ups/new", data)
    assert first.location == second.location
    assert len(session.scalars(select(FollowUp)).all()) == 1
    assert len(session.scalars(select(StatementRow)).all()) == 1


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_double_submit_makes_one_report(course: Course, session: Session, outcome: str) -> None:
    ana = course.visitor()
    path = plan(ana)
    data = {
        **ana.form(path),
        "outcome": outcome,
        "note": "",
        "cue": "Jan calls",
        "action": ACTION,
        "due_on": in_days(8),
    }
    first, second = ana.post(f"{path}/reports", data), ana.post(f"{path}/reports", data)
    assert (first.status_code, first.location) == (303, second.location)
    assert len(session.scalars(select(FollowUpReport)).all()) == 1
    assert len(session.scalars(select(StatementRow)).all()) == 2


def test_one_report_sent_many_times_at_once_is_one(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    data = {
        **ana.form(path),
        "outcome": "changed",
        "note": "",
        "cue": "Jan calls",
        "action": ACTION,
        "due_on": in_days(8),
    }

    def send(_number: int) -> str:
        browser = Visitor(course.app, ana.actor, cookie(ana))
        return str(browser.post(f"{path}/reports", data).location)

    with ThreadPoolExecutor(6) as pool:
        locations = set(pool.map(send, range(6)))
    assert len(locations) == 1
    assert "reported=" in locations.pop()
    assert len(session.scalars(select(FollowUpReport)).all()) == 1


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("segue_launch", "127.0.0.1", visitor.base)
    assert found
    return found.value


def test_state_and_log_agree_after_reports_at_once(
    course: Course, session: Session, sessions: sessionmaker[Session]
) -> None:
    ana = course.visitor().actor
    with unit_of_work(sessions) as working:
        follow_up = plan_follow_up(
            working, ana, cue="0", action=ACTION, due_on=date(2026, 5, 7), submission_key=new_random_id()
        )

    def change(number: int) -> None:
        with unit_of_work(sessions) as working:
            working.get(FollowUp, follow_up.id)  # read before the lock, as a request's form check does
            report_outcome(
                working,
                ana,
                follow_up_id=follow_up.id,
                outcome=Outcome.CHANGED,
                cue=str(number),
                submission_key=new_random_id(),
            )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(change, range(1, 13)))
    plans = [row["cue"] for row in session.scalars(select(FollowUpReport.previous_plan)) if row]
    plans.append(session.scalars(select(FollowUp.cue)).one())
    assert sorted(plans, key=int) == [str(number) for number in range(13)]

"""Long lists and logs of follow-ups: their order, their pages and their queries."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.follow_ups.models import FollowUp, FollowUpState, Outcome
from lti_tool.follow_ups.service import plan_follow_up, report_outcome
from lti_tool.posts.models import Post
from tests.conftest import QueryCounter
from tests.factories.entrances import Course
from tests.follow_ups.planning import ACTION, CUE, plan, post_thread, report


def test_open_ones_come_first_by_their_day_and_pages_follow_without_gap_or_repeat(
    course: Course, sessions: sessionmaker[Session]
) -> None:
    ana = course.visitor()
    with unit_of_work(sessions) as session:
        for number in range(65):
            # Before the report: two statements of one millisecond would have no order.
            with time_machine.travel(clock.now() - timedelta(minutes=1)):
                follow_up = plan_follow_up(
                    session,
                    ana.actor,
                    cue=f"Cue {number:02}",
                    action=ACTION,
                    due_on=date(2026, 5, 20) - timedelta(days=number // 4),
                    submission_key=new_random_id(),
                )
            if number % 2:
                outcome = Outcome.TRIED if number % 3 else Outcome.DID
                report_outcome(
                    session,
                    ana.actor,
                    follow_up_id=follow_up.id,
                    outcome=outcome,
                    submission_key=new_random_id(),
                )
    with sessions() as session:
        rows = session.scalars(select(FollowUp)).all()
    expected = sorted(rows, key=lambda row: (row.state is FollowUpState.DONE, row.due_on, row.id))
    seen: list[str] = []
    path: str | None = "/follow-ups"
    while path:
        page = ana.get(path).text
        seen += re.findall(r">(Cue \d\d)<", page)
        later = re.search(r'class="button"\s+href="[^"]*(/follow-ups\?after=[^"]+)"', page)
        path = later[1].replace("&amp;", "&") if later else None
    assert seen == [row.cue for row in expected]


def test_a_long_log_is_read_page_by_page(course: Course, sessions: sessionmaker[Session]) -> None:
    ana = course.visitor()
    path = plan(ana)
    with unit_of_work(sessions) as session:
        follow_up = session.scalars(select(FollowUp)).one()
        for number in range(65):
            report_outcome(
                session,
                ana.actor,
                follow_up_id=follow_up.id,
                outcome=Outcome.TRIED,
                note=f"Note {number:02}",
                submission_key=new_random_id(),
            )
    seen: list[str] = []
    here: str | None = path
    while here:
        page = ana.get(here).text
        seen += re.findall(r">(Note \d\d)<", page)
        earlier = re.search(rf'href="{ana.base}({path}\?after=[^"#]+)#log-heading"', page)
        here = earlier[1] if earlier else None
    assert seen == [f"Note {number:02}" for number in reversed(range(65))]


MADE_UP = [
    "after=x",
    "after=1_2",
    "after=99999999999999999999_x",
    "reported=x",
    "outcome=%00",
    "done&after=x",
]


def test_a_made_up_place_is_the_first_page(course: Course, subtests: pytest.Subtests) -> None:
    ana = course.visitor()
    path = plan(ana)
    for query in MADE_UP:
        with subtests.test(query):
            for page in (ana.get(f"/follow-ups?{query}"), ana.get(f"{path}?{query}")):
                assert page.status_code == 200
                assert CUE in page.text


def test_queries_do_not_grow_with_the_follow_ups(
    course: Course, session: Session, sessions: sessionmaker[Session], count_queries: QueryCounter
) -> None:
    ana = course.visitor()
    post_thread(ana)
    post = session.scalars(select(Post)).one()
    path = plan(ana, source=str(post.id))
    with count_queries() as few_listed:
        ana.get("/follow-ups")
    with count_queries() as few_shown:
        ana.get(path)
    for number in range(40):
        plan(ana, source=str(post.id), cue=f"Cue {number}")
        report(ana, path, "tried", note=str(number))
    with count_queries() as many_listed:
        ana.get("/follow-ups")
    with count_queries() as many_shown:
        ana.get(path)
    assert len(many_listed) == len(few_listed) <= 4
    assert len(many_shown) == len(few_shown) <= 5

"""What staff are told of a copied activity, and asked: in one step, once. Learners see nothing of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Activity
from tests.conftest import QueryCounter
from tests.courses.copied import ANA, INES, SETTINGS, CopiedPage, CopyingPlatform

TOLD = "This activity is a copy"


@pytest.fixture
def teacher(copying: CopyingPlatform) -> CopiedPage:
    """Ines, in the copy of a help activity."""
    copying.come("old", "l1")
    copying.configure("old", "l1")
    return CopiedPage(copying, copying.come("new", "l2", person=INES, custom={"resource_link_history": "l1"}))


def test_staff_are_told_where_it_comes_from(teacher: CopiedPage) -> None:
    page = teacher.get().text
    assert TOLD in page
    assert "Course old" in page
    assert "Keep the copied settings" in page
    assert "Start with default settings" in page
    for other in ("/threads", "/follow-ups", "/threads?where=course"):
        assert TOLD not in teacher.get(other).text


def test_learners_see_nothing_of_it(copying: CopyingPlatform, teacher: CopiedPage) -> None:
    learner = CopiedPage(copying, copying.come("new", "l2", person=ANA))
    page = learner.get()
    assert (page.status_code, TOLD in page.text) == (200, False)
    assert learner.choose("plain").status_code == 404
    assert copying.placement("new", "l2").copy_is_open
    assert TOLD in teacher.get().text


@pytest.mark.parametrize(("choice", "left"), [("keep", SETTINGS), ("plain", {})])
def test_one_press_settles_it(
    copying: CopyingPlatform, teacher: CopiedPage, choice: str, left: object
) -> None:
    answer = teacher.choose(choice)
    assert (answer.status_code, answer.location) == (303, f"{teacher.base}/help")
    placement = copying.placement("new", "l2")
    assert (placement.settings, placement.activity) == (left, Activity.HELP)
    assert not placement.copy_is_open
    assert TOLD not in teacher.get().text
    assert copying.placement("old", "l1").settings == SETTINGS


@pytest.mark.parametrize("again", ["keep", "plain"])
def test_the_first_decision_stands(copying: CopyingPlatform, teacher: CopiedPage, again: str) -> None:
    teacher.choose("keep")
    settled = copying.placement("new", "l2").copy_settled_at
    assert teacher.choose(again).status_code == 303
    assert copying.placement("new", "l2").settings == SETTINGS
    assert copying.placement("new", "l2").copy_settled_at == settled


def test_of_twenty_presses_at_once_one_counts(copying: CopyingPlatform, teacher: CopiedPage) -> None:
    pages = [CopiedPage(copying, copying.come("new", "l2", person=INES)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        choices = ["keep", "plain", "keep", "plain"]
        answers = list(pool.map(lambda pair: pair[0].choose(pair[1]), zip(pages, choices, strict=True)))
    assert {answer.status_code for answer in answers} == {303}
    assert copying.placement("new", "l2").settings in (SETTINGS, {})
    assert TOLD not in teacher.get().text


def test_what_is_no_choice_settles_nothing(copying: CopyingPlatform, teacher: CopiedPage) -> None:
    for answer in (teacher.choose(None), teacher.choose("delete"), teacher.choose("keep", csrf_token="x")):
        assert answer.status_code == 422
        assert TOLD in answer.text
    assert copying.placement("new", "l2").copy_is_open


def test_setting_the_activity_up_settles_it_too(copying: CopyingPlatform, teacher: CopiedPage) -> None:
    page = teacher.get("/activity").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    key = page.partition('name="submission"')[2].partition('value="')[2].partition('"')[0]
    data = {"csrf_token": token, "submission": key, "activity": "help", "prompt": "Mine", "points": ""}
    address = f"{teacher.base}/activity"
    assert teacher.client.post(address, data=data, base_url="http://127.0.0.1:8000").status_code == 303
    assert copying.placement("new", "l2").settings["prompt"] == "Mine"
    assert not copying.placement("new", "l2").copy_is_open


def test_it_takes_one_query_of_staff_until_they_decided(
    copying: CopyingPlatform, teacher: CopiedPage, count_queries: QueryCounter
) -> None:
    def queries_of(page: CopiedPage) -> int:
        with count_queries() as queries:
            page.get()
        return len(queries)

    learner = queries_of(CopiedPage(copying, copying.come("new", "l2", person=ANA)))
    assert queries_of(teacher) == learner + 1
    teacher.choose("keep")
    assert queries_of(teacher) == learner


def test_the_earlier_courses_title_is_only_text(
    copying: CopyingPlatform, teacher: CopiedPage, sessions: sessionmaker[Session]
) -> None:
    with unit_of_work(sessions) as session:
        session.execute(text("update course set title = '<i>%(course)s</i>' where context_id = 'old'"))
    assert "&lt;i&gt;%(course)s&lt;/i&gt;" in teacher.get().text
    with unit_of_work(sessions) as session:
        session.execute(text("update course set title = '' where context_id = 'old'"))
    assert "It was copied from another course." in teacher.get().text


def test_a_plan_of_another_course_names_that_course(copying: CopyingPlatform) -> None:
    copying.come("old", "another")
    custom = {"segue_activity": str(copying.plan("old"))}
    page = CopiedPage(copying, copying.come("new", "l2", person=INES, custom=custom))
    assert "Course old" in page.get("/follow-ups").text

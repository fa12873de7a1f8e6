"""Long lists of help requests and of answers: their pages and their queries."""

import re

import pytest

from tests.conftest import QueryCounter
from tests.factories.entrances import Course
from tests.help_requests.asking import ask_for_help, post_answer


@pytest.mark.parametrize(
    "query",
    ["show=x", "show=%00", "after=x", "show=all&after=0192f6a0-0000-7000-8000-000000000000", "from=x&at=y"],
)
def test_a_made_up_place_is_no_error(course: Course, query: str) -> None:
    ana = course.visitor()
    path = ask_for_help(ana)
    assert ana.get(f"/help?{query}").status_code == 200
    assert ana.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("show", ["waiting", "all", "mine"])
def test_pages_follow_each_other_without_gap_or_repeat(course: Course, show: str) -> None:
    ana = course.visitor()
    for number in range(65):
        ask_for_help(ana, title=f"Question {number:02}")
    seen: list[str] = []
    path: str | None = f"/help?show={show}"
    while path:
        page = ana.get(path).text
        seen += re.findall(r">(Question \d\d)<", page)
        further = re.search(r'class="button"\s+href="[^"]*(/help\?[^"]*after=[^"]+)"', page)
        path = further[1].replace("&amp;", "&") if further else None
    # Who waits longest stands on top; elsewhere the newest.
    expected = [f"Question {number:02}" for number in range(65)]
    assert seen == (expected if show == "waiting" else expected[::-1])


def test_queries_do_not_grow_with_the_request(course: Course, count_queries: QueryCounter) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)
    ana.send(path, f"{path}/answers/{post_id}/accept", {})
    with count_queries() as few:
        ana.get(path)
    with count_queries() as short_list:
        ana.get("/help?show=all")
    for number in range(60):
        post_answer(tom, path, f"Answer {number}")
    for number in range(3):
        ask_for_help(ana, title=f"Question {number}?")
    with count_queries() as many:
        ana.get(path)
    with count_queries() as long_list:
        ana.get("/help?show=all")
    assert len(many) == len(few) <= 7
    assert len(long_list) == len(short_list) <= 4


def test_after_a_late_answer_to_a_long_request_it_is_on_the_page(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    first = post_answer(tom, path, "The first.")
    for number in range(60):
        answer = tom.send(path, f"{path}/answers", {"body": f"Answer number {number}."})
    page = tom.get(answer.location.removeprefix(tom.base)).text
    assert "Answer number 59." in page
    assert "Answer number 10." not in page
    assert "Back to the first reply" in page
    ana.send(path, f"{path}/answers/{first}/accept", {})
    page = ana.get(path).text
    assert "60 more replies" in page
    assert page.count("The first.") == 1
    assert "More replies" in page

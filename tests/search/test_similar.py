"""What may be answered already, while somebody writes a title."""

import html
import re

import pytest

from lti_tool.search.likeness import most_alike
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.groups.conftest import grouped  # noqa: F401  # a fixture
from tests.groups.grouping import Grouped
from tests.help_requests.asking import ask_for_help
from tests.threads.test_threads import post_thread

TITLES = [
    "How do you open a difficult conversation?",
    "Opening with a question",
    "Who knows a good book?",
    "Wie beginnt man ein schwieriges Gespräch?",
    "会議の始め方",
    "Silence after bad news",
    "What to do with silence?",
    "How?",
]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("How should one open difficult conversations?", [0]),
        ("openings", [1]),
        ("SILENCE!", [5, 6]),
        ("The silence after the news", [5]),
        ("Schwierige Gespräche beginnen", [3]),
        ("会議を始める", [4]),
        ("What is it that you do?", []),
        ("whimbrel", []),
        ("A whimbrel and a curlew asked for silence once", []),
        ("", []),
        ("???", []),
    ],
)
def test_titles_are_alike_by_what_their_words_tell(typed: str, expected: list[int]) -> None:
    assert most_alike(typed, TITLES, at_most=3) == expected


def test_no_more_than_wanted_and_the_newest_of_equal_ones() -> None:
    assert most_alike("silence", ["silence"] * 5, at_most=3) == [0, 1, 2]


def similar(visitor: Visitor, title: str) -> list[str]:
    answer = visitor.send("/threads/new", "/search/similar", {"title": title}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return [html.unescape(it) for it in re.findall(r'<span dir="auto">(.*?)</span>', answer.text)]


def test_threads_and_requests_of_the_course_are_found(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker", link="link-2")
    post_thread(ana, title="Salary: when do you name a number?")
    ask_for_help(ana, title="How do I name a salary?")
    far = course.visitor("Mia", context_id="course-2")
    assert similar(tom, "When does one name a salary?") == [
        "How do I name a salary?",
        "Salary: when do you name a number?",
    ]
    assert similar(far, "When does one name a salary?") == []
    page = tom.send("/help/new", "/search/similar", {"title": "salary"}).text
    assert "This may already be answered" in page
    assert ">Answered<" not in page
    assert "search/similar" in tom.get("/help/new").text
    assert "search/similar" in tom.get("/threads/new").text


def test_a_groups_threads_are_its_own(grouped: Grouped) -> None:  # noqa: F811
    post_thread(grouped.ana, title="Our kestrels", body="Only we know.")
    assert similar(grouped.ines, "kestrels") == ["Our kestrels"]
    assert similar(grouped.ana, "kestrels") == ["Our kestrels"]
    assert similar(grouped.tom, "kestrels") == []


def test_one_query_however_many_there_are(course: Course, count_queries: QueryCounter) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana, title="Silence")
    form = ana.form("/threads/new")

    def needed() -> int:
        with count_queries() as asked:
            ana.post("/search/similar", {**form, "title": "silence"})
        return len(asked)

    few = needed()
    for number in range(20):
        post_thread(ana, title=f"Silence {number}")
    assert needed() == few
    with count_queries() as asked:
        ana.post("/search/similar", {**form, "title": "how?"})
    assert len(asked) == few - 1

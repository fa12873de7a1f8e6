"""What helps while writing, over HTTP: previews keep nothing and lose nothing, prompts get a second look."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.posts.models import Conversation, Post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course
from tests.help_requests.asking import QUESTION

HTMX = {"HX-Request": "true"}


def kept(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(it)) for it in (Conversation, Post, StatementRow)]


def test_a_preview_is_what_the_post_would_be_and_keeps_nothing(course: Course, session: Session) -> None:
    ana = course.visitor()
    answer = ana.send("/threads/new", "/posts/preview", {"body": "**a** $x$ <b>"}, headers=HTMX)
    assert answer.status_code == 200
    assert "<strong>a</strong> <math" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert "<html" not in answer.text
    assert kept(session) == [0, 0, 0]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("", 200, "There is nothing to preview yet."),
        ("x" * 40_000, 422, "Please shorten this to 32768 characters."),
        ("$\\nothing$", 200, "Segue could not display this. Original text:"),
    ],
    ids=["empty", "long", "formula"],
)
def test_a_preview_says_what_there_is_to_say(course: Course, body: str, status: int, said: str) -> None:
    answer = course.visitor().send("/threads/new", "/posts/preview", {"body": body}, headers=HTMX)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_a_preview_needs_the_forms_token(course: Course) -> None:
    answer = course.visitor().post("/posts/preview", {"body": "a", "csrf_token": "made up"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Please send it again" in answer.text


def test_a_preview_takes_one_query(course: Course, count_queries: QueryCounter) -> None:
    ana = course.visitor()
    form = ana.form("/threads/new")
    with count_queries() as queries:
        ana.post("/posts/preview", {**form, "body": "a"}, headers=HTMX)
    assert len(queries) <= 1


FORMS = {
    "thread": ("/threads/new", "/threads/new", {"title": "Openings", "body": "**bold**"}),
    "request": ("/help/new", "/help/new", {**QUESTION, "tried": "**bold**"}),
    "activity": ("/activity", "/activity", {"activity": "help", "prompt": "**bold**", "points": ""}),
}


@pytest.mark.parametrize("name", FORMS)
def test_without_script_the_form_comes_back_with_its_preview(
    course: Course, session: Session, name: str
) -> None:
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    page, address, data = FORMS[name]
    answer = ines.send(page, address, {**data, "preview": "yes"})
    assert answer.status_code == 200
    assert "<strong>bold</strong>" in answer.text
    for value in data.values():
        assert value in answer.text
    assert kept(session) == [0, 0, 0]
    assert ines.send(page, address, data).status_code == 303


def test_without_script_replies_and_answers_have_their_preview(course: Course, session: Session) -> None:
    ana = course.visitor()
    for page, data, field in (
        ("/threads/new", FORMS["thread"][2], "replies"),
        ("/help/new", QUESTION, "answers"),
    ):
        path = str(ana.send(page, page, data).location).removeprefix(ana.base)
        before = kept(session)
        session.rollback()
        answer = ana.send(path, f"{path}/{field}", {"body": "_mine_", "preview": "yes"})
        assert "<em>mine</em>" in answer.text
        assert "_mine_</textarea>" in answer.text
        assert kept(session) == before
        session.rollback()


@pytest.mark.parametrize("page", ["/threads/new", "/help/new", "/follow-ups/new"])
def test_who_can_read_it_stands_beside_the_button(course: Course, page: str) -> None:
    html = course.visitor("Ana <Ruiz>").get(page).text
    if page == "/follow-ups/new":
        assert "Only you can see this." in html
    else:
        assert "Posting as <bdi>Ana &lt;Ruiz&gt;</bdi>" in html
        assert "Everybody in Difficult conversations can read" in html


def test_a_prompt_gets_a_second_look_and_is_taken_all_the_same(course: Course) -> None:
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    closed = {"activity": "discussion", "prompt": "List the five stages of grief.", "points": ""}
    look = ines.send("/activity", "/posts/prompt-check", closed, headers=HTMX)
    assert "This seems to ask for what is in the text." in look.text
    assert "Why?" in look.text
    assert ines.send("/activity", "/activity", closed).status_code == 303
    assert "This seems to ask for what is in the text." in ines.get("/activity").text


def test_an_open_prompt_is_left_alone(course: Course) -> None:
    data = {"title": "What would fail in your team, and why?", "body": "I would …"}
    answer = course.visitor().send("/threads/new", "/posts/prompt-check", data, headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.strip() == ""


def test_words_to_begin_with_are_there(course: Course) -> None:
    ana = course.visitor()
    assert "Open question" in ana.get("/threads/new").text
    assert "What I tried" in ana.get("/help/new").text

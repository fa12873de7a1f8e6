"""Help requests over HTTP: from the question to what fixed it."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.posts.models import Post
from tests.factories.entrances import Course
from tests.help_requests.asking import (
    FIX,
    QUESTION,
    accepted,
    ask_for_help,
    how_it_stands,
    listed,
    post_answer,
    the_request,
)


@pytest.mark.parametrize(
    "show", ["", "?show=waiting", "?show=answered", "?show=resolved", "?show=mine", "?show=all"]
)
def test_an_empty_list_says_so(course: Course, show: str) -> None:
    page = course.visitor().get(f"/help{show}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


def test_a_question_is_asked_and_everybody_sees_its_card(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    assert "<strong>new deadlines</strong>" in ana.get(path).text
    page = tom.get(path).text
    for shown in ("I am trying to", "I tried", "I expected", "I got", "an example", "Waiting for peers"):
        assert shown in page
    assert "<p>Starting with facts.</p>" in page
    request = the_request(session)
    assert (request.help_wanted, request.tried) == ("example", "Starting with facts.")
    assert [show for show in ("waiting", "answered", "resolved", "mine", "all") if listed(tom, show)] == [
        "waiting",
        "all",
    ]
    assert listed(ana, "mine")


def test_what_was_left_out_is_not_on_the_card(course: Course) -> None:
    ana = course.visitor()
    page = ana.get(ask_for_help(ana, tried=" ", expected="", got="")).text
    assert "I tried" not in page
    assert "I got" not in page
    assert "I am trying to" in page


def test_the_card_starts_with_a_kind_of_help_chosen(course: Course, session: Session) -> None:
    ana = course.visitor()
    assert re.search(r'<input checked[^>]*value="hint"', ana.get("/help/new").text)
    without = {name: text for name, text in QUESTION.items() if name != "help_wanted"}
    assert ana.send("/help/new", "/help/new", without).status_code == 303
    assert the_request(session).help_wanted == "hint"


def test_from_waiting_over_an_answer_to_what_fixed_it(course: Course, session: Session) -> None:
    ana, tom, eva = (course.visitor(name) for name in ("Ana Ruiz", "Tom Becker", "Eva Lind"))
    path = ask_for_help(ana)
    first, second = post_answer(tom, path, "Begin with thanks."), post_answer(eva, path, "Name the change.")
    assert listed(tom, "answered")
    assert not listed(tom, "waiting")
    asked_page = ana.get(path).text
    assert asked_page.count("</svg>This helped me") == 2
    assert '<details class="panel"' in asked_page
    answer = ana.send(path, f"{path}/answers/{second}/accept", {})
    assert answer.location == f"{ana.base}{path}#resolve"
    page = ana.get(path).text
    assert "This helped Ana Ruiz" in page
    assert page.index(f'id="post-{second}"') < page.index(f'id="post-{first}"')
    assert '<details class="panel"' not in page
    assert "What fixed it?" in page
    assert ana.send(path, f"{path}/resolve", FIX).location == f"{ana.base}{path}"
    assert FIX["what_fixed_it"] in tom.get(path).text
    assert 'id="resolve"' not in ana.get(path).text
    assert listed(tom, "resolved")
    assert (how_it_stands(session), accepted(session)) == ("resolved", second)
    assert the_request(session).what_fixed_it == FIX["what_fixed_it"]


def test_who_solved_it_alone_resolves_without_an_answer(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    ana.send(path, f"{path}/resolve", FIX)
    assert "Resolved" in tom.get(path).text
    post_answer(tom, path)
    assert how_it_stands(session) == "resolved"


def test_what_the_asker_adds_leaves_the_request_waiting(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_answer(ana, path, "He also cancelled twice.")
    assert how_it_stands(session) == "waiting"
    assert "This helped me" not in ana.get(path).text
    post_answer(tom, path)
    assert how_it_stands(session) == "answered"


@pytest.mark.parametrize("role", ["learner", "assistant", "instructor", "observer"])
def test_anybody_in_the_course_may_answer(course: Course, session: Session, role: str) -> None:
    path = ask_for_help(course.visitor("Ana Ruiz"))
    post_answer(course.visitor("Tom Becker", role=role, link="another-link"), path)
    assert how_it_stands(session) == "answered"


def test_htmx_gets_the_answer_how_it_stands_and_an_empty_composer(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    form = tom.form(path)
    answer = tom.post(f"{path}/answers", {**form, "body": "By htmx"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.text.lstrip().startswith("<li>")
    for part in ('id="request-status"', 'id="answers-heading"', 'id="composer"'):
        assert part in answer.text
    assert answer.text.count('hx-swap-oob="true"') == 3
    assert "1 reply" in answer.text
    assert "Answered" in answer.text
    assert form["submission"] not in answer.text


def test_htmx_gets_the_composer_back_with_what_is_wrong(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = ask_for_help(ana)
    answer = ana.send(path, f"{path}/answers", {"body": " "}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#composer")
    assert "Please write something first." in answer.text
    assert "<html" not in answer.text
    assert len(session.scalars(select(Post)).all()) == 1

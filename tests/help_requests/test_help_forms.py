"""Forms of help requests that were filled in wrongly, and the page around them."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.help_requests.models import HelpRequest
from lti_tool.posts.models import Conversation
from tests.factories.entrances import Course
from tests.help_requests.asking import (
    FIX,
    QUESTION,
    ask_for_help,
    how_it_stands,
    ids_on,
    post_answer,
    statements,
)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "  "},
        {"title": "x" * 201},
        {"trying_to": ""},
        {"trying_to": "x" * 32_769},
        {"tried": "x" * 32_769},
        {"expected": "x" * 32_769},
        {"got": "x" * 32_769},
        {"help_wanted": "everything"},
        {"csrf_token": "forged"},
        {"csrf_token": ""},
    ],
    ids=lambda changes: f"{next(iter(changes))}-{len(next(iter(changes.values())))}",
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    course: Course, session: Session, changes: dict[str, str]
) -> None:
    ana = course.visitor()
    sent = {**QUESTION, "got": "Keep <me> & mine", **changes}
    answer = ana.send("/help/new", "/help/new", sent)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    if "got" not in changes:
        assert "Keep &lt;me&gt; &amp; mine" in answer.text
    if "help_wanted" not in changes:
        assert re.search(r"<input checked[^>]*value=\"example\"", answer.text)
    assert session.scalars(select(Conversation)).all() == []
    assert session.scalars(select(HelpRequest)).all() == []


@pytest.mark.parametrize(
    ("rest", "data", "said"),
    [
        ("answers", {"body": ""}, "Please write something first."),
        ("answers", {"body": "x" * 32_769}, "Please shorten this"),
        ("answers", {"body": "Mine", "csrf_token": "forged"}, "an earlier session"),
        ("resolve", {"what_fixed_it": " "}, "Please say in one line what fixed it."),
        ("resolve", {"what_fixed_it": "x" * 501}, "Please shorten this to 500 characters."),
        ("resolve", {**FIX, "csrf_token": "forged"}, "an earlier session"),
        ("accept", {"csrf_token": "forged"}, "an earlier session"),
    ],
)
def test_a_refused_form_comes_back_on_its_page(
    course: Course, session: Session, rest: str, data: dict[str, str], said: str
) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)
    before = len(statements(session))
    answer = ana.send(
        path, f"{path}/answers/{post_id}/accept" if rest == "accept" else f"{path}/{rest}", data
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert QUESTION["title"] in answer.text
    for typed in set(data) - {"csrf_token"}:
        assert data[typed] in answer.text
    assert len(statements(session)) == before
    assert how_it_stands(session) == "answered"


def test_no_id_stands_twice_on_a_page(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    first, _ = post_answer(tom, path, "One"), post_answer(tom, path, "Two")
    pages = [ana.get(path).text, ana.get("/help/new").text, ana.get("/help?show=all").text]
    ana.send(path, f"{path}/answers/{first}/accept", {})
    pages.append(ana.get(path).text)
    for page in pages:
        assert max(ids_on(page).values()) == 1

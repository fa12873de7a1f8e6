"""A reply's frame is rendered once for each combination of flags, then filled in for each reply."""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, g
from markupsafe import Markup, escape

from lti_tool.core.actor import Role

ROLES = ["learner", "instructor", "assistant", "observer", ""]
WORDS = ("id", "number", "on", "avatar", "at", "beside", "answered", "labels", "body", "files", "marks")
SHOWN = {
    "is_unread": "data-unread",
    "is_just_posted": 'data-announce="Posted."',
    "takes_reply": ">Reply<",
    "may_accept": "Accept the answer by",
    "has_text": "Carry forward<",
    "may_put_at_top": "Use as synthesis<",
    "may_edit": "Withdraw<",
    "may_report": "Report<",
    "has_no_marks": 'value="useful"',
}
"""What each flag adds for a learner; `is_self` only takes something away."""
FLAGS = [*SHOWN, "is_self"]


@pytest.fixture
def macros(app: Flask, reader: Role) -> Iterator[Any]:
    with app.test_request_context("/", base_url=app.extensions["settings"].base_url):
        g.launch_id = uuid4()
        context: dict[str, Any] = {
            "actor": SimpleNamespace(role=reader),
            "thread": SimpleNamespace(summing=None),
            "thread_id": uuid4(),
            "closed": False,
            "carrier": "cookie",
        }
        yield app.jinja_env.get_template("threads/_reply.html").make_module(context)


@pytest.mark.parametrize("reader", [Role.LEARNER])
@pytest.mark.parametrize("flag", SHOWN)
def test_each_flag_shows_its_part_of_a_reply(macros: Any, flag: str) -> None:
    def shown(**raised: bool) -> str:
        flags = dict.fromkeys(FLAGS, False) | raised
        return str(macros.frame(role="learner", **flags, **dict.fromkeys(WORDS, ""), name="Ana"))

    assert [other for other, part in SHOWN.items() if part in shown()] == []
    assert [other for other, part in SHOWN.items() if part in shown(**{flag: True})] == [flag]
    assert ("Mark as unread" in shown(**{flag: True})) is (flag != "is_unread")
    assert SHOWN["has_no_marks"] not in shown(has_no_marks=True, is_self=True)


@pytest.mark.parametrize("reader", [Role.LEARNER])
def test_every_word_stands_in_its_reply(macros: Any) -> None:
    words = {word: f"the {word}" for word in (*WORDS, "name")}
    given = macros.frames(role="instructor", **dict.fromkeys(FLAGS, True), **words)
    assert [word for word in words.values() if str(escape(word)) not in given] == []
    assert "Instructor" in given


@pytest.mark.parametrize("author", ROLES)
@pytest.mark.parametrize("reader", [Role.LEARNER, Role.INSTRUCTOR])
def test_a_filled_reply_is_the_same_as_one_rendered_by_itself(macros: Any, author: str) -> None:
    for chosen in itertools.product([True, False], repeat=len(FLAGS)):
        flags = {"role": author, **dict(zip(FLAGS, chosen, strict=True))}
        words = dict.fromkeys(WORDS, "50 % <i>") | {"id": str(uuid4()), "body": Markup("<p>100 %</p>")}
        for name in ("Ana & Tom", "%(id)s"):
            given = macros.frames(**flags, **words, name=name)
            assert given == macros.frame(**flags, **words, name=name)

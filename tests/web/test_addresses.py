"""Addresses that templates build: the same as Flask's, also where one of their kind is known already."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import flask
import pytest
from flask import Flask, g
from flask.ctx import RequestContext

from lti_tool.web.addresses import url_for
from lti_tool.web.repeated import repeated

LAUNCH = UUID(int=77)


def on_a_page(app: Flask) -> RequestContext:
    return app.test_request_context("/", base_url=app.extensions["settings"].base_url)


def values_of(rule: Any) -> dict[str, Any]:
    """One for each argument, as its converter wants it."""
    kinds: dict[str, Callable[[], Any]] = {"uuid": uuid4, "int": lambda: 3, "default": lambda: "50 %s"}
    return {
        name: kinds.get(type(converter).__name__.removesuffix("Converter").lower(), lambda: "a%20b")()
        for name, converter in rule._converters.items()
    }


def test_each_route_has_flasks_address(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert len(rules) > 50
    with on_a_page(app):
        for rule in rules:
            for _ in range(3):
                given = values_of(rule) | {
                    "at": uuid4(),
                    "tag": "50 % {x} %(at)s",
                    "show": None,
                    "_anchor": "50%",
                }
                assert url_for(rule.endpoint, **given) == flask.url_for(rule.endpoint, **given)


@pytest.mark.parametrize("other", [{"mark": "a"}, {"mark": "b"}, {"mark": None}, {}, {"_anchor": "a"}])
def test_what_differs_by_more_than_an_id_is_another_address(app: Flask, other: dict[str, Any]) -> None:
    with on_a_page(app):
        for given in ({"post_id": LAUNCH, "mark": "c"}, {"post_id": uuid4()}, {"post_id": uuid4(), **other}):
            whole: dict[str, Any] = {"launch_id": LAUNCH, **given}
            assert url_for("marks.show_marks", **whole) == flask.url_for("marks.show_marks", **whole)


def test_two_ids_keep_their_places(app: Flask) -> None:
    with on_a_page(app):
        for _ in range(3):
            given: dict[str, Any] = {
                "launch_id": uuid4(),
                "at": uuid4(),
                "thread_id": uuid4(),
                "reply_to": uuid4(),
            }
            assert url_for("threads.show_thread", **given) == flask.url_for("threads.show_thread", **given)


def test_each_launch_has_its_own_addresses(app: Flask) -> None:
    """What is kept of an address is its form: no launch's id is in it."""
    post_id = uuid4()
    for launch_id in (uuid4(), uuid4()):
        with on_a_page(app):
            g.launch_id = launch_id
            there = flask.url_for("marks.show_marks", post_id=post_id)
            assert str(launch_id) in there
            assert url_for("marks.show_marks", post_id=post_id) == there
    with on_a_page(app), pytest.raises(KeyError):
        url_for("marks.show_marks", post_id=post_id)


def test_an_address_of_a_repeated_part_is_filled_in_later(app: Flask) -> None:
    at, reply_to = uuid4(), uuid4()
    more: dict[str, Any] = {"launch_id": LAUNCH, "thread_id": uuid4(), "tag": "50 %s"}
    with on_a_page(app):
        made = repeated(lambda at, reply_to: url_for("threads.show_thread", at=at, reply_to=reply_to, **more))
        whole = flask.url_for("threads.show_thread", **more, at=at, reply_to=reply_to)
        for _ in range(2):
            assert sorted(re.split("[?&]", made(at=at, reply_to=reply_to))) == sorted(re.split("[?&]", whole))

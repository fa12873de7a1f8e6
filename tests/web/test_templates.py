"""What the policy would stop: every template's scripts carry the nonce, and nothing is inline."""

import re
from inspect import signature
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from lti_tool.paths import templates_dir
from lti_tool.web.templates import put

# The demo LMS has pages and a policy of its own.
TEMPLATES = sorted(
    path.relative_to(templates_dir())
    for path in templates_dir().rglob("*.html")
    if "demo_lms" not in path.parts
)


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_nothing_that_the_policy_stops(template: Path) -> None:
    text = (templates_dir() / template).read_text(encoding="utf-8")
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert 'nonce="{{ csp_nonce() }}"' in tag or 'type="application/json"' in tag, tag
    assert not re.search(r"<[a-z][^>]*\s(on[a-z]+|style)=|<style\b|javascript:|hx-on|hx-vals=.js:", text)


def test_templates_are_made_the_quick_way(app: Flask) -> None:
    """The environment is chosen before anything asks for it, or Flask's own is there already."""
    assert type(app.jinja_env.get_template("components/post.html").globals) is dict


def test_jinja_still_has_what_the_quick_way_builds_on() -> None:
    advice = (
        "Jinja's code generator has changed. Compare _CodeGenerator in lti_tool/web/templates.py with it."
        " Without that class (and its line in _Environment) every page is the same, only slower: if you"
        " can't mend it at once, take it out and run `python -m bench.threads`."
    )
    for name, parameters in {
        "_output_child_pre": ["self", "node", "frame", "finalize"],
        "visit_Getattr": ["self", "node", "frame"],
        "visit_Template": ["self", "node", "frame"],
        "temporary_identifier": ["self"],
    }.items():
        assert list(signature(getattr(CodeGenerator, name)).parameters) == parameters, advice
    assert list(signature(Macro.__call__).parameters)[1:] == ["args", "kwargs"], advice


class _Text(str):
    """What says for itself how it looks in HTML, though it is text."""

    __slots__ = ()

    def __html__(self) -> str:
        return "<i>"


VALUES = [
    *("plain", "", "a & b", "<b>", 'a "quote"', "an ' apostrophe", "> 1", "\0", "é\ud800"),
    *(Markup("<b>safe</b>"), _Text("<b>"), UUID(int=7), 12, -1, 1.5, True, None, ["<b>"], {"<b>": "&"}),
]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_what_a_template_puts_is_escaped(app: Flask, value: object) -> None:
    assert put(value) == escape(value)
    with app.test_request_context():
        made = app.jinja_env.from_string("{{ it }}|{{ it ~ '<' }}")
        assert made.render(it=value) == f"{escape(value)}|{escape(value)}&lt;"


def test_what_a_macro_gives_is_safe_already(app: Flask) -> None:
    made = app.jinja_env.from_string(
        "{% macro it(a) %}<b>{{ a }}</b>{% endmacro %}{{ it('<') }}{{ it('x') }}"
    )
    assert made.render() == "<b>&lt;</b><b>x</b>"

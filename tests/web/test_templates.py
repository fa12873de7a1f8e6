"""What the policy would stop: every template's scripts carry the nonce, and nothing is inline."""

import re
from pathlib import Path

import pytest
from flask import Flask

from lti_tool.paths import templates_dir

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

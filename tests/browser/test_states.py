"""Each page of the map of addresses, and each state of discussions: pictures, axe, and a walk by keyboard.

A new page comes in by its row in tests/contract/access_table.py, which it can't be without.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from tests.browser.conftest import no_complaints, own_context
from tests.browser.everything import ELSEWHERE, NO_PAGES, Everything, furnish_everything, open_to_all
from tests.browser.test_pages import look_at
from tests.contract.access_table import TABLE
from tests.factories.entrances import Course, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_MOST_STEPS = 200
# What one can come to by Tab: of radio buttons of one name one, of a toolbar its first button.
REACHABLE = """() => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']:not([role=toolbar])";
  const isShown = (it) => it.checkVisibility({ visibilityProperty: true });
  const isThere = (it) => isShown(it) && !it.disabled && it.tabIndex >= 0;
  const groups = new Set();
  window.reachable = [...document.querySelectorAll(kinds)].filter(isThere).filter((it) => {
    if (it.type !== "radio") return true;
    const group = `${[...document.forms].indexOf(it.form)} ${it.name}`;
    return !groups.has(group) && groups.add(group);
  });
  window.reached = new Set();
  document.activeElement?.blur();
  return window.reachable.length;
}"""
# Where the focus is now: 1 for something new, 0 for nothing or what had it before, -1 without a sign of it.
STEP = """() => {
  const it = document.activeElement;
  if (!it || it === document.body || window.reached.has(it)) return 0;
  window.reached.add(it);
  const of = [it, it.closest(".row"), it.closest("label"), it.nextElementSibling].filter(Boolean);
  return of.some((one) => getComputedStyle(one).outlineStyle !== "none") ? 1 : -1;
}"""
MISSED = """() => window.reachable.filter((it) => !window.reached.has(it) &&
    ![...window.reached].some((one) => one.type === "radio" && one.name === it.name && one.form === it.form))
    .map((it) => it.outerHTML.slice(0, 160))"""


@dataclass(frozen=True)
class State:
    """A page in a state that its usual address does not show."""

    name: str
    who: Callable[[Everything], Visitor]
    path: Callable[[Everything], str]
    says: str
    act: Callable[[Page], Any] = lambda _: None


def ana(there: Everything) -> Visitor:
    return there.place.owner


def tom(there: Everything) -> Visitor:
    return there.place.colleague


def ines(there: Everything) -> Visitor:
    return there.place.teacher


def mia(there: Everything) -> Visitor:
    return there.mia


def nameless(there: Everything) -> Visitor:
    return there.nameless


def at(address: str) -> Callable[[Everything], str]:
    """An address with names of paths and posts in it: "{thread}", "/posts/{first}/marks"."""
    return lambda there: address.format(
        **{**there.paths, **{f"post_{name}": it for name, it in there.posts.items()}}
    )


def send(button: str) -> Callable[[Page], None]:
    """Send a form as it stands: it says what is wrong."""

    def act(page: Page) -> None:
        page.get_by_role("button", name=button, exact=True).first.click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return act


STATES = [
    State("thread-full", tom, at("{thread}"), "Synthesis"),
    State("thread-hidden-by-staff", mia, at("{thread}"), "Hidden by staff"),
    State("thread-hidden-author", tom, at("{thread}"), "Hidden from others"),
    State("thread-withdrawn", ana, at("{thread}"), "Withdrawn by its author"),
    State("thread-staff", ines, at("{thread}"), "Synthesis"),
    State("thread-waits", mia, at("{waiting}"), "approval"),
    State("thread-waits-staff", ines, at("{waiting}"), "approval"),
    State("thread-declined", mia, at("{declined}"), "declined"),
    State("thread-closed-pinned", tom, at("{closed}"), "This thread is closed to new replies."),
    State("thread-closed-owner", ana, at("{closed}"), "Everybody agreed."),
    State("thread-picture", tom, at("{pictured}"), "whiteboard"),
    State("threads-notices", tom, at("/threads"), "Pinned"),
    State("threads-notices-waiting", mia, at("/threads"), "before others can see them"),
    State("threads-staff", ines, at("/threads"), "Pinned"),
    State(
        "threads-nothing-followed", mia, at("/threads?show=following&tag=nothing"), "No thread has this tag"
    ),
    State("new-thread-error", ana, at("/threads/new"), "New thread", send("Post thread")),
    State("request-resolved-full", ana, at("{resolved}"), "Resolved"),
    State("search-hits", tom, at("/search?q=facts"), "Which"),
    State("search-no-hits", tom, at("/search?q=whimbrel"), "whimbrel"),
    State("history-edited", ana, at("/posts/{post_first}/history"), "ours"),
    State("history-withdrawn-staff", ines, at("/posts/{post_withdrawn}/history"), "Never mind."),
    State("marks-given", ana, at("/posts/{post_first}/marks"), "As in unit 2."),
    State("report-error", tom, at("/moderation/report/{post_thread}"), "Report", send("Report post")),
    State("queue-full", ines, at("/moderation"), "1 report"),
    State("post-waiting-staff", ines, at("/moderation/posts/{post_waiting}"), "A thread that waits"),
    State("post-hidden-staff", ines, at("/moderation/posts/{post_hidden}"), "It names a client."),
    State("follow-up-changed", tom, at("{follow-up}"), "Too early in the day."),
    State("set-up-staff", ines, at("/activity"), "Set up this activity"),
    State("drafts-none", mia, at("/drafts"), "draft"),
    State("own-name", nameless, at("/name"), "name"),
]


def walk(page: Page) -> None:
    """By Tab to everything that can be used, each with a sign that it has the focus."""
    count = page.evaluate(REACHABLE)
    unseen = 0
    for step in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        unseen += page.evaluate(STEP) < 0
        # A field for a moment has several stops.
        if step >= count and not page.evaluate(MISSED):
            break
    assert unseen == 0, "no sign of the focus"
    assert page.evaluate(MISSED) == []


def rows(there: Everything, app: Flask) -> Iterator[tuple[str, Visitor, str, str, Callable[[Page], Any]]]:
    for endpoint, visitor, path in there.pages(app):
        yield f"page-{endpoint}", visitor, path, "", lambda _: None
    for state in STATES:
        yield state.name, state.who(there), state.path(there), state.says, state.act


def test_every_page_and_state_is_there_for_everybody(
    chromium: Browser, course: Course, session: Session, subtests: pytest.Subtests
) -> None:
    there = furnish_everything(course, session)
    with own_context(chromium) as context, open_to_all(course, context, *there.people) as origin:
        page = context.new_page()
        for name, visitor, path, says, act in rows(there, course.app):
            with subtests.test(msg=name), no_complaints(context):
                page.set_viewport_size({"width": 1200, "height": 800})
                answer = page.goto(f"{origin}{visitor.base}{path}")
                assert answer
                assert answer.status == 200
                assert says in page.content()
                act(page)
                walk(page)
                look_at(page, name)


def test_what_is_no_page_is_named_once() -> None:
    endpoints = {endpoint for method, endpoint in TABLE if method == "GET"}
    assert not NO_PAGES & ELSEWHERE
    assert endpoints >= NO_PAGES | ELSEWHERE

"""Hostile texts in every place where text appears, in a real browser whose policies against them are off.

Without the content security policy, what holds is the escaping and the sanitiser alone. The control shows
the same texts without either, and must fire, or the silence of the others would prove nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route
from sqlalchemy import String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from lti_tool.audit.models import StaffAct
from lti_tool.core.db import unit_of_work
from lti_tool.core.text import clean_line, clean_text
from lti_tool.launch.models import LaunchKind
from lti_tool.markup.markdown import render
from lti_tool.models import METADATA
from lti_tool.moderation.service import decide_on_post
from lti_tool.posts.writing import Writing
from lti_tool.threads import service as threads
from tests.browser.everything import Everything, furnish_everything, open_to_all
from tests.facilitation.test_person import reviewer
from tests.factories.entrances import Course, Visitor
from tests.markup.payloads import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = [clean_text(payload) for payload in PAYLOADS]
# In one line, as most places are escaped whole, and short enough for an index of names.
LINE = clean_line(" ".join(it for it in TEXTS[:90:3] if len(it) < 200), longest=1800)
_FEWEST_FIRED = 20
_A_PAGE = 50

LISTEN = "window.heard = []; window.fired = () => { window.heard.push(document.URL); return true; };"
# What no page may have got from somebody's text: handlers, foreign addresses, elements that act, taken ids.
FORBIDDEN = """() => [
    ...[...document.querySelectorAll('*')].filter((it) =>
        [...it.attributes].some(({name}) => /^on|^hx-on|^data-hx/.test(name))),
    ...document.querySelectorAll('iframe, object, embed, base, style, svg script, video, audio'),
    ...document.querySelectorAll('img:not([src*="/attachments/"])'),
    ...document.querySelectorAll('meta[http-equiv], script:not([nonce])'),
    ...document.querySelectorAll('.prose :is(form, input, button, svg, [id], [name], [style])'),
    ...[...document.querySelectorAll('a[href], form[action]')].filter((it) =>
        /^(javascript|vbscript|data|file|blob):/.test(it.href ?? it.action)),
].map((it) => it.outerHTML.slice(0, 200))"""

# Each column that holds somebody's words, with what is put there; `:it` is the text behind a mark of its own.
WRITTEN = {
    "course.title": ":it",
    "placement.title": ":it",
    "person.name": "case when name = '' then name else :it end",
    "membership.own_name": ":it",
    "launch.platform_name": ":it",
    "course_group_set.name": ":it",
    "course_group.name": ":it",
    "conversation.title": ":it",
    "conversation.tags": "array[:it]",
    "conversation.closed_reason": "case when closed_at is null then '' else :it end",
    "post.body": ":it",
    "post.body_html": ":html",
    "post.state_reason": ":it",
    "post_revision.title": ":it",
    "post_revision.body": ":it",
    "post_revision.what_changed": ":it",
    "post_mark.note": "case when note = '' then '' else :it end",
    "synthesis.draws_on": ":it",
    "attachment.name": ":it",
    "attachment.alt": ":it",
    "draft.fields": "jsonb_build_object('title', cast(:it as text), 'body', cast(:it as text))",
    "report.note": ":it",
    "author_notice.reason": ":it",
    "pre_moderation.reason": ":it",
    "follow_up.cue": ":it",
    "follow_up.action": ":it",
    "follow_up_report.note": ":it",
    "follow_up_report.previous_plan": "case when previous_plan is null then null else"
    " previous_plan || jsonb_build_object('cue', cast(:it as text)) end",
    "help_request.tried": ":it",
    "help_request.tried_html": ":html",
    "help_request.expected_html": ":html",
    "help_request.got_html": ":html",
    "help_request.what_fixed_it": "case when what_fixed_it is null then null else :it end",
    "score.comment": ":it",
    "placement.settings": "settings || jsonb_build_object('prompt', cast(:it as text))",
}
# What no page shows as somebody wrote it: words of ours, names that we make up, what servers tell each other.
TECHNICAL_TABLES = {
    "access_token", "actor_key", "admin_session", "admin_sign_in", "audience_person", "course_copy",
    "deployment", "erasure", "launch_attempt", "launch_pending", "line_item", "notice", "notice_handler",
    "planned_activity", "platform_key_set", "pseudonym", "read_state", "record_store_credential",
    "record_store_statement", "registration", "registration_health", "registration_invitation",
    "registration_update",     "roster_sync", "statement", "circuit_breaker", "tool_key", "waiting_act",
}  # fmt: skip
TECHNICAL_NAMES = {
    "act", "activity", "activity_progress", "audience", "author_role", "change", "changes", "context_id",
    "description", "detail", "details", "digest", "embedders", "ended", "event", "grading_progress",
    "group_sets_url", "groups_url", "help_wanted", "kind", "level", "line_item_url", "line_items_url",
    "locale", "mark", "original_kind", "outcome", "platform_id", "problem", "product", "pseudonym",
    "resource_link_id", "return_url", "role", "roster_role", "roster_url", "secret_digest",
    "service_scopes", "stage", "state", "status", "sub",
}  # fmt: skip
# Shown in another place: the log's reasons are written by its one function, the rest stands beside its HTML.
BESIDE = {
    "membership.own_name_likeness",
    "moderation_log.reason", "conversation_change.reason", "score_entry.comment", "draft.elsewhere",
    "help_request.expected", "help_request.got", "course_name.beginning",
}  # fmt: skip


@dataclass
class Watched:
    """A page, and what it did that no page of ours does."""

    page: Page
    origin: str = ""
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    """The marks of the texts that were there."""

    def look(self, address: str) -> None:
        answer = self.page.goto(self.origin + address)
        assert answer
        assert answer.status == 200, address
        self.check(address)
        html = self.page.content()
        self.shown |= {name for name in MARKS if MARKS[name] in html}

    def check(self, where: str) -> None:
        assert self.page.evaluate("window.heard") == [], where
        assert (self.dialogs, self.foreign) == ([], []), where
        assert self.page.evaluate(FORBIDDEN) == [], where

    def refuse(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def handle(self, route: Route) -> None:
        if self.origin and route.request.url.startswith(self.origin):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()


def mark_of(column: str) -> str:
    """A word that is found again wherever that column's text stands."""
    return f"at{column.replace('.', '').replace('_', '')}"


MARKS = {column: mark_of(column) for column in [*WRITTEN, "moderation_log.reason"]}


@contextmanager
def watched(chromium: Browser) -> Iterator[Watched]:
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.add_init_script(LISTEN)
    found = Watched(page)
    page.route("**/*", found.handle)
    page.on("dialog", found.refuse)
    try:
        yield found
    finally:
        context.close()


def test_the_control_fires(chromium: Browser) -> None:
    """The same texts as they are, in the same harness: many run, load or leave forbidden things behind."""
    with watched(chromium) as seen:
        fired, left = 0, 0
        for payload in [*PAYLOADS[::2], LINE]:
            seen.page.unroute("**/*")
            body = f"<!doctype html><title>x</title><div>{payload}</div>"
            seen.page.route(
                "**/*",
                lambda route, _, it=body: route.fulfill(body=it, content_type="text/html; charset=utf-8"),
            )
            seen.page.goto("http://control.example/", wait_until="load")
            fired += seen.page.evaluate("window.heard.length > 0")
            left += seen.page.evaluate(FORBIDDEN) != []
        assert seen.page.evaluate("window.heard") != [], "the line of many"
        assert fired >= _FEWEST_FIRED, fired
        assert left >= 2 * _FEWEST_FIRED, left


def test_every_column_with_text_is_thought_of() -> None:
    """A new one is put among those that somebody writes, or among the others."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            is_text = isinstance(column.type, (String, Text, ARRAY, JSONB))
            if is_text and table.name not in TECHNICAL_TABLES and column.name not in TECHNICAL_NAMES:
                assert name in WRITTEN or name in BESIDE, name


def make_hostile(course: Course, session: Session, there: Everything) -> str:
    """What stands in each column is hostile now, and each text is a reply; gives the address of these."""
    for name, value in WRITTEN.items():
        table, _, column = name.partition(".")
        it = f"{MARKS[name]} {LINE}"
        values = {"it": it, "html": render(it)}
        used = {key: values[key] for key in values if f":{key}" in value}
        session.execute(text(f"update {table} set {column} = {value}"), used)
    session.commit()
    place = there.place
    with unit_of_work(course.sessions) as writing:
        decide_on_post(
            writing, place.teacher.actor, post_id=there.posts["waiting reply"], act=StaffAct.DECLINE,
            reason=f"{MARKS['moderation_log.reason']} {LINE}", revision=1,
        )  # fmt: skip
        opened = threads.post_thread(
            writing, place.owner.actor, title=LINE, writing=Writing(body=TEXTS[0], submission_key=uuid4())
        ).id
        mention = f"[@x](mention:{place.colleague.actor.person_id})"
        for body in [*TEXTS, mention]:
            threads.post_reply(
                writing,
                place.colleague.actor,
                thread_id=opened,
                writing=Writing(body=body, submission_key=uuid4()),
            )
    return f"/threads/{opened}"


def test_no_place_lets_a_text_out(chromium: Browser, course: Course, session: Session) -> None:
    there = furnish_everything(course, session)
    privacy = course.guest(LaunchKind.DATA_PRIVACY, "Ana Ruiz", details={"for_user": "ana-ruiz"})
    review = reviewer(course)
    replies = make_hostile(course, session, there)
    with (
        watched(chromium) as seen,
        open_to_all(course, seen.page.context, *there.people, privacy, review) as origin,
    ):
        seen.origin = origin
        for _, visitor, path in there.pages(course.app):
            seen.look(visitor.base + path)
        for visitor, path in more_pages(there):
            seen.look(visitor.base + path)
        seen.look(f"{privacy.base}/privacy")
        seen.look(f"{review.base}/review")
        follow_pages(seen, there.place.colleague, f"{replies}?at=first")
        look_at_previews(seen, there.place.owner)
    assert set(MARKS) - seen.shown == set()


def more_pages(there: Everything) -> Iterator[tuple[Visitor, str]]:
    """States of pages beside the usual one."""
    place = there.place
    whose = {"follow-up": place.colleague, "waiting": there.mia, "declined": there.mia}
    for name, path in there.paths.items():
        yield whose.get(name, place.owner), path
    yield place.teacher, there.paths["waiting"]
    yield place.teacher, there.paths["thread"]
    yield place.teacher, f"/moderation/people/{there.mia.actor.person_id}"
    for name in ("first", "hidden", "waiting reply"):
        post_id = there.posts[name]
        yield place.teacher, f"/moderation/posts/{post_id}"
        yield place.teacher, f"/posts/{post_id}/history"
    yield place.owner, f"/posts/{there.posts['first']}/marks"
    yield place.owner, f"/posts/{there.posts['first']}/history"
    for query in ("fired", f'"{LINE[:80]}"', LINE):
        yield place.owner, f"/search?q={quote(query)}"
    yield place.owner, f"/search?tag={quote(LINE[:200])}"
    yield place.owner, f"/threads?tag={quote(LINE[:200])}"
    yield place.owner, "/threads?where=course"
    yield place.owner, "/help?show=all"
    yield place.owner, "/drafts"


def follow_pages(seen: Watched, visitor: Visitor, path: str) -> None:
    """Page after page to the end of a long thread."""
    address, texts = visitor.base + path, 0
    while address:
        seen.look(address)
        texts += seen.page.locator("article.reply").count()
        onward = seen.page.get_by_role("link", name="More replies")
        address = onward.get_attribute("href") or "" if onward.count() else ""
    assert texts == len(TEXTS) + 1


def look_at_previews(seen: Watched, visitor: Visitor) -> None:
    seen.look(f"{visitor.base}/threads/new")
    box, preview = seen.page.get_by_role("textbox", name="Your post"), seen.page.locator(".preview")
    for place in range(0, len(TEXTS), _A_PAGE // 2):
        seen.page.get_by_role("tab", name="Write").click()
        box.fill("\n\n".join(it for it in TEXTS[place : place + _A_PAGE // 2] if len(it) < 1000))
        with seen.page.expect_response("**/posts/preview"):
            seen.page.get_by_role("tab", name="Preview").click()
        preview.locator("[aria-busy]").wait_for(state="detached")
        seen.check(f"preview from {place}")

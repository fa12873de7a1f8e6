"""A course in which everything of discussions is there, in each of its states, for a browser to look at."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.posts.models import Post
from tests.attachments.files import photo, post_with_pictures
from tests.contract.access_table import TABLE
from tests.contract.conftest import Place, furnish, path_of
from tests.contract.test_access import own_hints, own_ids
from tests.factories.entrances import Browser, Course, Visitor
from tests.follow_ups.planning import in_days, plan, report
from tests.grades.test_scores import GIVEN
from tests.help_requests.asking import FIX, ask_for_help, post_answer
from tests.marks.test_marks import give
from tests.moderation.test_moderation import decide, pre_moderate, reply_to
from tests.moderation.test_moderation import report as report_post
from tests.servers import serving
from tests.threads.test_synthesis import choose
from tests.threads.test_threads import post_thread

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
# Files, fragments and pictures: parts of pages, or no pages at all.
NO_PAGES = {
    "attachments.show_attachment", "attachments.show_original", "attachments.list_files",
    "follow_ups.show_calendar_entry",
    "threads.count_new_threads", "threads.count_new_replies", "threads.show_new_replies", "threads.see_posts",
    "threads.show_composer",
    "catalogue.show_profile", "catalogue.show_follow_ups_profile", "catalogue.show_examples",
    "health.live", "health.ready", "launch.jwks", "launch.canvas_config", "platforms.logo",
    "metrics.show_metrics",
}  # fmt: skip
# Outside a course's activities, or for some people alone; test_administration.py, test_pages.py,
# test_catalogue.py and the states of test_states.py look at them.
ELSEWHERE = {
    "own_names.name_oneself",
    "launch.login", "platforms.confirm_registration", "admin.show_sign_in", "admin.show_platforms",
    "admin.show_statements",
    "record_store.show_about", "record_store.show_statements", "record_store.refuse_other",
    "catalogue.show_docs", "catalogue.show_thing",
    "deep_linking.choose_activity", "facilitation.review_submission", "privacy.show_person",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Everything:
    """The course, and addresses of what is in it."""

    place: Place
    mia: Visitor
    """Whose posts wait."""
    nameless: Visitor
    """Whom the platform gives no name."""
    paths: Mapping[str, str]
    posts: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def people(self) -> tuple[Visitor, ...]:
        return (self.place.owner, self.place.colleague, self.place.teacher, self.mia, self.nameless)

    def pages(self, app: Flask) -> Iterator[tuple[str, Visitor, str]]:
        """Each page of the map of addresses: its name, who opens it, and where it is below the launch."""
        for (method, endpoint), row in TABLE.items():
            if method != "GET" or endpoint in NO_PAGES | ELSEWHERE:
                continue
            visitor = self.place.entitled(row)
            ids = own_ids(row, self.place)
            path = path_of(app, method, endpoint, ids, visitor.launch_id).removeprefix(visitor.base)
            hints = "&".join(f"{name}={value}" for name, value in own_hints(row, self.place).items())
            yield endpoint, visitor, f"{path}?{hints}" if hints else path


def furnish_everything(course: Course, session: Session) -> Everything:
    place = furnish(course, session, "course-1")
    ana, tom, ines = place.owner, place.colleague, place.teacher
    mia = course.visitor("Mia Lang")
    thread = f"/threads/{place.ids['thread']}"
    paths = {
        "thread": thread,
        **_closed(ana, ines),
        **_pictured(ana),
        **_follow_up(tom),
        **_resolved(ana, tom),
    }
    posts = {"thread": UUID(str(place.ids["thread post"])), **_replies(place, thread, session)}
    assert report_post(tom, posts["thread"]) == 303
    answer = ines.send(f"/grades/{tom.actor.person_id}", f"/grades/{tom.actor.person_id}", GIVEN)
    assert answer.status_code == 303
    pre_moderate(ines, mia)
    paths["waiting"] = post_thread(mia, title="A thread that waits")
    paths["declined"] = post_thread(mia, title="A thread that was declined")
    posts["waiting"], posts["declined"] = session.scalars(
        select(Post.id).filter_by(author_id=mia.actor.person_id).order_by(Post.id)
    )
    posts["waiting reply"] = reply_to(mia, thread, f"A reply that waits. {LONG_WORD}", session)
    decide(ines, posts["declined"], "decline")
    session.commit()
    nameless = course.visitor("", sub="without-a-name")
    return Everything(place=place, mia=mia, nameless=nameless, paths=paths, posts=posts)


def _replies(place: Place, thread: str, session: Session) -> dict[str, UUID]:
    """Marked, edited and at the top; hidden; withdrawn."""
    ana, tom, ines = place.owner, place.colleague, place.teacher
    first = reply_to(tom, thread, f"It failed in **mine**: {LONG_WORD}", session)
    for mark, note in (("useful", ""), ("checked", "As in unit 2."), ("used", "It went better.")):
        assert give(ana, first, mark, note) == 303
    edit = f"/posts/{first}/edit"
    assert tom.send(edit, edit, {"body": "It failed in **ours**.", "revision": "1"}).status_code == 303
    assert choose(ines, thread, first) == 303
    hidden = reply_to(tom, thread, "It names a client.", session)
    decide(ines, hidden, "hide")
    withdrawn = reply_to(ana, thread, "Never mind.", session)
    away = f"/posts/{withdrawn}/withdraw"
    assert ana.send(away, away, {}).status_code == 303
    session.commit()
    return {"first": first, "hidden": hidden, "withdrawn": withdrawn}


def _closed(ana: Visitor, ines: Visitor) -> dict[str, str]:
    closed = post_thread(ana, title="Is this settled?", tags="openings, unit 2")
    reason = {"reason": "Everybody agreed."}
    assert ana.send(closed, f"{closed}/close", reason).status_code == 303
    assert ines.send(closed, f"{closed}/pin", {}).status_code == 303
    return {"closed": closed}


def _pictured(ana: Visitor) -> dict[str, str]:
    return {
        "pictured": post_with_pictures(ana, {"Two columns of notes on our whiteboard.": photo((600, 400))})
    }


def _follow_up(tom: Visitor) -> dict[str, str]:
    path = plan(tom)
    changed = {
        "cue": "the team meets",
        "action": "ask first",
        "note": "Too early in the day.",
        "due_on": in_days(14),
    }
    assert report(tom, path, "changed", **changed).status_code == 303
    return {"follow-up": path}


def _resolved(ana: Visitor, tom: Visitor) -> dict[str, str]:
    request = ask_for_help(ana, title="How do I end it well?")
    answer = post_answer(tom, request, "Say what happens next.")
    assert ana.send(request, f"{request}/answers/{answer}/accept", {}).status_code == 303
    assert ana.send(request, f"{request}/resolve", FIX).status_code == 303
    return {"resolved": request}


def let_in(context: BrowserContext, origin: str, visitor: Browser) -> None:
    """This browser has the visitor's session too; each launch's cookie reaches that launch's pages alone."""
    cookie = visitor.client.get_cookie("segue_launch", domain="127.0.0.1", path=visitor.base)
    assert cookie
    address = f"{origin}{visitor.base}/"
    context.add_cookies([{"name": "segue_launch", "value": cookie.value, "url": address}])


@contextmanager
def open_to_all(course: Course, context: BrowserContext, *visitors: Browser) -> Iterator[str]:
    """The tool over HTTP, for a browser in which all of these are signed in."""
    with serving(course.app) as origin:
        for visitor in visitors:
            let_in(context, origin, visitor)
        yield origin

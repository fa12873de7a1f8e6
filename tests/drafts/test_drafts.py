"""Drafts over HTTP: saved, shown again, discarded, gone with the post; never overwritten unseen."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.drafts.models import Draft
from lti_tool.drafts.tasks import clear_idle
from lti_tool.posts.models import Post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.follow_ups.planning import ACTION, CUE, in_days
from tests.help_requests.asking import QUESTION, ask_for_help
from tests.threads.test_threads import THREAD, post_thread

SCRIPT = {"Accept": "application/json"}
NEW = "/threads/new"
NOBODYS = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
HIDDEN = ("csrf_token", "submission", "draft_place", "draft_version", "draft_writer", "in_reply_to", "source")


def _value(html: str, name: str) -> str:
    found = re.search(rf'<input [^>]*name="{name}"[^>]*value="([^"]*)"', html)
    return found[1] if found else ""


class Form:
    """A page's form, as a browser holds it: what it shows, what is typed into it, and what it knows."""

    def __init__(self, visitor: Visitor, page: str, send_to: str | None = None) -> None:
        self.visitor, self.page, self.send_to = visitor, page, send_to or page
        forms = visitor.get(page).text.split("<form")[1:]
        html = next(form for form in forms if 'name="draft_place"' in form)
        self.hidden = {name: _value(html, name) for name in HIDDEN}
        self.edit = 0

    def save(self, **typed: str) -> dict[str, Any]:
        """As the script does it; the form takes the new version over."""
        answer = self.save_late(**typed)
        self.hidden["draft_version"] = answer["version"]
        return answer

    def save_late(self, **typed: str) -> dict[str, Any]:
        """The same, but the answer does not reach the form."""
        self.edit += 1
        data = {**self.hidden, "draft_edit": str(self.edit), **typed}
        answer = self.visitor.post("/drafts", data, headers=SCRIPT)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def send(self, **typed: str) -> TestResponse:
        return self.visitor.post(self.send_to, {**self.hidden, **typed})


def kept(session: Session) -> dict[str, str] | None:
    """What is kept at the only place."""
    session.expire_all()
    return session.scalars(select(Draft)).one().fields


def test_a_draft_is_available_on_any_device(course: Course, session: Session) -> None:
    Form(course.visitor(), NEW).save(title="Half a thought", body="  It began\nwith <b> & ")
    page = course.visitor().get(NEW).text
    assert 'value="Half a thought"' in page
    assert "It began\nwith &lt;b&gt; &amp; " in page
    assert "Your draft is restored." in page
    assert kept(session) == {"title": "Half a thought", "body": "  It began\nwith <b> & "}
    assert session.scalars(select(StatementRow)).all() == []


@pytest.mark.parametrize("other", [{"name": "Tom Becker"}, {"context_id": "course-2"}])
def test_a_draft_is_nobody_elses_and_of_no_other_course(course: Course, other: dict[str, str]) -> None:
    Form(course.visitor(), NEW).save(title="Mine alone")
    owner, visitor = course.visitor(), course.visitor(**other)
    for path in (NEW, "/drafts"):
        assert "Mine alone" in owner.get(path).text
        assert "Mine alone" not in visitor.get(path).text


def test_each_place_has_its_own(course: Course, session: Session) -> None:
    ana = course.visitor()
    thread, other, request = post_thread(ana), post_thread(ana, title="Another"), ask_for_help(ana)
    ana.send(thread, f"{thread}/replies", {"body": "One"})
    reply = session.scalars(select(Post.id).filter_by(is_opening=False)).one()
    places = {
        NEW: "a new thread",
        thread: "to the thread",
        f"{thread}?reply_to={reply}": "to a post",
        other: "to the other",
        "/help/new": "a request",
        request: "an answer",
        "/follow-ups/new": "a plan",
        f"/follow-ups/new?source={reply}": "from a post",
    }
    names = {"/help/new": "tried", "/follow-ups/new": "cue"}
    for page, text in places.items():
        Form(ana, page).save(**{names.get(page.partition("?")[0], "body"): text})
    listed = ana.get("/drafts").text
    for page, text in places.items():
        shown = ana.get(page).text
        assert text in shown
        assert text in listed
        assert not any(
            f">{other}<" in shown.replace("\r\n", "") for other in places.values() if other != text
        )
    assert listed.count("Discard draft</button>") == len(places)


def test_incomplete_dates_and_choices_are_restored(course: Course) -> None:
    ana = course.visitor()
    Form(ana, "/follow-ups/new").save(cue=CUE, due_on="2031-0")
    Form(ana, "/help/new").save(title="Why?", help_wanted="check")
    assert 'value="2031-0"' in ana.get("/follow-ups/new").text
    assert re.search(r'<input checked [^>]*value="check"', ana.get("/help/new").text)


def test_posting_deletes_the_draft(course: Course, session: Session) -> None:
    ana = course.visitor()
    form = Form(ana, NEW)
    form.save(**THREAD)
    assert form.send(**THREAD).status_code == 303
    assert kept(session) is None
    assert "Your draft is restored" not in ana.get(NEW).text


@pytest.mark.parametrize("saved_before", [True, False])
def test_a_late_save_restores_nothing(course: Course, session: Session, *, saved_before: bool) -> None:
    ana = course.visitor()
    form = Form(ana, NEW)
    if saved_before:
        form.save(**THREAD)
    form.send(**THREAD)
    assert form.save_late(**THREAD)["is_kept"] is False
    assert kept(session) is None


def test_a_refused_form_keeps_its_draft(course: Course, session: Session) -> None:
    form = Form(course.visitor(), NEW)
    form.save(body="No title yet")
    assert form.send(title="", body="No title yet").status_code == 422
    assert kept(session) == {"body": "No title yet"}


def test_a_form_sent_twice_is_one_post_though_a_save_came_between(course: Course, session: Session) -> None:
    form = Form(course.visitor(), NEW)
    form.save(**THREAD)
    form.send(**THREAD)
    form.hidden["draft_version"] = str(uuid4())
    form.send(**THREAD)
    assert len(session.scalars(select(Post)).all()) == 1


def test_versions_of_two_devices_are_kept_until_the_person_decides(course: Course, session: Session) -> None:
    ana = course.visitor()
    here, there = Form(ana, NEW), Form(ana, NEW)
    here.save(body="Written here")
    answer = there.save(body="Written there")
    assert [text["fields"] for text in answer["elsewhere"]] == [{"body": "Written here"}]
    assert kept(session) == {"body": "Written there"}
    page = ana.get(NEW).text
    assert "There is another version of this text" in page
    assert "Written here" in page
    assert "Written there" in page
    # Whoever goes on first brings its own to the front again; nothing is there twice, and nothing goes.
    answer = here.save(body="Written here, and more")
    assert [text["fields"] for text in answer["elsewhere"]] == [{"body": "Written there"}]
    discarded = ana.post(
        "/drafts/discard",
        {**here.hidden, "draft_version": answer["elsewhere"][0]["version"]},
        headers=SCRIPT,
    ).get_json()
    assert discarded["elsewhere"] == []
    assert kept(session) == {"body": "Written here, and more"}


def test_posting_keeps_an_unseen_version_of_another_device(course: Course, session: Session) -> None:
    ana = course.visitor()
    here, there = Form(ana, NEW), Form(ana, NEW)
    there.save(body="From the train")
    here.send(**THREAD)
    assert kept(session) == {"body": "From the train"}
    # And what was sent is not back by a late save either.
    here.save_late(**THREAD)
    assert kept(session) == {"body": "From the train"}


def test_posting_one_version_keeps_the_other(course: Course, session: Session) -> None:
    ana = course.visitor()
    here, there = Form(ana, NEW), Form(ana, NEW)
    there.save(body="From the train")
    here.save(**THREAD)
    here.send(**THREAD)
    assert kept(session) == {"body": "From the train"}
    here.save_late(**THREAD)
    assert kept(session) == {"body": "From the train"}


def test_a_late_older_save_of_the_same_form_is_ignored(course: Course, session: Session) -> None:
    form = Form(course.visitor(), NEW)
    form.edit = 1
    form.save_late(body="Newer")
    form.edit = 0
    form.save_late(body="New")
    assert kept(session) == {"body": "Newer"}


def test_another_version_shows_texts_but_no_choices(course: Course) -> None:
    ana = course.visitor()
    here, there = (Form(ana, "/help/new") for _ in range(2))
    here.save(title="Written here", wanted="idea")
    there.save(title="Written there", wanted="idea")
    panel = ana.get("/help/new").text.partition('data-draft-version="')[2].partition("</div>")[0]
    assert "Written here" in panel
    assert "idea" not in panel


def test_a_discarded_draft_does_not_come_back(course: Course, session: Session) -> None:
    ana = course.visitor()
    form = Form(ana, NEW)
    form.save(body="Never mind")
    listed = ana.get("/drafts").text
    assert "Never mind" in listed
    assert ana.post("/drafts/discard", form.hidden).status_code == 303
    form.save_late(body="Never mind!")
    assert kept(session) is None
    assert "Never mind" not in ana.get("/drafts").text


def test_discarding_an_outdated_version_changes_nothing(course: Course, session: Session) -> None:
    ana = course.visitor()
    form = Form(ana, NEW)
    form.save(body="Old")
    seen = dict(form.hidden)
    form.save(body="Old, and better")
    ana.post("/drafts/discard", seen)
    assert kept(session) == {"body": "Old, and better"}


def test_a_button_saves_without_scripts(course: Course) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    form = Form(ana, path)
    answer = ana.post("/drafts", {**form.hidden, "body": "Later", "in_reply_to": ""})
    assert answer.location == f"{ana.base}{path}#composer"
    assert "Later" in ana.get(path).text


@pytest.mark.parametrize("place", ["", "thread", "thread:x", f"thread:{NOBODYS}", f"reply:{NOBODYS}", "x:y"])
def test_an_invalid_place_is_not_found(course: Course, session: Session, place: str) -> None:
    ana = course.visitor()
    form = Form(ana, NEW)
    for path in ("/drafts", "/drafts/discard"):
        assert ana.post(path, {**form.hidden, "draft_place": place}).status_code == 404
    assert session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"body": "x" * 60_000}, 200),
        ({"body": "x" * 200_000}, 413),
        ({f"field{number}": "x" for number in range(25)}, 413),
        ({"x" * 50: "x"}, 413),
        ({"body": "a\x00b\ud800"}, 200),
        ({"draft_edit": "9" * 30}, 422),
        ({"csrf_token": "forged"}, 422),
    ],
)
def test_a_draft_has_a_limit_beyond_that_of_posts(course: Course, typed: dict[str, str], status: int) -> None:
    ana = course.visitor()
    data = {**Form(ana, NEW).hidden, "draft_edit": "1", **typed}
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}
    assert ana.post("/drafts", sent, headers=SCRIPT).status_code == status


def together(*acts: Callable[[], object]) -> None:
    """All at once, each in its own thread."""
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        ready.wait()
        act()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_posting_and_saving_at_the_same_moment_leaves_nothing_behind(
    course: Course, session: Session
) -> None:
    ana = course.visitor()
    for number in range(10):
        form = Form(ana, NEW)
        text = {"title": f"Number {number}", "body": "At once"}
        twin = Visitor(course.app, ana.actor, _secret(ana))
        saved = {**form.hidden, **text, "draft_edit": "1"}
        together(
            partial(form.send, **text),
            partial(twin.post, "/drafts", saved, headers=SCRIPT),
            partial(twin.post, "/drafts", {**saved, "draft_edit": "2"}, headers=SCRIPT),
        )
        assert kept(session) is None
    assert len(session.scalars(select(Post)).all()) == 10


def _secret(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("segue_launch", domain="127.0.0.1", path=visitor.base)
    assert cookie
    return cookie.value


def test_two_forms_that_save_at_the_same_moment_lose_nothing(course: Course, session: Session) -> None:
    ana = course.visitor()
    forms = [Form(Visitor(course.app, ana.actor, _secret(ana)), NEW) for _ in range(4)]
    together(*(partial(form.save, body=f"Text {number}") for number, form in enumerate(forms)))
    draft = session.scalars(select(Draft)).one()
    texts = {(draft.fields or {})["body"], *(text["fields"]["body"] for text in draft.elsewhere)}
    assert texts == {f"Text {n}" for n in range(4)}


def test_old_drafts_are_deleted(course: Course, session: Session, sessions: sessionmaker[Session]) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    Form(ana, path).save(body="Old")
    Form(ana, NEW).save(body="Newer")
    for page, days in ((path, 91), (NEW, 89)):
        with unit_of_work(sessions) as writing:
            place = Form(ana, page).hidden["draft_place"].partition(":")
            writing.execute(
                update(Draft)
                .where(Draft.kind == place[0])
                .values(saved_at=clock.now() - timedelta(days=days))
            )
    clear_idle(sessions)
    assert kept(session) == {"body": "Newer"}


def test_rows_of_sent_drafts_are_deleted_after_a_day(
    course: Course, session: Session, sessions: sessionmaker[Session]
) -> None:
    Form(course.visitor(), NEW).send(**THREAD)
    clear_idle(sessions)
    assert kept(session) is None
    with unit_of_work(sessions) as writing:
        writing.execute(update(Draft).values(saved_at=clock.now() - timedelta(hours=25)))
    clear_idle(sessions)
    assert session.scalars(select(Draft)).all() == []


def test_sending_answers_requests_and_follow_ups_deletes_their_drafts(
    course: Course, session: Session
) -> None:
    ana = course.visitor()
    request = ask_for_help(ana)
    for page, send_to, typed in (
        ("/help/new", "/help/new", QUESTION),
        (request, f"{request}/answers", {"body": "Name it."}),
        ("/follow-ups/new", "/follow-ups/new", {"cue": CUE, "action": ACTION, "due_on": in_days(7)}),
    ):
        form = Form(ana, page, send_to)
        form.save(**typed)
        assert form.send(**typed).status_code == 303
    session.expire_all()
    assert [draft.fields for draft in session.scalars(select(Draft))] == [None] * 3


def test_the_list_costs_one_query_however_long(course: Course, count_queries: QueryCounter) -> None:
    ana = course.visitor()
    Form(ana, NEW).save(body="One")
    with count_queries() as few:
        ana.get("/drafts")
    for number in range(5):
        path = post_thread(ana, title=f"Thread {number}")
        Form(ana, path).save(body=f"Reply {number}")
    with count_queries() as many:
        page = ana.get("/drafts").text
    assert page.count("Discard draft</button>") == 6
    assert len(many) == len(few) == 3


def test_a_report_to_staff_is_saved_as_a_draft_until_sent(course: Course, session: Session) -> None:
    ana, tom = course.visitor(), course.visitor("Tom Becker")
    post_thread(ana)
    post = session.scalars(select(Post.id)).one()
    page = f"/moderation/report/{post}"
    form = Form(tom, page)
    form.save(kind="personal", note="It names a client, and")
    again = tom.get(page).text
    assert "Your draft is restored." in again
    assert 'value="It names a client, and"' in again
    assert re.search(r'<input checked[^>]*value="personal"', again)
    drafts = tom.get("/drafts").text
    assert "Report to staff" in drafts
    assert page in drafts
    assert "It names" not in ana.get("/drafts").text
    form = Form(tom, page)
    assert form.send(kind="personal", note="It names a client.").status_code == 303
    assert session.scalars(select(Draft).filter_by(kind="report")).one().fields is None
    # Nobody keeps one about what they can't read.
    far = course.visitor("Mia", context_id="course-2")
    late = {**form.hidden, "note": "x", "csrf_token": far.form("/threads/new")["csrf_token"]}
    assert far.post("/drafts", late, headers=SCRIPT).status_code == 404

"""Threads over HTTP: pages, forms, rights, statements and queries."""

import json
import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Conversation, Post
from lti_tool.posts.writing import Writing
from lti_tool.statements.models import StatementRow
from lti_tool.threads import service
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor

THREAD = {"title": "Which opening would fail in your team?", "body": "Mine: **facts first**.\n\nAnd yours?"}


def post_thread(visitor: Visitor, **changes: str) -> str:
    """The path of the new thread's page, below the launch."""
    answer = visitor.send("/threads/new", "/threads/new", {**THREAD, **changes})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location).removeprefix(visitor.base)


def write_replies(course: Course, visitor: Visitor, path: str, count: int) -> None:
    """Many at once, without a request for each."""
    with unit_of_work(course.sessions) as session:
        for number in range(count):
            service.post_reply(
                session,
                visitor.actor,
                thread_id=UUID(path.rpartition("/")[2]),
                writing=Writing(body=f"Reply number {number}.", submission_key=uuid4()),
            )


def test_an_empty_activity_says_how_to_begin(course: Course) -> None:
    page = course.visitor().get("/threads")
    assert page.status_code == 200
    assert "No threads yet" in page.text


def test_a_thread_is_posted_listed_and_shown(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    assert THREAD["title"] in tom.get("/threads").text
    page = tom.get(path).text
    assert "<strong>facts first</strong>" in page
    assert "Ana Ruiz" in page


def test_a_reply_stands_below_and_counts(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    answer = tom.send(path, f"{path}/replies", {"body": "It failed in mine."})
    reply = session.scalars(select(Post).filter_by(is_opening=False)).one()
    assert answer.location.endswith(f"{path}?at={reply.id}#post-{reply.id}")
    assert "1 reply" in ana.get("/threads").text
    assert "It failed in mine." in ana.get(path).text


def test_htmx_gets_the_new_reply_and_an_empty_composer_with_a_new_key(course: Course) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    form = ana.form(path)
    answer = ana.post(f"{path}/replies", {**form, "body": "By htmx"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "By htmx" in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert form["submission"] not in answer.text


def test_the_statements_tell_who_did_what_to_what(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    tom.send(path, f"{path}/replies", {"body": "First"})
    first = session.scalars(select(Post).filter_by(is_opening=False)).one()
    ana.send(
        f"{path}?reply_to={first.id}", f"{path}/replies", {"body": "Second", "in_reply_to": str(first.id)}
    )
    thread = session.scalars(select(Conversation)).one()
    rows = {row.id: json.loads(row.body) for row in session.scalars(select(StatementRow))}
    posts = session.scalars(select(Post).order_by(Post.id)).all()
    opened, replied, replied_again = (rows[post.statement_id] for post in posts)
    base = "http://127.0.0.1:8000/xapi/a"
    assert opened["verb"]["id"] == "https://w3id.org/xapi/acrossx/verbs/posted"
    assert opened["object"]["id"] == f"{base}/{thread.id}"
    assert opened["actor"]["account"] == {"homePage": "https://lms.example", "name": "ana-ruiz"}
    assert replied["verb"]["id"] == "http://id.tincanapi.com/verb/replied"
    assert replied["actor"]["account"]["name"] == "tom-becker"
    assert replied["object"]["id"] == f"{base}/{posts[1].id}"
    assert [a["id"] for a in replied["context"]["contextActivities"]["parent"]] == [f"{base}/{thread.id}"]
    assert replied["context"]["statement"]["id"] == opened["id"]
    assert [a["id"] for a in replied_again["context"]["contextActivities"]["parent"]] == [
        f"{base}/{thread.id}",
        f"{base}/{first.id}",
    ]
    assert replied_again["context"]["statement"]["id"] == replied["id"]
    assert opened["context"]["registration"] == replied_again["context"]["registration"]
    assert opened["context"]["registration"] != replied["context"]["registration"]
    texts = json.dumps(list(rows.values()))
    assert "facts first" not in texts
    assert THREAD["title"] not in texts


def test_what_is_wrong_with_a_form_is_said_and_nothing_typed_is_lost(
    course: Course, session: Session
) -> None:
    ana = course.visitor()
    answer = ana.send("/threads/new", "/threads/new", {"title": "  ", "body": "Keep <me> & mine"})
    assert answer.status_code == 422
    assert "Please enter a title" in answer.text
    assert "Keep &lt;me&gt; &amp; mine" in answer.text
    assert session.scalars(select(Conversation)).all() == []


def test_what_cannot_be_displayed_is_said_in_its_place(course: Course) -> None:
    ana = course.visitor()
    wide = "|a" * 25 + "|\n" + "|-" * 25 + "|"
    page = ana.get(post_thread(ana, body=f"Before.\n\n{wide}\n\n$\\nothing$ and *after*.")).text
    assert page.count("Segue could not display this. Original text:") == 2
    assert f"<pre><code>{wide}</code></pre>" in page
    assert "<em>after</em>" in page


def test_what_is_too_long_is_refused_in_words(course: Course, session: Session) -> None:
    ana = course.visitor()
    answer = ana.send("/threads/new", "/threads/new", {"title": "Long", "body": "x" * 32_769})
    assert answer.status_code == 422
    assert session.scalars(select(Post)).all() == []


def test_a_double_submit_makes_one_thread_and_leads_to_it_twice(course: Course, session: Session) -> None:
    ana = course.visitor()
    data = {**ana.form("/threads/new"), **THREAD}
    first, second = ana.post("/threads/new", data), ana.post("/threads/new", data)
    assert first.location == second.location
    assert len(session.scalars(select(Conversation)).all()) == 1
    assert len(session.scalars(select(StatementRow)).all()) == 1


def test_after_back_a_changed_text_is_a_second_reply(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    form = ana.form(path)
    ana.post(f"{path}/replies", {**form, "body": "One"})
    ana.post(f"{path}/replies", {**form, "body": "Another"})
    bodies = session.scalars(select(Post.body).filter_by(is_opening=False).order_by(Post.id)).all()
    assert bodies == ["One", "Another"]


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64])
def test_a_forged_form_changes_nothing(course: Course, session: Session, token: str) -> None:
    ana = course.visitor()
    answer = ana.post("/threads/new", {**ana.form("/threads/new"), **THREAD, "csrf_token": token})
    assert answer.status_code == 422
    assert session.scalars(select(Conversation)).all() == []


def test_another_launchs_token_is_of_no_use(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    token = tom.form("/threads/new")["csrf_token"]
    answer = ana.post("/threads/new", {**ana.form("/threads/new"), **THREAD, "csrf_token": token})
    assert answer.status_code == 422
    assert session.scalars(select(Conversation)).all() == []


def test_another_courses_threads_are_not_listed(course: Course) -> None:
    """Opening one: tests/contract/test_access.py."""
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    assert THREAD["title"] in ana.get("/threads?where=course").text
    stranger = course.visitor("Tom Becker", context_id="course-2")
    assert THREAD["title"] not in stranger.get("/threads?where=course").text


def test_a_reply_to_another_threads_post_is_refused(course: Course, session: Session) -> None:
    ana = course.visitor()
    path, other = post_thread(ana), post_thread(ana, title="Another")
    ana.send(other, f"{other}/replies", {"body": "There"})
    there = session.scalars(select(Post).filter_by(is_opening=False)).one()
    answer = ana.send(path, f"{path}/replies", {"body": "Here", "in_reply_to": str(there.id)})
    assert answer.status_code == 404
    assert len(session.scalars(select(Post)).all()) == 3


@pytest.mark.parametrize(
    "query", ["after=x", "after=1_2", "after=99999999999999999999_x", "where=%00", "from=x&at=y"]
)
def test_a_made_up_place_is_the_first_page(course: Course, query: str) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    assert ana.get(f"/threads?{query}").status_code == 200
    assert ana.get(f"{path}?{query}").status_code == 200


def test_pages_follow_each_other_without_gap_or_repeat(course: Course) -> None:
    ana = course.visitor()
    with unit_of_work(course.sessions) as session:
        for number in range(65):
            service.post_thread(
                session,
                ana.actor,
                title=f"Thread {number:02}",
                writing=Writing(body="x", submission_key=uuid4()),
            )
    seen: list[str] = []
    path: str | None = "/threads"
    while path:
        page = ana.get(path).text
        seen += re.findall(r">(Thread \d\d)<", page)
        older = re.search(r'class="button"\s+href="[^"]*(/threads\?after=[^"]+)"', page)
        path = older[1] if older else None
    assert seen == [f"Thread {number:02}" for number in reversed(range(65))]


def test_queries_do_not_grow_with_the_thread(course: Course, count_queries: QueryCounter) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    ana.send(path, f"{path}/replies", {"body": "One"})
    with count_queries() as few:
        ana.get(path)
    write_replies(course, ana, path, 60)
    with count_queries() as many:
        ana.get(path)
    with count_queries() as listing:
        ana.get("/threads")
    assert len(many) == len(few) == 5
    assert len(listing) == 6


def test_after_replying_to_a_long_thread_the_reply_is_on_the_page(course: Course) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    write_replies(course, ana, path, 59)
    answer = ana.send(path, f"{path}/replies", {"body": "Reply number 59."})
    page = ana.get(answer.location.removeprefix(ana.base)).text
    assert "Reply number 59." in page
    assert "Reply number 40." in page
    assert "Reply number 10." not in page
    assert "Show 34 earlier replies" in page


def test_an_error_on_htmxs_way_is_said_on_the_page_and_replaces_nothing_typed(course: Course) -> None:
    ana = course.visitor()
    form = ana.form("/threads/new")
    answer = ana.post(f"/threads/{uuid4()}/replies", {**form, "body": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#problem"
    assert "<html" not in answer.text
    assert "Your text is still in the form" in answer.text


def test_the_way_to_a_new_window_leads_to_a_page_that_opens(course: Course) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    answer = ana.send(path, f"{path}/replies", {"body": ""})
    link = re.search(r'href="[^"]*?(/threads[^"]*)"\s+target="_blank"', answer.text)
    assert answer.status_code == 422
    assert link is not None
    assert ana.get(link[1]).status_code == 200


@pytest.mark.parametrize(
    ("locale", "browser", "language"),
    [
        ("en-GB", "de", "en-GB"),
        ("en-US", "", "en-US"),
        ("xx", "en-AU,en;q=0.5", "en-AU"),
        ("tr-TR", "de", "en"),
        ("", "%", "en"),
    ],
)
def test_the_language_is_the_launchs_then_the_browsers_where_we_speak_it(
    course: Course, session: Session, locale: str, browser: str, language: str
) -> None:
    ana, headers = course.visitor(locale=locale), {"Accept-Language": browser}
    page = ana.get("/threads/new", headers=headers).text
    assert re.search(r'<html lang="([^"]+)" dir="ltr">', page)[1] == language  # type: ignore[index]
    # And so does the statement of what was done there.
    sent = ana.form("/threads/new") | THREAD
    assert ana.post("/threads/new", sent, headers=headers).status_code == 303
    (told,) = session.scalars(select(StatementRow.body)).all()
    assert json.loads(told)["context"]["language"] == language


def test_a_page_that_is_not_there_leads_back_into_the_course(course: Course) -> None:
    ana = course.visitor()
    page = ana.get(f"/threads/{uuid4()}")
    assert page.status_code == 404
    assert f'href="{ana.base}/threads"' in page.text

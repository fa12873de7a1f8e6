"""Closing, pinning and tagging threads: who may, what it does, and what races leave."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.attachments.models import Attachment
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import ConflictError
from lti_tool.posts.changes import ClosedError
from lti_tool.posts.models import MOST_PINS, Conversation, ConversationChange, Post
from lti_tool.posts.tags import read_tags
from lti_tool.posts.writing import Writing
from lti_tool.statements.models import StatementRow
from lti_tool.threads import service
from tests.attachments.files import ids_in, said, upload
from tests.drafts.test_drafts import Form as DraftForm
from tests.factories.entrances import Course, Visitor
from tests.threads.test_threads import post_thread

REASON = "We moved on to the second case."


def teacher_of(course: Course) -> Visitor:
    return course.visitor("Ines Koch", role=Role.INSTRUCTOR)


def acts(session: Session) -> list[str]:
    return [
        json.loads(row.body)["verb"]["id"].rpartition("/")[2]
        for row in session.scalars(select(StatementRow).order_by(StatementRow.created_at, StatementRow.id))
    ]


def test_a_closed_thread_says_why_and_takes_no_reply(course: Course, session: Session) -> None:
    ana, tom, ines = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), teacher_of(course)
    path = post_thread(ana)
    form = tom.form(path)
    assert ines.send(path, f"{path}/close", {"reason": REASON}).status_code == 303
    page = tom.get(path).text
    assert page.count(REASON) == 2
    assert "Closed by a teacher" in page
    assert "This thread is closed to new replies." in page
    assert "Post reply" not in page
    assert "Closed" in tom.get("/threads").text
    late = tom.post(f"{path}/replies", {**form, "body": "Just <one> more thing"})
    assert late.status_code == 409
    assert "Your reply was not posted" in late.text
    assert "Just &lt;one&gt; more thing" in late.text
    part = tom.post(f"{path}/replies", {**form, "body": "By htmx"}, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (409, "#composer")
    assert "By htmx" in part.text
    assert len(session.scalars(select(Post)).all()) == 1
    assert session.scalars(select(Conversation.reply_count)).one() == 0


def test_a_late_replys_text_draft_and_files_are_still_there(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    form = DraftForm(tom, path, f"{path}/replies")
    form.save(body="Half of it")
    answer, _ = upload(tom, ("notes.txt", b"Say it."), form=form.hidden)
    (file,) = ids_in(answer.text)
    ana.send(path, f"{path}/close", {"reason": REASON})
    late = form.send(body="All of it", **said(file))
    assert late.status_code == 409
    for kept in ("All of it", f"/attachments/{file}", "notes.txt"):
        assert kept in late.text
    assert tom.get(f"/attachments/{file}").data == b"Say it."
    assert "Half of it" in tom.get(path).text
    assert "Half of it" in tom.get("/drafts").text
    assert session.scalars(select(Attachment.post_id)).all() == [None]
    ana.send("/threads/new", f"{path}/reopen", {})
    assert form.send(body="All of it", **said(file)).status_code == 303
    page = tom.get(path).text
    assert "All of it" in page
    assert "notes.txt" in page
    assert "Half of it" not in page


def test_a_reply_that_was_sent_before_the_closing_is_found_again(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    data = {**tom.form(path), "body": "In time"}
    first = tom.post(f"{path}/replies", data)
    ana.send(path, f"{path}/close", {"reason": REASON})
    assert tom.post(f"{path}/replies", data).location == first.location


def test_who_may_close_and_open_again(course: Course) -> None:
    ana, tom, ines = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), teacher_of(course)
    path = post_thread(ana)
    for verb, data in (("close", {"reason": REASON}), ("tags", {"tags": "mine"})):
        assert tom.send(path, f"{path}/{verb}", data).status_code == 404
    assert "Manage this thread" not in tom.get(path).text
    assert ana.send(path, f"{path}/close", {"reason": REASON}).status_code == 303
    assert "Closed by its author" in tom.get(path).text
    assert tom.send("/threads/new", f"{path}/reopen", {}).status_code == 404
    assert ana.send("/threads/new", f"{path}/reopen", {}).status_code == 303
    assert ines.send(path, f"{path}/close", {"reason": REASON}).status_code == 303
    assert ana.send("/threads/new", f"{path}/reopen", {}).status_code == 404
    assert ines.send("/threads/new", f"{path}/reopen", {}).status_code == 303
    assert ana.send(path, f"{path}/pin", {}).status_code == 404


def test_a_closing_without_a_reason_is_asked_for_one(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    answer = ana.send(path, f"{path}/close", {"reason": " "})
    assert answer.status_code == 422
    assert "Please give a reason" in answer.text
    assert session.scalars(select(ConversationChange)).all() == []


def test_each_change_is_one_statement_without_anybodys_words(course: Course, session: Session) -> None:
    ines = teacher_of(course)
    path = post_thread(ines)
    ines.send(path, f"{path}/tags", {"tags": "secret-tag"})
    for verb in ("pin", "pin", "unpin", "unpin", "close", "close", "reopen", "reopen"):
        answer = ines.send("/threads/new", f"{path}/{verb}", {"reason": REASON})
        assert answer.status_code == 303
    assert acts(session) == ["posted", "tag", "pinned", "unpinned", "close", "open"]
    words = " ".join(session.scalars(select(StatementRow.body)))
    assert "secret-tag" not in words
    assert "second case" not in words


def test_pinned_threads_stand_above_and_there_are_three(course: Course, session: Session) -> None:
    ines, tom = teacher_of(course), course.visitor("Tom Becker")
    paths = [post_thread(ines, title=f"Thread {number}") for number in range(5)]
    for path in paths[:MOST_PINS]:
        assert ines.send(path, f"{path}/pin", {}).status_code == 303
    listed = re.findall(r">(Thread \d)<", tom.get("/threads").text)
    assert listed == ["Thread 0", "Thread 1", "Thread 2", "Thread 4", "Thread 3"]
    assert tom.get("/threads?where=course").text.count("Pinned") == MOST_PINS
    assert "Three threads are pinned already" in ines.get(paths[4]).text
    assert ines.send(paths[4], f"{paths[4]}/pin", {}).status_code == 409
    ines.send(paths[0], f"{paths[0]}/unpin", {})
    assert ines.send(paths[4], f"{paths[4]}/pin", {}).status_code == 303


def test_many_pins_at_once_leave_three(course: Course, session: Session) -> None:
    ines, start = teacher_of(course), Barrier(10)
    ids = [UUID(post_thread(ines, title=f"Thread {n}").rpartition("/")[2]) for n in range(10)]

    def pin(thread_id: UUID) -> bool:
        start.wait()
        try:
            with unit_of_work(course.sessions) as own:
                service.pin_thread(own, ines.actor, thread_id=thread_id)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(pin, ids)) == MOST_PINS
    slots = session.scalars(select(Conversation.pin_slot).order_by(Conversation.pin_slot)).all()
    assert slots[:MOST_PINS] == [1, 2, 3]


@pytest.mark.parametrize("replies", [20])
def test_replies_and_a_closing_at_once(course: Course, session: Session, replies: int) -> None:
    """Each reply is there and counted, or was told that it is too late; none comes after the closing."""
    ana, start = course.visitor(), Barrier(replies + 1)
    thread_id = UUID(post_thread(ana).rpartition("/")[2])

    def reply(number: int) -> bool:
        start.wait()
        try:
            with unit_of_work(course.sessions) as own:
                service.post_reply(
                    own,
                    ana.actor,
                    thread_id=thread_id,
                    writing=Writing(body=f"Reply {number}", submission_key=uuid4()),
                )
        except ClosedError:
            return False
        return True

    def close() -> bool:
        start.wait()
        with unit_of_work(course.sessions) as own:
            service.close_thread(own, ana.actor, thread_id=thread_id, reason=REASON)
        return False

    with ThreadPoolExecutor(replies + 1) as pool:
        tasks = [pool.submit(reply, number) for number in range(replies)] + [pool.submit(close)]
        posted = sum(task.result() for task in tasks)
    thread = session.scalars(select(Conversation)).one()
    numbers = session.scalars(select(Post.number).order_by(Post.number)).all()
    assert list(numbers) == list(range(posted + 1))
    assert thread.reply_count == posted
    closed_at = session.scalars(select(ConversationChange.created_at)).one()
    assert thread.closed_at is not None
    assert thread.closed_at <= closed_at
    assert session.scalar(select(func.count()).select_from(StatementRow)) == posted + 2


def test_tags_are_written_alike_and_filter(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana, title="Tagged", tags=" #Case A,case  a, Öffnung ,, ")
    post_thread(ana, title="Untagged")
    assert "#case-a" in tom.get(path).text
    page = tom.get("/threads?tag=Case%20A").text
    assert ">Tagged<" in page
    assert ">Untagged<" not in page
    assert "No thread has this tag here" in tom.get("/threads?tag=other").text
    ana.send(path, f"{path}/tags", {"tags": "second"})
    assert "#case-a" not in tom.get(path).text
    answer = ana.send(path, f"{path}/tags", {"tags": "a,b,c,d,e,f"})
    assert answer.status_code == 422
    assert "five tags at most" in answer.text


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", []),
        (" , ,#,--", []),
        ("Case A, case a", ["case-a"]),
        ("C++, .net, ½", ["c++", "net", "1-2"]),
        ("مثال, 例", ["مثال", "例"]),
        ("x" * 99, ["x" * 30]),
        ("<script>alert(1)</script>", ["script-alert-1-script"]),
    ],
)
def test_tags_as_they_are_kept(typed: str, tags: list[str]) -> None:
    assert read_tags(typed) == tags


def test_filters_and_orders_stand_in_the_address(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    paths = [post_thread(ana, title="Thread 0"), post_thread(tom, title="Thread 1")]
    paths.append(post_thread(ana, title="Thread 2"))
    tom.send(paths[2], f"{paths[2]}/replies", {"body": "Yes"})
    ana.send(paths[0], f"{paths[0]}/replies", {"body": "No"})

    def listed(query: str) -> str:
        return "".join(re.findall(r">Thread (\d)<", ana.get(f"/threads?{query}").text))

    assert listed("") == "021"
    assert listed("sort=newest") == "210"
    assert listed("sort=unanswered") == "102"
    assert listed("show=unanswered") == "1"
    assert listed("show=mine") == "02"
    assert listed("show=mine&sort=newest&where=course") == "20"
    # Those that one wrote in.
    assert listed("show=following") == "02"
    assert listed("show=following&sort=newest&where=course") == "20"
    assert "You follow no threads here" in course.visitor("Mia").get("/threads?show=following").text
    assert listed("show=made-up&sort=made-up") == "021"


@pytest.mark.parametrize(
    "query", ["sort=newest", "sort=unanswered", "show=unread", "show=following", "tag=often"]
)
def test_pages_of_every_order_follow_without_gap_or_repeat(course: Course, query: str) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    with unit_of_work(course.sessions) as session:
        for number in range(65):
            thread = service.post_thread(
                session,
                ana.actor,
                title=f"Thread {number:02}",
                writing=Writing(body="x", submission_key=uuid4()),
                tags=["often"],
            )
            if number % 3 == 0:
                service.post_reply(
                    session, ana.actor, thread_id=thread.id, writing=Writing(body="y", submission_key=uuid4())
                )
    # Ana follows them all, since she wrote in them.
    reader = ana if query == "show=following" else tom
    seen: list[str] = []
    path: str | None = f"/threads?{query}"
    while path:
        page = reader.get(path.replace("&amp;", "&")).text
        seen += re.findall(r">(Thread \d\d)<", page)
        older = re.search(r'class="button"\s+href="[^"]*(/threads\?[^"]*after=[^"]+)"', page)
        path = older[1] if older else None
    assert sorted(seen) == [f"Thread {number:02}" for number in range(65)]

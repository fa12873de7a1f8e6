"""Changing and withdrawing one's own posts: nothing is lost, nobody else's words change."""

import json
import re
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.posts.models import Conversation, Post
from lti_tool.revisions.differences import difference
from lti_tool.revisions.models import PostRevision
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help
from tests.marks.test_marks import opening_id, told
from tests.threads.test_threads import THREAD, post_thread


def edit(visitor: Visitor, post_id: UUID, body: str, revision: int = 1, title: str = THREAD["title"]) -> int:
    path = f"/posts/{post_id}/edit"
    data = {"title": title, "body": body, "revision": str(revision)}
    return visitor.send(path, path, data).status_code


def test_an_edit_shows_with_what_changed(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana, body="We start with facts.")
    post_id = opening_id(session)
    assert edit(ana, post_id, "We start with history.", title="Another title") == 303
    page = tom.get(path).text
    assert "We start with history." in page
    assert "Another title" in page
    assert "Changes" in page
    history = tom.get(f"/posts/{post_id}/history").text
    assert re.search(r"<del>(?:(?!</del>).)*facts\.", history, re.DOTALL)
    assert re.search(r"<ins>(?:(?!</ins>).)*history\.", history, re.DOTALL)
    assert "We start with" in history
    kept = session.scalars(select(PostRevision)).one()
    assert (kept.number, kept.title, kept.body) == (1, THREAD["title"], "We start with facts.")


def test_a_concurrent_edit_is_reported_without_loss(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    post_id = opening_id(session)
    path = f"/posts/{post_id}/edit"
    assert edit(ana, post_id, "From the first tab") == 303
    data = {"title": THREAD["title"], "body": "From the second tab", "revision": "1"}
    answer = ana.send(path, path, data)
    assert answer.status_code == 409
    assert "From the second tab" in answer.text
    assert "From the first tab" in answer.text
    assert session.scalars(select(Post.body)).one() == "From the first tab"
    assert re.search(r'name="revision"\s+value="2"', answer.text)
    assert edit(ana, post_id, "From the second tab", revision=2) == 303
    session.expire_all()
    assert session.scalars(select(PostRevision.body).order_by(PostRevision.number)).all()[1] == (
        "From the first tab"
    )


def test_an_edit_sent_twice_is_one_edit_and_one_statement(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    post_id = opening_id(session)
    assert [edit(ana, post_id, "Better") for _ in range(2)] == [303, 303]
    (edited,) = told(session, "post_edited")
    assert edited["verb"]["id"] == "https://w3id.org/xapi/acrossx/verbs/edited"
    assert 2 in edited["context"]["extensions"].values()
    assert "Better" not in json.dumps(edited)


def test_an_edit_is_written_with_toolbar_and_preview(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    path = f"/posts/{opening_id(session)}/edit"
    assert "<markdown-toolbar" in ana.get(path).text
    data = {**THREAD, "body": "Now **bold**", "revision": "1", "preview": "yes"}
    answer = ana.send(path, path, data)
    assert answer.status_code == 200
    assert "Now <strong>bold</strong>" in answer.text
    assert "Now **bold**" in answer.text
    assert session.scalars(select(Post.body)).one() == THREAD["body"]


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_nobody_edits_what_somebody_else_wrote(course: Course, session: Session, role: Role) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    other, post_id = course.visitor("Tom Becker", role=role), opening_id(session)
    data = {**other.form("/threads/new"), **THREAD, "body": "Mine now", "revision": "1"}
    assert other.post(f"/posts/{post_id}/edit", data).status_code == 404
    assert other.post(f"/posts/{post_id}/withdraw", data).status_code == 404
    assert session.scalars(select(Post.body)).one() == THREAD["body"]


def test_an_undisplayable_edit_is_reported_and_kept_in_the_form(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    path = f"/posts/{opening_id(session)}/edit"
    answer = ana.send(path, path, {"title": "Mine & yours", "body": "", "revision": "1"})
    assert answer.status_code == 422
    assert "Mine &amp; yours" in answer.text


def test_a_withdrawn_post_leaves_its_place_without_text(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    teacher = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    path = post_thread(ana, body="Words to take back")
    tom.send(path, f"{path}/replies", {"body": "My reply stays"})
    post_id = opening_id(session)
    edit(ana, post_id, "Other words to take back")
    for _ in range(2):
        ana.send("/threads/new", f"/posts/{post_id}/withdraw", {})
    for reader in (ana, tom, teacher):
        page = reader.get(path).text
        assert "Withdrawn by its author" in page
        assert "My reply stays" in page
        assert "to take back" not in page
        assert THREAD["title"] not in page
        assert THREAD["title"] not in reader.get("/threads").text
    assert ana.get(f"/posts/{post_id}/history").status_code == 404
    assert tom.get(f"/posts/{post_id}/history").status_code == 404
    assert "to take back" in teacher.get(f"/posts/{post_id}/history").text
    assert tom.get(f"/follow-ups/new?source={post_id}").status_code == 404
    assert len(list(told(session, "post_withdrawn"))) == 1
    assert session.scalars(select(Conversation.state)).one() == "withdrawn"


def test_a_withdrawn_help_request_loses_all_fields_and_is_not_waiting(
    course: Course, session: Session
) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_id = opening_id(session)
    ana.send("/help/new", f"/posts/{post_id}/withdraw", {})
    page = tom.get(path).text
    assert "Withdrawn by its author" in page
    for words in ("Starting with facts", "That he listens", "used to manage fine", "new deadlines"):
        assert words not in page
    assert path not in tom.get("/help").text
    (deleted,) = told(session, "post_withdrawn")
    assert deleted["object"]["definition"]["type"] == "http://id.tincanapi.com/activitytype/doubt"


def test_a_mark_counts_no_more_once_its_post_is_withdrawn(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    post_id = opening_id(session)
    path = f"/posts/{post_id}/marks"
    tom.send(path, path, {"mark": "useful"})
    ana.send("/threads/new", f"/posts/{post_id}/withdraw", {})
    assert session.scalars(select(Conversation.useful_count)).one() == 0
    assert tom.send("/threads/new", path, {"mark": "still_current"}).status_code == 404
    assert len(session.scalars(select(StatementRow).filter_by(event="mark_given")).all()) == 1


def test_differences_add_up_to_both_texts() -> None:
    before, after = "One two three\n\nfour", "One 2 three\n\nfour five"
    parts = difference(before, after)
    assert "".join(part.text for part in parts if part.kind != "added") == before
    assert "".join(part.text for part in parts if part.kind != "removed") == after
    assert [part.text for part in parts if part.kind == "removed"] == ["two"]


@pytest.mark.parametrize("word", ["a ", "a b ", "x" * 40 + "\n"])
def test_differences_take_little_time_whatever_the_texts(word: str) -> None:
    longest = word * (32_768 // len(word))
    parts = difference(longest, longest[::-1] + "end")
    assert "".join(part.text for part in parts if part.kind != "added") == longest

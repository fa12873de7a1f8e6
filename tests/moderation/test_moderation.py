"""Reporting, deciding and what the people concerned see of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.audit.models import ModerationLog
from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.moderation.models import Report
from lti_tool.posts.models import Conversation, Post, PreModeration
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help, listed, post_answer
from tests.marks.test_marks import opening_id, told
from tests.threads.test_threads import THREAD, post_thread

NOTE = "It names one of our clients."
REASON = "A client is named in it."


def staff(course: Course, name: str = "Ines Koch") -> Visitor:
    return course.visitor(name, role=Role.INSTRUCTOR)


def report(visitor: Visitor, post_id: UUID, **changes: str) -> int:
    path = f"/moderation/report/{post_id}"
    return visitor.send(path, path, {"kind": "personal", "note": NOTE, **changes}).status_code


def decide(teacher: Visitor, post_id: UUID, act: str, reason: str = REASON, revision: int = 1) -> int:
    path = f"/moderation/posts/{post_id}"
    data = {"act": act, "reason": reason, "revision": str(revision)}
    return teacher.send(path, path, data).status_code


def pre_moderate(teacher: Visitor, visitor: Visitor, days: int = 7) -> int:
    path = f"/moderation/people/{visitor.actor.person_id}"
    return teacher.send(path, path, {"days": str(days), "reason": REASON}).status_code


def reply_to(visitor: Visitor, path: str, body: str, session: Session) -> UUID:
    assert visitor.send(path, f"{path}/replies", {"body": body}).status_code == 303
    return session.scalars(select(Post.id).order_by(Post.id.desc())).first()  # type: ignore[return-value]


def test_a_report_reaches_staff_and_nobody_else(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    post_id = opening_id(session)
    assert [report(tom, post_id), report(tom, post_id, note="Again")] == [303, 303]
    assert len(session.scalars(select(Report)).all()) == 1
    assert "1 report" in teacher.get("/moderation").text
    shown = teacher.get(f"/moderation/posts/{post_id}").text
    assert NOTE in shown
    assert "Tom Becker" in shown
    for page in (path, "/threads", f"/posts/{post_id}/history"):
        assert "Tom Becker" not in ana.get(page).text
        assert NOTE not in ana.get(page).text
    (flagged,) = told(session, "post_reported")
    assert flagged["actor"]["account"] == {"homePage": "http://127.0.0.1:8000", "name": "system"}
    row = session.scalars(select(StatementRow).filter_by(event="post_reported")).one()
    assert row.person_id is None
    for private in ("tom-becker", NOTE, str(tom.actor.launch_id)):
        assert private not in json.dumps(flagged)


def test_nobody_reports_themselves_or_without_a_reason(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    data = {**ana.form("/threads/new"), "kind": "other", "note": NOTE}
    assert ana.post(f"/moderation/report/{opening_id(session)}", data).status_code == 404
    assert report(tom, opening_id(session), note=" ") == 422
    assert session.scalars(select(Report)).all() == []


def test_fifty_reports_at_once_are_one(course: Course, session: Session) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    windows = [course.visitor("Tom Becker") for _ in range(50)]
    path = f"/moderation/report/{opening_id(session)}"
    forms = [{**window.form(path), "kind": "other", "note": NOTE} for window in windows]
    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(lambda n: windows[n].post(path, forms[n]).status_code, range(50)))
    assert answers == {303}
    assert len(session.scalars(select(Report)).all()) == 1


def test_a_hidden_reply_leaves_its_place_and_its_author_is_told(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    post_id = reply_to(tom, path, "Names a client", session)
    report(ana, post_id)
    assert decide(teacher, post_id, "hide") == 303
    peer = ana.get(path).text
    assert "Hidden by staff" in peer
    assert "Names a client" not in peer
    assert REASON not in peer
    for reader in (tom, teacher):
        page = reader.get(path).text
        assert "Hidden from others" in page
        assert "Names a client" in page
        assert REASON in page
    told_on_list = tom.get("/threads").text
    assert "Staff have hidden one of your posts" in told_on_list
    assert REASON in told_on_list
    assert "Staff have hidden" not in ana.get("/threads").text
    for closed in (
        f"/posts/{post_id}/history",
        f"/posts/{post_id}/marks",
        f"/follow-ups/new?source={post_id}",
    ):
        assert ana.get(closed).status_code == 404
    answer = ana.send(path, f"{path}/replies", {"body": "x", "in_reply_to": str(post_id)})
    assert answer.status_code == 404
    assert "There is nothing to review" in teacher.get("/moderation").text
    assert session.scalars(select(Report.closed_at)).one() is not None


def test_a_notice_stays_until_it_is_read(course: Course, session: Session) -> None:
    tom, teacher = course.visitor("Tom Becker"), staff(course)
    post_thread(tom)
    decide(teacher, opening_id(session), "hide")
    page = tom.get("/threads").text
    address = page.partition(f'formaction="{tom.base}')[2].partition('"')[0]
    assert address.endswith("/read")
    assert tom.send("/threads", address, {}).status_code == 303
    assert "Staff have hidden" not in tom.get("/threads").text


def test_a_hidden_threads_title_is_gone_everywhere_and_comes_back(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    reply = reply_to(tom, path, "This stays", session)
    tom.send(
        "/follow-ups/new",
        f"/follow-ups/new?source={reply}",
        {"cue": "Jan comes in", "action": "I ask first", "due_on": "", "source": str(reply)},
    )
    post_id = opening_id(session)
    decide(teacher, post_id, "hide")
    for page in (path, "/threads", "/follow-ups", f"/posts/{reply}/marks"):
        assert THREAD["title"] not in tom.get(page).text, page
    assert "This stays" in tom.get(path).text
    assert THREAD["title"] in ana.get("/threads").text
    assert decide(teacher, post_id, "restore", "A misunderstanding") == 303
    assert THREAD["title"] in tom.get("/threads").text
    assert "is visible to everybody again" in ana.get("/threads").text
    verbs = [made["verb"]["display"]["en"] for made in told(session, "post_moderated")]
    assert verbs == ["removed", "restored"]


def test_a_decision_needs_a_reason_and_the_text_that_was_looked_at(course: Course, session: Session) -> None:
    ana, teacher = course.visitor("Ana Ruiz"), staff(course)
    post_thread(ana)
    post_id = opening_id(session)
    assert decide(teacher, post_id, "hide", reason="") == 422
    edit = f"/posts/{post_id}/edit"
    ana.send(edit, edit, {**THREAD, "body": "Another text", "revision": "1"})
    assert decide(teacher, post_id, "hide", revision=1) == 409
    assert decide(teacher, post_id, "decline", revision=2) == 409
    assert [decide(teacher, post_id, "hide", revision=2) for _ in range(2)] == [303, 303]
    assert len(session.scalars(select(ModerationLog)).all()) == 1


def test_a_hidden_question_is_not_listed_as_waiting(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = ask_for_help(ana)
    words = ("Starting with facts", "That he listens", "used to manage fine", "new deadlines")
    assert listed(tom, "waiting")
    assert [it for it in words if it in tom.get(path).text] == [*words]
    decide(teacher, opening_id(session), "hide")
    assert not listed(tom, "waiting")
    assert [it for it in words if it in tom.get(path).text] == []
    assert "Hidden by staff" in tom.get(path).text


def test_only_the_author_and_staff_see_a_waiting_post(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    assert pre_moderate(teacher, tom) == 303
    assert "Staff review your posts before others can see them" in tom.get("/threads").text
    reply = reply_to(tom, path, "A waiting reply", session)
    thread = post_thread(tom, title="A waiting thread")
    assert "Waiting for approval" in tom.get(path).text
    assert "A waiting reply" in teacher.get(path).text
    assert "A waiting reply" not in ana.get(path).text
    assert "1 reply" not in ana.get(path).text
    assert "A waiting thread" not in ana.get("/threads").text
    assert ana.get(thread).status_code == 404
    assert list(told(session, "reply_posted")) == []
    assert decide(teacher, reply, "approve", "") == 303
    assert "A waiting reply" in ana.get(path).text
    assert "1 reply" in ana.get("/threads").text
    (replied,) = told(session, "reply_posted")
    assert replied["actor"]["account"]["name"] == "tom-becker"
    assert replied["context"]["extensions"]["https://w3id.org/xapi/cmi5/context/extensions/sessionid"] == (
        str(tom.actor.launch_id)
    )
    assert replied["id"] == str(session.get_one(Post, reply).statement_id)


def test_a_declined_post_makes_no_statement_and_can_be_changed(course: Course, session: Session) -> None:
    tom, teacher = course.visitor("Tom Becker"), staff(course)
    pre_moderate(teacher, tom)
    path = post_thread(tom, title="Declined")
    post_id = opening_id(session)
    assert decide(teacher, post_id, "decline", "Please leave the name out.") == 303
    assert "Please leave the name out." in tom.get(path).text
    assert list(told(session, "thread_posted", "post_moderated")) == []
    edit = f"/posts/{post_id}/edit"
    assert tom.send(edit, edit, {"title": "Declined", "body": "No name", "revision": "1"}).status_code == 303
    assert "Waiting for approval" in teacher.get("/moderation").text
    assert decide(teacher, post_id, "approve", "", revision=2) == 303
    assert len(list(told(session, "thread_posted"))) == 1
    assert list(told(session, "post_edited")) == []


def test_statements_of_waiting_posts_follow_on_publication(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    pre_moderate(teacher, tom)
    asked = ask_for_help(tom)
    assert not listed(ana, "waiting")
    decide(teacher, opening_id(session), "approve", "")
    assert listed(ana, "waiting")
    other = ask_for_help(ana, title="Another question?")
    answer = post_answer(tom, other)
    assert listed(ana, "waiting")
    decide(teacher, answer, "approve", "")
    statements = list(told(session, "help_asked", "answer_posted"))
    assert [made["actor"]["account"]["name"] for made in statements] == [
        "tom-becker",
        "ana-ruiz",
        "tom-becker",
    ]
    assert ana.get(asked).status_code == 200


def test_approving_at_once_publishes_once(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    pre_moderate(teacher, tom)
    reply = reply_to(tom, path, "Once", session)
    windows = [staff(course, f"Teacher {number % 5}") for number in range(20)]
    address = f"/moderation/posts/{reply}"
    forms = [{**w.form(address), "act": "approve", "reason": "", "revision": "1"} for w in windows]
    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(lambda n: windows[n].post(address, forms[n]).status_code, range(20)))
    assert answers == {303}
    session.expire_all()
    assert session.scalars(select(Conversation.reply_count)).one() == 1
    assert len(list(told(session, "reply_posted"))) == 1
    assert len(session.scalars(select(ModerationLog).filter_by(act="approve")).all()) == 1


@pytest.mark.parametrize("days", [0, 31, -1])
def test_required_approval_ends_by_itself(course: Course, session: Session, days: int) -> None:
    tom, teacher = course.visitor("Tom Becker"), staff(course)
    assert pre_moderate(teacher, tom, days) == 422
    assert pre_moderate(teacher, tom, 30) == 303
    session.execute(update(PreModeration).values(until=clock.now() - timedelta(seconds=1)))
    session.commit()
    post_thread(tom)
    assert session.scalars(select(Post.state)).one() == "published"


def test_required_approval_can_be_ended_and_never_concerns_staff(course: Course, session: Session) -> None:
    tom, teacher, other = course.visitor("Tom Becker"), staff(course), staff(course, "Otto Staff")
    data = {**teacher.form("/threads/new"), "days": "7", "reason": REASON}
    assert teacher.post(f"/moderation/people/{other.actor.person_id}", data).status_code == 404
    pre_moderate(teacher, tom)
    path = f"/moderation/people/{tom.actor.person_id}"
    assert teacher.send(path, f"{path}/end", {"reason": "It went well."}).status_code == 303
    post_thread(tom)
    assert session.scalars(select(Post.state)).one() == "published"
    acts = session.scalars(select(ModerationLog.act).order_by(ModerationLog.id)).all()
    assert acts == ["pre_moderate", "end_pre_moderation"]


def test_published_posts_cannot_be_edited_past_a_required_approval(course: Course, session: Session) -> None:
    tom, teacher = course.visitor("Tom Becker"), staff(course)
    post_thread(tom)
    pre_moderate(teacher, tom)
    edit = f"/posts/{opening_id(session)}/edit"
    assert tom.send(edit, edit, {**THREAD, "body": "Sneaked in", "revision": "1"}).status_code == 409
    assert session.scalars(select(Post.body)).one() == THREAD["body"]


def test_the_log_shows_who_did_what_and_why_to_staff_alone(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    post_thread(ana)
    decide(teacher, opening_id(session), "hide")
    pre_moderate(teacher, tom)
    page = teacher.get("/moderation/log").text
    assert "hid a post by" in page
    assert REASON in page
    assert "hid a post by" not in teacher.get(f"/moderation/log?person={tom.actor.person_id}").text
    assert "required approval" not in teacher.get(f"/moderation/log?post={opening_id(session)}").text
    assert ana.get("/moderation/log").status_code == 404


@pytest.mark.parametrize("change", ["update {} set reason = ''", "delete from {}", "truncate {} cascade"])
def test_the_log_only_grows(course: Course, session: Session, engine: Engine, change: str) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    decide(staff(course), opening_id(session), "hide")
    with pytest.raises(DBAPIError, match="only grows"), engine.begin() as connection:
        connection.execute(text(change.format("moderation_log")))
    assert session.scalars(select(ModerationLog.reason)).one() == REASON


def test_queries_do_not_grow_with_the_queue_and_the_log(
    course: Course, session: Session, count_queries: QueryCounter
) -> None:
    tom, teacher = course.visitor("Tom Becker"), staff(course)
    pre_moderate(teacher, tom)
    post_thread(tom)
    pages = ("/moderation", "/moderation/log", f"/moderation/posts/{opening_id(session)}")
    counts = []
    for _ in range(2):
        with count_queries() as queries:
            for page in pages:
                assert teacher.get(page).status_code == 200
        counts.append(len(queries))
        for number in range(5):
            post_thread(tom, title=f"Thread {number}")
            pre_moderate(teacher, tom, number + 1)
    assert counts[0] == counts[1] <= 10


def test_ending_an_approval_that_has_ended_shows_the_current_state(course: Course) -> None:
    tom, teacher = course.visitor("Tom Becker"), staff(course)
    path = f"/moderation/people/{tom.actor.person_id}"
    answer = teacher.send("/threads/new", f"{path}/end", {"reason": ""})
    assert answer.status_code == 200
    assert "Require approval" in answer.text
    assert teacher.send("/threads/new", f"{path}/end", {"reason": "It went well."}).status_code == 303

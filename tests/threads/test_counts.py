"""What counts as a reply, and that what is published late is new for who has read on."""

import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.posts.models import Conversation, Post
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help, post_answer
from tests.moderation.test_moderation import decide, pre_moderate, reply_to, staff
from tests.threads.test_reading import read, unread_in_list
from tests.threads.test_threads import post_thread, write_replies


def replies_said(visitor: Visitor, address: str) -> list[str]:
    return re.findall(
        r"(\d+ repl(?:y|ies)|No replies yet|no replies yet|No answer yet)", visitor.get(address).text
    )


def withdraw(visitor: Visitor, post_id: UUID) -> None:
    address = f"/posts/{post_id}/withdraw"
    assert visitor.send(address, address, {}).status_code == 303


def test_what_is_hidden_or_withdrawn_counts_no_more(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    first, second = reply_to(tom, path, "First", session), reply_to(tom, path, "Second", session)
    for visitor in (ana, tom, teacher):
        assert replies_said(visitor, path) == replies_said(visitor, "/threads") == ["2 replies"]
    decide(teacher, first, "hide")
    for visitor in (ana, tom, teacher):
        assert replies_said(visitor, path) == replies_said(visitor, "/threads") == ["1 reply"]
    assert replies_said(ana, f"{path}/replies?after=2") == ["1 reply"]
    withdraw(tom, second)
    assert replies_said(ana, path) == ["No replies yet"]
    assert replies_said(ana, "/threads?show=unanswered") == ["no replies yet"]
    decide(teacher, first, "restore")
    assert replies_said(ana, path) == ["1 reply"]
    assert "Every thread has a reply" in ana.get("/threads?show=unanswered").text
    withdraw(tom, first)
    thread = session.scalars(select(Conversation)).one()
    assert (thread.reply_count, thread.gone_count) == (2, 2)


def test_news_and_numbers_go_on_behind_what_is_hidden(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    decide(teacher, reply_to(tom, path, "First", session), "hide")
    assert ana.get(f"{path}/news?after=1").status_code == 204
    write_replies(course, tom, path, 1)
    assert "1 new reply" in ana.get(f"{path}/news?after=1").text
    read(course, ana, path, 0, 1)
    assert f'{path}?at=unread#new"' in ana.get("/threads").text
    assert "Go to the first unread reply" in ana.get(path).text


def test_answers_count_alike(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    request = ask_for_help(ana)
    answer = post_answer(tom, request)
    assert replies_said(ana, "/help?show=all") == ["1 reply"]
    decide(teacher, answer, "hide")
    assert replies_said(ana, "/help?show=all") == []
    assert replies_said(ana, request) == ["No answer yet"]


def test_what_waited_and_what_was_declined_never_counts(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    pre_moderate(teacher, tom)
    kept, declined, withdrawn = (reply_to(tom, path, word, session) for word in ("One", "Two", "Three"))
    decide(teacher, declined, "decline")
    withdraw(tom, withdrawn)
    assert replies_said(ana, path) == ["No replies yet"]
    decide(teacher, kept, "approve")
    assert replies_said(ana, path) == replies_said(tom, path) == ["1 reply"]


def test_what_is_approved_late_is_new_for_who_has_read_on(course: Course, session: Session) -> None:
    ana, tom, teacher = course.visitor("Ana Ruiz"), course.visitor("Tom Becker"), staff(course)
    path = post_thread(ana)
    pre_moderate(teacher, tom)
    late = reply_to(tom, path, "It waited", session)
    write_replies(course, ana, path, 60)
    read(course, ana, path, *range(61))
    assert unread_in_list(ana) == []
    decide(teacher, late, "approve")
    assert unread_in_list(ana) == ["1 unread"]
    page = ana.get(f"{path}?at=unread").text
    assert re.search(r'id="new">.*?<article[^>]*data-number="61"', page, re.DOTALL)
    assert "It waited" in page
    assert "earlier replies" not in page
    # Without scripts it is read as the others are.
    picture = re.search(r'<noscript>\s*<img src="[^"]*(/threads[^"]*)"', page)
    assert picture
    ana.get(picture[1].replace("&amp;", "&"))
    assert unread_in_list(ana) == []
    assert session.scalars(select(Post.number).filter_by(id=late)).one() == 61

"""What is read and what is not: by number, by script and without, and what lists and pages say of it."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Conversation, Post, ReadState
from lti_tool.posts.reading import MOST_EXCEPTIONS, Read
from lti_tool.statements.models import StatementRow
from lti_tool.threads import service
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.threads.test_threads import THREAD, post_thread, write_replies


def thread_id(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def read(course: Course, visitor: Visitor, path: str, *numbers: int) -> None:
    with unit_of_work(course.sessions) as session:
        service.read_posts(session, visitor.actor, thread_id=thread_id(path), numbers=numbers)


def state_of(session: Session, visitor: Visitor) -> tuple[int, list[int], list[int]]:
    row = session.scalars(select(ReadState).filter_by(person_id=visitor.actor.person_id)).one()
    session.refresh(row)
    return row.read_to, row.ahead, row.unread


def unread_in_list(visitor: Visitor, query: str = "") -> list[str]:
    return re.findall(r"(\d+ unread)</span>", visitor.get(f"/threads{query}").text)


def test_the_mark_goes_on_as_gaps_are_filled() -> None:
    some = Read().with_read([0, 1, 3, 4])
    assert (some.read_to, some.ahead) == (1, frozenset({3, 4}))
    assert some.first_unread(9) == 2
    assert [n for n in range(6) if not some.has(n)] == [2, 5]
    whole = some.with_read([2])
    assert (whole.read_to, whole.ahead) == (4, frozenset())
    assert whole.first_unread(4) is None
    back = whole.with_unread(3)
    assert back.first_unread(4) == 3
    assert not back.has(3)
    assert back.with_read([3]) == whole
    assert some.with_unread(4).ahead == {3}
    assert whole.has(None)


def test_exceptions_are_few_however_one_reads() -> None:
    every_other = Read().with_read(range(1, 4 * MOST_EXCEPTIONS, 2))
    assert len(every_other.ahead) == MOST_EXCEPTIONS
    assert every_other.has(4 * MOST_EXCEPTIONS - 1)
    unread = Read().with_read(range(1000))
    for number in range(1000):
        unread = unread.with_unread(number)
    assert len(unread.unread) == MOST_EXCEPTIONS


def test_what_one_writes_is_read_and_others_posts_are_not(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    assert unread_in_list(ana) == []
    assert unread_in_list(tom) == ["1 unread"]
    write_replies(course, tom, path, 2)
    assert unread_in_list(ana) == ["2 unread"]
    assert state_of(session, tom) == (-1, [1, 2], [])
    assert unread_in_list(tom) == ["1 unread"]
    read(course, tom, path, 0)
    assert state_of(session, tom) == (2, [], [])
    assert unread_in_list(tom) == []


def test_what_the_script_sends_is_kept_and_nonsense_is_passed_over(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    write_replies(course, ana, path, 3)
    answer = tom.send(path, f"{path}/read", {"numbers": "0,1,-4,x,99999999999,77,3"})
    assert (answer.status_code, answer.text) == (204, "")
    assert state_of(session, tom) == (1, [3], [])
    assert unread_in_list(tom) == ["1 unread"]
    assert tom.post(f"{path}/read", {"numbers": "2", "csrf_token": "forged"}).status_code == 422
    assert state_of(session, tom) == (1, [3], [])


def test_to_open_a_page_marks_nothing_but_without_scripts_its_picture_does(
    course: Course, session: Session
) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    write_replies(course, ana, path, 3)
    page = tom.get(path).text
    assert unread_in_list(tom) == ["4 unread"]
    picture = re.search(r'<noscript>\s*<img src="[^"]*(/threads[^"]*)"', page)
    assert picture is not None
    answer = tom.get(picture[1].replace("&amp;", "&"))
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert state_of(session, tom) == (3, [], [])


def test_mark_unread_brings_it_back(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    write_replies(course, ana, path, 3)
    read(course, tom, path, 0, 1, 2, 3)
    answer = tom.send(path, f"{path}/unread", {"number": "2"})
    assert answer.status_code == 303
    assert unread_in_list(tom) == ["1 unread"]
    page = tom.get(f"{path}?at=unread").text
    assert re.search(r'New since [^<]+</span>\s*</li>\s*<li>\s*<article[^>]*data-number="2"', page)


def test_the_page_leads_to_the_first_unread_reply(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    write_replies(course, ana, path, 120)
    first = tom.get(path).text
    assert "New since" not in first
    assert "Reply number 119." in first
    assert "Reply number 99." not in first
    read(course, tom, path, *range(61))
    assert f'{path}?at=unread#new"' in tom.get("/threads").text
    page = tom.get(f"{path}?at=unread").text
    assert re.search(r'id="new">.*?data-number="61"', page, re.DOTALL)
    assert 'data-number="56"' in page
    assert 'data-number="55"' not in page
    assert "Go to the first unread reply" in tom.get(path).text


def test_a_long_thread_shows_its_end_and_what_came_before_by_pages(course: Course) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    write_replies(course, ana, path, 120)
    page, seen = ana.get(path).text, set[str]()
    seen.update(re.findall(r'data-number="(\d+)"', page))
    assert len(seen) == 21
    for expected in (61, 101, 121):
        earlier = re.search(r'hx-get="[^"]*(/threads[^"]*before=[^"]*)"', page)
        assert earlier is not None
        part = ana.get(earlier[1], headers={"HX-Request": "true"}).text
        assert "<html" not in part
        assert part.count("<article") == ana.get(earlier[1]).text.count("<article") - 1
        seen.update(re.findall(r'data-number="(\d+)"', part))
        assert len(seen) == expected
        page = part
    assert "earlier" not in page
    assert "Reply number 0." in ana.get(f"{path}?at=first").text
    assert "More replies" in ana.get(f"{path}?at=first").text


def test_unread_shows_what_has_something_new(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    paths = [post_thread(ana, title=f"Thread {number}") for number in range(3)]
    read(course, tom, paths[1], 0)
    page = tom.get("/threads?show=unread").text
    assert re.findall(r">(Thread \d)<", page) == ["Thread 2", "Thread 0"]
    read(course, tom, paths[0], 0)
    read(course, tom, paths[2], 0)
    assert "You have read everything here" in tom.get("/threads?show=unread").text
    write_replies(course, ana, paths[1], 1)
    assert re.findall(r">(Thread \d)<", tom.get("/threads?show=unread").text) == ["Thread 1"]


def test_reading_tells_nobody(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    before = len(session.scalars(select(StatementRow)).all())
    mine = ana.get(path).text
    tom.send(path, f"{path}/read", {"numbers": "0"})
    assert len(session.scalars(select(StatementRow)).all()) == before
    strip = re.compile(r'(value|nonce|data-form)="[^"]*"')
    assert strip.sub("", ana.get(path).text) == strip.sub("", mine)


def test_news_is_told_once_there_is_some(course: Course, count_queries: QueryCounter) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    assert tom.get(f"{path}/news?after=0").status_code == 204
    write_replies(course, ana, path, 3)
    with count_queries() as queries:
        bar = tom.get(f"{path}/news?after=1")
    assert len(queries) == 2
    assert "Show 2 new replies" in bar.text
    more = re.search(r'data-show="[^"]*(/threads[^"]*)"', bar.text)
    assert more is not None
    part = tom.get(more[1]).text
    assert re.findall(r'data-number="(\d+)"', part) == ["2", "3"]
    assert "3 replies" in part


def test_new_threads_are_others_threads(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    last = session.scalars(select(Conversation.id)).one()
    post_thread(tom, title="Mine")
    assert tom.get(f"/threads/news?after={last}").status_code == 204
    assert "Show 1 new thread" in ana.get(f"/threads/news?after={last}").text


def test_numbers_follow_each_other_also_when_a_form_is_sent_twice(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    data = {**ana.form(path), "body": "Twice"}
    places = {ana.post(f"{path}/replies", data).location for _ in range(2)}
    write_replies(course, ana, path, 1)
    assert len(places) == 1
    assert session.scalars(select(Post.number).order_by(Post.id)).all() == [0, 1, 2]
    thread = session.scalars(select(Conversation)).one()
    newest = session.scalars(select(Post.created_at).order_by(Post.id.desc())).first()
    assert thread.reply_count == 2
    assert newest is not None
    assert abs((thread.last_activity_at - newest).total_seconds()) < 1


@pytest.mark.parametrize("where", ["", "?at=unread", "?at=first", "?at=nowhere", "?before=x", "?from=x"])
def test_any_place_opens(course: Course, where: str) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    assert THREAD["title"] in ana.get(f"{path}{where}").text
    assert ana.get(f"{path}?before={uuid4()}").status_code == 200

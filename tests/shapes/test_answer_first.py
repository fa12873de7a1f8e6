"""Answer first, then see the others: nothing of what they wrote is anywhere until one has answered."""

import io
import json
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.attachments.models import Attachment
from lti_tool.conversation_pages.listing import ROWS_A_PAGE, Show
from lti_tool.conversation_pages.ordering import Sort
from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.posts.models import Post, PostState
from lti_tool.posts.substance import FEWEST_WORDS, missing_words
from lti_tool.posts.writing import Writing
from lti_tool.revisions.models import PostRevision
from lti_tool.statements.models import StatementRow
from lti_tool.threads import service
from tests.attachments.files import NOTES
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.follow_ups.planning import plan
from tests.groups.grouping import Grouped
from tests.help_requests.asking import ask_for_help, post_answer
from tests.search.test_searching import found, search
from tests.shapes.shaped import ANSWER, OWN, reply, set_up, teacher
from tests.threads.test_threads import THREAD, post_thread, write_replies

__all__ = ["teacher"]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def path(teacher: Visitor) -> str:
    """A thread that the instructor began, where one answers first."""
    set_up(teacher, "answer_first")
    return post_thread(teacher)


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


def assert_nothing_of(text: str, post_id: UUID) -> None:
    for trace in ("zeppelin", "Tom Becker", str(post_id), "1 reply", "1 new", "2 unread", ">TB<"):
        assert trace not in text


def test_the_page_shows_the_opening_post_and_the_composer_alone(
    path: str, tom: Visitor, ana: Visitor
) -> None:
    post_id = reply(tom, path)
    page = ana.get(path).text
    assert "<strong>facts first</strong>" in page
    assert "Answer first, then see what others wrote." in page
    assert "Post answer" in page
    assert_nothing_of(page, post_id)
    assert "data-news" not in page
    for where in ("at", "from", "before", "reply_to"):
        answer = ana.get(f"{path}?{where}={post_id}")
        # The page says its own address, and the form what it was asked to answer: both came from the reader.
        asked = (f"{where}={post_id}", f'value="{post_id}"', f"reply_to:{post_id}")
        said = answer.text
        for echo in asked:
            said = said.replace(echo, "")
        assert_nothing_of(said, post_id)


def test_the_form_says_who_reads_an_answer(path: str, course: Course, ana: Visitor, session: Session) -> None:
    for _ in range(2):
        page = ana.get(path).text
        assert "and everybody in Difficult conversations who has answered." in page
        assert "Everybody in Difficult conversations can read it" not in page
        reply(ana, path, OWN)
    grouped = Grouped(course, session)
    theirs = post_thread(grouped.ines, group=str(grouped.kestrels))
    assert "and everybody in Kestrels who has answered." in grouped.ana.get(theirs).text
    session.execute(update(Placement).values(gallery_at=clock.now() + timedelta(days=7)))
    session.commit()
    assert "Other groups can read it from" in grouped.ana.get(theirs).text


def test_who_has_answered_sees_the_others_and_so_do_staff(
    path: str, tom: Visitor, ana: Visitor, teacher: Visitor
) -> None:
    reply(tom, path)
    assert "zeppelin" in teacher.get(path).text
    reply(ana, path, OWN)
    page = ana.get(path).text
    assert "zeppelin" in page
    assert "2 replies" in page
    assert "data-news" in page


def test_who_began_the_thread_sees_the_answers(course: Course, teacher: Visitor, tom: Visitor) -> None:
    set_up(teacher, "answer_first")
    ana = course.visitor("Ana Ruiz")
    path = post_thread(ana)
    reply(tom, path)
    assert "zeppelin" in ana.get(path).text


def test_lists_and_counts_say_nothing(path: str, tom: Visitor, ana: Visitor) -> None:
    post_id = reply(tom, path)
    for address in ("/threads", "/threads?where=course", "/threads?show=unread", "/threads?sort=unanswered"):
        page = ana.get(address).text
        assert_nothing_of(page, post_id)
        assert "answer first to see the other answers" in page
    assert "1 unread" in ana.get("/threads").text
    form = ana.form(path)
    ana.post(f"{path}/read", {**form, "numbers": "0"})
    assert "1 unread" not in ana.get("/threads").text
    assert "facts first" not in ana.get("/threads?show=unread").text
    ana.post(f"{path}/unread", {**form, "number": "0"})
    assert "1 unread" in ana.get("/threads").text


@pytest.mark.parametrize("where", ["", "&where=course"])
@pytest.mark.parametrize("asked", [*(f"sort={it}" for it in Sort), *(f"show={it}" for it in Show)])
def test_no_order_and_no_filter_says_that_somebody_answered(
    path: str, teacher: Visitor, tom: Visitor, ana: Visitor, asked: str, where: str
) -> None:
    newer = post_thread(teacher, title="A later one")
    before = as_shown(ana, f"/threads?{asked}{where}")
    post_id = reply(tom, path)
    form = teacher.form(path)
    assert teacher.post(f"/posts/{post_id}/marks", {**form, "mark": "useful"}).status_code == 303
    assert as_shown(ana, f"/threads?{asked}{where}") == before
    reply(ana, path, OWN)
    if asked in {"sort=activity", "sort=useful"}:
        assert re.findall(r"/threads/[0-9a-f-]{36}", ana.get(f"/threads?{asked}").text) == [path, newer]


@pytest.mark.parametrize("sort", Sort)
def test_lists_go_on_page_after_page(
    path: str, course: Course, session: Session, tom: Visitor, ana: Visitor, sort: Sort
) -> None:
    """Answered and unanswered, closed and open to the reader, one after the other."""
    with unit_of_work(course.sessions) as writing:
        for number in range(2 * ROWS_A_PAGE):
            visitor = ana if number % 3 == 0 else tom
            thread = service.post_thread(
                writing,
                visitor.actor,
                title=f"Thread {number}",
                writing=Writing(body="x", submission_key=uuid4()),
            )
            if number % 4 == 0:
                service.post_reply(
                    writing,
                    tom.actor,
                    thread_id=thread.id,
                    writing=Writing(body=ANSWER, submission_key=uuid4()),
                )
    address: str | None = f"/threads?sort={sort}"
    seen: list[str] = []
    while address:
        page = ana.get(address).text
        rows = re.findall(r'<a class="title"[^>]*/threads/([0-9a-f-]{36})', page)
        assert not set(rows) & set(seen)
        seen += rows
        onward = re.search(r'class="foot">\s*<a class="button"\s*href="[^"]*(/threads\?[^"]*)"', page)
        address = onward[1].replace("&amp;", "&") if onward else None
    assert len(seen) == 2 * ROWS_A_PAGE + 1


def as_shown(visitor: Visitor, address: str) -> str:
    """The page, without what is another for each request."""
    return re.sub(r'(value|nonce|data-form)="[^"]*"', "", visitor.get(address).text)


def test_fragments_and_live_counts_say_nothing(path: str, tom: Visitor, ana: Visitor) -> None:
    post_id = reply(tom, path)
    assert ana.get(f"{path}/news?after=0").status_code == 204
    assert_nothing_of(ana.get(f"{path}/replies?after=0", headers=HTMX).text, post_id)
    earlier = ana.get(f"{path}?before={post_id}", headers=HTMX).text
    assert_nothing_of(earlier, post_id)
    assert tom.get(f"{path}/news?after=0").status_code == 200


def test_addresses_of_a_post_do_not_lead_around_it(path: str, tom: Visitor, ana: Visitor) -> None:
    post_id = reply(tom, path)
    for address in ("marks", "history", "report", "edit"):
        assert ana.get(f"/posts/{post_id}/{address}").status_code == 404
    assert ana.get(f"/follow-ups/new?source={post_id}").status_code == 404
    form = ana.form(path)
    assert ana.post(f"/posts/{post_id}/marks", {**form, "mark": "useful"}).status_code == 404
    answer = ana.post(f"{path}/replies", {**form, "body": OWN, "in_reply_to": str(post_id)})
    assert answer.status_code == 404


def test_search_finds_nothing_of_it(path: str, tom: Visitor, ana: Visitor) -> None:
    reply(tom, path)
    assert found(search(ana, "zeppelin")) == []
    reply(ana, path, OWN)
    assert found(search(ana, "zeppelin")) == [THREAD["title"]]


def test_a_plan_keeps_its_source_to_itself_once_the_answer_is_withdrawn(
    path: str, tom: Visitor, ana: Visitor
) -> None:
    theirs, mine = reply(tom, path), reply(ana, path, OWN)
    planned = plan(ana, source=str(theirs))
    assert "zeppelin" in ana.get(planned).text
    ana.send(f"/posts/{mine}/withdraw", f"/posts/{mine}/withdraw", {})
    for address in (planned, "/follow-ups", path):
        assert_nothing_of(ana.get(address).text, theirs)


def test_a_file_in_an_answer_is_found_by_who_has_answered(
    path: str, tom: Visitor, ana: Visitor, session: Session
) -> None:
    reply(tom, path, ANSWER, files=(io.BytesIO(NOTES.encode()), "notes.txt"))
    address = f"/attachments/{session.scalars(select(Attachment.id)).one()}"
    assert ana.get(address).status_code == 404
    reply(ana, path, OWN)
    assert ana.get(address).status_code == 200


def test_an_answer_that_was_declined_opens_nothing(
    path: str, tom: Visitor, ana: Visitor, session: Session
) -> None:
    post_id, mine = reply(tom, path), reply(ana, path, OWN)
    session.execute(update(Post).where(Post.id == mine).values(state=PostState.DECLINED))
    session.commit()
    assert_nothing_of(ana.get(path).text, post_id)


def test_an_answer_in_another_thread_opens_nothing_here(
    path: str, tom: Visitor, ana: Visitor, teacher: Visitor
) -> None:
    post_id = reply(tom, path)
    other = post_thread(teacher, title="Another one")
    reply(ana, other, OWN)
    assert_nothing_of(ana.get(path).text, post_id)


def test_it_holds_from_another_activity_too(path: str, course: Course, tom: Visitor) -> None:
    post_id = reply(tom, path)
    elsewhere = course.visitor("Mia Lang", link="link-2")
    assert_nothing_of(elsewhere.get(path).text, post_id)
    assert_nothing_of(elsewhere.get("/threads?where=course").text, post_id)


def test_other_activities_and_help_are_as_they_were(
    path: str, course: Course, tom: Visitor, ana: Visitor
) -> None:
    there = course.visitor("Tom Becker", link="link-2")
    open_path = post_thread(there, title="An open one")
    reply(there, open_path, "Zeppelins")
    assert "Zeppelins" in ana.get(open_path).text
    request = ask_for_help(ana)
    post_answer(tom, request, "Name the zeppelin first.")
    assert "Name the zeppelin first." in course.visitor("Mia Lang").get(request).text


def test_what_a_group_shows_in_its_gallery_is_there_to_be_read(course: Course, session: Session) -> None:
    grouped = Grouped(course, session)
    set_up(grouped.ines, "answer_first")
    path = post_thread(grouped.ines, group=str(grouped.kestrels))
    reply(grouped.ana, path)
    grouped.gallery(now="yes")
    assert "zeppelin" in grouped.tom.get(path).text


def test_a_few_words_are_asked_for_kindly_and_nothing_is_lost(
    path: str, tom: Visitor, ana: Visitor, session: Session
) -> None:
    reply(tom, path)
    answer = ana.send(path, f"{path}/replies", {"body": "I agree with everybody here"})
    assert answer.status_code == 422
    assert "3 words are missing" in answer.text
    assert "I agree with everybody here" in answer.text
    assert "zeppelin" not in answer.text
    assert len(session.scalars(select(Post.id)).all()) == 2
    reply(ana, path, OWN)
    reply(ana, path, "Yes")


def test_staff_may_be_brief(path: str, teacher: Visitor) -> None:
    reply(teacher, path, "Go on")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", FEWEST_WORDS),
        ("one two three four five six seven eight", 0),
        ("word word word word word word word word", 7),
        ("> one two three four five six seven eight\nYes", 7),
        ("It's what I'd call a matter of taste", 0),
        ("我觉得这个办法在我们的团队里行不通", 0),
        ("是的", 7),
        ("...!!! ??? 👍", FEWEST_WORDS),
    ],
)
def test_words_are_counted_in_any_script(text: str, missing: int) -> None:
    assert missing_words(text) == missing


def test_the_first_answer_stands_beside_the_new_one(
    path: str, tom: Visitor, ana: Visitor, session: Session
) -> None:
    mine = reply(ana, path, OWN)
    assert "What changed your mind?" not in ana.get(path).text
    reply(tom, path)
    page = ana.get(path).text
    assert "What changed your mind?" in page
    assert "What changed your mind?" in tom.get(path).text
    address = f"/posts/{mine}/edit"
    assert "What changed your mind?" in ana.get(address).text
    data = {"body": "Now I would ask **first**.", "what_changed": "Tom's <zeppelin>.", "revision": "1"}
    assert ana.send(address, address, data).status_code == 303
    assert "You have changed your answer" in ana.get(path).text
    side_by_side = tom.get(f"/posts/{mine}/history").text
    first, now = (
        re.search(rf'id="{it}-heading".*?</section>', side_by_side, re.DOTALL) for it in ("first", "now")
    )
    assert first
    assert OWN in first[0]
    assert now
    assert "ask <strong>first</strong>" in now[0]
    assert "&lt;zeppelin&gt;." in side_by_side
    kept = session.scalars(select(PostRevision)).one()
    assert (kept.number, kept.body) == (1, OWN)
    told = [json.loads(body) for body in session.scalars(select(StatementRow.body))]
    assert len([it for it in told if it["verb"]["id"].endswith("/edited")]) == 1
    assert "zeppelin" not in json.dumps(told)


def test_an_open_discussion_asks_no_such_question(course: Course, tom: Visitor, ana: Visitor) -> None:
    path = post_thread(course.visitor("Ines Koch", role=Role.INSTRUCTOR))
    mine = reply(ana, path, OWN)
    reply(tom, path)
    assert "changed your mind" not in ana.get(path).text
    assert "changed your mind" not in ana.get(f"/posts/{mine}/edit").text
    address = f"/posts/{mine}/edit"
    ana.send(address, address, {"body": "Otherwise", "what_changed": "Unasked", "revision": "1"})
    history = ana.get(f"/posts/{mine}/history").text
    assert "Otherwise" in history
    assert "First answer" not in history
    assert "Unasked" not in history


def test_queries_are_a_constant_number(
    path: str, course: Course, tom: Visitor, ana: Visitor, count_queries: QueryCounter
) -> None:
    reply(tom, path)
    with count_queries() as before:
        ana.get(path)
    reply(ana, path, OWN)
    with count_queries() as few:
        ana.get(path)
    write_replies(course, tom, path, 60)
    with count_queries() as many:
        ana.get(path)
    with count_queries() as listing:
        ana.get("/threads")
    assert (len(before), len(few), len(many), len(listing)) == (5, 6, 6, 6)


def test_what_the_thread_came_to_is_not_at_its_top_yet(
    path: str, teacher: Visitor, tom: Visitor, ana: Visitor
) -> None:
    post_id = reply(tom, path)
    page = f"{path}/synthesis"
    chosen = teacher.send(f"{page}?post={post_id}", page, {"post": str(post_id), "draws_on": "Tom Becker"})
    assert chosen.status_code == 303
    assert 'id="synthesis"' in tom.get(path).text
    before = ana.get(path).text
    assert 'id="synthesis"' not in before
    assert_nothing_of(before, post_id)
    reply(ana, path, OWN)
    assert 'id="synthesis"' in ana.get(path).text

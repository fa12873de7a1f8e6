"""What a page sends: a post has 256 KB at most, a page 2 MB; what has no room is one link away."""

import re

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.markup.markdown import LARGEST_HTML, render
from lti_tool.markup.unshown import UNSHOWN
from lti_tool.posts.models import Post
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help, post_answer
from tests.shapes.shaped import reply
from tests.threads.test_threads import post_thread

LARGEST_PAGE = 2 * 1024 * 1024
LARGE = "<p>" + "many words " * (LARGEST_HTML // 11 - 1) + "</p>"


@pytest.mark.parametrize(
    "source",
    [
        "[](b.io) " * 3_600,
        "`\u6f22` " * 8_000,
        "|a" * 16_000,
        "|a|\n|-|\n" * 4_000,
        "&" * 32_000,
        "> \n\n" * 8_000,
    ],
    ids=["links", "signs of three bytes", "wide table", "tables", "entities", "quotes"],
)
def test_a_post(source: str) -> None:
    """After the sanitiser, which adds to links and tables."""
    assert len(render(source).encode()) <= LARGEST_HTML


def test_a_too_large_text_is_shown_as_source() -> None:
    html = render("[](b.io) " * 3_600)
    assert UNSHOWN in html
    assert html.count("[](b.io)") == 3_600


def fill(session: Session) -> None:
    session.execute(update(Post).values(body_html=LARGE))
    session.commit()


def folded(page: str) -> list[str]:
    return [it.replace("&amp;", "&") for it in re.findall(r'<a class="unfold"\s+href="([^"]+)"', page)]


def check_page(visitor: Visitor, path: str, *, posts: int) -> None:
    answer = visitor.get(path)
    links = folded(answer.text)
    assert len(answer.data) <= LARGEST_PAGE
    assert answer.text.count(LARGE) + len(links) == posts
    assert links
    for link in links:
        there = visitor.get(link.removeprefix(visitor.base).partition("#")[0])
        assert len(there.data) <= LARGEST_PAGE
        post_id = link.rpartition("#post-")[2]
        begun = there.text.partition(f'id="post-{post_id}"')[2]
        assert begun.partition("</article>")[0].count(LARGE) == 1


def test_a_thread(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    thread = post_thread(ana)
    for number in range(12):
        reply(ana, thread, body=f"Reply {number}")
    fill(session)
    check_page(ana, thread, posts=13)


def test_a_help_request(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    request = ask_for_help(ana)
    for number in range(9):
        post_answer(tom, request, body=f"Answer {number}")
    fill(session)
    check_page(ana, request, posts=10)


def test_one_persons_work(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    thread = post_thread(ana)
    for number in range(9):
        reply(ana, thread, body=f"Reply {number}")
    fill(session)
    teacher = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    check_page(teacher, f"/people/{ana.actor.person_id}", posts=10)

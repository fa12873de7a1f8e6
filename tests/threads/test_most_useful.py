"""The list with those first in which others found the most of use."""

import html
import re

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.conversation_pages.listing import ROWS_A_PAGE
from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Conversation, Post
from tests.factories.entrances import Course
from tests.groups.grouping import titles
from tests.threads.test_threads import post_thread


def test_the_most_useful_comes_first(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana, title="Older")
    post_thread(ana, title="Newer")
    assert titles(tom, "?sort=useful") == ["Newer", "Older"]
    older = session.scalars(select(Post.id).order_by(Post.id)).first()
    tom.send(path, f"/posts/{older}/marks", {"mark": "useful"})
    assert titles(tom, "?sort=useful") == ["Older", "Newer"]
    assert "Most useful" in tom.get("/threads").text


def test_its_pages_go_on_where_the_one_before_ended(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    for number in range(ROWS_A_PAGE + 5):
        post_thread(ana, title=f"Thread {number}")
    with unit_of_work(course.sessions) as session:
        session.execute(update(Conversation).values(useful_count=7).where(Conversation.title.like("%3")))
    first = ana.get("/threads?sort=useful").text
    more = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert more is not None
    rest = html.unescape(more[1]).removeprefix(ana.base).removeprefix("/threads")
    seen = [*titles(ana, "?sort=useful"), *titles(ana, rest)]
    assert len(seen) == len(set(seen)) == ROWS_A_PAGE + 5
    assert all(it.endswith("3") for it in seen[:4])

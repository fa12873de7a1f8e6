"""What a thread came to: one post at its top, chosen or written by staff."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Post, Synthesis
from lti_tool.statements.models import StatementRow
from lti_tool.threads.synthesis import choose_synthesis
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.threads.test_threads import post_thread, write_replies

AT_TOP = 'id="synthesis"'


@pytest.fixture
def ines(course: Course) -> Visitor:
    return course.visitor("Ines Koch", role=Role.INSTRUCTOR)


def replies(session: Session) -> list[UUID]:
    return list(session.scalars(select(Post.id).filter_by(is_opening=False).order_by(Post.id)))


def choose(ines: Visitor, path: str, post: UUID, draws_on: str = "Tom\u2019s case") -> int:
    page = f"{path}/synthesis"
    answer = ines.send(f"{page}?post={post}", page, {"post": str(post), "draws_on": draws_on})
    return answer.status_code


def told(session: Session) -> list[str]:
    bodies = session.scalars(
        select(StatementRow.body).filter_by(event="synthesis_chosen").order_by(StatementRow.created_at)
    )
    return [json.loads(body)["verb"]["display"]["en"] for body in bodies]


def test_a_reply_is_put_at_the_top_marked_and_said_what_it_draws_on(
    course: Course, session: Session, ines: Visitor
) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    write_replies(course, ana, path, 2)
    first, second = replies(session)
    assert AT_TOP not in ana.get(path).text
    assert choose(ines, path, first) == 303
    page = ana.get(path).text
    assert page.index(AT_TOP) < page.index('id="replies"')
    assert "Tom\u2019s case" in page
    assert page.count("Reply number 0.") == 2
    assert choose(ines, path, first) == 303
    assert choose(ines, path, second) == 303
    assert session.scalars(select(Synthesis.post_id)).all() == [second]
    assert told(session) == ["chose as synthesis"] * 2
    ines.send(path, f"{path}/synthesis/take-back", {})
    ines.send(path, f"{path}/synthesis/take-back", {})
    assert AT_TOP not in ana.get(path).text
    assert told(session)[2:] == ["released as synthesis"]
    kept = session.scalars(select(StatementRow.body).filter_by(event="synthesis_chosen")).all()
    assert not any("case" in body for body in kept)


def test_one_that_is_written_is_a_reply_too_and_once(course: Course, session: Session, ines: Visitor) -> None:
    path = post_thread(course.visitor())
    page = f"{path}/synthesis"
    form = {**ines.form(page), "body": "We **agree** on this.", "draws_on": "Both cases"}
    for _ in range(2):
        assert ines.post(page, form).status_code == 303
    assert len(replies(session)) == 1
    assert told(session) == ["chose as synthesis"]
    assert ines.get(path).text.count("<strong>agree</strong>") == 2
    missing = ines.send(page, page, {"body": "We agree.", "draws_on": ""})
    assert missing.status_code == 422
    assert "We agree." in missing.text


def test_learners_other_threads_posts_and_what_is_not_shown_are_refused(
    course: Course, session: Session, ines: Visitor
) -> None:
    ana = course.visitor()
    path, other = post_thread(ana), post_thread(ana, title="Another")
    write_replies(course, ana, path, 1)
    (reply,) = replies(session)
    assert choose(ana, path, reply) == 404
    assert ana.get(f"{path}/synthesis").status_code == 404
    assert choose(ines, other, reply) == 404
    opening = session.scalars(select(Post.id).filter_by(is_opening=True)).first()
    assert opening is not None
    assert choose(ines, path, opening) == 404
    assert choose(ines, path, reply) == 303
    ana.send(f"/posts/{reply}/withdraw", f"/posts/{reply}/withdraw", {})
    page = ines.get(path).text
    assert AT_TOP not in page
    assert "Reply number 0." not in page


def test_fifty_at_once_leave_one(course: Course, session: Session, ines: Visitor) -> None:
    path = post_thread(course.visitor())
    write_replies(course, ines, path, 2)
    posts, thread_id = replies(session), UUID(path.rpartition("/")[2])

    def put(number: int) -> None:
        with unit_of_work(course.sessions) as own:
            choose_synthesis(
                own, ines.actor, thread_id=thread_id, post_id=posts[number % 2], draws_on=str(number)
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(50)))
    assert len(session.scalars(select(Synthesis)).all()) == 1
    assert len(told(session)) == 50


def test_it_costs_one_query_where_there_is_one(
    course: Course, session: Session, ines: Visitor, count_queries: QueryCounter
) -> None:
    ana = course.visitor()
    path = post_thread(ana)
    write_replies(course, ana, path, 1)
    with count_queries() as without:
        ana.get(path)
    choose(ines, path, replies(session)[0])
    write_replies(course, ana, path, 20)
    with count_queries() as with_one:
        ana.get(path)
    assert len(with_one) == len(without) + 1


def test_in_a_closed_thread_a_reply_is_chosen_and_a_text_is_kept(
    course: Course, session: Session, ines: Visitor
) -> None:
    path = post_thread(ines)
    write_replies(course, ines, path, 1)
    ines.send(path, f"{path}/close", {"reason": "It is settled."})
    page = f"{path}/synthesis"
    refused = ines.send(page, page, {"body": "We agree.", "draws_on": "All"})
    assert refused.status_code == 422
    assert "This thread is closed to new replies." in refused.text
    assert "We agree." in refused.text
    assert choose(ines, path, replies(session)[0]) == 303

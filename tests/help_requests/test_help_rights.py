"""Who may do what with a help request and its answers."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.posts.acceptance.models import Acceptance
from lti_tool.posts.models import Conversation, Post
from tests.factories.entrances import Course
from tests.help_requests.asking import FIX, A, ask_for_help, listed, post_answer, statements, the_request


def test_another_answer_may_turn_out_to_be_the_one(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    first, second = post_answer(tom, path, "One"), post_answer(tom, path, "Two")
    for post_id in (first, first, second):
        assert ana.send(path, f"{path}/answers/{post_id}/accept", {}).status_code == 303
    ana.send(path, f"{path}/resolve", FIX)
    answer = ana.send(path, f"{path}/answers/{first}/accept", {})
    assert answer.location.endswith(f"{path}#post-{first}")
    assert the_request(session).accepted_post_id == first
    assert the_request(session).status == "resolved"
    accepted = session.scalars(select(Acceptance.post_id).order_by(Acceptance.id)).all()
    assert accepted == [first, second, first]
    objects = [made["object"]["id"] for made in statements(session) if made["verb"]["id"].endswith("/accept")]
    assert objects == [f"{A}/{post_id}" for post_id in accepted]


def test_only_the_asker_accepts_and_resolves(course: Course, session: Session) -> None:
    ana, tom, ines = (
        course.visitor("Ana Ruiz"),
        course.visitor("Tom Becker"),
        course.visitor("Ines", role="instructor"),
    )
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)
    before = len(statements(session))
    for visitor in (tom, ines):
        page = visitor.get(path).text
        assert "This helped me" not in page
        assert 'id="resolve"' not in page
        assert visitor.send(path, f"{path}/answers/{post_id}/accept", {}).status_code == 404
        assert visitor.send(path, f"{path}/resolve", FIX).status_code == 404
    request = the_request(session)
    assert (request.status, request.accepted_post_id, request.resolved_at) == ("answered", None, None)
    assert session.scalars(select(Acceptance)).all() == []
    assert len(statements(session)) == before


def test_what_is_no_answer_to_it_is_not_accepted(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path, other = ask_for_help(ana), ask_for_help(ana, title="Another?")
    own, elsewhere = post_answer(ana, path, "By myself"), post_answer(tom, other)
    opening = session.scalars(select(Post.id).filter_by(is_opening=True).order_by(Post.id)).first()
    for post_id in (own, elsewhere, opening, uuid4()):
        assert ana.send(path, f"{path}/answers/{post_id}/accept", {}).status_code == 404
    assert session.scalars(select(Acceptance)).all() == []


def test_another_courses_request_is_as_missing_as_a_made_up_one(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)
    # The same person, but launched from another course.
    stranger = course.visitor("Ana Ruiz", context_id="course-2")
    assert not any(listed(stranger, show) for show in ("waiting", "answered", "mine", "all"))
    nowhere = f"/help/{uuid4()}"
    foreign, made_up = stranger.get(path), stranger.get(nowhere)
    assert foreign.status_code == 404
    assert (foreign.status_code, foreign.data) == (made_up.status_code, made_up.data)
    before = len(statements(session))
    for rest, data in (
        ("/answers", {"body": "Hello"}),
        (f"/answers/{post_id}/accept", {}),
        ("/resolve", FIX),
    ):
        answers = [stranger.send("/help/new", f"{there}{rest}", data) for there in (path, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    assert len(statements(session)) == before
    assert the_request(session).status == "answered"


def test_a_thread_is_no_help_request(course: Course, session: Session) -> None:
    ana = course.visitor()
    ana.send("/threads/new", "/threads/new", {"title": "A thread", "body": "Not a question"})
    thread = session.scalars(select(Conversation)).one()
    assert ana.get(f"/help/{thread.id}").status_code == 404
    assert "A thread" not in ana.get("/help?show=all").text

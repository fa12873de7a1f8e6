"""Help requests, answers and acceptances sent twice, and at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.posts.models import Conversation, Post
from tests.factories.entrances import Course
from tests.help_requests.asking import (
    FIX,
    QUESTION,
    accepted,
    ask_for_help,
    how_it_stands,
    post_answer,
    statements,
    the_request,
)


def test_a_double_submit_counts_once(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    question = {**ana.form("/help/new"), **QUESTION}
    assert len({ana.post("/help/new", question).location for _ in range(2)}) == 1
    path = f"/help/{the_request(session).conversation_id}"
    answer = {**tom.form(path), "body": "Once"}
    assert len({tom.post(f"{path}/answers", answer).location for _ in range(2)}) == 1
    fixed = {**ana.form(path), **FIX}
    for data in (fixed, fixed, {**fixed, "what_fixed_it": "Something else"}):
        assert ana.post(f"{path}/resolve", data).status_code == 303
    assert the_request(session).what_fixed_it == FIX["what_fixed_it"]
    assert len(session.scalars(select(Post)).all()) == 2
    assert len(statements(session)) == 3


def test_accepting_at_once_counts_once(course: Course, session: Session) -> None:
    path = ask_for_help(course.visitor("Ana Ruiz"))
    post_id = post_answer(course.visitor("Tom Becker"), path)
    # One asker in twenty windows, each with a launch of its own.
    windows = [course.visitor("Ana Ruiz") for _ in range(20)]
    tokens = [window.form(path) for window in windows]

    def accept(number: int) -> int:
        return windows[number].post(f"{path}/answers/{post_id}/accept", tokens[number]).status_code

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(accept, range(20))) == {303}
    assert len(session.scalars(select(Acceptance)).all()) == 1
    assert [made["verb"]["id"] for made in statements(session)].count("http://activitystrea.ms/accept") == 1


def test_answering_accepting_and_resolving_at_once_ends_resolved(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    path = ask_for_help(ana)
    post_id = post_answer(course.visitor("Tom Becker"), path)
    deeds = [("answers", {"body": "Me too"}), (f"answers/{post_id}/accept", {}), ("resolve", FIX)] * 6
    windows = [
        course.visitor(f"Helper {n}" if deed[0] == "answers" else "Ana Ruiz") for n, deed in enumerate(deeds)
    ]
    forms = [window.form(path) for window in windows]

    def do(number: int) -> int:
        rest, data = deeds[number]
        return windows[number].post(f"{path}/{rest}", {**forms[number], **data}).status_code

    with ThreadPoolExecutor(len(deeds)) as pool:
        assert set(pool.map(do, range(len(deeds)))) == {303}
    assert (how_it_stands(session), accepted(session)) == ("resolved", post_id)
    assert session.scalars(select(Conversation.reply_count)).one() == 7
    verbs = Counter(made["verb"]["display"]["en"] for made in statements(session))
    assert verbs == {"asked": 1, "replied": 7, "accepted": 1, "resolved": 1}

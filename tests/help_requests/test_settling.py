"""What becomes of a request when its answers go, or when somebody undoes what settled it."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Change, ConversationChange, Post
from lti_tool.posts.states import withdraw_all_of
from tests.anonymity.world import ANONYMOUS, allow
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import (
    FIX,
    QUESTION,
    accepted,
    ask_for_help,
    how_it_stands,
    listed,
    post_answer,
    statements,
    the_request,
)
from tests.moderation.test_moderation import decide, pre_moderate

THANKS = "This helped Ana Ruiz"


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


@pytest.fixture
def ines(course: Course) -> Visitor:
    return course.visitor("Ines Koch", role=Role.INSTRUCTOR)


@pytest.fixture
def path(ana: Visitor) -> str:
    return ask_for_help(ana)


def act(visitor: Visitor, path: str, deed: str, **data: str) -> int:
    return visitor.send("/help/new", f"{path}/{deed}", data).status_code


def accept(visitor: Visitor, path: str, post_id: UUID) -> None:
    assert act(visitor, path, f"answers/{post_id}/accept") == 303


def similar(visitor: Visitor, title: str) -> str:
    """What the page of a new request says of those that may be answered already."""
    answer = visitor.send("/threads/new", "/search/similar", {"title": title})
    assert answer.status_code == 200
    return answer.text


def withdraw(visitor: Visitor, post_id: UUID) -> None:
    away = f"/posts/{post_id}/withdraw"
    assert visitor.send(away, away, {}).status_code == 303


def verbs(session: Session) -> list[str]:
    return [made["verb"]["display"]["en"] for made in statements(session)]


@pytest.mark.parametrize("how", ["withdrawn", "hidden", "erased"])
def test_it_waits_again_when_its_answer_goes(
    course: Course, path: str, ana: Visitor, tom: Visitor, ines: Visitor, session: Session, how: str
) -> None:
    post_id = post_answer(tom, path)
    accept(ana, path, post_id)
    assert THANKS in tom.get(path).text
    if how == "withdrawn":
        withdraw(tom, post_id)
    elif how == "hidden":
        assert decide(ines, post_id, "hide") == 303
    else:
        with unit_of_work(course.sessions) as writing:
            withdraw_all_of(writing, tom.actor.person_id)
    assert how_it_stands(session) == "waiting"
    assert listed(ines, "waiting")
    assert not listed(ines, "answered")
    page = ana.get(path).text
    assert "Waiting for peers" in page
    assert THANKS not in page
    assert "Answered" not in similar(ana, QUESTION["title"])


def test_an_answer_that_is_shown_again_is_the_accepted_one_again(
    path: str, ana: Visitor, tom: Visitor, ines: Visitor, session: Session
) -> None:
    post_id = post_answer(tom, path)
    accept(ana, path, post_id)
    assert (decide(ines, post_id, "hide"), decide(ines, post_id, "restore")) == (303, 303)
    assert how_it_stands(session) == "answered"
    assert THANKS in tom.get(path).text
    assert "Answered" in similar(ana, QUESTION["title"])


def test_another_answer_keeps_it_answered(path: str, ana: Visitor, tom: Visitor, session: Session) -> None:
    first, _ = post_answer(tom, path), post_answer(tom, path, "Or begin with thanks.")
    accept(ana, path, first)
    withdraw(tom, first)
    assert how_it_stands(session) == "answered"
    page = ana.get(path).text
    assert THANKS not in page
    assert page.count("</svg>This helped me") == 1


def test_what_waits_for_approval_answers_when_it_is_published(
    path: str, tom: Visitor, ines: Visitor, session: Session
) -> None:
    assert pre_moderate(ines, tom) == 303
    post_id = post_answer(tom, path)
    assert how_it_stands(session) == "waiting"
    assert decide(ines, post_id, "approve") == 303
    assert how_it_stands(session) == "answered"


def test_who_asked_and_answers_under_another_face_is_somebody_else(
    path: str, ana: Visitor, session: Session
) -> None:
    """To all others it is; and so nothing tells them who it was."""
    allow(session)
    answer = ana.send(path, f"{path}/answers", {"body": "Have you tried it?", **ANONYMOUS})
    assert how_it_stands(session) == "answered"
    withdraw(ana, UUID(str(answer.location).rpartition("#post-")[2]))
    assert how_it_stands(session) == "waiting"


def test_an_acceptance_is_taken_back(
    path: str, ana: Visitor, tom: Visitor, ines: Visitor, session: Session
) -> None:
    post_id = post_answer(tom, path)
    for visitor in (ana, ines):
        accept(ana, path, post_id)
        assert f"{post_id}/take-back" in visitor.get(path).text
        assert f"{post_id}/take-back" not in tom.get(path).text
        assert [act(visitor, path, f"answers/{post_id}/take-back") for _ in range(2)] == [303, 303]
        assert (accepted(session), how_it_stands(session)) == (None, "answered")
        page = ana.get(path).text
        assert THANKS not in page
        assert "This helped me" in page
    assert verbs(session)[2:] == ["accepted", "released as answer"] * 2
    taken_back = statements(session)[-1]
    assert taken_back["actor"]["account"]["name"] == "ines-koch"
    assert taken_back["object"]["id"].endswith(str(post_id))


def test_taking_back_one_leaves_another_that_was_accepted_meanwhile(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    """An older page of another tab takes back what stands there, and nothing else."""
    first, second = post_answer(tom, path), post_answer(tom, path, "Or begin with thanks.")
    accept(ana, path, first)
    accept(ana, path, second)
    assert act(ana, path, f"answers/{first}/take-back") == 303
    assert accepted(session) == second
    assert "released as answer" not in verbs(session)


def test_what_never_was_accepted_is_not_taken_back(path: str, ana: Visitor, tom: Visitor) -> None:
    assert act(ana, path, f"answers/{post_answer(tom, path)}/take-back") == 404


def test_a_resolved_request_is_opened_again(path: str, ana: Visitor, ines: Visitor, session: Session) -> None:
    for visitor in (ana, ines):
        assert act(ana, path, "resolve", **FIX) == 303
        assert "Answered" in similar(ana, QUESTION["title"])
        assert f"{path}/reopen" in visitor.get(path).text
        assert [act(visitor, path, "reopen") for _ in range(2)] == [303, 303]
        assert how_it_stands(session) == "waiting"
        assert listed(ines, "waiting")
        page = ana.get(path).text
        assert FIX["what_fixed_it"] not in page
        assert "Answered" not in similar(ana, QUESTION["title"])
        assert FIX["what_fixed_it"] not in ana.get("/search?q=changed").text
    assert verbs(session) == ["asked", *["resolved", "opened"] * 2]
    told = statements(session)
    assert told[-1]["object"]["id"] == told[0]["object"]["id"]
    assert told[-1]["context"]["statement"]["id"] == told[0]["id"]
    assert FIX["what_fixed_it"] not in json.dumps(told)


def test_staff_settle_what_somebody_left(
    path: str, ana: Visitor, tom: Visitor, ines: Visitor, session: Session
) -> None:
    post_id = post_answer(tom, path)
    page = ines.get(path).text
    assert f"{post_id}/accept" in page
    assert "This helped me" not in page
    accept(ines, path, post_id)
    page = tom.get(path).text
    assert "Accepted by staff" in page
    assert THANKS not in page
    assert act(ines, path, "resolve", what_fixed_it="Naming what has changed.") == 303
    assert how_it_stands(session) == "resolved"
    for visitor in (ana, tom):
        page = visitor.get(path).text
        assert "By staff" in page
        assert "Naming what has changed." in page
        assert "Ines" not in page
    actors = [made["actor"]["account"]["name"] for made in statements(session)[2:]]
    assert actors == ["ines-koch"] * 2


def test_staff_find_no_button_for_their_own_answer_to_their_own_request(ines: Visitor) -> None:
    path = ask_for_help(ines)
    post_id = post_answer(ines, path)
    assert f"{post_id}/accept" not in ines.get(path).text
    assert act(ines, path, f"answers/{post_id}/accept") == 404


def test_under_another_face_staff_are_shown_no_difference(
    ana: Visitor, ines: Visitor, session: Session
) -> None:
    allow(session)
    path = ask_for_help(ana, **ANONYMOUS)
    named = post_answer(ana, path)
    assert act(ana, path, f"answers/{named}/accept") == 404
    accept(ines, path, named)
    assert act(ana, path, f"answers/{named}/take-back") == 303
    told = json.dumps(statements(session)[-1])
    for trace in (ana.actor.sub, str(ana.actor.person_id), str(ana.actor.launch_id)):
        assert trace not in told


def test_a_request_that_its_author_took_back_is_nobodys_to_settle_on_the_page(
    path: str, ana: Visitor, tom: Visitor, ines: Visitor, session: Session
) -> None:
    post_answer(tom, path)
    assert 'id="resolve"' in ana.get(path).text
    withdraw(ana, session.scalars(select(Post.id).filter_by(is_opening=True)).one())
    for visitor in (ana, ines):
        page = visitor.get(path).text
        assert 'id="resolve"' not in page
        assert "/accept" not in page


def test_settling_and_undoing_at_once_leaves_one_truth(
    course: Course, path: str, tom: Visitor, session: Session
) -> None:
    post_id = post_answer(tom, path)
    deeds = [
        (f"answers/{post_id}/accept", {}),
        (f"answers/{post_id}/take-back", {}),
        ("resolve", FIX),
        ("reopen", {}),
    ] * 6
    windows = [course.visitor("Ana Ruiz") for _ in deeds]
    accept(windows[0], path, post_id)
    forms = [window.form("/help/new") for window in windows]

    def do(number: int) -> int:
        deed, data = deeds[number]
        return windows[number].post(f"{path}/{deed}", {**forms[number], **data}).status_code

    with ThreadPoolExecutor(len(deeds)) as pool:
        assert set(pool.map(do, range(len(deeds)))) == {303}
    told = Counter(verbs(session))
    stands, is_resolved = accepted(session) is not None, how_it_stands(session) == "resolved"
    # Each act was done from the other state, and told once.
    assert told["accepted"] - told["released as answer"] == stands
    assert told["resolved"] - told["opened"] == is_resolved
    assert told["accepted"] == len(session.scalars(select(Acceptance)).all())
    changes = Counter(session.scalars(select(ConversationChange.change)))
    kept = changes[Change.RESOLVED], changes[Change.REOPENED]
    assert (told["resolved"], told["opened"]) == kept
    assert (the_request(session).what_fixed_it is not None) == is_resolved


def test_two_answers_that_go_at_once_leave_it_waiting(course: Course, path: str, session: Session) -> None:
    helpers = [course.visitor(f"Helper {number}") for number in range(8)]
    posts = [post_answer(helper, path, f"Answer {number}") for number, helper in enumerate(helpers)]
    forms = [helper.form("/help/new") for helper in helpers]

    def go(number: int) -> int:
        return helpers[number].post(f"/posts/{posts[number]}/withdraw", forms[number]).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(go, range(8))) == {303}
    assert how_it_stands(session) == "waiting"

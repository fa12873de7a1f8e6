"""Help requests over HTTP: pages, forms, rights, statements, races and queries."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.help_requests.models import Acceptance, HelpRequest
from lti_tool.posts.models import Conversation, Post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor

QUESTION = {
    "title": "How do I open when he was my manager?",
    "trying_to": "Agree **new deadlines**.",
    "tried": "Starting with facts.",
    "expected": "That he listens.",
    "got": "“You used to manage fine.”",
    "help_wanted": "example",
}
FIX = {"what_fixed_it": "Saying what has changed first."}
A = "http://127.0.0.1:8000/xapi/a"


def ask_for_help(visitor: Visitor, **changes: str) -> str:
    """The path of the new request's page, below the launch."""
    answer = visitor.send("/help/new", "/help/new", {**QUESTION, **changes})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location).removeprefix(visitor.base)


def post_answer(visitor: Visitor, path: str, body: str = "Name the shared history first.") -> UUID:
    """The id of the new answer."""
    answer = visitor.send(path, f"{path}/answers", {"body": body})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found = re.search(r"#post-(.+)$", str(answer.location))
    assert found
    return UUID(found[1])


def the_request(session: Session) -> HelpRequest:
    session.expire_all()
    return session.scalars(select(HelpRequest)).one()


def statements(session: Session) -> list[dict[str, Any]]:
    return [
        json.loads(body) for body in session.scalars(select(StatementRow.body).order_by(StatementRow.seq))
    ]


def listed(visitor: Visitor, show: str) -> bool:
    page = visitor.get(f"/help?show={show}")
    assert page.status_code == 200
    return QUESTION["title"] in page.text


def ids_on(html: str) -> Counter[str]:
    return Counter(re.findall(r'\sid="([^"]*)"', html))


@pytest.mark.parametrize(
    "show", ["", "?show=waiting", "?show=answered", "?show=resolved", "?show=mine", "?show=all"]
)
def test_an_empty_list_says_so(course: Course, show: str) -> None:
    page = course.visitor().get(f"/help{show}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


def test_a_question_is_asked_and_everybody_sees_its_card(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    assert "<strong>new deadlines</strong>" in ana.get(path).text
    page = tom.get(path).text
    for shown in ("I am trying to", "I tried", "I expected", "I got", "an example", "Waiting for peers"):
        assert shown in page
    assert "<p>Starting with facts.</p>" in page
    request = the_request(session)
    assert (request.status, request.help_wanted, request.tried) == (
        "waiting",
        "example",
        "Starting with facts.",
    )
    assert [show for show in ("waiting", "answered", "resolved", "mine", "all") if listed(tom, show)] == [
        "waiting",
        "all",
    ]
    assert listed(ana, "mine")


def test_what_was_left_out_is_not_on_the_card(course: Course) -> None:
    ana = course.visitor()
    page = ana.get(ask_for_help(ana, tried=" ", expected="", got="")).text
    assert "I tried" not in page
    assert "I got" not in page
    assert "I am trying to" in page


def test_the_card_starts_with_a_kind_of_help_chosen(course: Course, session: Session) -> None:
    ana = course.visitor()
    assert re.search(r'<input checked[^>]*value="hint"', ana.get("/help/new").text)
    without = {name: text for name, text in QUESTION.items() if name != "help_wanted"}
    assert ana.send("/help/new", "/help/new", without).status_code == 303
    assert the_request(session).help_wanted == "hint"


def test_from_waiting_over_an_answer_to_what_fixed_it(course: Course, session: Session) -> None:
    ana, tom, eva = (course.visitor(name) for name in ("Ana Ruiz", "Tom Becker", "Eva Lind"))
    path = ask_for_help(ana)
    first, second = post_answer(tom, path, "Begin with thanks."), post_answer(eva, path, "Name the change.")
    assert listed(tom, "answered")
    assert not listed(tom, "waiting")
    asked_page = ana.get(path).text
    assert asked_page.count("This helped me") == 2
    assert "<details" in asked_page
    answer = ana.send(path, f"{path}/answers/{second}/accept", {})
    assert answer.location == f"{ana.base}{path}#resolve"
    page = ana.get(path).text
    assert "This helped Ana Ruiz" in page
    assert page.index(f'id="post-{second}"') < page.index(f'id="post-{first}"')
    assert "<details" not in page
    assert "What fixed it?" in page
    assert ana.send(path, f"{path}/resolve", FIX).location == f"{ana.base}{path}"
    assert FIX["what_fixed_it"] in tom.get(path).text
    assert 'id="resolve"' not in ana.get(path).text
    assert listed(tom, "resolved")
    request = the_request(session)
    assert (request.status, request.accepted_post_id, request.what_fixed_it) == (
        "resolved",
        second,
        FIX["what_fixed_it"],
    )


def test_who_solved_it_alone_resolves_without_an_answer(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    ana.send(path, f"{path}/resolve", FIX)
    assert "Resolved" in tom.get(path).text
    post_answer(tom, path)
    request = the_request(session)
    assert request.status == "resolved"
    assert request.first_answer_at is not None


def test_what_the_asker_adds_leaves_the_request_waiting(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_answer(ana, path, "He also cancelled twice.")
    assert the_request(session).status == "waiting"
    assert the_request(session).first_answer_at is None
    assert "This helped me" not in ana.get(path).text
    answered = post_answer(tom, path)
    post_answer(course.visitor("Eva Lind"), path)
    request = the_request(session)
    assert request.status == "answered"
    assert request.first_answer_at == session.get_one(Post, answered).created_at


@pytest.mark.parametrize("role", ["learner", "assistant", "instructor", "observer"])
def test_anybody_in_the_course_may_answer(course: Course, session: Session, role: str) -> None:
    path = ask_for_help(course.visitor("Ana Ruiz"))
    post_answer(course.visitor("Tom Becker", role=role, link="another-link"), path)
    assert the_request(session).status == "answered"


def test_htmx_gets_the_answer_how_it_stands_and_an_empty_composer(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    form = tom.form(path)
    answer = tom.post(f"{path}/answers", {**form, "body": "By htmx"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.text.lstrip().startswith("<li>")
    for part in ('id="request-status"', 'id="answers-heading"', 'id="composer"'):
        assert part in answer.text
    assert answer.text.count('hx-swap-oob="true"') == 3
    assert "1 reply" in answer.text
    assert "Answered" in answer.text
    assert form["submission"] not in answer.text


def test_htmx_gets_the_composer_back_with_what_is_wrong(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = ask_for_help(ana)
    answer = ana.send(path, f"{path}/answers", {"body": " "}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#composer")
    assert "Please write something first." in answer.text
    assert "<html" not in answer.text
    assert len(session.scalars(select(Post)).all()) == 1


def test_the_statements_tell_who_did_what_to_what(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    began = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with clock.at(began):
        path = ask_for_help(ana)
    with clock.at(began + timedelta(minutes=70)):
        post_id = post_answer(tom, path)
        ana.send(path, f"{path}/answers/{post_id}/accept", {})
    with clock.at(began + timedelta(minutes=130, seconds=5)):
        ana.send(path, f"{path}/resolve", FIX)
    rows = session.scalars(select(StatementRow).order_by(StatementRow.seq)).all()
    asked, replied, accepted, resolved = made = statements(session)
    conversation = session.scalars(select(Conversation)).one()
    acceptance = session.scalars(select(Acceptance)).one()
    opening, answer = session.scalars(select(Post).order_by(Post.id)).all()
    assert [(row.event, row.subject_id) for row in rows] == [
        ("help_asked", opening.id),
        ("answer_posted", answer.id),
        ("answer_accepted", acceptance.id),
        ("request_resolved", conversation.id),
    ]
    assert [statement["verb"]["id"] for statement in made] == [
        "http://adlnet.gov/expapi/verbs/asked",
        "http://id.tincanapi.com/verb/replied",
        "http://activitystrea.ms/accept",
        "http://activitystrea.ms/resolve",
    ]
    doubt = {
        "objectType": "Activity",
        "id": f"{A}/{conversation.id}",
        "definition": {"type": "http://id.tincanapi.com/activitytype/doubt"},
    }
    solution = {
        "objectType": "Activity",
        "id": f"{A}/{answer.id}",
        "definition": {"type": "http://id.tincanapi.com/activitytype/solution"},
    }
    assert [without_kind(statement["object"]) for statement in made] == [
        without_kind(thing) for thing in (doubt, solution, solution, doubt)
    ]
    parents = [
        [one["id"] for one in statement["context"]["contextActivities"]["parent"]] for statement in made
    ]
    assert parents == [
        [f"{A}/{conversation.placement_id}"],
        [doubt["id"]],
        [doubt["id"]],
        [f"{A}/{conversation.placement_id}"],
    ]
    assert [statement["id"] for statement in made[:2]] == [
        str(opening.statement_id),
        str(answer.statement_id),
    ]
    assert [statement["context"].get("statement", {}).get("id") for statement in made] == [
        None,
        asked["id"],
        replied["id"],
        asked["id"],
    ]
    assert [statement["actor"]["account"]["name"] for statement in made] == [
        "ana-ruiz",
        "tom-becker",
        "ana-ruiz",
        "ana-ruiz",
    ]
    wanted = "https://segue-lti.github.io/xapi/extensions/help-wanted"
    assert asked["context"]["extensions"][wanted] == "example"
    assert "result" not in accepted
    assert resolved["result"] == {"success": True, "duration": "PT2H10M5S"}
    assert resolved["timestamp"] == "2026-03-02T11:10:05.000Z"
    texts = json.dumps(made, ensure_ascii=False)
    for written in (
        "manager",
        "deadlines",
        "facts",
        "listens",
        "manage fine",
        "shared history",
        "changed first",
    ):
        assert written not in texts


def without_kind(thing: dict[str, Any]) -> dict[str, Any]:
    """`objectType` may be left out of an Activity."""
    return {key: value for key, value in thing.items() if key != "objectType"}


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


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "  "},
        {"title": "x" * 201},
        {"trying_to": ""},
        {"trying_to": "x" * 32_769},
        {"tried": "|" * 30 + "\n" + "|-" * 30 + "\n" + "|x\n" * 10},
        {"expected": "x" * 32_769},
        {"got": "|" * 30 + "\n" + "|-" * 30},
        {"help_wanted": "everything"},
        {"csrf_token": "forged"},
        {"csrf_token": ""},
    ],
    ids=lambda changes: f"{next(iter(changes))}-{len(next(iter(changes.values())))}",
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    course: Course, session: Session, changes: dict[str, str]
) -> None:
    ana = course.visitor()
    sent = {**QUESTION, "got": "Keep <me> & mine", **changes}
    answer = ana.send("/help/new", "/help/new", sent)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    if "got" not in changes:
        assert "Keep &lt;me&gt; &amp; mine" in answer.text
    if "help_wanted" not in changes:
        assert re.search(r"<input checked[^>]*value=\"example\"", answer.text)
    assert session.scalars(select(Conversation)).all() == []
    assert session.scalars(select(HelpRequest)).all() == []


@pytest.mark.parametrize(
    ("rest", "data", "said"),
    [
        ("answers", {"body": ""}, "Please write something first."),
        ("answers", {"body": "x" * 32_769}, "Please shorten this"),
        ("answers", {"body": "Mine", "csrf_token": "forged"}, "another visit"),
        ("resolve", {"what_fixed_it": " "}, "Please say in a line what fixed it."),
        ("resolve", {"what_fixed_it": "x" * 501}, "Please shorten this to 500 characters."),
        ("resolve", {**FIX, "csrf_token": "forged"}, "another visit"),
        ("accept", {"csrf_token": "forged"}, "another visit"),
    ],
)
def test_a_refused_form_comes_back_on_its_page(
    course: Course, session: Session, rest: str, data: dict[str, str], said: str
) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)
    before = len(statements(session))
    answer = ana.send(
        path, f"{path}/answers/{post_id}/accept" if rest == "accept" else f"{path}/{rest}", data
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert QUESTION["title"] in answer.text
    for typed in set(data) - {"csrf_token"}:
        assert data[typed] in answer.text
    assert len(statements(session)) == before
    assert the_request(session).status == "answered"


def test_no_id_stands_twice_on_a_page(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    first, _ = post_answer(tom, path, "One"), post_answer(tom, path, "Two")
    pages = [ana.get(path).text, ana.get("/help/new").text, ana.get("/help?show=all").text]
    ana.send(path, f"{path}/answers/{first}/accept", {})
    pages.append(ana.get(path).text)
    for page in pages:
        assert max(ids_on(page).values()) == 1


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
    request = the_request(session)
    assert (request.status, request.accepted_post_id) == ("resolved", post_id)
    assert session.scalars(select(Conversation.reply_count)).one() == 7
    verbs = Counter(made["verb"]["display"]["en"] for made in statements(session))
    assert verbs == {"asked": 1, "replied": 7, "accepted": 1, "resolved": 1}


@pytest.mark.parametrize(
    "query",
    ["show=x", "show=%00", "after=x", "show=all&after=0192f6a0-0000-7000-8000-000000000000", "from=x&at=y"],
)
def test_a_made_up_place_is_no_error(course: Course, query: str) -> None:
    ana = course.visitor()
    path = ask_for_help(ana)
    assert ana.get(f"/help?{query}").status_code == 200
    assert ana.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("show", ["waiting", "all", "mine"])
def test_pages_follow_each_other_without_gap_or_repeat(course: Course, show: str) -> None:
    ana = course.visitor()
    for number in range(65):
        ask_for_help(ana, title=f"Question {number:02}")
    seen: list[str] = []
    path: str | None = f"/help?show={show}"
    while path:
        page = ana.get(path).text
        seen += re.findall(r">(Question \d\d)<", page)
        further = re.search(r'class="button"\s+href="[^"]*(/help\?[^"]*after=[^"]+)"', page)
        path = further[1].replace("&amp;", "&") if further else None
    # Who waits longest stands on top; elsewhere the newest.
    expected = [f"Question {number:02}" for number in range(65)]
    assert seen == (expected if show == "waiting" else expected[::-1])


def test_queries_do_not_grow_with_the_request(course: Course, count_queries: QueryCounter) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    post_id = post_answer(tom, path)
    ana.send(path, f"{path}/answers/{post_id}/accept", {})
    with count_queries() as few:
        ana.get(path)
    with count_queries() as short_list:
        ana.get("/help?show=all")
    for number in range(60):
        post_answer(tom, path, f"Answer {number}")
    for number in range(3):
        ask_for_help(ana, title=f"Question {number}?")
    with count_queries() as many:
        ana.get(path)
    with count_queries() as long_list:
        ana.get("/help?show=all")
    assert len(many) == len(few) <= 5
    assert len(long_list) == len(short_list) <= 3


def test_after_a_late_answer_to_a_long_request_it_is_on_the_page(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = ask_for_help(ana)
    first = post_answer(tom, path, "The first.")
    for number in range(60):
        answer = tom.send(path, f"{path}/answers", {"body": f"Answer number {number}."})
    page = tom.get(answer.location.removeprefix(tom.base)).text
    assert "Answer number 59." in page
    assert "Answer number 10." not in page
    assert "From the first reply" in page
    ana.send(path, f"{path}/answers/{first}/accept", {})
    page = ana.get(path).text
    assert "60 more replies" in page
    assert page.count("The first.") == 1
    assert "Later replies" in page

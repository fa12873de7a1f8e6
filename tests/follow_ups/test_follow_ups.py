"""Follow-ups over HTTP: pages, forms, rights, statements and queries."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.follow_ups.models import FollowUp, FollowUpReport, FollowUpState, Outcome
from lti_tool.follow_ups.service import plan_follow_up, report_outcome
from lti_tool.posts.models import Post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor

THREAD = {"title": "Which opening would fail?", "body": "Mine: **facts first** & <no> small talk."}
CUE, ACTION = "Jan opens our Monday meeting", "name what is new"
BASE = "http://127.0.0.1:8000/xapi/a"


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def full(day: str) -> str:
    """As pages write a day."""
    return f"{date.fromisoformat(day):%A, %B} {date.fromisoformat(day).day}, {day[:4]}"


def post_thread(visitor: Visitor) -> None:
    assert visitor.send("/threads/new", "/threads/new", THREAD).status_code == 303


def plan(visitor: Visitor, **changes: str) -> str:
    """The path of the new follow-up's page, below the launch."""
    data = {"cue": CUE, "action": ACTION, "due_on": in_days(7), **changes}
    answer = visitor.send("/follow-ups/new", "/follow-ups/new", data)
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix(visitor.base)


def report(visitor: Visitor, path: str, outcome: str, **changes: str) -> Any:
    data = {"outcome": outcome, "note": "", "cue": CUE, "action": ACTION, "due_on": "", **changes}
    return visitor.send(path, f"{path}/reports", data)


def statements(session: Session) -> list[dict[str, Any]]:
    return [
        json.loads(body)
        for body in session.scalars(select(StatementRow.body).order_by(StatementRow.created_at))
    ]


def test_an_empty_list_says_how_to_begin(course: Course) -> None:
    page = course.visitor().get("/follow-ups").text
    assert "Nothing carried forward yet" in page
    assert "Only you can see this." in page


def test_a_post_is_carried_forward_listed_and_shown(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    post = session.scalars(select(Post)).one()
    form = tom.get(f"/follow-ups/new?source={post.id}").text
    assert "Mine: facts first &amp; &lt;no&gt; small talk." in form
    assert f'value="{in_days(7)}"' in form
    path = plan(tom, source=str(post.id))
    back = f"{tom.base}/threads/{post.conversation_id}?at={post.id}#post-{post.id}"
    for page in (tom.get("/follow-ups").text, tom.get(path).text):
        assert f'When <mark dir="auto">{CUE}</mark>, I will <mark dir="auto">{ACTION}</mark>.' in page
        assert f'href="{back}"' in page
        assert "Ana Ruiz" in page
        assert f"Next check-in {full(in_days(7))}" in page
        assert "Planned" in page
    assert tom.get(back.removeprefix(tom.base)).status_code == 200


def test_a_plan_needs_no_post(course: Course, session: Session) -> None:
    ana = course.visitor()
    assert "From" not in ana.get(plan(ana)).text
    assert session.scalars(select(FollowUp)).one().source_post_id is None


SENTENCES = [
    ("When Jan calls,", "I will breathe.", ("Jan calls", "breathe")),
    ("when  … it is late", "I\u2019ll go home", ("it is late", "go home")),
    ("WHEN, at last, he asks.", "i'll say so …", ("at last, he asks", "say so …")),
    ("Whenever he asks", "I willingly wait...", ("Whenever he asks", "I willingly wait...")),
    ("عندما يفتح يان الاجتماع", "سأبدأ بالتغيير", ("عندما يفتح يان الاجتماع", "سأبدأ بالتغيير")),
]


def test_words_of_the_sentence_that_are_typed_again_are_taken_off(
    course: Course, session: Session, subtests: pytest.Subtests
) -> None:
    ana = course.visitor()
    for cue, action, kept in SENTENCES:
        with subtests.test(cue):
            path = plan(ana, cue=cue, action=action)
            follow_up = session.get_one(FollowUp, UUID(path.rpartition("/")[2]))
            assert (follow_up.cue, follow_up.action) == kept


WRONG_PLANS: list[tuple[dict[str, str], str]] = [
    ({"cue": "  "}, "Please name a moment at work"),
    ({"cue": "When"}, "Please name a moment at work"),
    ({"cue": "\x00"}, "Please name a moment at work"),
    ({"action": "I will ."}, "Please say what you will do then."),
    ({"cue": "x" * 201}, "Please shorten this to 200 characters."),
    ({"action": "," * 100_000 + "x"}, "Please shorten this to 200 characters."),
    ({"due_on": ""}, "Please choose a day, written as"),
    ({"due_on": "0000-00-00"}, "Please choose a day, written as"),
    ({"due_on": "next week"}, "Please choose a day, written as"),
    ({"due_on": "\x00"}, "Please choose a day, written as"),
    ({"due_on": "2026-02-30"}, "Please choose a day, written as"),
    ({"due_on": "9999-12-31"}, "Please choose a day from today on"),
    ({"due_on": "0001-01-01"}, "Please choose a day from today on"),
    ({"due_on": in_days(-2)}, "Please choose a day from today on"),
    ({"due_on": in_days(733)}, "Please choose a day from today on"),
]


def test_what_is_wrong_with_a_plan_is_said_and_nothing_typed_is_lost(
    course: Course, session: Session, subtests: pytest.Subtests
) -> None:
    ana = course.visitor()
    form = ana.form("/follow-ups/new")
    for changes, message in WRONG_PLANS:
        with subtests.test(f"{changes}"[:80]):
            data = {**form, "cue": "Keep <me>", "action": "& mine", "due_on": in_days(3), **changes}
            answer = ana.post("/follow-ups/new", data)
            assert answer.status_code == 422
            assert message in answer.text
            assert answer.text.count("Keep &lt;me&gt;") == ("cue" not in changes)
            assert answer.text.count("&amp; mine") == ("action" not in changes)
    assert session.scalars(select(FollowUp)).all() == []


def test_nobody_is_refused_their_own_today_or_told_it_is_over(
    course: Course, subtests: pytest.Subtests
) -> None:
    for hour, zone in product((0, 11, 12, 23), (-12, 0, 14)):
        moment = datetime(2026, 5, 12, hour, 30, tzinfo=UTC)
        with subtests.test(f"{moment} {zone:+}"), time_machine.travel(moment, tick=False):
            today = (moment + timedelta(hours=zone)).date()
            ana = course.visitor()
            page = ana.get(plan(ana, due_on=today.isoformat())).text
            assert f"Next check-in {full(today.isoformat())}" in page


def test_the_list_says_quietly_when_a_check_in_was_due(course: Course) -> None:
    with time_machine.travel("2026-05-05T09:00:00Z"):
        plan(course.visitor(), due_on="2026-05-07")
    with time_machine.travel("2026-05-08T12:30:00Z"):
        page = course.visitor().get("/follow-ups").text
    assert "Check-in was due Thursday, May 7, 2026" in page


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        ("did", FollowUpState.DONE, "You did it."),
        ("tried", FollowUpState.TRIED, "Trying is how it starts to stick."),
        ("not_yet", FollowUpState.OPEN, "Not yet is fine."),
    ],
)
def test_a_report_sets_the_state_and_says_what_happens_next(
    course: Course, session: Session, outcome: str, state: FollowUpState, words: str
) -> None:
    ana = course.visitor()
    path = plan(ana)
    answer = report(ana, path, outcome, note="He <smiled>.\nSo did I.", due_on=in_days(9))
    assert answer.status_code == 303
    page = ana.get(answer.location.removeprefix(ana.base)).text
    assert words in page
    assert "He &lt;smiled&gt;.\nSo did I." in page
    assert (f"Next check-in {full(in_days(9))}" in page) == (outcome != "did")
    follow_up = session.scalars(select(FollowUp)).one()
    assert follow_up.state is state
    assert follow_up.due_on.isoformat() == in_days(7 if outcome == "did" else 9)
    assert words not in ana.get(path).text


def test_without_a_new_day_the_check_in_stays(course: Course, session: Session) -> None:
    ana = course.visitor()
    report(ana, plan(ana), "tried", due_on=" ")
    assert session.scalars(select(FollowUp.due_on)).one().isoformat() == in_days(7)


def test_people_may_try_again_after_they_did_it(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    report(ana, path, "did")
    assert report(ana, path, "not_yet", note="Not with Jan").status_code == 303
    assert session.scalars(select(FollowUp)).one().state is FollowUpState.OPEN
    assert len(session.scalars(select(FollowUpReport)).all()) == 2


def test_a_changed_plan_keeps_the_earlier_one_in_the_log(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    report(ana, path, "did")
    answer = report(ana, path, "changed", cue="Jan calls", due_on=in_days(20))
    page = ana.get(answer.location.removeprefix(ana.base)).text
    assert "Your new plan is in place." in page
    assert page.count('<mark dir="auto">Jan calls</mark>') == 1
    assert page.count(f'<mark dir="auto">{CUE}</mark>') == 1
    follow_up = session.scalars(select(FollowUp)).one()
    assert (follow_up.cue, follow_up.action) == ("Jan calls", ACTION)
    assert (follow_up.due_on.isoformat(), follow_up.state) == (in_days(20), FollowUpState.OPEN)
    kept = session.scalars(select(FollowUpReport).filter_by(outcome=Outcome.CHANGED)).one()
    assert kept.previous_plan == {"cue": CUE, "action": ACTION, "due_on": in_days(7)}


WRONG_REPORTS: list[tuple[dict[str, str], str]] = [
    ({}, "Please choose one of these."),
    ({"outcome": "failed"}, "Please choose one of these."),
    ({"outcome": "did\x00"}, "Please choose one of these."),
    ({"outcome": "did", "note": "x" * 1001}, "Please shorten this to 1000 characters."),
    ({"outcome": "tried", "due_on": "soon"}, "Please choose a day, written as"),
    ({"outcome": "not_yet", "due_on": in_days(-2)}, "Please choose a day from today on"),
    ({"outcome": "changed", "due_on": in_days(7)}, "This is the plan as it is."),
    ({"outcome": "changed", "cue": "", "due_on": in_days(7)}, "Please name a moment at work"),
    ({"outcome": "changed", "action": "x" * 201, "due_on": in_days(7)}, "Please shorten this to 200"),
    ({"outcome": "changed", "cue": "Jan calls", "due_on": ""}, "Please choose a day, written as"),
]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_what_is_wrong_with_a_report_is_said_and_nothing_typed_is_lost(
    course: Course, session: Session, subtests: pytest.Subtests, headers: dict[str, str]
) -> None:
    ana = course.visitor()
    path = plan(ana)
    form = ana.form(path)
    for changes, message in WRONG_REPORTS:
        with subtests.test(f"{changes}"[:80]):
            data = {**form, "note": "Keep <me>", "cue": CUE, "action": ACTION, **changes}
            answer = ana.post(f"{path}/reports", data, headers=headers)
            assert answer.status_code == 422
            assert message in answer.text
            assert ("Keep &lt;me&gt;" in answer.text) == ("note" not in changes)
            assert ("<html" in answer.text) == (not headers)
    assert session.scalars(select(FollowUpReport)).all() == []


def test_fields_that_an_outcome_has_no_use_for_do_not_stand_in_its_way(
    course: Course, session: Session
) -> None:
    ana = course.visitor()
    path = plan(ana)
    assert report(ana, path, "did", cue="x" * 300, action="", due_on="never").status_code == 303
    follow_up = session.scalars(select(FollowUp)).one()
    assert (follow_up.cue, follow_up.action, follow_up.due_on.isoformat()) == (CUE, ACTION, in_days(7))


def test_htmx_is_led_to_the_part_with_a_new_form(course: Course) -> None:
    ana = course.visitor()
    path = plan(ana)
    form = ana.form(path)
    headers = {"HX-Request": "true"}
    data = {**form, "outcome": "tried", "note": "By htmx", "due_on": ""}
    answer = ana.post(f"{path}/reports", data, headers=headers)
    assert answer.status_code == 303
    part = ana.get(answer.location.removeprefix(ana.base), headers=headers)
    assert "<html" not in part.text
    assert "By htmx" in part.text
    assert form["submission"] not in part.text


@pytest.mark.parametrize("outcome", ["did", "changed"])
def test_a_button_on_the_list_leads_to_the_form_with_its_outcome_chosen(course: Course, outcome: str) -> None:
    ana = course.visitor()
    plan(ana)
    link = re.search(rf'href="([^"]+)\?outcome={outcome}#report"', ana.get("/follow-ups").text)
    assert link
    page = ana.get(f"{link[1].removeprefix(ana.base)}?outcome={outcome}").text
    assert re.findall(r'<input checked id="[^"]+" name="outcome" type="radio" value="(\w+)">', page) == [
        outcome
    ]


def test_the_statements_tell_what_was_planned_and_what_came_of_it(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    post = session.scalars(select(Post)).one()
    path = plan(tom, source=str(post.id))
    report(tom, path, "did", note="It worked")
    report(tom, path, "tried", due_on=in_days(9))
    report(tom, path, "not_yet")
    report(tom, path, "changed", cue="Jan calls", due_on=in_days(20))
    plan(tom)
    follow_up = session.scalars(select(FollowUp).where(FollowUp.source_post_id == post.id)).one()
    posted, planned, *reported, unsourced = statements(session)
    assert planned["id"] == str(follow_up.statement_id)
    assert planned["actor"]["account"] == {"homePage": "https://lms.example", "name": "tom-becker"}
    assert planned["verb"]["id"] == "https://w3id.org/xapi/tla/verbs/planned"
    profile = "https://segue-lti.github.io/xapi"
    thing = {"type": f"{profile}/activity-types/workplace-action"}
    assert planned["object"] == {
        "id": f"{BASE}/{follow_up.id}",
        "objectType": "Activity",
        "definition": thing,
    }
    assert "parent" not in planned["context"]["contextActivities"]
    assert planned["context"]["statement"]["id"] == posted["id"]
    assert "result" not in planned
    due_date, outcome = "https://w3id.org/xapi/tla/extensions/due_date", f"{profile}/extensions/outcome"
    assert planned["context"]["extensions"][due_date] == in_days(7)
    for statement in reported:
        assert statement["verb"]["id"] == "https://w3id.org/xapi/acrossx/verbs/reported"
        assert statement["object"] == planned["object"]
        assert statement["context"]["statement"]["id"] == planned["id"]
        assert statement["context"]["registration"] == planned["context"]["registration"]
    told = [
        (s["result"], s["context"]["extensions"][outcome], s["context"]["extensions"][due_date])
        for s in reported
    ]
    assert told == [
        ({"success": True, "completion": True}, "did", in_days(7)),
        ({"success": False, "completion": True}, "tried", in_days(9)),
        ({"completion": False}, "not_yet", in_days(9)),
        ({"completion": False}, "changed", in_days(20)),
    ]
    assert "statement" not in unsourced["context"]
    rows = session.execute(
        select(StatementRow.event, StatementRow.subject_id).order_by(StatementRow.created_at)
    ).all()
    reports = session.scalars(select(FollowUpReport.id).order_by(FollowUpReport.id)).all()
    assert rows[1:-1] == [
        ("follow_up_planned", follow_up.id),
        *(("outcome_reported", each) for each in reports),
    ]
    texts = json.dumps([planned, *reported, unsourced])
    for word in (CUE, ACTION, "It worked", "Jan calls"):
        assert word not in texts


def test_a_follow_up_is_its_owners_alone(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    path = plan(ana)
    others = [
        course.visitor("Tom Becker"),
        course.visitor("Ines Vogt", role=Role.INSTRUCTOR),
        course.visitor("Ana Ruiz", context_id="course-2"),
    ]
    for other in others:
        assert CUE not in other.get("/follow-ups").text
        made_up = other.get(f"/follow-ups/{uuid4()}")
        foreign = other.get(path)
        assert (foreign.status_code, foreign.data) == (made_up.status_code, made_up.data)
        assert foreign.status_code == 404
        for data in ({"outcome": "did"}, {"outcome": "nonsense"}):
            assert other.send("/follow-ups/new", f"{path}/reports", data).status_code == 404
    assert session.scalars(select(FollowUpReport)).all() == []
    assert ana.get(path).status_code == 200


def test_another_courses_post_is_as_missing_as_a_made_up_one(course: Course, session: Session) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    post = session.scalars(select(Post)).one()
    stranger = course.visitor("Tom Becker", context_id="course-2")
    foreign = stranger.get(f"/follow-ups/new?source={post.id}")
    made_up = stranger.get(f"/follow-ups/new?source={uuid4()}")
    assert (foreign.status_code, foreign.data) == (made_up.status_code, made_up.data)
    assert foreign.status_code == 404
    for cue in (CUE, ""):
        data = {"cue": cue, "action": ACTION, "due_on": in_days(7), "source": str(post.id)}
        assert stranger.send("/follow-ups/new", "/follow-ups/new", data).status_code == 404
    assert session.scalars(select(FollowUp)).all() == []


def test_a_forged_form_changes_nothing(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    for token in ("", "wrong", "0" * 64):
        assert report(ana, path, "did", csrf_token=token).status_code == 422
        data = {"cue": CUE, "action": ACTION, "due_on": in_days(7), "csrf_token": token}
        assert ana.send("/follow-ups/new", "/follow-ups/new", data).status_code == 422
    assert len(session.scalars(select(FollowUp)).all()) == 1
    assert session.scalars(select(FollowUpReport)).all() == []


def test_a_double_submit_makes_one_plan_and_leads_to_it_twice(course: Course, session: Session) -> None:
    ana = course.visitor()
    data = {**ana.form("/follow-ups/new"), "cue": CUE, "action": ACTION, "due_on": in_days(7)}
    first, second = ana.post("/follow-ups/new", data), ana.post("/follow-ups/new", data)
    assert first.location == second.location
    assert len(session.scalars(select(FollowUp)).all()) == 1
    assert len(session.scalars(select(StatementRow)).all()) == 1


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_double_submit_makes_one_report(course: Course, session: Session, outcome: str) -> None:
    ana = course.visitor()
    path = plan(ana)
    data = {
        **ana.form(path),
        "outcome": outcome,
        "note": "",
        "cue": "Jan calls",
        "action": ACTION,
        "due_on": in_days(8),
    }
    first, second = ana.post(f"{path}/reports", data), ana.post(f"{path}/reports", data)
    assert (first.status_code, first.location) == (303, second.location)
    assert len(session.scalars(select(FollowUpReport)).all()) == 1
    assert len(session.scalars(select(StatementRow)).all()) == 2


def test_one_report_sent_many_times_at_once_is_one(course: Course, session: Session) -> None:
    ana = course.visitor()
    path = plan(ana)
    data = {
        **ana.form(path),
        "outcome": "changed",
        "note": "",
        "cue": "Jan calls",
        "action": ACTION,
        "due_on": in_days(8),
    }

    def send(_number: int) -> str:
        browser = Visitor(course.app, ana.actor, cookie(ana))
        return str(browser.post(f"{path}/reports", data).location)

    with ThreadPoolExecutor(6) as pool:
        locations = set(pool.map(send, range(6)))
    assert len(locations) == 1
    assert "reported=" in locations.pop()
    assert len(session.scalars(select(FollowUpReport)).all()) == 1


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("segue_launch", "127.0.0.1", visitor.base)
    assert found
    return found.value


def test_state_and_log_agree_after_reports_at_once(
    course: Course, session: Session, sessions: sessionmaker[Session]
) -> None:
    ana = course.visitor().actor
    with unit_of_work(sessions) as working:
        follow_up = plan_follow_up(
            working, ana, cue="0", action=ACTION, due_on=date(2026, 5, 7), submission_key=new_random_id()
        )

    def change(number: int) -> None:
        with unit_of_work(sessions) as working:
            working.get(FollowUp, follow_up.id)  # read before the lock, as a request's form check does
            report_outcome(
                working,
                ana,
                follow_up_id=follow_up.id,
                outcome=Outcome.CHANGED,
                cue=str(number),
                submission_key=new_random_id(),
            )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(change, range(1, 13)))
    plans = [row["cue"] for row in session.scalars(select(FollowUpReport.previous_plan)) if row]
    plans.append(session.scalars(select(FollowUp.cue)).one())
    assert sorted(plans, key=int) == [str(number) for number in range(13)]


def test_open_ones_come_first_by_their_day_and_pages_follow_without_gap_or_repeat(
    course: Course, sessions: sessionmaker[Session]
) -> None:
    ana = course.visitor()
    with unit_of_work(sessions) as session:
        for number in range(65):
            follow_up = plan_follow_up(
                session,
                ana.actor,
                cue=f"Cue {number:02}",
                action=ACTION,
                due_on=date(2026, 5, 20) - timedelta(days=number // 4),
                submission_key=new_random_id(),
            )
            if number % 2:
                outcome = Outcome.TRIED if number % 3 else Outcome.DID
                report_outcome(
                    session,
                    ana.actor,
                    follow_up_id=follow_up.id,
                    outcome=outcome,
                    submission_key=new_random_id(),
                )
    with sessions() as session:
        rows = session.scalars(select(FollowUp)).all()
    expected = sorted(rows, key=lambda row: (row.state is FollowUpState.DONE, row.due_on, row.id))
    seen: list[str] = []
    path: str | None = "/follow-ups"
    while path:
        page = ana.get(path).text
        seen += re.findall(r">(Cue \d\d)<", page)
        later = re.search(r'class="button"\s+href="[^"]*(/follow-ups\?after=[^"]+)"', page)
        path = later[1].replace("&amp;", "&") if later else None
    assert seen == [row.cue for row in expected]


def test_a_long_log_is_read_page_by_page(course: Course, sessions: sessionmaker[Session]) -> None:
    ana = course.visitor()
    path = plan(ana)
    with unit_of_work(sessions) as session:
        follow_up = session.scalars(select(FollowUp)).one()
        for number in range(65):
            report_outcome(
                session,
                ana.actor,
                follow_up_id=follow_up.id,
                outcome=Outcome.TRIED,
                note=f"Note {number:02}",
                submission_key=new_random_id(),
            )
    seen: list[str] = []
    here: str | None = path
    while here:
        page = ana.get(here).text
        seen += re.findall(r">(Note \d\d)<", page)
        earlier = re.search(rf'href="{ana.base}({path}\?after=[^"#]+)#log-heading"', page)
        here = earlier[1] if earlier else None
    assert seen == [f"Note {number:02}" for number in reversed(range(65))]


MADE_UP = [
    "after=x",
    "after=1_2",
    "after=99999999999999999999_x",
    "reported=x",
    "outcome=%00",
    "done&after=x",
]


def test_a_made_up_place_is_the_first_page(course: Course, subtests: pytest.Subtests) -> None:
    ana = course.visitor()
    path = plan(ana)
    for query in MADE_UP:
        with subtests.test(query):
            for page in (ana.get(f"/follow-ups?{query}"), ana.get(f"{path}?{query}")):
                assert page.status_code == 200
                assert CUE in page.text


def test_queries_do_not_grow_with_the_follow_ups(
    course: Course, session: Session, sessions: sessionmaker[Session], count_queries: QueryCounter
) -> None:
    ana = course.visitor()
    post_thread(ana)
    post = session.scalars(select(Post)).one()
    path = plan(ana, source=str(post.id))
    with count_queries() as few_listed:
        ana.get("/follow-ups")
    with count_queries() as few_shown:
        ana.get(path)
    for number in range(40):
        plan(ana, source=str(post.id), cue=f"Cue {number}")
        report(ana, path, "tried", note=str(number))
    with count_queries() as many_listed:
        ana.get("/follow-ups")
    with count_queries() as many_shown:
        ana.get(path)
    assert len(many_listed) == len(few_listed) <= 3
    assert len(many_shown) == len(few_shown) <= 4

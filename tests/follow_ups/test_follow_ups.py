"""Follow-ups over HTTP: their pages and forms, from plan to report."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.follow_ups.models import FollowUp, FollowUpReport, FollowUpState, Outcome
from lti_tool.posts.models import Post
from tests.factories.entrances import Course
from tests.follow_ups.planning import ACTION, CUE, full, in_days, plan, post_thread, report


def test_an_empty_list_says_how_to_begin(course: Course) -> None:
    page = course.visitor().get("/follow-ups").text
    assert "You have no follow-ups yet" in page
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
    page = ana.get(plan(ana)).text
    assert ACTION in page
    assert "From" not in page
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
    ({"due_on": ""}, "Please enter a date such as"),
    ({"due_on": "0000-00-00"}, "Please enter a date such as"),
    ({"due_on": "next week"}, "Please enter a date such as"),
    ({"due_on": "\x00"}, "Please enter a date such as"),
    ({"due_on": "2026-02-30"}, "Please enter a date such as"),
    ({"due_on": "9999-12-31"}, "Please choose a date between today"),
    ({"due_on": "0001-01-01"}, "Please choose a date between today"),
    ({"due_on": in_days(-2)}, "Please choose a date between today"),
    ({"due_on": in_days(733)}, "Please choose a date between today"),
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
        ("tried", FollowUpState.TRIED, "Trying it is the first step to making it a habit."),
        ("not_yet", FollowUpState.OPEN, "That's fine."),
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
    assert "Your plan is updated." in page
    assert page.count('<mark dir="auto">Jan calls</mark>') == 1
    assert page.count(f'<mark dir="auto">{CUE}</mark>') == 1
    follow_up = session.scalars(select(FollowUp)).one()
    assert (follow_up.cue, follow_up.action) == ("Jan calls", ACTION)
    assert (follow_up.due_on.isoformat(), follow_up.state) == (in_days(20), FollowUpState.OPEN)
    kept = session.scalars(select(FollowUpReport).filter_by(outcome=Outcome.CHANGED)).one()
    assert kept.previous_plan == {"cue": CUE, "action": ACTION, "due_on": in_days(7)}


def wrong_reports(due_on: str) -> list[tuple[dict[str, str], str]]:
    """What one may send wrongly for a plan that is due on this day."""
    return [
        ({}, "Please choose one of these."),
        ({"outcome": "failed"}, "Please choose one of these."),
        ({"outcome": "did\x00"}, "Please choose one of these."),
        ({"outcome": "did", "note": "x" * 1001}, "Please shorten this to 1000 characters."),
        ({"outcome": "tried", "due_on": "soon"}, "Please enter a date such as"),
        ({"outcome": "not_yet", "due_on": in_days(-2)}, "Please choose a date between today"),
        ({"outcome": "changed", "due_on": due_on}, "You have not changed the plan."),
        ({"outcome": "changed", "cue": "", "due_on": due_on}, "Please name a moment at work"),
        ({"outcome": "changed", "action": "x" * 201, "due_on": due_on}, "Please shorten this to 200"),
        ({"outcome": "changed", "cue": "Jan calls", "due_on": ""}, "Please enter a date such as"),
    ]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_what_is_wrong_with_a_report_is_said_and_nothing_typed_is_lost(
    course: Course, session: Session, subtests: pytest.Subtests, headers: dict[str, str]
) -> None:
    ana, due_on = course.visitor(), in_days(7)
    path = plan(ana, due_on=due_on)
    form = ana.form(path)
    for changes, message in wrong_reports(due_on):
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

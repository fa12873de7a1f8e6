"""Scores on their way to the demo LMS and to platforms that behave in every way, over real HTTP."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.vocabulary import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_SCORE
from lti_tool.grades import queue
from lti_tool.grades.models import Problem
from lti_tool.grades.sending import registrations_due
from lti_tool.grades.service import retry_scores, set_score
from tests.conftest import QueryCounter
from tests.factories.entrances import Visitor
from tests.grades.conftest import ANA, INES, TOM, YUSUF, Gradebook
from tests.served_lms import serve_lms
from tests.threads.test_threads import post_thread

Answer = Callable[[Request], Response]


def give(
    gradebook: Gradebook, teacher: Visitor, learner: Visitor, points: str | None, comment: str = ""
) -> None:
    with unit_of_work(gradebook.sessions) as session:
        set_score(
            session,
            teacher.actor,
            person_id=learner.actor.person_id,
            points=None if points is None else Decimal(points),
            comment=comment,
            submission_key=uuid4(),
        )


def scores_sent(gradebook: Gradebook) -> list[dict[str, object]]:
    requests = gradebook.lms.server.requests
    return [json.loads(one.get_data()) for one in requests if one.path.endswith("/scores")]


def answer_scores(gradebook: Gradebook, *answers: Answer | None) -> None:
    """Answer requests for scores in this way, one after the other; None, and all after, is the LMS itself."""
    passes_on, waiting = gradebook.lms.server.answer, list(answers)

    def answer(request: Request) -> Response:
        own = waiting.pop(0) if waiting and request.path.endswith("/scores") else None
        return own(request) if own else passes_on(request)

    gradebook.lms.server.answer = answer


def says(status: int, body: str = "", **headers: str) -> Answer:
    return lambda _request: Response(
        body, status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.fixture
def ana(gradebook: Gradebook) -> Visitor:
    return gradebook.enter(ANA)


@pytest.fixture
def ines(gradebook: Gradebook) -> Visitor:
    return gradebook.enter(INES)


def test_the_first_contribution_shows_in_the_gradebook_as_something_to_grade(
    gradebook: Gradebook, ana: Visitor
) -> None:
    post_thread(ana)
    post_thread(ana, title="Another")
    assert gradebook.send() is None
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert (kept["activityProgress"], kept["gradingProgress"]) == ("Submitted", "PendingManual")
    assert "scoreGiven" not in kept
    assert len(scores_sent(gradebook)) == 1


def test_points_and_comment_arrive_and_can_be_taken_back(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    post_thread(ana)
    gradebook.send()
    give(gradebook, ines, ana, "7.5", "Names what changed; the question at the end carries it.")
    gradebook.send()
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert (kept["activityProgress"], kept["gradingProgress"]) == ("Completed", "FullyGraded")
    assert (kept["scoreGiven"], kept["scoreMaximum"]) == (7.5, 10)
    assert kept["comment"].startswith("Names what changed")
    give(gradebook, ines, ana, None)
    gradebook.send()
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert "scoreGiven" not in kept
    assert kept["gradingProgress"] == "PendingManual"
    sent = scores_sent(gradebook)
    moments = [str(score["timestamp"]) for score in sent]
    assert moments == sorted(set(moments))
    assert all(datetime.fromisoformat(moment).tzinfo and len(moment) == 27 for moment in moments)


def test_several_changes_before_a_send_are_one_send_of_the_newest(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    for points in ("1", "2", "9"):
        give(gradebook, ines, ana, points)
    gradebook.send()
    assert [score["scoreGiven"] for score in scores_sent(gradebook)] == [9]


def test_a_learners_score_is_sent_under_the_id_that_the_platform_gave_them(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    give(gradebook, ines, ana, "4")
    gradebook.send()
    (score,) = scores_sent(gradebook)
    assert score["userId"] == ANA.sub
    request = next(one for one in gradebook.lms.server.requests if one.path.endswith("/scores"))
    assert request.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"


def test_an_answer_that_got_lost_is_asked_for_again_and_the_score_stands_once(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    """The platform took it, and we heard 503: the retry's timestamp is called old, and a newer one goes."""
    lms = gradebook.lms.server.answer

    def take_and_fail(request: Request) -> Response:
        assert lms(request).status_code == 204
        return Response("", 503)

    answer_scores(gradebook, take_and_fail)
    give(gradebook, ines, ana, "6")
    assert gradebook.send() is not None
    assert gradebook.score(ana.actor.person_id).problem is Problem.UNAVAILABLE
    gradebook.let_time_pass()
    assert gradebook.send() is None
    row, kept = gradebook.score(ana.actor.person_id), gradebook.kept(ANA)
    assert kept is not None
    assert (row.due_at, row.problem, row.sent_change) == (None, None, row.changed_at)
    assert (kept["scoreGiven"], datetime.fromisoformat(kept["timestamp"])) == (6, row.changed_at)
    assert len(scores_sent(gradebook)) == 3


def test_a_platform_that_always_knows_a_later_score_is_not_asked_for_ever(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    answer_scores(gradebook, *[says(409)] * 10)
    give(gradebook, ines, ana, "6")
    assert gradebook.send() is None
    moments = [str(score["timestamp"]) for score in scores_sent(gradebook)]
    assert len(moments) == 3
    assert moments == sorted(set(moments))
    row = gradebook.score(ana.actor.person_id)
    assert (row.due_at, row.problem) == (None, Problem.OUTDATED)


@pytest.mark.parametrize(
    "answer",
    [
        says(500),
        says(503),
        says(429),
        says(200, "<html>Down for maintenance</html>", Content_Type="text/html"),
        says(302, Location="http://127.0.0.1:1/"),
    ],
    ids=["500", "503", "429", "a page", "a redirect"],
)
def test_a_platform_that_can_not_now_is_asked_later_and_nothing_is_lost(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, answer: Answer
) -> None:
    answer_scores(gradebook, answer)
    give(gradebook, ines, ana, "6")
    again = gradebook.send()
    assert again is not None
    assert timedelta(seconds=0.5) <= again <= timedelta(seconds=3)
    row = gradebook.score(ana.actor.person_id)
    assert (row.problem, row.attempts, row.sent_change) == (Problem.UNAVAILABLE, 1, None)
    rest = gradebook.send()
    assert rest is not None  # left alone meanwhile
    assert len(scores_sent(gradebook)) == 1
    gradebook.let_time_pass()
    assert gradebook.send() is None
    assert gradebook.score(ana.actor.person_id).problem is None


def test_a_platform_says_how_long_to_leave_it_alone(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    answer_scores(gradebook, says(429, Retry_After="1800"))
    give(gradebook, ines, ana, "6")
    again = gradebook.send()
    assert again is not None
    assert again >= timedelta(seconds=1800)


def test_the_wait_doubles_and_ends_with_success(gradebook: Gradebook, ana: Visitor, ines: Visitor) -> None:
    answer_scores(gradebook, *[says(503)] * 14)
    give(gradebook, ines, ana, "6")
    waits = []
    for _ in range(14):
        again = gradebook.send()
        assert again is not None
        waits.append(again.total_seconds())
        gradebook.let_time_pass()
    limits = [min(900, 2 * 2**n) for n in range(14)]
    assert all(limit / 2 <= wait <= limit for limit, wait in zip(limits, waits, strict=True))
    assert gradebook.send() is None
    with gradebook.sessions() as session:
        assert queue.failures(session, gradebook.lms.registration_id) == 0


def test_one_score_that_fails_for_ever_holds_up_no_other(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    tom, lms = gradebook.enter(TOM), gradebook.lms.server.answer

    def not_ana(request: Request) -> Response:
        return Response("", 500) if ANA.sub.encode() in request.get_data() else lms(request)

    gradebook.lms.server.answer = not_ana
    give(gradebook, ines, ana, "6")
    give(gradebook, ines, tom, "7")
    assert gradebook.send() is not None
    with unit_of_work(gradebook.sessions) as session:  # the platform's rest is over, Ana's not
        session.execute(text("update score_delivery set paused_until = null"))
        session.execute(text("update score set due_at = now() + interval '1 minute' where points = 6"))
    assert gradebook.send() is None
    assert gradebook.kept(TOM) is not None
    assert gradebook.kept(ANA) is None


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (400, Problem.REFUSED),
        (401, Problem.FORBIDDEN),
        (403, Problem.FORBIDDEN),
        (422, Problem.REFUSED),
        (405, Problem.REFUSED),
    ],
)
def test_what_is_refused_waits_for_somebody_and_goes_when_they_say_so(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, status: int, problem: Problem
) -> None:
    answer_scores(gradebook, *[says(status)] * (2 if status == 401 else 1))
    give(gradebook, ines, ana, "6")
    assert gradebook.send() is None
    row = gradebook.score(ana.actor.person_id)
    assert (row.due_at, row.problem) == (None, problem)
    assert registrations_due(gradebook.sessions) == []
    with unit_of_work(gradebook.sessions) as session:
        retry_scores(session, ines.actor)
    assert gradebook.send() is None
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert kept["scoreGiven"] == 6


def test_a_person_whom_the_platform_does_not_take_keeps_nobody_else_waiting(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    """Somebody who has left there: the demo LMS says 422."""
    gone = gradebook.enter(YUSUF)
    with unit_of_work(gradebook.sessions) as session:
        session.execute(
            text("update person set sub = :sub where name = :name"),
            {"sub": INES.sub + "x", "name": YUSUF.name},
        )
    give(gradebook, ines, gone, "5")
    give(gradebook, ines, ana, "6")
    assert gradebook.send() is None
    assert gradebook.score(gone.actor.person_id).problem is Problem.REFUSED
    assert gradebook.kept(ANA) is not None


def test_a_change_while_a_send_is_on_its_way_is_sent_too(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    lms = gradebook.lms.server.answer

    def change_meanwhile(request: Request) -> Response:
        give(gradebook, ines, ana, "9")
        return lms(request)

    answer_scores(gradebook, change_meanwhile)
    give(gradebook, ines, ana, "3")
    assert gradebook.send() is None
    sent = scores_sent(gradebook)
    assert [score["scoreGiven"] for score in sent] == [3, 9]
    assert str(sent[0]["timestamp"]) < str(sent[1]["timestamp"])
    kept, row = gradebook.kept(ANA), gradebook.score(ana.actor.person_id)
    assert kept is not None
    assert kept["scoreGiven"] == 9
    assert row.sent_change == row.changed_at


def test_a_refusal_of_an_older_change_does_not_park_the_newer_one(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    def change_and_refuse(_request: Request) -> Response:
        give(gradebook, ines, ana, "9")
        return Response("", 422)

    answer_scores(gradebook, change_and_refuse)
    give(gradebook, ines, ana, "3")
    assert gradebook.send() is None
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert kept["scoreGiven"] == 9


def test_two_workers_never_send_to_one_platform_at_a_time(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    lms, others = gradebook.lms.server.answer, []

    def meanwhile(request: Request) -> Response:
        others.append((gradebook.send(), registrations_due(gradebook.sessions)))
        return lms(request)

    answer_scores(gradebook, meanwhile)
    give(gradebook, ines, ana, "3")
    gradebook.send()
    assert others == [(None, [])]
    assert len(scores_sent(gradebook)) == 1


def test_a_worker_that_slept_over_its_lease_sends_nothing_more(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    """Another one took over meanwhile, and sent: what the sleeper would ask next is not asked."""
    tom, lms = gradebook.enter(TOM), gradebook.lms.server.answer

    def sleep(request: Request) -> Response:
        gradebook.let_time_pass()
        gradebook.send()
        return lms(request)

    answer_scores(gradebook, sleep)
    give(gradebook, ines, ana, "3")
    give(gradebook, ines, tom, "4")
    assert gradebook.send() is None
    assert [gradebook.kept(one)["scoreGiven"] for one in (ANA, TOM)] == [3, 4]  # type: ignore[index]
    for learner in (ana, tom):
        row = gradebook.score(learner.actor.person_id)
        assert row.sent_change is not None
    gradebook.let_time_pass()
    gradebook.send()
    assert all(gradebook.score(one.actor.person_id).due_at is None for one in (ana, tom))


def test_what_broke_off_is_found_by_the_sweep_and_goes_behind_the_others(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker ends between the platform's answer and its own mark."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    give(gradebook, ines, ana, "3")
    with monkeypatch.context() as patch:
        patch.setattr(queue, "mark_sent", end)
        with pytest.raises(KeyboardInterrupt):
            gradebook.send()
    assert gradebook.kept(ANA) is not None
    assert gradebook.score(ana.actor.person_id).sent_change is None
    assert registrations_due(gradebook.sessions) == []  # the lease still runs
    gradebook.let_time_pass()
    assert registrations_due(gradebook.sessions) == [gradebook.lms.registration_id]
    gradebook.send()
    row = gradebook.score(ana.actor.person_id)
    assert row.sent_change == row.changed_at
    assert gradebook.kept(ANA)["scoreGiven"] == 3  # type: ignore[index]


def test_a_disabled_platform_is_left_alone_and_goes_on_later(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    give(gradebook, ines, ana, "3")
    with unit_of_work(gradebook.sessions) as session:
        session.execute(text("update registration set active = false"))
    assert registrations_due(gradebook.sessions) == []
    assert gradebook.send() is None
    with unit_of_work(gradebook.sessions) as session:
        session.execute(text("update registration set active = true"))
    assert registrations_due(gradebook.sessions) == [gradebook.lms.registration_id]
    gradebook.send()
    assert gradebook.kept(ANA) is not None


def test_a_dead_platform_does_not_hold_up_another(
    gradebook: Gradebook,
    ana: Visitor,
    ines: Visitor,
    app: Flask,
    sessions: sessionmaker[Session],
    tmp_path: Path,
    lms_pem: bytes,
) -> None:
    answer_scores(gradebook, *[says(503)] * 5)
    give(gradebook, ines, ana, "3")
    with serve_lms(app, sessions, tmp_path / "other", lms_pem) as other_lms:
        other = Gradebook(other_lms, app, sessions)
        give(other, other.enter(INES), other.enter(ANA), "4")
        # Last of all, as the dead one is tried again in some seconds.
        assert gradebook.send() is not None
        assert registrations_due(sessions) == [other_lms.registration_id]
        assert other.send() is None
        assert other.kept(ANA)["scoreGiven"] == 4  # type: ignore[index]


def test_without_the_scope_no_score_is_sent_and_staff_are_told(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    gradebook.change_course(ines.actor, service_scopes=[SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ])
    give(gradebook, ines, ana, "3")
    assert gradebook.send() is None
    assert scores_sent(gradebook) == []
    assert gradebook.score(ana.actor.person_id).problem is Problem.NOT_GRANTED


def test_a_token_that_the_platform_refuses_is_a_matter_for_its_administrator(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    lms = gradebook.lms.server.answer

    def no_token(request: Request) -> Response:
        if request.path == "/oauth2/token":
            return Response('{"error": "invalid_scope"}', 400, mimetype="application/json")
        return lms(request)

    gradebook.lms.server.answer = no_token
    gradebook.change_course(ines.actor, service_scopes=[SCOPE_SCORE])
    give(gradebook, ines, ana, "3")
    gradebook.send()
    assert gradebook.score(ana.actor.person_id).problem is Problem.FORBIDDEN


def test_each_further_score_costs_one_request_and_a_few_queries(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, count_queries: QueryCounter
) -> None:
    """Four transactions a score: taking it, holding the platform, and marking it."""
    learners = [ana, gradebook.enter(TOM), gradebook.enter(YUSUF)]
    give(gradebook, ines, ana, "1")
    gradebook.send()
    counts = []
    for among in (learners[:1], learners):
        for one in among:
            give(gradebook, ines, one, "2")
        asked = len(gradebook.lms.server.requests)
        with count_queries() as queries:
            gradebook.send()
        assert len(gradebook.lms.server.requests) - asked == len(among)
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 2 * 8


def test_a_comment_in_any_script_arrives_as_it_was_written(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    comment = "أحسنت 👏 <b>not bold</b> & “quoted”\nsecond line"
    give(gradebook, ines, ana, "3", comment)
    gradebook.send()
    assert gradebook.kept(ANA)["comment"] == comment  # type: ignore[index]

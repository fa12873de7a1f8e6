"""Scores over HTTP: who may give them, what is taken, what staff see."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.courses.models import Placement
from lti_tool.grades.models import Problem, Score, ScoreEntry
from lti_tool.grades.service import set_score
from lti_tool.launch.models import Launch
from lti_tool.people.models import Membership
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help, post_answer
from tests.threads.test_threads import post_thread

GIVEN = {"points": "7.5", "comment": "Clear, and it could be tried at once."}


def grade_activity(course: Course, visitor: Visitor, points: object = 10) -> None:
    with unit_of_work(course.sessions) as session:
        session.execute(
            update(Placement).filter_by(id=visitor.actor.placement_id).values(settings={"points": points})
        )


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def ines(course: Course) -> Visitor:
    """Staff of an activity that is out of 10."""
    ines = course.visitor("Ines Duarte", role=Role.INSTRUCTOR)
    grade_activity(course, ines)
    return ines


def page_of(learner: Visitor) -> str:
    return f"/grades/{learner.actor.person_id}"


def scores(session: Session) -> list[Score]:
    session.expire_all()
    return list(session.scalars(select(Score)))


def test_points_are_given_in_a_form_and_wait_for_the_gradebook(
    ana: Visitor, ines: Visitor, session: Session
) -> None:
    answer = ines.send(page_of(ana), page_of(ana), GIVEN)
    assert answer.status_code == 303
    (score,) = scores(session)
    assert (score.points, score.maximum, score.comment) == (
        Decimal("7.5"),
        Decimal(10),
        GIVEN["comment"],
    )
    assert (score.person_id, score.activity_progress, score.grading_progress) == (
        ana.actor.person_id,
        "Completed",
        "FullyGraded",
    )
    page = ines.get(answer.location.removeprefix(ines.base)).text
    assert "Saved." in page
    assert 'value="7.5"' in page
    assert "Being sent" in ines.get("/grades").text
    (entry,) = session.scalars(select(ScoreEntry))
    assert (entry.author_id, entry.points) == (ines.actor.person_id, Decimal("7.5"))


def test_htmx_gets_the_part_with_a_fresh_key(ana: Visitor, ines: Visitor) -> None:
    form = ines.form(page_of(ana))
    answer = ines.post(page_of(ana), {**form, **GIVEN}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Saved." in answer.text
    assert form["submission"] not in answer.text
    assert 'value="7.5"' in answer.text


def test_a_job_is_deferred_with_the_change(ana: Visitor, ines: Visitor, session: Session) -> None:
    ines.send(page_of(ana), page_of(ana), GIVEN)
    jobs = session.execute(text("select task_name, args from procrastinate_jobs")).all()
    assert ("grades:send_scores", {"registration_id": str(ines.actor.registration_id)}) in [
        tuple(job) for job in jobs
    ]


def test_the_same_form_twice_is_one_change(ana: Visitor, ines: Visitor, session: Session) -> None:
    form = {**ines.form(page_of(ana)), **GIVEN}
    ines.post(page_of(ana), form)
    (before,) = [score.changed_at for score in scores(session)]
    ines.send(page_of(ana), page_of(ana), {**GIVEN, "points": "9"})
    ines.post(page_of(ana), form)
    (score,) = scores(session)
    assert score.points == 9
    assert score.changed_at > before
    assert len(session.scalars(select(ScoreEntry)).all()) == 2


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("10.01", "from 0 to 10"),
        ("11", "from 0 to 10"),
        ("-1", "enter a number"),
        ("1e1", "enter a number"),
        ("NaN", "enter a number"),
        ("1.234", "enter a number"),
        ("ten", "enter a number"),
        ("9" * 50, "enter a number"),
    ],
)
def test_points_out_of_range_are_said_and_nothing_typed_is_lost(
    ana: Visitor, ines: Visitor, session: Session, points: str, said: str
) -> None:
    answer = ines.send(page_of(ana), page_of(ana), {"points": points, "comment": "Keep <me>"})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Keep &lt;me&gt;" in answer.text
    assert f'value="{points}"' in answer.text
    assert scores(session) == []


@pytest.mark.parametrize("points", ["7,5", "7.50", "0", "10", " 7 ", "\N{ARABIC-INDIC DIGIT SEVEN}"])
def test_points_are_taken_as_people_write_them(
    ana: Visitor, ines: Visitor, session: Session, points: str
) -> None:
    assert ines.send(page_of(ana), page_of(ana), {"points": points}).status_code == 303
    (score,) = scores(session)
    assert score.points in {Decimal("7.5"), 0, 10, 7}


def test_a_comment_has_two_thousand_characters_at_most(ana: Visitor, ines: Visitor, session: Session) -> None:
    assert ines.send(page_of(ana), page_of(ana), {"comment": "x" * 2001}).status_code == 422
    assert ines.send(page_of(ana), page_of(ana), {"comment": "x" * 2000}).status_code == 303
    (score,) = scores(session)
    assert (len(score.comment), score.points, score.grading_progress) == (2000, None, "PendingManual")


def test_nothing_given_is_nothing_kept(ana: Visitor, ines: Visitor, session: Session) -> None:
    assert ines.send(page_of(ana), page_of(ana), {"points": "", "comment": ""}).status_code == 303
    assert scores(session) == []


def test_learners_observers_and_other_courses_staff_find_nothing(
    course: Course, ana: Visitor, ines: Visitor, session: Session
) -> None:
    others = [
        ana,
        course.visitor("Olga", role=Role.OBSERVER),
        course.visitor("Ines Duarte", role=Role.INSTRUCTOR, context_id="course-2"),
    ]
    grade_activity(course, others[2])
    for other in others:
        form = other.form("/threads/new")
        answers = [other.get(page_of(ana)), other.post(page_of(ana), {**form, **GIVEN})]
        if other is not others[2]:
            answers += [other.get("/grades"), other.post("/grades/retry", form)]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert ("Points" in other.get("/threads").text) is (other is others[2])
    assert scores(session) == []


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ASSISTANT, Role.OBSERVER])
def test_only_learners_get_points(course: Course, ines: Visitor, session: Session, role: Role) -> None:
    other = course.visitor("Priya Nair", role=role)
    assert ines.get(page_of(other)).status_code == 404
    assert "Priya" not in ines.get("/grades").text
    with pytest.raises(NotFoundError):
        set_score(
            session,
            ines.actor,
            person_id=other.actor.person_id,
            points=Decimal(1),
            comment="",
            submission_key=uuid4(),
        )


def test_an_assistant_may_grade(course: Course, ana: Visitor, ines: Visitor, session: Session) -> None:
    priya = course.visitor("Priya Nair", role=Role.ASSISTANT)
    assert priya.send(page_of(ana), page_of(ana), GIVEN).status_code == 303
    assert len(scores(session)) == 1


def test_an_activity_without_points_is_not_graded(course: Course, ana: Visitor, session: Session) -> None:
    ines = course.visitor("Ines Duarte", role=Role.INSTRUCTOR)
    post_thread(ana)
    assert "This activity has no points" in ines.get("/grades").text
    assert ines.get(page_of(ana)).status_code == 404
    assert scores(session) == []


@pytest.mark.parametrize("points", [0, -3, "10", None, True, 1e12, {"x": 1}])
def test_points_that_are_none_make_no_graded_activity(
    course: Course, ana: Visitor, ines: Visitor, points: object
) -> None:
    grade_activity(course, ines, points)
    assert "This activity has no points" in ines.get("/grades").text


def test_the_maximum_that_changed_meanwhile_counts(
    course: Course, ana: Visitor, ines: Visitor, session: Session
) -> None:
    ines.send(page_of(ana), page_of(ana), {"points": "8"})
    grade_activity(course, ines, 20)
    assert "8 of 10 points" in ines.get("/grades").text
    assert 'value="16"' in ines.get(page_of(ana)).text  # the same work on the new scale
    with pytest.raises(ConflictError):
        set_score(
            session,
            ines.actor,
            person_id=ana.actor.person_id,
            points=Decimal(21),
            comment="",
            submission_key=uuid4(),
        )


def test_every_kind_of_contribution_counts_where_it_stands(
    course: Course, ines: Visitor, session: Session
) -> None:
    """In the activity of the thread, and not in the one that somebody came in by."""
    threads, replies, asks, answers = (course.visitor(name) for name in ("Ana", "Tom", "Yusuf", "Ida"))
    elsewhere = course.visitor("Otto", link="link-2")
    path = post_thread(threads)
    replies.send(path, f"{path}/replies", {"body": "It failed in mine."})
    request = ask_for_help(asks)
    post_answer(answers, request)
    elsewhere.send(path, f"{path}/replies", {"body": "From next door."})
    post_thread(elsewhere)
    ines.send(path, f"{path}/replies", {"body": "Staff get no scores."})
    by_person = {score.person_id: score for score in scores(session)}
    assert set(by_person) == {one.actor.person_id for one in (threads, replies, asks, answers, elsewhere)}
    assert {score.placement_id for score in by_person.values()} == {ines.actor.placement_id}
    assert {score.grading_progress for score in by_person.values()} == {"PendingManual"}
    page = ines.get("/grades").text
    assert page.count("1 contribution<") + page.count("1 contribution\n") == 5
    assert "0 contributions" not in page


def test_a_contribution_after_grading_changes_no_score(ana: Visitor, ines: Visitor, session: Session) -> None:
    ines.send(page_of(ana), page_of(ana), GIVEN)
    (before,) = [score.changed_at for score in scores(session)]
    post_thread(ana)
    (score,) = scores(session)
    assert (score.changed_at, score.points) == (before, Decimal("7.5"))


def test_twenty_at_once_are_twenty_changes_and_the_last_one_stands(
    course: Course, ana: Visitor, ines: Visitor, session: Session
) -> None:
    def give(points: int) -> None:
        with unit_of_work(course.sessions) as own:
            set_score(
                own,
                ines.actor,
                person_id=ana.actor.person_id,
                points=Decimal(points) / 2,
                comment="",
                submission_key=uuid4(),
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(give, range(20)))
    (score,) = scores(session)
    entries = session.scalars(select(ScoreEntry)).all()
    assert len(entries) == 20
    assert score.points in {entry.points for entry in entries}
    assert score.due_at is not None


def test_changes_rise_also_where_the_clock_stands_behind(
    ana: Visitor, ines: Visitor, course: Course, session: Session
) -> None:
    """A database that was moved to a machine with a slower clock."""
    ines.send(page_of(ana), page_of(ana), {"points": "1"})
    ahead = clock.now() + timedelta(hours=1)
    with unit_of_work(course.sessions) as own:
        own.execute(update(Score).values(changed_at=ahead))
    ines.send(page_of(ana), page_of(ana), {"points": "2"})
    (score,) = scores(session)
    assert score.changed_at == ahead + timedelta(microseconds=1)


@pytest.mark.parametrize(
    "broken",
    [
        "due_at = null",
        "points = 11",
        "points = -1",
        "maximum = null",
        "problem = 'bored'",
        "grading_progress = 'Pending'",
    ],
)
def test_the_database_itself_keeps_scores_whole(
    ana: Visitor, ines: Visitor, session: Session, broken: str
) -> None:
    ines.send(page_of(ana), page_of(ana), GIVEN)
    with pytest.raises(IntegrityError):
        session.execute(text(f"update score set {broken}"))


def test_what_went_wrong_is_said_with_what_to_do(
    course: Course, ana: Visitor, ines: Visitor, session: Session
) -> None:
    ines.send(page_of(ana), page_of(ana), GIVEN)
    said = set()
    for problem in Problem:
        with unit_of_work(course.sessions) as own:
            own.execute(update(Score).values(problem=problem, due_at=None))
        page = html.unescape(ines.get("/grades").text)
        assert "1 score is not in the gradebook." in page
        (words,) = re.findall(r'class="why">\s*(.*?)\s*</span>', page)
        assert "Example LMS" in words
        said.add(words)
    assert len(said) == len(Problem) - 1  # not granted and forbidden ask for the same
    answer = ines.send("/grades", "/grades/retry", {})
    assert answer.status_code == 303
    (score,) = scores(session)
    assert (score.problem, score.due_at is not None) == (None, True)
    assert "not in the gradebook" not in ines.get("/grades").text


def test_pages_follow_each_other_by_name_without_gap_or_repeat(course: Course, ines: Visitor) -> None:
    names = [f"Learner {number:02}" for number in range(70)] + ["", "", "zoé", "Ärmel"]
    for number, name in enumerate(names):
        course.visitor(name, sub=f"s{number}")
    seen: list[UUID] = []
    path: str | None = "/grades"
    while path:
        page = ines.get(path).text
        seen += [UUID(found) for found in re.findall(r'class="title"[^>]*?/grades/([0-9a-f-]{36})"', page)]
        further = re.search(r'class="button" href="[^"]*(/grades\?after=[^"]+)"', page)
        path = further[1] if further else None
    assert len(seen) == len(set(seen)) == len(names)


@pytest.mark.parametrize("after", ["x", str(UUID(int=7)), "", "%00"])
def test_a_made_up_place_is_the_first_page(course: Course, ana: Visitor, ines: Visitor, after: str) -> None:
    assert "Ana Ruiz" in ines.get(f"/grades?after={after}").text


def test_queries_do_not_grow_with_learners_or_posts(
    course: Course, ana: Visitor, ines: Visitor, count_queries: QueryCounter
) -> None:
    with count_queries() as few:
        ines.get("/grades")
    for number in range(40):
        visitor = course.visitor(f"Learner {number}")
        if number < 5:
            post_thread(visitor)
    with count_queries() as many:
        ines.get("/grades")
    with count_queries() as one:
        ines.get(page_of(ana))
    assert len(few) == len(many) <= 5
    assert len(one) <= 4


def test_a_contribution_costs_one_query_more_and_only_the_first_a_job(
    course: Course, ana: Visitor, ines: Visitor, count_queries: QueryCounter, session: Session
) -> None:
    path = post_thread(ana)
    jobs = "select count(*) from procrastinate_jobs where task_name = 'grades:send_scores'"
    assert session.scalar(text(jobs)) == 1
    with count_queries() as queries:
        ana.send(path, f"{path}/replies", {"body": "And another."})
    assert sum("INSERT INTO score" in query for query in queries) == 1
    assert sum("score" in query for query in queries) == 1
    assert session.scalar(text(jobs)) == 1


def test_somebody_whom_the_platform_made_up_to_try_things_gets_no_score(
    course: Course, ana: Visitor, ines: Visitor, session: Session
) -> None:
    """Canvas's student view."""
    with unit_of_work(course.sessions) as own:
        own.execute(update(Launch).filter_by(id=ana.actor.launch_id).values(is_test=True))
    post_thread(ana)
    assert scores(session) == []
    assert "Ana Ruiz" not in ines.get("/grades").text
    assert ines.get(page_of(ana)).status_code == 404


def test_who_left_the_course_stays_on_the_list_with_a_score_alone(
    course: Course, ana: Visitor, ines: Visitor
) -> None:
    tom = course.visitor("Tom Becker")
    ines.send(page_of(ana), page_of(ana), GIVEN)
    with unit_of_work(course.sessions) as own:
        own.execute(
            update(Membership)
            .where(Membership.person_id.in_([ana.actor.person_id, tom.actor.person_id]))
            .values(left_at=clock.now())
        )
    page = ines.get("/grades").text
    assert "Ana Ruiz" in page
    assert "Tom Becker" not in page

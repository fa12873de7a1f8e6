"""What Segue keeps of a person: said in plain words, counted, and of nobody else."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.grades.models import ActivityProgress, GradingProgress, Score
from lti_tool.launch.models import LaunchKind
from lti_tool.people.models import Group, GroupMembership, Membership, Person
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Browser, Course, Visitor, enter, make_tenant
from tests.follow_ups.planning import plan
from tests.help_requests.asking import ask_for_help, post_answer
from tests.threads.test_threads import post_thread, write_replies


def asking(course: Course, sub: str = "ana-ruiz", *, name: str = "Ana Ruiz") -> Browser:
    """Somebody who asks what is kept of a person: of themselves, or for the institution."""
    return course.guest(LaunchKind.DATA_PRIVACY, name, details={"for_user": sub}, role=Role.LEARNER)


def told(page: str) -> dict[str, str]:
    """The numbers of the page by their words."""
    words = page.replace("\n", " ").split("<dt>")[1:]
    return {
        part.partition("</dt>")[0].strip(): " ".join(part.partition("<dd>")[2].partition("</dd>")[0].split())
        for part in words
    }


def test_everything_is_counted_and_named(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    course.visitor("Ana Ruiz", context_id="course-2", role=Role.INSTRUCTOR)
    path = post_thread(ana)
    write_replies(course, ana, path, 3)
    write_replies(course, tom, path, 5)
    ask_for_help(ana)
    post_answer(ana, ask_for_help(tom))
    plan(ana)
    ana.send(path, "/drafts", {"draft_place": f"reply:{path.rpartition('/')[2]}", "body": "Later"})
    _grade_and_group(session, ana)
    page = asking(course).get("/privacy").text
    assert "What Segue keeps of you</h1>" in page
    kept = told(page)
    assert kept["Name"] == "<bdi>Ana Ruiz</bdi>"
    assert kept["Threads begun"] == "1"
    assert kept["Requests for help"] == "1"
    assert kept["Replies and answers"] == "4"
    assert kept["Drafts that were not sent"] == "1"
    assert kept["Plans for work"] == "1"
    assert kept["Reports on them"] == "0"
    assert kept["Groups"] == "1"
    assert kept["Points or comments from those who teach"] == "1"
    assert "(left)" in kept["Courses"]
    of_ana = select(func.count(StatementRow.id)).where(StatementRow.person_id == ana.actor.person_id)
    assert kept["Entries in the activity record"] == str(session.scalar(of_ana)) == "7"
    assert kept["Courses"].count("Difficult conversations") == 2
    assert "learner" in kept["Courses"]
    assert "instructor" in kept["Courses"]
    for part in ("Why, and who sees it", "For how long", "To get all of it, or to have it deleted"):
        assert part in page
    assert "Write to the people who run <bdi>Example LMS</bdi>" in page


def _grade_and_group(session: Session, of: Visitor) -> None:
    """As staff and the platform's roster do; and the person has left one of the courses since."""
    group = Group(course_id=of.actor.course_id, platform_id="g", name="Group B")
    session.add(group)
    session.flush()
    session.add(GroupMembership(group_id=group.id, person_id=of.actor.person_id))
    session.add(
        Score(
            registration_id=of.actor.registration_id,
            course_id=of.actor.course_id,
            placement_id=of.actor.placement_id,
            person_id=of.actor.person_id,
            activity_progress=ActivityProgress.SUBMITTED,
            grading_progress=GradingProgress.PENDING_MANUAL,
            comment="",
            changed_at=clock.now(),
            due_at=clock.now(),
        )
    )
    session.execute(update(Membership).filter_by(course_id=of.actor.course_id).values(left_at=clock.now()))
    session.commit()


def test_statements_know_their_person(course: Course, session: Session) -> None:
    tom = course.visitor("Tom Becker")
    post_thread(tom)
    assert session.scalars(select(StatementRow.person_id)).all() == [tom.actor.person_id]


def test_a_person_whom_we_never_saw_has_nothing_here(course: Course, session: Session) -> None:
    page = asking(course, "nobody-yet", name="Ada Min").get("/privacy").text
    assert "What Segue keeps of this person</h1>" in page
    assert "Nothing</h2>" in page
    assert session.scalars(select(Person.sub)).all() == ["ada-min"]


def test_somebody_who_only_asks_has_only_their_name(course: Course) -> None:
    page = asking(course).get("/privacy").text
    assert "no activity of ours was opened" in page
    assert list(told(page)) == ["Name"]


def test_an_administrator_reads_the_person_s_name(course: Course) -> None:
    course.visitor("<b>Tom</b>", sub="tom")
    page = asking(course, "tom", name="Ada Min").get("/privacy").text
    assert "What Segue keeps of <bdi>&lt;b&gt;Tom&lt;/b&gt;</bdi></h1>" in page
    assert "Ada Min" not in page


def test_nothing_of_the_same_id_at_another_platform(course: Course) -> None:
    with unit_of_work(course.sessions) as session:
        other = make_tenant(session, issuer="https://other.example")
        enter(session, other, name="Ana of another place", sub="ana-ruiz")
    page = asking(course, "ana-ruiz", name="Ada Min").get("/privacy").text
    assert "another place" not in page


def test_the_page_opens_nothing_else(course: Course) -> None:
    post_thread(course.visitor("Ana Ruiz"))
    guest = asking(course)
    for path in ("/threads", "/help", "/follow-ups", "/activity", "/review", "/deep-linking"):
        assert guest.get(path).status_code == 401


def test_the_queries_do_not_grow(course: Course, count_queries: QueryCounter) -> None:
    ana = course.visitor("Ana Ruiz")
    guest = asking(course)
    with count_queries() as few:
        guest.get("/privacy")
    path = post_thread(ana)
    write_replies(course, ana, path, 20)
    for number in range(2, 8):
        course.visitor("Ana Ruiz", context_id=f"course-{number}")
    with count_queries() as many:
        guest.get("/privacy")
    assert len(few) == len(many) == 4

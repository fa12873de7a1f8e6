"""What Segue keeps of a person: said in plain words, counted, and of nobody else."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.audit.models import ModerationLog
from lti_tool.core import clock
from lti_tool.core.actor import ActorMode, Naming, Role
from lti_tool.core.db import unit_of_work
from lti_tool.grades.models import ActivityProgress, GradingProgress, Score
from lti_tool.launch.models import LaunchKind
from lti_tool.models import METADATA
from lti_tool.people.models import Group, GroupMembership, Membership, Person
from lti_tool.platforms.service import set_naming
from lti_tool.statements.models import StatementRow
from tests.browser.everything import furnish_everything
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
    assert "Data that Segue keeps about you</h1>" in page
    kept = told(page)
    assert kept["Name"] == "<bdi>Ana Ruiz</bdi>"
    assert kept["Threads started"] == "1"
    assert kept["Help requests"] == "1"
    assert kept["Replies and answers"] == "4"
    assert kept["Unsent drafts"] == "1"
    assert kept["Follow-ups"] == "1"
    assert kept["Reports on follow-ups"] == "0"
    assert kept["Groups"] == "1"
    assert kept["Points or comments from staff"] == "1"
    assert "(left)" in kept["Courses"]
    of_ana = select(func.count(StatementRow.id)).where(StatementRow.person_id == ana.actor.person_id)
    assert kept["Entries in the activity record"] == str(session.scalar(of_ana)) == "7"
    assert kept["Courses"].count("Difficult conversations") == 2
    assert "learner" in kept["Courses"]
    assert "instructor" in kept["Courses"]
    for part in (
        "Why Segue keeps it, and who can see it",
        "How long Segue keeps it",
        "How to get a copy, or have it deleted",
    ):
        assert part in page
    assert "Write to the people who run <bdi>Example LMS</bdi>" in page


# Each column that leads to a person, with the words of the page under which its rows are counted.
COUNTED = {
    "membership.person_id": "Courses",
    "conversation.author_id": "Threads started",
    "help_request.author_id": "Help requests",
    "post.author_id": "Replies and answers",
    # A side was argued in one of these, and is there with it alone.
    "debate_side.person_id": "Replies and answers",
    "pseudonym.person_id": "Anonymous posts among these",
    "attachment.person_id": "Files",
    "post_mark.person_id": "Marks given to posts",
    "mention.person_id": "Mentions by other people",
    "read_state.person_id": "Threads and requests with a record of what was read",
    "conversation_follow.person_id": "Threads and activities with a notification choice",
    "placement_follow.person_id": "Threads and activities with a notification choice",
    "report.reporter_id": "Posts reported to staff",
    "author_notice.person_id": "Notices from staff",
    "draft.person_id": "Unsent drafts",
    "follow_up.person_id": "Follow-ups",
    "course_group_membership.person_id": "Groups",
    # A pair is a group of two.
    "audience_person.person_id": "Groups",
    "role_holder.person_id": "Roles in discussions",
    "score.person_id": "Points or comments from staff",
    "score_entry.person_id": "Points or comments from staff",
    "moderation_log.person_id": "Staff decisions about this person or their posts",
    "pre_moderation.person_id": "Staff decisions about this person or their posts",
    "launch.person_id": "Visits on record",
    "statement.person_id": "Entries in the activity record",
    # What the pseudonym in these is made with.
    "actor_key.person_id": "Entries in the activity record",
    **dict.fromkeys(
        [
            "conversation.closed_by_id", "conversation_change.person_id", "case_stage.person_id",
            "synthesis.person_id", "moderation_log.staff_id", "unmasking.staff_id", "score_entry.author_id",
            "planned_activity.author_id", "acceptance.person_id", "help_request.resolved_by_id",
        ],
        "Actions as staff, such as closing, tagging, accepting, deciding and giving points",
    ),
}  # fmt: skip


def test_whatever_leads_to_a_person_is_counted(course: Course) -> None:
    """A new table with somebody's rows comes onto the page too."""
    columns = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    assert columns == set(COUNTED)
    post_thread(course.visitor("Ana Ruiz"))
    assert set(told(asking(course).get("/privacy").text)) >= set(COUNTED.values())


def test_the_acts_beside_writing_are_counted_too(course: Course, session: Session) -> None:
    there = furnish_everything(course, session)
    tom, ana = (told(asking(course, sub, name=name).get("/privacy").text)
                for sub, name in (("tom-becker", "Tom Becker"), ("ana-ruiz", "Ana Ruiz")))  # fmt: skip
    assert tom[COUNTED["report.reporter_id"]] == "1"
    assert tom[COUNTED["author_notice.person_id"]] == "1"
    assert tom[COUNTED["moderation_log.person_id"]] == "1"
    assert tom[COUNTED["conversation_follow.person_id"]] == "3"
    assert ana[COUNTED["post_mark.person_id"]] == "3"
    assert ana[COUNTED["attachment.person_id"]] == "4"
    assert ana[COUNTED["conversation_change.person_id"]] == "3"
    assert ana[COUNTED["read_state.person_id"]] == "8"
    assert ana[COUNTED["launch.person_id"]] == "3"
    staff = told(asking(course, "ines-koch", name="Ines Koch").get("/privacy").text)
    log = session.scalars(select(func.count(ModerationLog.id))).one()
    assert int(staff[COUNTED["moderation_log.staff_id"]]) > log
    assert there.mia.actor.person_id


def test_others_eyes_count_neither_what_is_anonymous_nor_what_is_ones_own_alone(
    course: Course, session: Session
) -> None:
    furnish_everything(course, session)
    mine, others = (
        told(asking(course, "ana-ruiz", name=name).get("/privacy").text) for name in ("Ana Ruiz", "Ada Min")
    )
    alone = {
        "pseudonym.person_id",
        "conversation_follow.person_id",
        "report.reporter_id",
        "author_notice.person_id",
    }
    assert set(mine) - set(others) == {COUNTED[it] for it in alone}
    assert int(mine["Threads started"]) == int(others["Threads started"]) + 1


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
    assert "Data that Segue keeps about this person</h1>" in page
    assert "Nothing</h2>" in page
    assert session.scalars(select(Person.sub)).all() == ["ada-min"]


def test_somebody_who_only_asks_has_only_their_name(course: Course) -> None:
    page = asking(course).get("/privacy").text
    assert "has not opened any Segue activity" in page
    assert list(told(page)) == ["Name"]


def test_an_administrator_reads_the_person_s_name(course: Course) -> None:
    course.visitor("<b>Tom</b>", sub="tom")
    page = asking(course, "tom", name="Ada Min").get("/privacy").text
    assert "Data that Segue keeps about <bdi>&lt;b&gt;Tom&lt;/b&gt;</bdi></h1>" in page
    assert "Ada Min" not in page


def test_nothing_of_the_same_id_at_another_platform(course: Course) -> None:
    with unit_of_work(course.sessions) as session:
        other = make_tenant(session, issuer="https://other.example")
        enter(session, other, name="Ana of another place", sub="ana-ruiz")
    page = asking(course, "ana-ruiz", name="Ada Min").get("/privacy").text
    assert "Nothing</h2>" in page
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


def test_it_says_what_the_record_tells(course: Course) -> None:
    course.visitor("Ana Ruiz")
    usual = asking(course).get("/privacy").text
    assert "never contains the text" in usual
    assert "the id that <bdi>Example LMS</bdi> uses" in usual
    with unit_of_work(course.sessions) as session:
        naming = Naming(ActorMode.PSEUDONYM, sends_text=True)
        set_naming(session, registration_id=course.tenant.registration_id, naming=naming)
    chosen = asking(course).get("/privacy").text
    assert "also contains the text of discussions" in chosen
    assert "a made-up id that only Segue can match" in chosen
    assert "never contains the text" not in chosen

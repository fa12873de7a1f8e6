"""One learner's contributions, for staff: in context, in order, and nobody else's."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.launch.models import LaunchKind
from lti_tool.posts.models import Post
from lti_tool.posts.writing import Writing
from lti_tool.threads import service
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor, enter, make_tenant
from tests.follow_ups.planning import plan
from tests.help_requests.asking import ask_for_help, post_answer
from tests.threads.test_threads import post_thread, write_replies


def reviewer(
    course: Course, sub: str = "ana-ruiz", *, name: str = "", role: Role = Role.INSTRUCTOR
) -> Visitor:
    """Somebody who came from the gradebook, to look at this person's work."""
    return course.visitor(
        "Ines Koch",
        role=role,
        kind=LaunchKind.SUBMISSION_REVIEW,
        details={"for_user": sub, "name": name},
    )


def test_contributions_are_shown_in_order_and_in_context(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(tom, title="Silence", body="What do you do with the silence?")
    ana.send(path, f"{path}/replies", {"body": "I count to ten."})
    post_thread(ana, title="Openings", body="Facts first?")
    post_answer(ana, ask_for_help(tom))
    ask_for_help(ana)
    page = reviewer(course).get("/review")
    assert page.status_code == 200
    assert "Ana Ruiz</h1>" in page.text
    told = ["Replied to <bdi>Tom Becker</bdi> in", "What do you do with the silence?", "I count to ten.",
            "Started", "Facts first?", "Answered <bdi>Tom Becker</bdi> in", "Asked for help"]  # fmt: skip
    places = [page.text.index(words) for words in told]
    assert places == sorted(places)
    assert page.text.count("See in context") == 4


def test_the_link_leads_to_the_post(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    path = post_thread(ana)
    post_id = session.scalars(select(Post.id)).one()
    ines = reviewer(course)
    assert f"{ines.base}{path}?at={post_id}#post-{post_id}" in ines.get("/review").text
    assert ines.get(path).status_code == 200


def test_the_page_leaves_out_other_people_other_activities_and_follow_ups(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(course.visitor("Tom Becker"), title="Of Tom", body="Tom's words")
    post_thread(course.visitor("Ana Ruiz", link="link-2"), title="Elsewhere", body="In another activity")
    post_thread(course.visitor("Ana Ruiz", context_id="course-2"), title="Far", body="In another course")
    plan(ana)
    page = reviewer(course).get("/review").text
    assert "No contributions to this activity yet" in page
    for words in ("Tom's words", "Tom&#39;s words", "In another activity", "In another course", "one-to-one"):
        assert words not in page


def test_a_person_who_never_launched(course: Course) -> None:
    page = reviewer(course, "nobody-yet", name="Nora <New>").get("/review").text
    assert "Nora &lt;New&gt;</h1>" in page
    assert "No contributions to this activity yet" in page
    assert "A participant</h1>" in reviewer(course, "nobody-yet").get("/review").text


def test_the_same_sub_of_another_platform_is_somebody_else(course: Course, session: Session) -> None:
    with unit_of_work(course.sessions) as writing:
        other = make_tenant(writing, issuer="https://other.example")
        enter(writing, other, name="Ana Ruiz of another place", sub="ana-ruiz")
    page = reviewer(course, "ana-ruiz", name="Ana Ruiz").get("/review").text
    assert "Ana Ruiz</h1>" in page
    assert "another place" not in page


def test_a_follow_up_activity_explains_why_there_is_nothing_to_see(course: Course, session: Session) -> None:
    course.visitor("Ana Ruiz")
    session.execute(update(Placement).values(activity="follow_up"))
    session.commit()
    assert "Follow-ups are private" in reviewer(course).get("/review").text


def test_only_a_review_by_staff_opens_the_review(course: Course) -> None:
    course.visitor("Ana Ruiz")
    assert course.visitor("Ines Koch", role=Role.INSTRUCTOR).get("/review").status_code == 404
    assert reviewer(course, role=Role.LEARNER).get("/review").status_code == 404
    assert reviewer(course, role=Role.OBSERVER).get("/review").status_code == 404


def test_learners_review_their_own_work(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana, title="Openings", body="Facts first?")
    post_thread(course.visitor("Ines Koch"), title="My own", body="What I wrote")
    page = reviewer(course, "ines-koch", role=Role.LEARNER).get("/review").text
    assert "Your contributions</h1>" in page
    assert "What I wrote" in page
    assert "Facts first?" not in page
    assert "Points</h2>" not in page


def test_a_review_without_contributions_leads_to_the_activity(course: Course) -> None:
    page = reviewer(course, "ines-koch", role=Role.LEARNER).get("/review").text
    assert "No contributions to this activity yet" in page
    assert "Open the activity" in page


def test_a_review_of_an_unknown_person_shows_nobody(course: Course) -> None:
    """Its first page is the list of points."""
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR, kind=LaunchKind.SUBMISSION_REVIEW, details={})
    assert ines.get("/review").status_code == 404
    assert ines.get("/grades").status_code == 200


def test_staff_look_at_a_person_of_their_course_from_any_launch(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana, title="Openings", body="Facts first?")
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    path = f"/people/{ana.actor.person_id}"
    assert "Facts first?" in ines.get(path).text
    assert ana.get(path).status_code == 404
    stranger = course.visitor("Ida Berg", role=Role.INSTRUCTOR, context_id="course-2")
    for person in (ana.actor.person_id, uuid4()):
        assert stranger.get(f"/people/{person}").status_code == 404


def test_paging_loses_nothing(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(tom)
    write_replies(course, ana, path, 45)
    ines = reviewer(course)
    seen: list[str] = []
    where = "/review"
    for later in (True, True, False):
        page = ines.get(where).text
        seen += [number for number in map(str, range(45)) if f"<p>Reply number {number}.</p>" in page]
        link = re.search(r'href="([^"]+)">Later contributions', page)
        assert bool(link) is later
        where = link[1].removeprefix(ines.base) if link else ""
    assert seen == [str(number) for number in range(45)]
    end = ines.get(f"/review?after=9000000000000000_{UUID(int=2**128 - 1)}").text
    assert "You have reached the end of the list." in end


@pytest.mark.parametrize("after", ["x", "1_2", "", "99999999999999999999999_" + str(UUID(int=1))])
def test_an_invalid_place_shows_the_first_page(course: Course, after: str) -> None:
    post_thread(course.visitor("Ana Ruiz"), title="Openings", body="Facts first?")
    assert "Facts first?" in reviewer(course).get("/review", query_string={"after": after}).text


def test_the_queries_do_not_grow(course: Course, count_queries: QueryCounter) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(tom)
    ines = reviewer(course)
    with count_queries() as few:
        ines.get("/review")
    write_replies(course, ana, path, 30)
    with unit_of_work(course.sessions) as session:
        for number in range(5):
            service.post_thread(
                session,
                ana.actor,
                title=f"No. {number}",
                writing=Writing(body="More", submission_key=uuid4()),
            )
    with count_queries() as many:
        ines.get("/review")
    assert len(few) == len(many) == 6
    teacher = course.visitor("Ida Berg", role=Role.INSTRUCTOR)
    with count_queries() as queries:
        teacher.get(f"/people/{ana.actor.person_id}")
    assert len(queries) == 6

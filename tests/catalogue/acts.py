"""Every act of the catalogue, done once by people in a course."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.launch.events import Launched
from lti_tool.people.models import Group
from lti_tool.posts.models import Post
from lti_tool.rotation.models import RoleHolder
from tests.factories.entrances import Course, Visitor
from tests.follow_ups.planning import plan
from tests.follow_ups.planning import report as report_outcome
from tests.following.test_following import follow
from tests.help_requests.asking import FIX, ask_for_help, post_answer
from tests.marks.test_marks import give, take_back
from tests.mentions.test_mentions import of
from tests.moderation.test_moderation import decide, report
from tests.shapes.shaped import reply, set_up
from tests.threads.test_synthesis import choose
from tests.threads.test_threads import post_thread


def do_every_act(course: Course, session: Session) -> None:
    ines, ana, tom = (
        course.visitor("Ines Koch", role=Role.INSTRUCTOR),
        course.visitor("Ana Ruiz"),
        course.visitor("Tom Becker"),
    )
    with unit_of_work(course.sessions) as writing:
        events.record(writing, Launched(ana.actor, clock.now()))
    _discuss(ines, ana, tom)
    _ask_and_answer(ana, tom)
    _plan_and_report(course, ana)
    _talk_a_case_through(course)
    _give_roles(course, session)
    _place_in_a_group(ines, tom, session)


def _discuss(ines: Visitor, ana: Visitor, tom: Visitor) -> None:
    path = post_thread(ana)
    first = reply(tom, path)
    second = reply(ana, path, f"And then, {of(tom)}?", in_reply_to=str(first))
    assert choose(ines, path, first) == 303
    assert [give(ana, first, "useful"), take_back(ana, first, "useful")] == [303, 303]
    assert follow(tom, path, "everything") == 303
    edit = f"/posts/{first}/edit"
    assert tom.send(edit, edit, {"body": "In my team too.", "revision": "1"}).status_code == 303
    assert report(ana, first) == 303
    assert decide(ines, first, "hide", revision=2) == 303
    away = f"/posts/{second}/withdraw"
    assert ana.send(away, away, {}).status_code == 303
    assert ines.send(path, f"{path}/tags", {"tags": "openings"}).status_code == 303
    assert ines.send(path, f"{path}/close", {"reason": "Everybody agreed."}).status_code == 303
    for change in ("reopen", "pin", "unpin"):
        assert ines.send("/threads/new", f"{path}/{change}", {}).status_code == 303


def _ask_and_answer(ana: Visitor, tom: Visitor) -> None:
    request = ask_for_help(ana)
    answer = post_answer(tom, request)
    assert ana.send(request, f"{request}/answers/{answer}/accept", {}).status_code == 303
    assert ana.send(request, f"{request}/resolve", FIX).status_code == 303
    assert ana.send(request, f"{request}/reopen", {}).status_code == 303
    assert ana.send(request, f"{request}/answers/{answer}/take-back", {}).status_code == 303


def _plan_and_report(course: Course, ana: Visitor) -> None:
    with unit_of_work(course.sessions) as session:
        opening = select(Post.id).filter_by(course_id=ana.actor.course_id, is_opening=True)
        source = session.scalars(opening.order_by(Post.id).limit(1)).one()
    assert report_outcome(ana, plan(ana, source=str(source)), "did").status_code == 303


def _talk_a_case_through(course: Course) -> None:
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR, link="link-2")
    set_up(ines, "clinic")
    ana = course.visitor("Ana Ruiz", link="link-2")
    path = post_thread(ana)
    assert ana.send("/threads/new", f"{path}/stage", {"stage": "ideas"}).status_code == 303


def _give_roles(course: Course, session: Session) -> None:
    """In a course with one learner, or chance would say who has them."""
    ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR, context_id="course-2")
    tom = course.visitor("Tom Becker", context_id="course-2")
    assert ines.send("/roles", "/roles", {"count": "3"}).status_code == 303
    held = session.scalars(
        select(RoleHolder.id).filter_by(placement_id=ines.actor.placement_id, role="starter", ended=None)
    ).one()
    assert tom.send("/threads", f"/roles/{held}/pass", {}).status_code == 303
    given = {"role": "starter", "group": "", "person": str(tom.actor.person_id)}
    assert ines.send("/roles", "/roles/give", given).status_code == 303


def _place_in_a_group(ines: Visitor, tom: Visitor, session: Session) -> None:
    made = ines.send("/groups", "/groups/sets", {"name": "Project teams"})
    page = str(made.location).removeprefix(ines.base)
    assert ines.send(page, f"{page}/groups", {"name": "Herons"}).status_code == 303
    herons = session.scalars(select(Group.id).filter_by(course_id=ines.actor.course_id, name="Herons")).one()
    for group in (str(herons), ""):
        data = {f"person-{tom.actor.person_id}": group}
        assert ines.send(page, f"{page}/people", data).status_code == 303

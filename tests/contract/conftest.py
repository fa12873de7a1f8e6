"""Places with people and things in them, to walk from one into another."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape
from lti_tool.moderation.models import AuthorNotice, NoticeKind
from lti_tool.moderation.unmasking import unmask_author
from lti_tool.people.models import Group, GroupSet
from lti_tool.posts.models import Post
from lti_tool.rotation.models import Ended, RoleHolder, TalkRole
from tests.anonymity.world import ANONYMOUS, allow
from tests.attachments.files import HEIC, posted_file, waiting_file
from tests.contract.access_table import TABLE, Needs, Row
from tests.factories.entrances import Course, Tenant, Visitor, make_tenant
from tests.follow_ups.planning import plan
from tests.grades.test_scores import grade_activity
from tests.help_requests.asking import ask_for_help, post_answer
from tests.shapes.shaped import reply
from tests.threads.test_threads import THREAD

TOOL = "http://127.0.0.1:8000"
SECRETS = ("Ana Ruiz", "Tom Becker", "Which opening would fail", "How do I open when he was my manager")
"""What stands in every place's objects, and in no answer to somebody who may not read them."""


@dataclass(frozen=True)
class Place:
    """A course: its people, and one object of each kind.

    All are the owner's but the answer and the reply; the person is the colleague.
    """

    owner: Visitor
    colleague: Visitor
    teacher: Visitor
    ids: Mapping[str, UUID | str]

    def entitled(self, row: Row) -> Visitor:
        """Who may do it here."""
        return self.teacher if row.needs is Needs.STAFF else self.owner


def furnish(course: Course, session: Session, context_id: str) -> Place:
    owner = course.visitor("Ana Ruiz", context_id=context_id)
    colleague = course.visitor("Tom Becker", context_id=context_id)
    thread = UUID(_last(owner.send("/threads/new", "/threads/new", THREAD).location))
    request = ask_for_help(owner)
    notice = AuthorNotice(
        course_id=owner.actor.course_id,
        person_id=owner.actor.person_id,
        kind=NoticeKind.RESTORED,
        reason="It was a misunderstanding.",
    )
    session.add(notice)
    session.commit()
    ids: dict[str, UUID | str] = {
        "notice": notice.id,
        "thread": thread,
        "thread post": session.scalars(select(Post.id).filter_by(conversation_id=thread)).one(),
        "request": UUID(_last(request)),
        "thread draft": leave_draft(owner, f"reply:{thread}"),
        "answer": post_answer(colleague, request),
        "reply": reply(colleague, f"/threads/{thread}"),
        "attachment": posted_file(owner, session),
        "original": waiting_file(owner, "photo.heic", HEIC),
        "waiting file": waiting_file(owner),
        "follow-up": UUID(_last(plan(owner))),
        "person": colleague.actor.person_id,
    }
    teacher = course.visitor("Ines Koch", context_id=context_id, role=Role.INSTRUCTOR)
    # Graded, or there would be no points to look at.
    session.execute(update(Placement).values(settings={"points": 10}))
    session.commit()
    anonymous = _anonymous_post(session, owner)
    ids |= {"anonymous post": anonymous, "unmasking": _unmasking(course, teacher, anonymous)}
    grade_activity(course, teacher)
    teacher.send("/groups", "/groups/sets", {"name": "Practice partners"})
    group_set = session.scalars(select(GroupSet).filter_by(course_id=owner.actor.course_id)).one()
    teacher.send("/groups", f"/groups/sets/{group_set.id}/groups", {"name": "Herons"})
    ids["group set"] = group_set.id
    ids["group"] = session.scalars(select(Group.id).filter_by(group_set_id=group_set.id)).one()
    placement = session.get_one(Placement, owner.actor.placement_id, populate_existing=True)
    placement.settings = {**placement.settings, "shape": Shape.QUESTION}
    session.commit()
    ids["case"] = _case(session, course, context_id)
    # The activity is nobody's alone, or not all would see what is in it.
    teacher.send("/groups", "/groups/choose", {"group_set": ""})
    ids["learner"] = course.visitor(f"Learner of {context_id}", context_id=context_id).actor.person_id
    nameless = course.visitor("", sub=f"nameless-{context_id}", context_id=context_id)
    ids["nameless"] = nameless.actor.person_id
    ids["role"] = _role(session, owner, colleague, teacher)
    return Place(owner, colleague, teacher, ids)


def _role(session: Session, owner: Visitor, colleague: Visitor, teacher: Visitor) -> UUID:
    """The owner's, of starter. Nobody sums up, which is more than a learner may otherwise."""
    teacher.send("/roles", "/roles", {"count": "3"})
    data = {"role": "starter", "person": str(owner.actor.person_id)}
    assert teacher.send("/roles", "/roles/give", data).status_code == 303
    of_placement = {"placement_id": owner.actor.placement_id}
    summing = {**of_placement, "role": TalkRole.SYNTHESISER}
    session.execute(update(RoleHolder).filter_by(**summing).values(ended=Ended.PASSED))
    for learner in (owner, colleague):
        person_id = learner.actor.person_id
        session.add(RoleHolder(**summing, number=1, person_id=person_id, ended=Ended.PASSED))
    session.commit()
    query = select(RoleHolder.id).filter_by(**of_placement, role=TalkRole.STARTER, ended=None)
    return session.scalars(query).one()


def _case(session: Session, course: Course, context_id: str) -> UUID:
    """The owner's, in an activity of its own."""
    owner = course.visitor("Ana Ruiz", context_id=context_id, link="link-2")
    placement = session.get_one(Placement, owner.actor.placement_id)
    placement.settings = {"shape": Shape.CLINIC}
    session.commit()
    return UUID(_last(owner.send("/threads/new", "/threads/new", THREAD).location))


def _anonymous_post(session: Session, owner: Visitor) -> UUID:
    """Of a thread of its own."""
    allow(session)
    answer = owner.send("/threads/new", "/threads/new", {**THREAD, **ANONYMOUS})
    conversation = UUID(_last(answer.location))
    return session.scalars(select(Post.id).filter_by(conversation_id=conversation)).one()


def _unmasking(course: Course, teacher: Visitor, post_id: UUID) -> UUID:
    with unit_of_work(course.sessions) as session:
        return unmask_author(
            session, teacher.actor, post_id=post_id, reason="A control.", submission_key=uuid4()
        )


def leave_draft(owner: Visitor, place: str) -> str:
    """Some text that its owner has not sent yet: the place, which is how it is named."""
    answer = owner.send("/threads/new", "/drafts", {"draft_place": place, "body": "Which opening would fail"})
    assert answer.status_code == 303
    return place


def _last(path: str | None) -> str:
    return (path or "").rpartition("/")[2]


@pytest.fixture
def here(course: Course, session: Session) -> Place:
    return furnish(course, session, "course-1")


@pytest.fixture
def other_course(course: Course, session: Session) -> Place:
    return furnish(course, session, "course-2")


@pytest.fixture
def other_registration(app: Flask, sessions: sessionmaker[Session], session: Session) -> Place:
    """The same ids of deployment, course and persons, at another platform."""
    with unit_of_work(sessions) as writing:
        tenant: Tenant = make_tenant(writing, issuer="https://other.example", client_id="other")
    return furnish(Course(app, sessions, tenant), session, "course-1")


def path_of(app: Flask, method: str, endpoint: str, ids: Mapping[str, object], launch_id: object) -> str:
    """The address of this route."""
    values = {"launch_id": launch_id, "resource": "agents", **ids}
    urls = app.url_map.bind("127.0.0.1:8000")
    return urls.build(endpoint, values, method, append_unknown=False)


def call(
    visitor: Visitor, app: Flask, route: tuple[str, str], ids: Mapping[str, object], **hints: object
) -> tuple[int, str]:
    """Status and page of this route for this visitor, whose form is in order."""
    method, endpoint = route
    path = path_of(app, method, endpoint, ids, visitor.actor.launch_id).removeprefix(visitor.base)
    if method == "GET":
        answer = visitor.get(path, query_string=hints)
    else:
        answer = visitor.send("/threads/new", path, {**TABLE[route].data, **hints})
    return answer.status_code, answer.get_data().decode(errors="replace")  # a picture is no text


def everything_written(engine: Engine) -> str:
    """All rows of all tables, to look for what must not be among them."""
    with engine.connect() as connection:
        names = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        rows = (connection.scalars(text(f"select t::text from {name} t")) for name in names)
        return "\n".join(row for table in rows for row in table)


def everything(engine: Engine) -> dict[str, str]:
    """A digest of each table's rows."""
    one = "select '{0}', md5(string_agg(t::text, '|' order by t::text)) from {0} t"
    with engine.connect() as connection:
        names = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        query = " union all ".join(one.format(name) for name in names)
        return {row[0]: row[1] for row in connection.execute(text(query))}

"""Mentions: whom a text names, what becomes of it, whom one is offered, and what is told of it."""

import json
import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.mentions.models import Mention, MentionKind
from lti_tool.mentions.queries import suggestions
from lti_tool.mentions.tokens import Mentionable, mentioned, token
from lti_tool.people.models import Group, Membership, Person
from lti_tool.posts.models import Post
from lti_tool.revisions.service import edit_post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Tenant, Visitor, make_tenant
from tests.help_requests.asking import QUESTION
from tests.threads.test_threads import THREAD, post_thread

PERSON = MentionKind.PERSON


def of(visitor: Visitor) -> str:
    """What the list puts into the text for this person."""
    return token(Mentionable(str(visitor.actor.person_id), visitor.actor.name, PERSON))


def span(visitor: Visitor) -> str:
    return f'<span class="mention" data-mention="{visitor.actor.person_id}">@{visitor.actor.name}</span>'


def reply(visitor: Visitor, path: str, body: str) -> str:
    """The HTML that becomes of it."""
    answer = visitor.send(path, f"{path}/replies", {"body": body})
    assert answer.status_code == 303
    with visitor_session(visitor) as session:
        return session.scalars(select(Post.body_html).order_by(Post.id.desc()).limit(1)).one()


def visitor_session(visitor: Visitor) -> Session:
    sessions: sessionmaker[Session] = visitor.client.application.extensions["sessions"]
    return sessions()


def add_group(session: Session, visitor: Visitor, name: str) -> UUID:
    group = Group(course_id=visitor.actor.course_id, platform_id=str(uuid4()), name=name)
    session.add(group)
    session.commit()
    return group.id


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


def test_a_mention_is_shown_stored_and_recorded(ana: Visitor, tom: Visitor, session: Session) -> None:
    path = post_thread(ana, body=f"What would you say, {of(tom)}?")
    post = session.scalars(select(Post)).one()
    assert span(tom) in post.body_html
    assert span(tom) in ana.get(path).text
    mention = session.scalars(select(Mention)).one()
    assert (mention.kind, mention.person_id, mention.post_id) == (PERSON, tom.actor.person_id, post.id)
    rows = {row.event: json.loads(row.body) for row in session.scalars(select(StatementRow))}
    told = rows["mentioned"]
    assert told["verb"]["id"] == "http://id.tincanapi.com/verb/mentioned"
    assert told["actor"]["account"]["name"] == "ana-ruiz"
    assert told["object"] == {
        "objectType": "Agent",
        "account": {"homePage": "https://lms.example", "name": "tom-becker"},
    }
    assert told["context"]["statement"]["id"] == str(post.statement_id)
    thread = {"objectType": "Activity", "id": f"http://127.0.0.1:8000/xapi/a/{post.conversation_id}"}
    (within,) = told["context"]["contextActivities"]["parent"]
    assert within == thread | {"definition": {"type": "http://id.tincanapi.com/activitytype/forum-topic"}}
    assert "platform" not in told["context"]
    assert "Becker" not in json.dumps(told)


def test_a_mention_shows_the_name_of_the_course_not_of_the_text(ana: Visitor, tom: Visitor) -> None:
    path = post_thread(ana)
    html = reply(ana, path, f"[@The **Dean** <b>](mention:{tom.actor.person_id}) said so")
    assert html == f"<p>{span(tom)} said so</p>\n"


def test_ids_that_are_not_of_this_course_stay_text(
    course: Course, ana: Visitor, session: Session, sessions: sessionmaker[Session]
) -> None:
    stranger = course.visitor("Mia Stranger", context_id="course-2")
    left = course.visitor("Leo Left")
    with unit_of_work(sessions) as writing:
        other: Tenant = make_tenant(writing, issuer="https://other.example", client_id="other")
        writing.execute(
            update(Membership).where(Membership.person_id == left.actor.person_id).values(left_at=clock.now())
        )
    elsewhere = Course(course.app, sessions, other).visitor("Ada Elsewhere")
    path = post_thread(ana)
    for visitor in (stranger, left, elsewhere):
        assert reply(ana, path, f"So {of(visitor)} says") == f"<p>So @{visitor.actor.name} says</p>\n"
        assert reply(ana, path, f"So @{visitor.actor.name} says") == f"<p>So @{visitor.actor.name} says</p>\n"
    assert session.scalars(select(Mention)).all() == []


@pytest.mark.parametrize(
    "text",
    [
        "@{}",
        "(@{})",
        "@{}, you?",
        "@{}'s",
        "Dear @{}.",
        "**@{}**",
        "# @{}",
        "@{}\nand more",
        "- @{}: yes",
        "@{}…",
    ],
)
def test_the_whole_name_is_enough(ana: Visitor, tom: Visitor, text: str) -> None:
    assert span(tom) in reply(ana, post_thread(ana), text.format("Tom Becker"))


@pytest.mark.parametrize(
    "text",
    [
        "`@{}`",
        "```\n@{}\n```",
        "@Tom",
        "@Tom Beckers",
        "me@{}",
        "[@{}](https://example.org)",
        "\\`@Tom Becke r",
        "@ {}",
    ],
)
def test_texts_that_are_not_mentions(ana: Visitor, tom: Visitor, text: str) -> None:
    path = post_thread(ana)
    written = text.format("Tom Becker")
    assert mentioned(reply(ana, path, f"{written}\n\n@Tom Becker")) == [str(tom.actor.person_id)]
    assert mentioned(reply(ana, path, written)) == []


def test_the_longer_name_wins_and_ambiguous_names_stay_text(course: Course, ana: Visitor) -> None:
    short, long = course.visitor("Jo"), course.visitor("Jo van der Berg")
    for sub in ("one", "two"):
        course.visitor("Kim Lee", sub=sub)
    path = post_thread(ana)
    assert reply(ana, path, "@Jo van der Berg and @Jo") == f"<p>{span(long)} and {span(short)}</p>\n"
    assert mentioned(reply(ana, path, "@Kim Lee")) == []


@pytest.mark.parametrize("name", ["A [b] *c*", "O'Neil_-", "`x` <b>&amp;", "محمد علي", "$5 & !", "a\\b"])
def test_names_with_punctuation_are_mentioned(course: Course, ana: Visitor, name: str) -> None:
    visitor = course.visitor(name, sub="signs")
    html = reply(ana, post_thread(ana), f"So: {of(visitor)}")
    assert mentioned(html) == [str(visitor.actor.person_id)]
    assert "mention:" not in html


def test_text_that_looks_like_mention_html_is_not_a_mention(
    ana: Visitor, tom: Visitor, session: Session
) -> None:
    fake = f'<span class="mention" data-mention="{tom.actor.person_id}">'
    path = post_thread(ana)
    html = reply(ana, path, f"{fake}@Dean</span> `{fake}` \\{fake}")
    assert html.count("&lt;span class=") == 3
    assert mentioned(html) == []
    assert session.scalars(select(Mention)).all() == []


def test_groups_and_staff(ana: Visitor, course: Course, session: Session) -> None:
    group = add_group(session, ana, "Group B")
    stranger = course.visitor("Mia Stranger", context_id="course-2")
    foreign = add_group(session, stranger, "Group X")
    body = f"@staff, [@Group B](mention:{group}), [@Group X](mention:{foreign}), @Group X"
    html = reply(ana, post_thread(ana), f"{body} and [@all](mention:staff)")
    assert mentioned(html) == ["staff", str(group)]
    assert {(it.kind, it.group_id) for it in session.scalars(select(Mention))} == {
        (MentionKind.STAFF, None),
        (MentionKind.GROUP, group),
    }
    events = session.scalars(select(StatementRow.event)).all()
    assert "mentioned" not in events


def test_each_person_is_recorded_once_without_the_author_up_to_twenty(
    course: Course, ana: Visitor, session: Session
) -> None:
    people = [course.visitor(f"Person {number:02}") for number in range(25)]
    body = " ".join([of(ana), of(people[0]), *(of(person) for person in people)])
    reply(ana, post_thread(ana), body)
    kept = session.scalars(select(Mention.person_id)).all()
    assert len(kept) == 20
    assert ana.actor.person_id not in kept
    assert session.scalars(select(StatementRow.event)).all().count("mentioned") == 20


def test_sent_twice_is_mentioned_once(ana: Visitor, tom: Visitor, session: Session) -> None:
    data = {**ana.form("/threads/new"), **THREAD, "body": of(tom)}
    for _ in range(2):
        assert ana.post("/threads/new", data).status_code == 303
    assert len(session.scalars(select(Mention)).all()) == 1


def test_every_field_of_a_request_can_mention(ana: Visitor, tom: Visitor, session: Session) -> None:
    ana.send("/help/new", "/help/new", {**QUESTION, "tried": f"What {of(tom)} said"})
    assert session.scalars(select(Mention.person_id)).all() == [tom.actor.person_id]
    request = session.scalars(select(Post.conversation_id)).one()
    assert span(tom) in ana.get(f"/help/{request}").text


def test_a_test_users_mention_is_in_no_record(course: Course, tom: Visitor, session: Session) -> None:
    trying = course.visitor("Test Student", is_test=True)
    post_thread(trying, body=of(tom))
    assert len(session.scalars(select(Mention)).all()) == 1
    assert session.scalars(select(StatementRow)).all() == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pé", ["Ana Pérez"]),
        ("PERE", ["Ana Pérez"]),
        ("ana p", ["Ana Pérez"]),
        ("lukasz", []),
        ("Łu", ["Łukasz Żak"]),
        ("zak", ["Łukasz Żak"]),
        ("groupe", ["Groupe É"]),
        ("é", ["Groupe É"]),
        ("sta", ["staff", "Stefan Staff"]),
        ("ste", ["Stefan Staff"]),
        ("erez", []),
        ("nobody", []),
        ("%", []),
        ("", []),
    ],
)
def test_suggestions_match_the_typed_text(
    course: Course, ana: Visitor, session: Session, typed: str, found: list[str]
) -> None:
    for name in ("Ana Pérez", "Łukasz Żak", "Stefan Staff"):
        course.visitor(name)
    course.visitor("Pérez Elsewhere", context_id="course-2")
    add_group(session, ana, "Groupe É")
    page = ana.send("/threads/new", "/mentions/suggestions", {"typed": typed})
    assert page.status_code == 200
    assert re.findall(r'<span dir="auto">([^<]*)</span>', page.text) == found


def test_up_to_eight_suggestions_without_oneself(course: Course, ana: Visitor, session: Session) -> None:
    for number in range(12):
        course.visitor(f"Ana {number:02}")
    found = suggestions(session, ana.actor, "ana", staff_name="staff")
    assert [it.name for it in found] == [f"Ana {number:02}" for number in range(8)]


def test_a_text_without_an_at_sign_makes_no_query(
    course: Course, ana: Visitor, count_queries: QueryCounter
) -> None:
    course.visitor("Tom Becker")
    path = post_thread(ana)
    with count_queries() as plain:
        ana.send(path, f"{path}/replies", {"body": "No sign of anybody"})
    with count_queries() as with_sign:
        ana.send(path, f"{path}/replies", {"body": "me@example.org"})
    assert len(with_sign) == len(plain) + 1


def test_earlier_mentions_keep_the_name_of_their_time(ana: Visitor, tom: Visitor, session: Session) -> None:
    path = post_thread(ana, body=of(tom))
    session.execute(update(Person).values(name="Somebody Else"))
    session.commit()
    assert "@Tom Becker</span>" in ana.get(path).text


def test_a_role_is_not_a_name(course: Course, ana: Visitor, session: Session) -> None:
    """@staff is everybody who teaches, by a word that is nobody's name."""
    course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    reply(ana, post_thread(ana), "@staff")
    assert session.scalars(select(Mention.kind)).all() == [MentionKind.STAFF]


def test_an_edit_records_only_new_mentions(
    course: Course, ana: Visitor, tom: Visitor, session: Session
) -> None:
    mia = course.visitor("Mia Wolf")
    post_thread(ana, body=of(tom))
    post = session.scalars(select(Post)).one()
    edit_post(
        session,
        ana.actor,
        post_id=post.id,
        revision=post.revision,
        title=None,
        body=f"{of(tom)} and {of(mia)}",
    )
    session.commit()
    assert set(session.scalars(select(Mention.person_id))) == {tom.actor.person_id, mia.actor.person_id}
    assert session.scalars(select(StatementRow.event)).all().count("mentioned") == 2

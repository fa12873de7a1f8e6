"""A course with a conversation of each audience, and somebody in each position to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.attachments.models import Attachment
from lti_tool.core.actor import Role
from lti_tool.courses.models import Placement
from lti_tool.moderation.models import Report, ReportKind
from lti_tool.posts.models import Audience, AudiencePerson, Conversation, Post
from tests.attachments.files import NOTES, post_with_files
from tests.factories.entrances import Course, Visitor
from tests.follow_ups.planning import plan
from tests.groups.grouping import Grouped
from tests.help_requests.asking import ask_for_help, post_answer
from tests.shapes.shaped import reply

STAFF = {"instructor", "assistant"}
EVERYBODY = {"author", "group mate", "other group", "partner", "observer", *STAFF}
MAY_READ: Mapping[Audience, set[str]] = {
    Audience.COURSE: EVERYBODY,
    Audience.GROUP: {"author", "group mate", *STAFF},
    Audience.GALLERY: {"author", "group mate", *STAFF},
    Audience.PAIR: {"author", "partner"},
    Audience.OWNER: {"author"},
    Audience.STAFF: {"author", *STAFF},
}
"""Who may read a conversation of each audience. All tests of this folder are made from it."""
WORDS = dict(zip(Audience, ("marmot", "numbat", "okapi", "potoo", "quoll", "saola"), strict=True))
"""A word that stands in the titles, texts and tags of each audience's conversations, and nowhere else."""


@dataclass(frozen=True)
class World:
    people: Mapping[str, Visitor]
    """By position. All are in one course but "stranger"."""
    ids: Mapping[Audience, Mapping[str, UUID | str]]
    """Objects in each audience's conversations, by the kinds of tests/contract/access_table.py."""

    def who(self, position: str) -> UUID:
        return self.people[position].actor.person_id


@pytest.fixture
def world(course: Course, session: Session) -> World:
    grouped = Grouped(course, session)
    people = {
        "author": grouped.ana,
        "group mate": course.visitor("Bea Roth"),
        "other group": grouped.tom,
        "partner": grouped.mia,
        "observer": course.visitor("Otto Lind", role=Role.OBSERVER),
        "instructor": grouped.ines,
        "assistant": course.visitor("Asa Holm", role=Role.ASSISTANT),
        "stranger": course.visitor("Ana Ruiz", context_id="course-2"),
    }
    grouped.place({people["group mate"]: grouped.kestrels})
    session.execute(update(Placement).values(settings={"points": 10}))
    session.commit()
    ids = {audience: _write(session, people, audience) for audience in Audience}
    for audience, written in ids.items():
        group_id = grouped.kestrels if audience in {Audience.GROUP, Audience.GALLERY} else None
        for kind in ("thread", "request"):
            conversation = session.get_one(Conversation, written[kind])
            conversation.audience, conversation.group_id = audience, group_id
            if audience is Audience.PAIR:
                for position in ("author", "partner"):
                    person_id = people[position].actor.person_id
                    session.add(AudiencePerson(conversation_id=conversation.id, person_id=person_id))
    session.commit()
    return World(people, ids)


def _write(session: Session, people: Mapping[str, Visitor], audience: Audience) -> Mapping[str, UUID | str]:
    """A thread and a request with a reply each: the author's, and while all may still read them, others'."""
    author, word = people["author"], WORDS[audience]
    words = {"title": f"Lantern {word}", "body": f"Lantern {word}", "tags": f"lantern, {word}"}
    thread = post_with_files(author, ("plan.txt", NOTES.encode()), **words)
    request = ask_for_help(author, title=words["title"], trying_to=words["body"])
    thread_id = UUID(thread.rpartition("/")[2])
    opening = session.scalars(select(Post.id).filter_by(conversation_id=thread_id)).one()
    session.add(
        Report(
            course_id=author.actor.course_id,
            post_id=opening,
            reporter_id=people["instructor"].actor.person_id,
            kind=ReportKind.PERSONAL,
            note="",
        )
    )
    follow_up = plan(author, cue=word) if audience is Audience.OWNER else ""
    return {
        "thread": thread_id,
        "thread post": opening,
        "thread draft": f"reply:{thread_id}",
        "anonymous post": opening,
        "case": thread_id,
        "reply": reply(people["group mate"], thread, words["body"]),
        "request": UUID(request.rpartition("/")[2]),
        "answer": post_answer(people["other group"], request, words["body"]),
        "attachment": session.scalars(select(Attachment.id).filter_by(post_id=opening)).one(),
        **({"follow-up": UUID(follow_up.rpartition("/")[2])} if follow_up else {}),
    }

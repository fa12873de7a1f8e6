"""An activity where learners may post anonymously, and what must not be found of one who does."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.core.actor import Role
from lti_tool.courses.models import Placement
from lti_tool.posts.models import Post
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import QUESTION
from tests.threads.test_threads import THREAD

AUTHOR, SUB = "Zora Quartermain", "sub-8841"
ANONYMOUS = {"post_as": "anonymous"}


@dataclass(frozen=True)
class World:
    """The author writes anonymously; peer and teacher read."""

    author: Visitor
    peer: Visitor
    teacher: Visitor
    course: Course
    session: Session

    def thread(self, **changes: str) -> str:
        """The path of a thread that the author began anonymously."""
        return send(self.author, "/threads/new", "/threads/new", {**THREAD, **ANONYMOUS, **changes})

    def request(self, **changes: str) -> str:
        return send(self.author, "/help/new", "/help/new", {**QUESTION, **ANONYMOUS, **changes})

    def reply(self, visitor: Visitor, path: str, body: str, **changes: str) -> UUID:
        kind = "answers" if path.startswith("/help") else "replies"
        send(visitor, path, f"{path}/{kind}", {"body": body, **changes})
        return self.newest()

    def newest(self) -> UUID:
        self.session.expire_all()
        return self.session.scalars(select(Post.id).order_by(Post.id.desc())).first()  # type: ignore[return-value]

    def opening(self, path: str) -> UUID:
        conversation = UUID(path.rpartition("/")[2])
        return self.session.scalars(
            select(Post.id).filter_by(conversation_id=conversation, is_opening=True)
        ).one()

    def pseudonym(self, post_id: UUID) -> str:
        name = self.session.scalars(select(Post.pseudonym).filter_by(id=post_id)).one()
        assert name
        return name

    def check_hidden(self, *answers: TestResponse) -> None:
        """Nothing that tells who the author is, in the pages or their headers."""
        for answer in answers:
            assert answer.status_code in {200, 303, 404, 409, 422}, answer.status
            whole = f"{answer.headers}\n{answer.get_data(as_text=True)}"
            found = [told for told in self.identifying() if told.lower() in whole.lower()]
            assert found == [], answer.request.path

    def identifying(self) -> list[str]:
        actor = self.author.actor
        ids = (actor.person_id, actor.launch_id)
        return [AUTHOR, *AUTHOR.split(), SUB, ">ZQ<", *map(str, ids), *(it.hex for it in ids)]


def send(visitor: Visitor, page: str, path: str, data: dict[str, Any]) -> str:
    answer = visitor.send(page, path, data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location).removeprefix(visitor.base)


def make_world(course: Course, session: Session, **settings: object) -> World:
    author = course.visitor(AUTHOR, sub=SUB)
    world = World(
        author,
        course.visitor("Tom Becker"),
        course.visitor("Ines Koch", role=Role.INSTRUCTOR),
        course,
        session,
    )
    allow(session, **settings)
    return world


def allow(session: Session, **settings: object) -> None:
    """In all activities; `anonymous=False` takes it back."""
    session.execute(update(Placement).values(settings={"anonymous": True, **settings}))
    session.commit()


def avatars(page: str) -> set[tuple[str, str]]:
    """(hue, initials) of everybody who is pictured."""
    return set(re.findall(r'class="avatar hue-(\d+)" aria-hidden="true">([^<]*)<', page))

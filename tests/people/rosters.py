"""Rosters as tests want them, served page by page; and who is in the course afterwards."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.wrappers import Request, Response

from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.demo.lms.vocabulary import INSTRUCTOR, LEARNER, LTI, MEMBERSHIP_CONTAINER
from lti_tool.launch.admission import LaunchAccepted
from lti_tool.launch.sessions import find_actor
from lti_tool.people.models import Membership, Person, RosterSync
from lti_tool.people.sync import sync_course
from tests.factories.entrances import Visitor
from tests.served_lms import ServedLms

ROSTER = "/nrps/difficult-conversations/memberships"
INES = PEOPLE[4]
Entry = dict[str, Any]


def entry(sub: str, *, role: str = LEARNER, **more: Any) -> Entry:
    return {"user_id": sub, "name": f"Name of {sub}", "roles": [role], "status": "Active", **more}


def entries(count: int, *, start: int = 0) -> list[Entry]:
    return [entry(f"sub-{n}") for n in range(start, start + count)]


def page(members: Sequence[object], *, next: str | None = None) -> Response:  # noqa: A002
    headers = {"Link": f'<{next}>; rel="next"'} if next else {}
    return Response(json.dumps({"members": list(members)}), mimetype=MEMBERSHIP_CONTAINER, headers=headers)


class Platform:
    """A course at the served LMS. `roster` replaces what its roster service answers."""

    def __init__(self, lms: ServedLms, app: Flask) -> None:
        self.lms, self.app = lms, app
        self._given = lms.server.answer
        self.course_id: UUID | None = None

    def answer(self, roster: Callable[[Request], Response]) -> None:
        def either(request: Request) -> Response:
            return roster(request) if request.path == ROSTER else self._given(request)

        self.lms.server.answer = either

    def roster(self, members: Sequence[object], *, on_a_page: int = 1000) -> None:
        """Serve these members, with a cursor that is not to be changed."""

        def answer(request: Request) -> Response:
            start = int(request.args.get("After", "0"))
            more = start + on_a_page < len(members)
            link = f"{self.lms.url}{ROSTER}?After={start + on_a_page}" if more else None
            return page(members[start : start + on_a_page], next=link)

        self.answer(answer)

    def enter(
        self, sub: str | None = None, *, role: str = LEARNER, claims: dict[str, Any] | None = None
    ) -> LaunchAccepted:
        """Somebody launches; Ines, the instructor, when nobody is named."""
        if sub is None:
            accepted = self.lms.launch(INES, **(claims or {}))
        else:
            accepted = self.lms.launch(**{"sub": sub, f"{LTI}roles": [role], **(claims or {})})
        with self.lms.sessions() as session:
            visitor = self.visitor(accepted)
            self.course_id = visitor.actor.course_id
            assert session.get(RosterSync, self.course_id)
        return accepted

    def visitor(self, accepted: LaunchAccepted) -> Visitor:
        with self.lms.sessions() as session:
            actor = find_actor(session, launch_id=accepted.launch_id, secret=accepted.secret)
        assert actor
        return Visitor(self.app, actor, accepted.secret)

    def sync(self) -> RosterSync:
        """Read the roster now, and tell what came of it."""
        assert self.course_id
        sync_course(self.lms.sessions, self.course_id)
        return self.state()

    def state(self) -> RosterSync:
        with self.lms.sessions() as session:
            return session.get_one(RosterSync, self.course_id)

    def memberships(self) -> dict[str, Membership]:
        """Everybody who is or was in the course, by `sub`."""
        with self.lms.sessions() as session:
            rows = session.execute(
                select(Person.sub, Membership)
                .join(Membership, Membership.person_id == Person.id)
                .where(Membership.course_id == self.course_id)
            )
            return {sub: membership for sub, membership in rows}  # noqa: C416  # rows are not pairs to mypy

    def present(self) -> set[str]:
        return {sub for sub, membership in self.memberships().items() if membership.left_at is None}

    def role(self, sub: str) -> str:
        return self.memberships()[sub].role

    def names(self) -> dict[str, str]:
        with self.lms.sessions() as session:
            return {person.sub: person.name for person in session.scalars(select(Person))}


__all__ = ["COURSES", "INES", "INSTRUCTOR", "LEARNER", "ROSTER", "Platform", "entries", "entry", "page"]

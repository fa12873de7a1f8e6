"""People of the sample course, acting at moments of the past."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.demo.lms import Launch, Lms
from lti_tool.demo.lms.catalogue import PEOPLE, Course, Link, Person
from lti_tool.launch.admission import admit
from lti_tool.launch.entrance import find_entrance
from lti_tool.launch.message import read_message
from lti_tool.launch.sessions import find_actor
from lti_tool.platforms.models import Registration

# So long before they first do something, people came in; and so long they stay.
_ARRIVING = timedelta(minutes=4)
_STAY = timedelta(minutes=100)


class Story:
    """People acting, at moments of the past."""

    def __init__(self, session: Session, lms: Lms, registration: Registration) -> None:
        self.session, self._lms = session, lms
        self._registration = registration
        self._now = clock.now()
        self._visits: dict[tuple[str, str], list[tuple[datetime, Actor]]] = defaultdict(list)

    @contextmanager
    def ago(self, **ago: float) -> Iterator[None]:
        with clock.at(self._now - timedelta(**ago)):
            yield

    def visitor(self, key: str, course: Course, link: Link) -> Actor:
        """Who acts now: in a visit that they are in, or in a new one that began some minutes ago."""
        now, visits = clock.now(), self._visits[key, link.id]
        for begun, actor in visits:
            if begun < now < begun + _STAY:
                return actor
        with clock.at(now - _ARRIVING):
            actor = self._enter(key, course, link)
        visits.append((now - _ARRIVING, actor))
        return actor

    def _enter(self, key: str, course: Course, link: Link) -> Actor:
        """The person comes in, as by a launch of the LMS."""
        launch = Launch(person=_person_named(key), course=course, link=link)
        message = read_message(self._lms.launch_claims(launch, nonce="content"))
        entrance = find_entrance(self.session, registration=self._registration, message=message)
        accepted = admit(entrance, message)
        actor = find_actor(self.session, launch_id=accepted.launch_id, secret=accepted.secret)
        if actor is None:
            raise RuntimeError("a session that was just opened is gone")
        return actor


def _person_named(key: str) -> Person:
    return next(person for person in PEOPLE if person.key == key)

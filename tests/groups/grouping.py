"""An activity that is worked in groups, and people in them."""

import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.people.models import Group
from tests.factories.entrances import Course, Visitor


class Grouped:
    """Kestrels with Ana, Herons with Tom; Mia is in neither; Ines teaches."""

    def __init__(self, course: Course, session: Session) -> None:
        self.course, self.session = course, session
        self.ines = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
        self.ana, self.tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
        self.mia = course.visitor("Mia Wolf")
        made = self.ines.send("/groups", "/groups/sets", {"name": "Project teams"})
        self.page = str(made.location).removeprefix(self.ines.base)
        self.kestrels, self.herons = self.make("Kestrels"), self.make("Herons")
        self.place({self.ana: self.kestrels, self.tom: self.herons})

    @property
    def set_id(self) -> UUID:
        return UUID(self.page.rpartition("/")[2])

    def make(self, name: str) -> UUID:
        self.ines.send(self.page, f"{self.page}/groups", {"name": name})
        return self.session.scalars(select(Group.id).filter_by(name=name, group_set_id=self.set_id)).one()

    def place(self, places: dict[Visitor, UUID | None]) -> None:
        data = {f"person-{who.actor.person_id}": str(group or "") for who, group in places.items()}
        answer = self.ines.send(self.page, f"{self.page}/people", data)
        assert answer.status_code == 303, answer.text

    def gallery(self, **data: str) -> None:
        answer = self.ines.send("/groups", "/groups/gallery", data)
        assert answer.status_code == 303, answer.text


def titles(visitor: Visitor, query: str = "") -> list[str]:
    """What stands in the list of threads."""
    page = visitor.get(f"/threads{query}").text
    return re.findall(r'<a class="title"[^>]*>([^<]*)</a>', page)

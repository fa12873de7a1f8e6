"""Who wrote it, as others are shown it: everything that names an author goes through here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, literal

from lti_tool.core.actor import Actor
from lti_tool.people.models import Person
from lti_tool.people.names import OwnPseudonym
from lti_tool.people.naming import called_in
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """All that a page knows of who wrote something."""

    name: str
    """As the course calls them (people/naming.py); empty for who is no member of it any more."""
    role: str
    """What the author was in the course when writing; empty for a conversation's."""
    person_id: UUID | None
    """None for a pseudonym: nothing leads from it to a person, for staff neither."""
    is_self: bool
    """Whether the reader wrote it."""
    is_anonymous: bool


def author_columns(
    content: type[Post | Conversation], person: type[Person], *, prefix: str = "author"
) -> list[ColumnElement[Any]]:
    """What `author_of` asks of a query; `content` and `person` may be aliases, told apart by the prefix."""
    role: ColumnElement[str] = getattr(content, "author_role", literal(""))
    return [
        content.author_id.label(f"{prefix}_id"),
        role.label(f"{prefix}_role"),
        content.pseudonym.label(f"{prefix}_pseudonym"),
        called_in(content.course_id, person).label(f"{prefix}_name"),
    ]


def author_of(actor: Actor, row: Row[Any], *, prefix: str = "author") -> Author:
    """The author of what a query found, as the actor is shown it."""
    return shown_as(
        actor,
        person_id=getattr(row, f"{prefix}_id"),
        name=getattr(row, f"{prefix}_name"),
        role=getattr(row, f"{prefix}_role"),
        pseudonym=getattr(row, f"{prefix}_pseudonym"),
    )


def shown_as(
    actor: Actor, *, person_id: UUID, name: str, pseudonym: str | None = None, role: str = ""
) -> Author:
    """This person as the actor is shown them; who has a pseudonym here has nothing else."""
    is_self = person_id == actor.person_id
    if pseudonym is None:
        return Author(name=name, role=role, person_id=person_id, is_self=is_self, is_anonymous=False)
    shown = OwnPseudonym(pseudonym) if is_self else pseudonym
    return Author(name=shown, role="", person_id=None, is_self=is_self, is_anonymous=True)

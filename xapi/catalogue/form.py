"""The form of the catalogue's rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from xapi.vocabulary import Verb


class Stands(StrEnum):
    """Whether something stands in an event's statements."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True, slots=True, eq=False)
class Extension:
    """A context extension: what it means, and which values it takes."""

    id: str
    label: str
    definition: str
    schema: Mapping[str, Any]
    """JSON Schema (2020-12) of its value."""

    @property
    def values(self) -> tuple[Any, ...]:
        """All values that it can have, where those are a list."""
        return tuple(self.schema.get("enum", ()))


@dataclass(frozen=True, slots=True)
class Carries:
    """An extension that an event's statements carry."""

    extension: Extension
    stands: Stands = Stands.ALWAYS
    only_with: Verb | None = None
    """Of an event with several verbs: the one beside which it stands; None for each of them."""

    def beside(self, verb: Verb) -> Stands:
        return self.stands if self.only_with in {None, verb} else Stands.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act of the tool, and what its statement holds beside what each one holds.

    Each has an actor, a timestamp, a category, and the course and the activity it was done in as grouping.
    """

    name: str
    """As `Act.name` says it ("thread_posted")."""
    sentence: str
    """What it tells, in one plain English sentence."""
    verbs: tuple[Verb, ...]
    objects: tuple[str, ...] = ()
    """Activity types; empty where the object is a person."""
    object_is_named: bool = False
    """Whether the object's definition may have a name: only where the institution wrote it."""
    parents: tuple[str, ...] = ()
    """Activity types of what it stands in; each parent is of one of them."""
    parent: Stands = Stands.ALWAYS
    """Counts where there are `parents`."""
    within: str = ""
    """The activity type of the one parent that is always there, where others may stand beside it."""
    named: Stands = Stands.ALWAYS
    """Whether the actor is named by an account of the platform, with registration, session and language.

    Otherwise the actor is an account of the tool, and none of those stands.
    """
    team: Stands = Stands.NEVER
    reference: str = ""
    """To which statement `context.statement` points, in words; empty for none.

    It is left out where that statement was never made, as of a test user.
    """
    result: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Members of `result` that stand always, each with its values; no values where it is measured."""
    result_sometimes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    text: bool = False
    """Whether `result.response` may hold what was written, where a platform's administrators chose that."""
    extensions: tuple[Carries, ...] = ()
    part_of_follow_up: bool = False
    """Whether it also conforms to the profile of follow-ups, as a part of that one pattern."""

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def is_about_person(self) -> bool:
        return not self.objects

    def result_of(self) -> dict[str, Stands]:
        """Which members of `result` stand."""
        found = dict.fromkeys(self.result, Stands.ALWAYS) | dict.fromkeys(
            self.result_sometimes, Stands.SOMETIMES
        )
        return found | ({"response": Stands.SOMETIMES} if self.text else {})

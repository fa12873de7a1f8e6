"""The people and courses of Riverside College. Fixed, so that demos and tests can name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lti_tool.demo.lms.vocabulary import INSTITUTION, INSTRUCTOR, LEARNER, TEACHING_ASSISTANT


@dataclass(frozen=True, kw_only=True)
class Person:
    key: str
    """Stands in page addresses; the tool only ever sees `sub`."""
    sub: str
    given_name: str
    family_name: str
    email: str
    locale: str
    title: str
    """What the person is in the courses, in words."""
    roles: tuple[str, ...]
    institution_roles: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def is_learner(self) -> bool:
        return LEARNER in self.roles

    @property
    def kind(self) -> str:
        """Under which word an LMS's habits say what it calls people."""
        if self.is_learner:
            return "learner"
        return "instructor" if self.may_edit else "assistant"

    @property
    def may_edit(self) -> bool:
        """Instructors change a course here; teaching assistants do not."""
        return INSTRUCTOR in self.roles and TEACHING_ASSISTANT not in self.roles

    @property
    def may_grade(self) -> bool:
        return INSTRUCTOR in self.roles


@dataclass(frozen=True, kw_only=True)
class Link:
    """A resource link: an activity of the course that opens in the tool."""

    id: str
    title: str
    description: str = ""
    custom: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    url: str | None = None
    history: tuple[str, ...] = ()
    """Ids of the links that this one was copied from, newest first."""
    graded: bool = False
    """Whether the gradebook starts with a column for it."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some people of a course; `people` are their keys."""

    id: str
    name: str
    set_id: str
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GroupSet:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Course:
    key: str
    context_id: str
    label: str
    title: str
    summary: str
    links: tuple[Link, ...]
    history: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    group_sets: tuple[GroupSet, ...] = ()


PEOPLE: Final = (
    Person(
        key="ana",
        sub="7d0c5d6e-3b5f-4f0e-9a57-0c6f1f2b8a11",
        given_name="Ana",
        family_name="Ruiz",
        email="ana.ruiz@riverside.example",
        locale="es-ES",
        title="Learner",
        roles=(LEARNER,),
        institution_roles=(f"{INSTITUTION}Student",),
    ),
    Person(
        key="tom",
        sub="b2f7c9a4-61de-4d39-8c1a-5e0d7f3a9c22",
        given_name="Tom",
        family_name="Becker",
        email="tom.becker@riverside.example",
        locale="en-GB",
        title="Learner",
        roles=(LEARNER,),
        institution_roles=(f"{INSTITUTION}Student",),
    ),
    # A member of staff who takes the course: a tool that believes institution roles would let him teach it.
    Person(
        key="yusuf",
        sub="e94a1b07-8f2c-4c66-b3d5-1a7c2e6f4d33",
        given_name="Yusuf",
        family_name="Demir",
        email="yusuf.demir@riverside.example",
        locale="tr-TR",
        title="Learner",
        roles=(LEARNER,),
        institution_roles=(f"{INSTITUTION}Staff", f"{INSTITUTION}Instructor"),
    ),
    Person(
        key="priya",
        sub="41c8e2f9-d07b-4a95-a6e3-9b5d8c1f7e44",
        given_name="Priya",
        family_name="Nair",
        email="priya.nair@riverside.example",
        locale="en-IN",
        title="Teaching assistant",
        # The specification has a sub-role travel with its principal role, and Canvas sends both.
        roles=(INSTRUCTOR, TEACHING_ASSISTANT),
        institution_roles=(f"{INSTITUTION}Student",),
    ),
    Person(
        key="ines",
        sub="0a6f3d52-c4e1-47b8-92fd-6e8b0d9a5f55",
        given_name="Ines",
        family_name="Duarte",
        email="ines.duarte@riverside.example",
        locale="pt-PT",
        title="Instructor",
        roles=(INSTRUCTOR,),
        institution_roles=(f"{INSTITUTION}Faculty", f"{INSTITUTION}Instructor"),
    ),
)

_PRACTICE = GroupSet(id="7d20c9a4-1f5e-4b83-a6d7-3e9c5b1f0a01", name="Practice partners")

COURSES: Final = (
    Course(
        key="difficult-conversations",
        context_id="c7a1f0b3-5e92-4d1c-8b64-2f9e0a7d3c01",
        label="DC-101",
        title="Difficult conversations",
        summary="Open, hold and close the conversations that people put off.",
        links=(
            Link(
                id="a3d94c1e-70b2-4e5f-9c86-1b2d3e4f5a01",
                title="Talk it through: opening the conversation",
                description="How would you begin? Try openings out with each other before you need them.",
            ),
            Link(
                id="a3d94c1e-70b2-4e5f-9c86-1b2d3e4f5a02",
                title="Practice swap",
                description="Something that worked for you at work, written so that others can use it.",
                graded=True,
            ),
        ),
        group_sets=(_PRACTICE,),
        groups=(
            Group(
                id="7d20c9a4-1f5e-4b83-a6d7-3e9c5b1f0a11",
                name="Morning pair",
                set_id=_PRACTICE.id,
                people=("ana", "tom"),
            ),
            Group(
                id="7d20c9a4-1f5e-4b83-a6d7-3e9c5b1f0a12",
                name="Evening group",
                set_id=_PRACTICE.id,
                people=("yusuf", "priya"),
            ),
        ),
    ),
    # A copy of last year's course: its ids have a history, as after a course copy in a real LMS.
    Course(
        key="facilitating-workshops",
        context_id="c7a1f0b3-5e92-4d1c-8b64-2f9e0a7d3c02",
        label="FW-204",
        title="Facilitating workshops",
        summary="Plan and run sessions in which the people in the room do the work.",
        history=("c7a1f0b3-5e92-4d1c-8b64-2f9e0a7d3b02",),
        links=(
            Link(
                id="f58b20d7-94c3-4a1e-b7f0-6c5d4e3f2b01",
                title="Talk it through: the first ten minutes",
                description="What do you do so that people speak in the first ten minutes?",
                history=("f58b20d7-94c3-4a1e-b7f0-6c5d4e3f1b01",),
            ),
            Link(
                id="f58b20d7-94c3-4a1e-b7f0-6c5d4e3f2b02",
                title="Practice swap",
                description="A warm-up, a question or a close that worked in one of your workshops.",
                history=("f58b20d7-94c3-4a1e-b7f0-6c5d4e3f1b02",),
                graded=True,
            ),
        ),
    ),
    # In its seventh week, for whoever wants to see some history.
    Course(
        key="giving-feedback",
        context_id="c7a1f0b3-5e92-4d1c-8b64-2f9e0a7d3c03",
        label="GF-310",
        title="Giving feedback",
        summary="Say it so that it can be heard, and hear it so that it can be used.",
        links=(
            Link(
                id="0d6e4b92-58a7-4c13-9f2e-7b8a6c5d4e01",
                title="Talk it through: saying it so that it is heard",
                description="Seven weeks of feedback, given and taken.",
            ),
        ),
    ),
)


def person_by_key(key: str) -> Person | None:
    return next((person for person in PEOPLE if person.key == key), None)


def person_by_sub(sub: str) -> Person | None:
    return next((person for person in PEOPLE if person.sub == sub), None)


def course_by_key(key: str) -> Course | None:
    return next((course for course in COURSES if course.key == key), None)

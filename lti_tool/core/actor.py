"""Who acts: the person of one launch, in one course, with that launch's role."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lti_tool.core.schedule import ALWAYS, Phase, Schedule


class Role(StrEnum):
    """What the launch says of a person in this course (LTI Core 1.3, appendix A.2.3)."""

    LEARNER = "learner"
    ASSISTANT = "assistant"
    INSTRUCTOR = "instructor"
    OBSERVER = "observer"

    @property
    def is_staff(self) -> bool:
        return self in {Role.ASSISTANT, Role.INSTRUCTOR}


class ActorMode(StrEnum):
    """By which account a registration's statements name people."""

    SUB = "sub"
    """The platform's own id of the person."""
    PSEUDONYM = "pseudonym"
    """An account of the tool, of which the tool alone can tell whose it is."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What statements of a registration tell of people, beside what they did."""

    mode: ActorMode = ActorMode.SUB
    home_page: str | None = None
    """Of the platform's ids, where the platform's own statements have another than its issuer."""
    sends_text: bool = False
    """Whether they hold what people wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityHere:
    """How staff have set up the activity that a launch leads to. Only features look at it."""

    shape: str = ""
    """How its discussion goes: a `Shape` of courses/shapes.py."""
    prompt_html: str = ""
    """What the instructor asks the participants, as safe HTML; empty for nothing."""
    allows_anonymity: bool = False
    """Whether learners may post anonymously to each other."""
    group_set_id: UUID | None = None
    """The groups that the activity is worked in; None for everybody together."""
    gallery_at: datetime | None = None
    """When the threads of those groups are opened to each other; None for never."""
    schedule: Schedule = ALWAYS
    """When people may write in the activity's discussion."""
    has_roles: bool = False
    """Whether roles go round in the activity's discussion (rotation/)."""
    copy_is_open: bool = False
    """Whether the settings were copied, and staff have yet to decide about the copy."""


_AS_USUAL = Naming()
_UNSET = ActivityHere()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and where; read once a request."""

    launch_id: UUID
    registration_id: UUID
    issuer: str
    deployment: str
    """The platform's own deployment id."""
    platform_name: str
    person_id: UUID
    sub: str
    """The platform's own id of the person."""
    name: str
    role: Role
    course_id: UUID
    course_title: str
    context_id: str
    """The platform's own id of the course."""
    placement_id: UUID
    placement_title: str
    activity: str
    """What the placement is for: "discussion", "help" or "follow_up"."""
    locale: str
    """The language tag that the platform gives, such as "en" or "pt-BR"."""
    language: str
    """The language tag of the pages that they see: the platform's, or the browser's, where we speak it."""
    embedders: tuple[str, ...]
    """The origins whose pages may frame this launch's pages."""
    xapi_registration: UUID
    """The `context.registration` of this person's statements in this course."""
    naming: Naming = _AS_USUAL
    """How statements name people of this registration."""
    here: ActivityHere = _UNSET
    is_test: bool = False
    """Somebody whom the platform made up to try things: may do everything, and counts nowhere."""
    lrs_version: str | None = None
    """Which xAPI the platform's own record store speaks; None for the default's."""

    def may_write(self, schedule: Schedule) -> bool:
        """Whether they may by now in an activity with this schedule: staff always may."""
        return self.role.is_staff or schedule.phase is Phase.OPEN

    def title_of(self, activity: str) -> str:
        """The placement's title on the pages of what it is for, and none on the course's other pages."""
        return self.placement_title if activity == self.activity else ""

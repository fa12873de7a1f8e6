"""What a row of the contract says: one launch, and what must come of it.

Numbers are those of the references: plain ones of lti.md, section 2; with an S those of security.md, 2.2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from lti_tool.launch.errors import Advice
from lti_tool.launch.models import LaunchKind
from tests.contract.launches.scene import Scene
from tests.launch.platform import Platform

Claims = dict[str, Any]


def _as_it_is(_subject: object) -> None:
    pass


@dataclass(frozen=True)
class Refused:
    """A launch that must not be let in, and nothing must come of it.

    What is wrong with it: `login` (parameters changed), `claims` (see `bent`), `token` (made otherwise),
    `keys` (published otherwise), what happened `before` its login or `between` login and launch, or the
    whole `act`.
    """

    name: str
    numbers: str
    code: str | None
    """In the log; none where the request is refused before anybody asks what launch it is."""
    claims: Mapping[str, Any] = field(default_factory=dict)
    advice: Advice | None = Advice.ADMINISTRATOR
    """Which words the person reads."""
    status: int = 400
    message: str = "activity"
    login: Mapping[str, str | None] = field(default_factory=dict)
    token: Callable[[Platform, Claims], str] | None = None
    keys: Callable[[Platform], None] | None = None
    before: Callable[[Platform], None] = _as_it_is
    between: Callable[[Scene], None] = _as_it_is
    act: Callable[[Scene], TestResponse] | None = None
    cookie: bool | None = None
    """Whether the browser sends our cookie; None where it must make no difference."""
    is_held: bool = False
    """Whether the proof of a browser without the cookie is asked for before it is refused."""
    claim: str | None = None
    """The claim that the log names, where it is another than the one that is bent."""
    leaves: str | None = None
    """The one table that it may leave a row in."""
    mend: Callable[[Platform], None] = _as_it_is
    """What makes the platform whole again, so that the true launch gets in."""
    needs_login: bool = False
    """Whether the true launch takes a new login afterwards; where not, the old one must still do."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Accepted:
    """A legal launch: it must open its first page."""

    name: str
    numbers: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    message: str = "activity"
    login: Mapping[str, str | None] = field(default_factory=dict)
    role: str = "learner"
    kind: LaunchKind = LaunchKind.RESOURCE_LINK
    page: str = "threads"
    before: Callable[[Platform], None] = _as_it_is
    is_test: bool = False
    """Whether the platform made this person up: nothing of theirs is recorded."""
    recorded: Mapping[str, Any] | None = None
    """All claims of a real LMS, in place of the demo platform's. What binds them to the login is put in."""

    def __str__(self) -> str:
        return self.name

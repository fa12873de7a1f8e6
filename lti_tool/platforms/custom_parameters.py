"""The custom parameters that the tool asks of every platform, and reading what came of them.

The one place for their names: Canvas's configuration, dynamic registration and the demo LMS use them.
"""

from collections.abc import Mapping
from typing import Any, Final

from lti_tool.core.text import is_clean

RESOURCE_LINK_HISTORY: Final = "resource_link_history"
CONTEXT_HISTORY: Final = "context_history"
HISTORY_PARAMETERS: Final[Mapping[str, str]] = {
    RESOURCE_LINK_HISTORY: "$ResourceLink.id.history",
    CONTEXT_HISTORY: "$Context.id.history",
}
"""After a course is copied, these name what its activities were copied from."""

_MOST = 50
_LONGEST_ID = 255
_CUT_OFF = "truncated"
"""What Canvas ends a chain with that it has cut."""

CustomParameters = Mapping[str, Any] | None


def substituted(custom: CustomParameters, name: str) -> str | None:
    """The parameter's value; None where the platform put none in.

    A platform that does not know a variable sends its name as it stands (LTI Core 1.3, custom property
    substitution), as Moodle does with $ResourceLink.id.history.
    """
    value = (custom or {}).get(name)
    return None if not isinstance(value, str) or value.startswith("$") else value


def chain(value: str | None) -> tuple[str, ...]:
    """The ids of a history, newest first, each once, at most fifty; what can't be an id is left out.

    The first is the one that was copied, the second what that one was copied from, and so on (1EdTech, "The
    course copy road to nowhere"; Canvas: "in reverse chronological order").
    """
    ids = (part.strip() for part in (value or "").split(","))
    usable = (one for one in ids if 0 < len(one) <= _LONGEST_ID and one != _CUT_OFF and is_clean(one))
    return tuple(dict.fromkeys(one for one in usable if not one.startswith("$")))[:_MOST]

"""The forms of names."""

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext

from lti_tool.core.errors import RefusedError
from lti_tool.own_names.likeness import LONGEST
from lti_tool.own_names.service import UnreadableNameError
from lti_tool.web.forms import LaunchedForm, line_field

_LONGEST_REASON = 500


class OwnNameForm(LaunchedForm):
    name = line_field(
        lazy_gettext("Your name in this course"),
        description=lazy_gettext("leave empty to keep your number"),
        longest=LONGEST,
    )

    def say_why(self, error: RefusedError) -> None:
        self.name.errors = [
            gettext("Please use letters. You can also use spaces, hyphens, full stops and apostrophes.")
            if isinstance(error, UnreadableNameError)
            else gettext("This looks like the name of another person here. Please choose another one.")
        ]


class PersonNameForm(OwnNameForm):
    """Of somebody else, by staff."""

    name = line_field(
        lazy_gettext("Name in this course"),
        description=lazy_gettext("leave empty to keep the number"),
        longest=LONGEST,
    )
    reason = line_field(
        lazy_gettext("Reason"),
        description=lazy_gettext("kept in the log"),
        required=lazy_gettext("Please give a reason in a few words."),
        longest=_LONGEST_REASON,
    )


def reserved_words() -> Sequence[str]:
    """What we call people ourselves, in the reader's language and in English."""
    return (
        gettext("Participant %(number)s", number=""),
        gettext("A participant"),
        gettext("staff"),
        gettext("Instructor"),
        gettext("Teaching assistant"),
        gettext("You"),
        "participant",
        "a participant",
        "staff",
        "instructor",
        "teacher",
        "teaching assistant",
        "you",
        "moderator",
        "administrator",
        "admin",
        "segue",
    )

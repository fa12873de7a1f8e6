"""The forms of groups."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import NumberRange

from lti_tool.core.errors import RefusedError
from lti_tool.core.text import clean_text
from lti_tool.groups.queries import FEWEST, MOST
from lti_tool.web.forms import LONGEST_BODY, LaunchedForm, id_field, line_field, radio_field, text_field
from lti_tool.web.moments import MomentField, MomentsForm

_LONGEST_NAME = 60
_PERSON = "person-"
_LINE = "line-"
_LONGEST_LINE_NUMBER = 5


class ChooseForm(LaunchedForm):
    group_set = id_field()
    """Empty for everybody together."""


class SetForm(LaunchedForm):
    name = line_field(
        lazy_gettext("What are the groups for?"),
        description=lazy_gettext("a name for the whole set, such as “Project teams”"),
        required=lazy_gettext("Please enter a name for the set of groups."),
        longest=_LONGEST_NAME,
    )


class GroupForm(LaunchedForm):
    name = line_field(
        lazy_gettext("Name of the group"),
        required=lazy_gettext("Please enter a name for the group."),
        longest=_LONGEST_NAME,
    )


class RenameForm(GroupForm):
    """Its button is the group's: the page may have one form for each."""

    def say_why(self, error: RefusedError) -> None:
        del error
        self.name.errors = [
            gettext("Another group in this set has, or had, this name. Please choose another one.")
        ]


class SpreadForm(LaunchedForm):
    count = IntegerField(
        lazy_gettext("How many groups?"),
        description=lazy_gettext("Existing groups are kept, and more are added if needed."),
        validators=[
            NumberRange(FEWEST, MOST, message=lazy_gettext("Please enter a number from %(min)s to %(max)s."))
        ],
    )
    who = radio_field(
        lazy_gettext("Assign whom?"),
        {
            "rest": lazy_gettext("Only people without a group"),
            "everybody": lazy_gettext("Everybody, starting over"),
        },
        default="rest",
        required=lazy_gettext("Please choose one of these."),
    )


class PlacesForm(LaunchedForm):
    """For each learner on the page a choice of group, named after them."""

    def places(self) -> Mapping[UUID, UUID | None]:
        """Who is to be in which group; None for none. What is no id counts as nothing."""
        named = {name.removeprefix(_PERSON): value for name, value in request.form.items() if _PERSON in name}
        return {
            person: _as_id(value) for name, value in named.items() if (person := _as_id(name)) is not None
        }


class PasteForm(LaunchedForm):
    """A list of people and groups; first looked at, then sent again with what was looked at."""

    people = text_field(
        lazy_gettext("List of people and groups"),
        description=lazy_gettext(
            "one line for each person, such as “Kim Lee, Group A”; or copy two columns from a spreadsheet"
        ),
    )
    seen = StringField()
    """The digest of the plan that the page showed."""

    def read_file(self) -> None:
        """Take the list of a file, where one was chosen, in whichever encoding spreadsheets write."""
        file = request.files.get("file")
        given = file.read(LONGEST_BODY + 1) if file and file.filename else b""
        if given:
            self.people.data = clean_text(_decoded(given))

    def is_looked_at(self) -> bool:
        """Whether there is a list to make a plan of."""
        self.read_file()
        if not self.validate():
            return False
        if not self.people.data:
            self.people.errors = [gettext("Please paste a list, or choose a file.")]
        return bool(self.people.data)

    def choices(self) -> Mapping[int, UUID]:
        """Who is meant in which line, where the page asked."""
        named = {
            name.removeprefix(_LINE): value for name, value in request.form.items() if name.startswith(_LINE)
        }
        return {
            int(line): person
            for line, value in named.items()
            if line.isdecimal()
            and len(line) <= _LONGEST_LINE_NUMBER
            and (person := _as_id(value)) is not None
        }


class RemoveForm(LaunchedForm):
    """A button."""


class GalleryForm(MomentsForm):
    opens = MomentField(
        lazy_gettext("Open the gallery"), description=lazy_gettext("Leave empty to keep groups separate.")
    )
    replies = BooleanField(lazy_gettext("Also let groups reply to each other's threads"))


def _decoded(given: bytes) -> str:
    if given.startswith((b"\xff\xfe", b"\xfe\xff")):
        return given.decode("utf-16", errors="replace")
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError:
        return given.decode("cp1252", errors="replace")


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""The forms of groups."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange

from lti_tool.groups.queries import FEWEST, MOST
from lti_tool.web.forms import LaunchedForm, id_field, line_field, radio_field
from lti_tool.web.moments import MomentField, MomentsForm

_LONGEST_NAME = 60
_PERSON = "person-"


class ChooseForm(LaunchedForm):
    group_set = id_field()
    """Empty for everybody together."""


class SetForm(LaunchedForm):
    name = line_field(
        lazy_gettext("What are the groups for?"),
        description=lazy_gettext("a name for all of them, such as “Project teams”"),
        required=lazy_gettext("Please give the groups a name in common."),
        longest=_LONGEST_NAME,
    )


class GroupForm(LaunchedForm):
    name = line_field(
        lazy_gettext("Name of the group"),
        required=lazy_gettext("Please give the group a name."),
        longest=_LONGEST_NAME,
    )


class RenameForm(GroupForm):
    """Its button is the group's: the page may have one form for each."""

    def refuse_name(self) -> None:
        self.name.errors = [
            gettext("Another of these groups has this name, or had it before it was removed.")
        ]


class SpreadForm(LaunchedForm):
    count = IntegerField(
        lazy_gettext("How many groups?"),
        description=lazy_gettext("those that are there are kept, and others are added"),
        validators=[
            NumberRange(FEWEST, MOST, message=lazy_gettext("Please give a number from %(min)s to %(max)s."))
        ],
    )
    who = radio_field(
        lazy_gettext("Who is spread?"),
        {
            "rest": lazy_gettext("Those who are in no group yet"),
            "everybody": lazy_gettext("Everybody, anew"),
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


class RemoveForm(LaunchedForm):
    """A button."""


class GalleryForm(MomentsForm):
    opens = MomentField(
        lazy_gettext("They open to each other at"), description=lazy_gettext("empty: not at all")
    )
    replies = BooleanField(lazy_gettext("All groups may reply in each other\u2019s threads then"))


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""The forms of groups."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext
from wtforms import BooleanField, DateTimeLocalField, HiddenField, IntegerField, ValidationError
from wtforms.validators import NumberRange, Optional

from lti_tool.groups.queries import FEWEST, MOST
from lti_tool.web.forms import LaunchedForm, id_field, line_field, radio_field

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


class GalleryForm(LaunchedForm):
    opens = DateTimeLocalField(
        lazy_gettext("They open to each other at"),
        description=lazy_gettext("empty: not at all"),
        validators=[Optional()],
    )
    opens_at = HiddenField()
    """The same as a moment, where our script knows the time zone (static/js/local_time.js)."""
    replies = BooleanField(lazy_gettext("All groups may reply in each other\u2019s threads then"))

    def validate_opens(self, field: Any) -> None:
        if field.data is not None and not _EARLIEST <= field.data.year <= _LATEST:
            raise ValidationError(lazy_gettext("Please choose a day of these years."))

    @property
    def moment(self) -> datetime | None:
        """When they open; without our script the field is in UTC, as it says."""
        if self.opens.data is None:
            return None
        told = _as_moment(self.opens_at.data)
        return told or self.opens.data.replace(tzinfo=UTC)


_EARLIEST, _LATEST = 2000, 2100


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _as_moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None

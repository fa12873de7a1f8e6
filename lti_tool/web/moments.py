"""Moments that people choose in their own time: a day and an hour, and the zone that our script names."""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import lazy_gettext
from wtforms import DateTimeLocalField, HiddenField, ValidationError
from wtforms.validators import Optional

from lti_tool.web.forms import LaunchedForm

_EARLIEST, _LATEST = 2000, 2100
_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class MomentField(DateTimeLocalField):
    """May stay empty. Where clocks are put back an hour comes twice: its first is taken, or its last."""

    moment: datetime | None = None
    """In UTC; of a form that was checked."""

    def __init__(self, label: str, *, last: bool = False, **options: Any) -> None:
        super().__init__(label, validators=[Optional()], format=_FORMATS, **options)
        self._fold = int(last)

    def pre_validate(self, form: Any) -> None:
        if self.data is None or self.data.tzinfo is not None:  # nothing, or kept as it was
            self.moment = self.data
            return
        if not _EARLIEST <= self.data.year <= _LATEST:
            raise ValidationError(lazy_gettext("Please choose a date in a nearby year."))
        local = self.data.replace(tzinfo=_zone(form.zone.data), fold=self._fold)
        self.moment = local.astimezone(UTC)
        if self.moment.astimezone(local.tzinfo).replace(tzinfo=None) != self.data:
            raise ValidationError(
                lazy_gettext(
                    "This time does not exist, because clocks go forward then. Please choose another time."
                )
            )


class MomentsForm(LaunchedForm):
    """A form with such fields."""

    zone = HiddenField()
    """Filled in by static/js/local_time.js; without it the fields are in UTC, and say so."""


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str | None) -> ZoneInfo:
    """UTC for whatever somebody made up: ZoneInfo itself looks for files, and modules, by the name."""
    return ZoneInfo(name if name in _names() else "UTC")

"""Forms for roles."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Self

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, StringField
from wtforms.validators import NumberRange

from lti_tool.core import clock
from lti_tool.rotation.models import MOST_ROUNDS, TalkRole
from lti_tool.web.forms import LaunchedForm, id_field
from lti_tool.web.moments import MomentField, MomentsForm

USUAL_ROUNDS = 3
_WEEK = timedelta(days=7)


def _moment(number: int) -> MomentField:
    if number == 1:
        return MomentField(
            lazy_gettext("First round starts"), description=lazy_gettext("Leave empty to start now.")
        )
    return MomentField(
        lazy_gettext("Round %(number)s starts", number=number),
        description=lazy_gettext("Leave empty for one week after the round before."),
    )


class RolesForm(MomentsForm):
    count = IntegerField(
        lazy_gettext("How many rounds?"),
        description=lazy_gettext("After the last round there are no roles. Three rounds are usual."),
        default=USUAL_ROUNDS,
        validators=[
            NumberRange(
                1, MOST_ROUNDS, message=lazy_gettext("Please enter a number from %(min)s to %(max)s.")
            )
        ],
    )
    begins_1, begins_2, begins_3 = _moment(1), _moment(2), _moment(3)
    begins_4, begins_5, begins_6 = _moment(4), _moment(5), _moment(6)
    ends = MomentField(
        lazy_gettext("Last round ends"), description=lazy_gettext("Leave empty for one week after its start.")
    )

    @classmethod
    def holding(cls, rounds: Sequence[tuple[int, datetime, datetime]], usual: int) -> Self:
        """The form with the current rounds."""
        kept: dict[str, Any] = {f"begins_{number}": begins for number, begins, _ in rounds}
        if rounds:
            kept["ends"] = rounds[-1][2]
        return cls(count=len(rounds) or usual, **kept)

    @property
    def begins(self) -> Sequence[MomentField]:
        return [
            self.begins_1,
            self.begins_2,
            self.begins_3,
            self.begins_4,
            self.begins_5,
            self.begins_6,
        ]

    @property
    def moments(self) -> Sequence[datetime]:
        """The starts of the rounds, and the end of the last one."""
        found: list[datetime] = []
        for field in [*self.begins[: self.count.data or 1], self.ends]:
            found.append(field.moment or (found[-1] + _WEEK if found else clock.now()))
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate each time, and then their order; an empty time has a default."""
        if not super().validate(extra_validators):
            return False
        if any(later <= earlier for earlier, later in pairwise(self.moments)):
            self.ends.errors = [gettext("Each round must start after the one before.")]
            return False
        return True


class GiveForm(LaunchedForm):
    role = StringField()
    group = id_field()
    person = id_field()

    @property
    def chosen_role(self) -> TalkRole | None:
        return next((role for role in TalkRole if role == self.role.data), None)


class PassForm(LaunchedForm):
    """A form of one button."""

"""The forms of roles."""

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
        return MomentField(lazy_gettext("The first round begins"), description=lazy_gettext("empty: now"))
    return MomentField(
        lazy_gettext("Round %(number)s begins", number=number),
        description=lazy_gettext("empty: a week after the one before"),
    )


class RolesForm(MomentsForm):
    count = IntegerField(
        lazy_gettext("How many rounds?"),
        description=lazy_gettext("after the last one the roles fade; three are usual"),
        default=USUAL_ROUNDS,
        validators=[
            NumberRange(1, MOST_ROUNDS, message=lazy_gettext("Please give a number from %(min)s to %(max)s."))
        ],
    )
    begins_1, begins_2, begins_3 = _moment(1), _moment(2), _moment(3)
    begins_4, begins_5, begins_6 = _moment(4), _moment(5), _moment(6)
    ends = MomentField(
        lazy_gettext("The last round ends"), description=lazy_gettext("empty: a week after it began")
    )

    @classmethod
    def holding(cls, rounds: Sequence[tuple[int, datetime, datetime]], usual: int) -> Self:
        """With what was arranged."""
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
        """The beginnings of the rounds, and the end of the last."""
        found: list[datetime] = []
        for field in [*self.begins[: self.count.data or 1], self.ends]:
            found.append(field.moment or (found[-1] + _WEEK if found else clock.now()))
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Each moment by itself, and then their order: an empty one stands for another's."""
        if not super().validate(extra_validators):
            return False
        if any(later <= earlier for earlier, later in pairwise(self.moments)):
            self.ends.errors = [gettext("Please let each round begin after the one before.")]
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
    """A button that asks for nothing more."""

"""The forms of scores."""

import re
from decimal import Decimal
from typing import Any, Self

from flask_babel import format_decimal, gettext, lazy_gettext
from wtforms import ValidationError
from wtforms.validators import Length

from lti_tool.grades.queries import ScoreView
from lti_tool.grades.service import LONGEST_COMMENT
from lti_tool.web.forms import LaunchedForm, line_field, text_field

_POINTS = re.compile(r"\d{1,7}(?:[.,]\d{1,2})?")


class ScoreForm(LaunchedForm):
    """Points and a comment for one learner; no points take back those that were given."""

    points = line_field(lazy_gettext("Points"))
    comment = text_field(
        lazy_gettext("Comment"),
        description=lazy_gettext("shown to the learner in the gradebook"),
        also=[
            Length(max=LONGEST_COMMENT, message=lazy_gettext("Please shorten this to %(max)d characters."))
        ],
    )
    maximum: Decimal
    """What the points are out of."""

    @classmethod
    def about(cls, score: ScoreView) -> Self:
        """The form with what is there; in a request that sends one, with what was sent."""
        form = cls(**_values(score))
        form.maximum = score.maximum
        return form

    @classmethod
    def after(cls, score: ScoreView) -> Self:
        """A new form with what is there now, in the answer to one that was sent."""
        form = cls.empty()
        form.process(None, data={"submission": form.submission.data, **_values(score)})
        form.maximum = score.maximum
        return form

    @property
    def given_points(self) -> Decimal | None:
        return Decimal(self.points.data.replace(",", ".")) if self.points.data else None

    def validate_points(self, field: Any) -> None:
        if not field.data:
            return
        if not _POINTS.fullmatch(field.data):
            raise ValidationError(gettext("Please enter a number such as 7 or 7.5."))
        if self.given_points is not None and self.given_points > self.maximum:
            most = format_decimal(self.maximum)
            raise ValidationError(gettext("Please enter a number from 0 to %(most)s.", most=most))


def _values(score: ScoreView) -> dict[str, str]:
    points = score.points_now
    return {"points": "" if points is None else format_decimal(points, "0.##"), "comment": score.comment}


class RetryForm(LaunchedForm):
    """Sending again what was refused: a button."""

"""The forms of follow-ups."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Self

from flask_babel import LazyString, lazy_gettext
from wtforms import DateField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types-wtforms is behind
from wtforms.validators import AnyOf, DataRequired, Length, StopValidation, ValidationError

from lti_tool.core import clock
from lti_tool.core.text import clean_line
from lti_tool.drafts.forms import DraftedForm
from lti_tool.follow_ups.models import Outcome, Plan
from lti_tool.web.forms import LONGEST_BODY, LaunchedForm, LineField, Validator, id_field, text_field

_LONGEST_PART = 200
_LONGEST_NOTE = 1000
_WEEK = timedelta(weeks=1)
_FURTHEST = timedelta(days=731)
_NEW_CHECK_IN = (Outcome.TRIED, Outcome.NOT_YET, Outcome.CHANGED)


def _today() -> date:
    """In UTC. What is said to people allows for a day more or less."""
    return clock.now().date()


def _part_field(
    label: str, opening: str, *, description: str, required: str, before: tuple[Validator, ...] = ()
) -> LineField:
    """A part of the sentence, without the words and the full stop that the sentence has already."""
    said_again = re.compile(rf"^(?:{opening})(?=\W|$)[\s,…]*", re.IGNORECASE)

    def fitted(value: str | None) -> str:
        part = said_again.sub("", clean_line(value or "", longest=LONGEST_BODY)).rstrip(" ,")
        return part if part.endswith("..") else part.removesuffix(".").rstrip(" ,")

    too_long = Length(max=_LONGEST_PART, message=lazy_gettext("Please shorten this to %(max)d characters."))
    return LineField(
        label,
        description=description,
        filters=[fitted],
        validators=[*before, DataRequired(required), too_long],
    )


def _cue_field(*before: Validator) -> LineField:
    return _part_field(
        lazy_gettext("When"),
        "when",
        description=lazy_gettext("a moment at work that will remind you"),
        required=lazy_gettext("Please name a moment at work: a time, a place, a person, a meeting."),
        before=before,
    )


def _action_field(*before: Validator) -> LineField:
    return _part_field(
        lazy_gettext("I will"),
        r"i will|i['\u2019]ll",
        description=lazy_gettext("the first thing you will do"),
        required=lazy_gettext("Please say what you will do then."),
        before=before,
    )


class DayField(DateField):
    data: date


def _day_field(
    label: str, *before: Validator, description: str, default: Callable[[], date] | None = None
) -> DayField:
    """A day that is ahead. A browser that can't offer a calendar shows the text as it was typed."""
    required = DataRequired(lazy_gettext("Please enter a date such as 2026-05-12."))
    validators = [*before, required, _is_ahead]
    return DayField(label, description=description, validators=validators, default=default)


def _is_ahead(form: object, field: Any) -> None:
    del form
    # Yesterday in UTC is still today somewhere.
    if not _today() - timedelta(days=1) <= field.data <= _today() + _FURTHEST:
        raise ValidationError(lazy_gettext("Please choose a date between today and two years from now."))


def _only_for(*outcomes: Outcome) -> Validator:
    """For other outcomes, what the field holds is of no account."""

    def check(form: Any, field: Any) -> None:
        if form.outcome.data not in outcomes:
            field.errors[:] = []
            raise StopValidation

    return check


def _may_be_empty_for(*outcomes: Outcome) -> Validator:
    def check(form: Any, field: Any) -> None:
        if form.outcome.data in outcomes and not "".join(field.raw_data or []).strip():
            field.errors[:] = []
            raise StopValidation

    return check


class _CheckInForm(LaunchedForm):
    """A form with a day to look at the plan again."""

    due_on: DayField

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        first, last = _today() - timedelta(days=1), _today() + _FURTHEST
        self.due_on.render_kw = {"list": "days-ahead", "min": first.isoformat(), "max": last.isoformat()}

    @property
    def days_ahead(self) -> list[tuple[LazyString, date]]:
        """Days that are often right, in words."""
        return [
            (lazy_gettext("in 2 days"), _today() + timedelta(days=2)),
            (lazy_gettext("in a week"), _today() + _WEEK),
            (lazy_gettext("in 3 weeks"), _today() + 3 * _WEEK),
        ]


class FollowUpForm(_CheckInForm, DraftedForm):
    source = id_field()
    cue = _cue_field()
    action = _action_field()
    due_on = _day_field(
        lazy_gettext("Next check-in"),
        description=lazy_gettext("the date to look back at how it went"),
        default=lambda: _today() + _WEEK,
    )


class ReportForm(_CheckInForm):
    plan: Plan
    """What the report is about; the route says it before the form is checked."""

    outcome = RadioField(
        lazy_gettext("How did it go?"),
        choices=[
            SelectChoice(Outcome.DID, lazy_gettext("I did it")),
            SelectChoice(Outcome.TRIED, lazy_gettext("I tried")),
            SelectChoice(Outcome.NOT_YET, lazy_gettext("Not yet")),
            SelectChoice(Outcome.CHANGED, lazy_gettext("Change plan")),
        ],
        validate_choice=False,
        validators=[AnyOf(list(Outcome), message=lazy_gettext("Please choose one of these."))],
    )
    note = text_field(
        lazy_gettext("What happened?"),
        also=[Length(max=_LONGEST_NOTE, message=lazy_gettext("Please shorten this to %(max)d characters."))],
    )
    cue = _cue_field(_only_for(Outcome.CHANGED))
    action = _action_field(_only_for(Outcome.CHANGED))
    due_on = _day_field(
        lazy_gettext("Next check-in"),
        _only_for(*_NEW_CHECK_IN),
        _may_be_empty_for(Outcome.TRIED, Outcome.NOT_YET),
        description=lazy_gettext("when is your next opportunity?"),
    )

    @classmethod
    def about(cls, plan: Plan, *, outcome: str | None) -> Self:
        """A new form that holds the plan, with a day that is still ahead."""
        due_on = plan.due_on if plan.due_on > _today() else _today() + _WEEK
        return cls(outcome=outcome, cue=plan.cue, action=plan.action, due_on=due_on)

    def validate_cue(self, field: LineField) -> None:
        """Asked for "Change plan" alone."""
        if Plan(field.data, self.action.data, self.due_on.data) == self.plan:
            raise ValidationError(
                lazy_gettext(
                    "You have not changed the plan. Please change the moment, the action or the date."
                )
            )

    def new_due_on(self) -> date | None:
        """The day of the next check-in where the outcome has one."""
        return self.due_on.data if self.outcome.data in _NEW_CHECK_IN else None

"""The forms of moderation."""

from flask_babel import lazy_gettext
from wtforms import IntegerField, ValidationError
from wtforms.validators import NumberRange
from wtforms.widgets import HiddenInput

from lti_tool.audit.models import StaffAct
from lti_tool.drafts.forms import DraftedForm
from lti_tool.moderation.models import ReportKind
from lti_tool.moderation.pre_moderation import MOST_DAYS
from lti_tool.web.forms import LaunchedForm, line_field, radio_field

LONGEST_REASON = 500
_DEFAULT_DAYS = 7


class ReportForm(DraftedForm):
    kind = radio_field(
        lazy_gettext("What is the matter with it?"),
        {
            ReportKind.HURTFUL: lazy_gettext("It hurts or insults somebody"),
            ReportKind.PERSONAL: lazy_gettext("It tells something personal about somebody"),
            ReportKind.UNSAFE: lazy_gettext("Doing what it says could cause harm"),
            ReportKind.OTHER: lazy_gettext("Something else"),
        },
        required=lazy_gettext("Please choose what comes nearest."),
    )
    note = line_field(
        lazy_gettext("What should staff know?"),
        required=lazy_gettext("Please say it in a few words, so that staff see what you mean."),
        longest=LONGEST_REASON,
    )


class DecisionForm(LaunchedForm):
    """What staff decide; the author reads the reason."""

    revision = IntegerField(widget=HiddenInput(), validators=[NumberRange(min=1)])
    act = radio_field(
        lazy_gettext("What do you decide?"),
        {
            StaffAct.HIDE: lazy_gettext("Hide it"),
            StaffAct.RESTORE: lazy_gettext("Show it again"),
            StaffAct.KEEP: lazy_gettext("Leave it as it is"),
            StaffAct.APPROVE: lazy_gettext("Publish it"),
            StaffAct.DECLINE: lazy_gettext("Decline it"),
        },
        required=lazy_gettext("Please choose what to do."),
    )
    reason = line_field(
        lazy_gettext("Why?"),
        description=lazy_gettext("Kept in the log; the author reads it, unless you leave the post as it is."),
        longest=LONGEST_REASON,
    )

    def validate_reason(self, field: object) -> None:
        """To publish what waited needs no reason; everything else does."""
        del field
        if not self.reason.data and self.act.data != StaffAct.APPROVE:
            raise ValidationError(lazy_gettext("Please give the reason; the author has a right to know it."))


class PreModerationForm(LaunchedForm):
    days = IntegerField(
        lazy_gettext("For how many days?"),
        default=_DEFAULT_DAYS,
        validators=[
            NumberRange(
                min=1, max=MOST_DAYS, message=lazy_gettext("Please choose between 1 and %(max)s days.")
            )
        ],
    )
    reason = line_field(
        lazy_gettext("Why?"),
        description=lazy_gettext("They read this, and it is kept in the log."),
        required=lazy_gettext("Please give the reason; they have a right to know it."),
        longest=LONGEST_REASON,
    )


class EndForm(LaunchedForm):
    reason = line_field(
        lazy_gettext("Why?"),
        required=lazy_gettext("Please give the reason; they have a right to know it."),
        longest=LONGEST_REASON,
    )


class UnmaskForm(LaunchedForm):
    reason = line_field(
        lazy_gettext("Why do you have to know?"),
        description=lazy_gettext("The author reads this, and it is kept in the log."),
        required=lazy_gettext("Please give the reason; the author has a right to know it."),
        longest=LONGEST_REASON,
    )


class ReadForm(LaunchedForm):
    """Yes, I have read it."""

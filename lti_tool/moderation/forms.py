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
        lazy_gettext("What is wrong with this post?"),
        {
            ReportKind.HURTFUL: lazy_gettext("It hurts or insults somebody"),
            ReportKind.PERSONAL: lazy_gettext("It reveals something private about somebody"),
            ReportKind.UNSAFE: lazy_gettext("It suggests something dangerous"),
            ReportKind.OTHER: lazy_gettext("Something else"),
        },
        required=lazy_gettext("Please choose the closest reason."),
    )
    note = line_field(
        lazy_gettext("What should staff know?"),
        required=lazy_gettext("Please explain in a few words."),
        longest=LONGEST_REASON,
    )


class DecisionForm(LaunchedForm):
    """What staff decide; the author reads the reason."""

    revision = IntegerField(widget=HiddenInput(), validators=[NumberRange(min=1)])
    act = radio_field(
        lazy_gettext("What is your decision?"),
        {
            StaffAct.HIDE: lazy_gettext("Hide"),
            StaffAct.RESTORE: lazy_gettext("Restore"),
            StaffAct.KEEP: lazy_gettext("Keep"),
            StaffAct.APPROVE: lazy_gettext("Publish"),
            StaffAct.DECLINE: lazy_gettext("Decline"),
        },
        required=lazy_gettext("Please choose a decision."),
    )
    reason = line_field(
        lazy_gettext("Reason"),
        description=lazy_gettext("The log records it. The author can read it, unless you keep the post."),
        longest=LONGEST_REASON,
    )

    def validate_reason(self, field: object) -> None:
        """To publish what waited needs no reason; everything else does."""
        del field
        if not self.reason.data and self.act.data != StaffAct.APPROVE:
            raise ValidationError(lazy_gettext("Please give a reason. The author will read it."))


class PreModerationForm(LaunchedForm):
    days = IntegerField(
        lazy_gettext("For how many days?"),
        default=_DEFAULT_DAYS,
        validators=[
            NumberRange(min=1, max=MOST_DAYS, message=lazy_gettext("Please choose from 1 to %(max)s days."))
        ],
    )
    reason = line_field(
        lazy_gettext("Reason"),
        description=lazy_gettext("This person can read it, and the log records it."),
        required=lazy_gettext("Please give a reason. This person will read it."),
        longest=LONGEST_REASON,
    )


class EndForm(LaunchedForm):
    reason = line_field(
        lazy_gettext("Reason"),
        required=lazy_gettext("Please give a reason. This person will read it."),
        longest=LONGEST_REASON,
    )


class UnmaskForm(LaunchedForm):
    reason = line_field(
        lazy_gettext("Why do you need to know?"),
        description=lazy_gettext("The author can read it, and the log records it."),
        required=lazy_gettext("Please give a reason. The author will read it."),
        longest=LONGEST_REASON,
    )


class ReadForm(LaunchedForm):
    """Yes, I have read it."""

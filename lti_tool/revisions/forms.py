"""Forms for editing and withdrawing a post."""

from flask_babel import lazy_gettext
from wtforms import IntegerField
from wtforms.validators import NumberRange
from wtforms.widgets import HiddenInput

from lti_tool.posts.forms import markdown_field
from lti_tool.web.forms import LaunchedForm, line_field, text_field


class EditForm(LaunchedForm):
    """A post's text, with a title if it opens a conversation."""

    revision = IntegerField(widget=HiddenInput(), validators=[NumberRange(min=1)])
    title = line_field(lazy_gettext("Title"), required=lazy_gettext("Please enter a title."))
    body = markdown_field(
        lazy_gettext("Your post"),
        required=lazy_gettext("Please write something. To remove the whole post, withdraw it."),
    )
    what_changed = text_field(
        lazy_gettext("What changed your mind?"),
        description=lazy_gettext("optional; shown between your first answer and the new one"),
    )


class WithdrawForm(LaunchedForm):
    """Confirms the withdrawal."""

"""The forms of help requests."""

from flask_babel import lazy_gettext

from lti_tool.help_requests.models import HelpWanted
from lti_tool.posts import scaffolds
from lti_tool.posts.forms import markdown_field
from lti_tool.web.forms import LaunchedForm, line_field, radio_field
from lti_tool.writing.forms import WritingForm

_LONGEST_FIX = 500


class HelpRequestForm(WritingForm):
    body_name = "trying_to"

    title = line_field(
        lazy_gettext("Your question"),
        description=lazy_gettext("one question, as you would ask it aloud"),
        required=lazy_gettext(
            "Please ask your question in one line, so that others can see whether they can help."
        ),
    )
    trying_to = markdown_field(
        lazy_gettext("I am trying to"),
        description=lazy_gettext("what you want to achieve"),
        required=lazy_gettext("Please say what you are trying to do."),
    )
    tried = markdown_field(
        lazy_gettext("I tried"), description=lazy_gettext("even if it failed"), scaffolds=scaffolds.TRIED
    )
    expected = markdown_field(lazy_gettext("I expected"))
    got = markdown_field(lazy_gettext("I got"), description=lazy_gettext("what happened instead"))
    help_wanted = radio_field(
        lazy_gettext("What would help most"),
        {
            HelpWanted.HINT: lazy_gettext("A hint, so that I can continue on my own"),
            HelpWanted.EXPLANATION: lazy_gettext("An explanation"),
            HelpWanted.EXAMPLE: lazy_gettext("An example"),
            HelpWanted.CHECK: lazy_gettext("A check of what I have"),
        },
        required=lazy_gettext("Please choose one of these."),
        default=HelpWanted.HINT,
    )


class AnswerForm(WritingForm):
    body = markdown_field(
        lazy_gettext("Your answer"),
        description=lazy_gettext("the reason, an example, or a way to check it"),
        required=lazy_gettext("Please write something first."),
        scaffolds=scaffolds.ANSWER,
    )


class AcceptForm(LaunchedForm):
    """A button."""


class ResolveForm(LaunchedForm):
    what_fixed_it = line_field(
        lazy_gettext("What fixed it?"),
        description=lazy_gettext("one line, for others with the same problem"),
        required=lazy_gettext("Please say in one line what fixed it."),
        longest=_LONGEST_FIX,
    )

"""The form for suggestions after an @."""

from lti_tool.web.forms import LaunchedForm, id_field, line_field


class SuggestForm(LaunchedForm):
    typed = line_field("")
    group = id_field()
    """The group of the conversation."""

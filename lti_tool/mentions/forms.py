"""What somebody types behind an @."""

from lti_tool.web.forms import LaunchedForm, line_field


class SuggestForm(LaunchedForm):
    typed = line_field("")

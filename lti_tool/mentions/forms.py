"""What somebody types behind an @."""

from lti_tool.web.forms import LaunchedForm, id_field, line_field


class SuggestForm(LaunchedForm):
    typed = line_field("")
    group = id_field()
    """Whose conversation it is for."""

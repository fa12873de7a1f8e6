"""The form for similar conversations."""

from lti_tool.web.forms import LaunchedForm, line_field


class SimilarForm(LaunchedForm):
    title = line_field("")

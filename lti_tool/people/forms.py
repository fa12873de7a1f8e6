"""The forms on the page of a course's people."""

from wtforms import IntegerField, StringField
from wtforms.validators import AnyOf

from lti_tool.people.roster_service import Removal
from lti_tool.web.forms import LaunchedForm


class UpdateForm(LaunchedForm):
    """Nothing but the button."""


class RemovalForm(LaunchedForm):
    """Which of the two buttons, and how many people the page told of."""

    decision = StringField(validators=[AnyOf([choice.value for choice in Removal])])
    count = IntegerField()

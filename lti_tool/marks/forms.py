"""The forms of marks."""

from flask_babel import lazy_gettext
from wtforms import ValidationError

from lti_tool.marks.models import Mark
from lti_tool.web.forms import LaunchedForm, line_field, radio_field

LONGEST_NOTE = 500
_MARKS: dict[str, str] = {
    Mark.USEFUL: lazy_gettext("Useful"),
    Mark.STILL_CURRENT: lazy_gettext("Still current"),
    Mark.CHECKED: lazy_gettext("Checked"),
    Mark.USED: lazy_gettext("I used this"),
}


class MarkForm(LaunchedForm):
    """One mark, with a note if its kind needs one."""

    mark = radio_field(
        lazy_gettext("Your mark"),
        _MARKS,
        required=lazy_gettext("Please choose one of the marks."),
    )
    note = line_field(lazy_gettext("Reason or comment"), longest=LONGEST_NOTE)

    def validate_note(self, field: object) -> None:
        """Two kinds of marks need a note."""
        del field
        if self.note.data:
            return
        if self.mark.data == Mark.CHECKED:
            raise ValidationError(lazy_gettext("Please say how you checked it: a reason or a source."))
        if self.mark.data == Mark.USED:
            raise ValidationError(lazy_gettext("Please say in a few words what happened."))

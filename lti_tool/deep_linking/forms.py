"""The form in which an activity is chosen."""

from typing import Self

from flask_babel import lazy_gettext

from lti_tool.activities.forms import KINDS, ActivityForm
from lti_tool.web.forms import LaunchedForm, line_field


class ChoiceForm(ActivityForm):
    title = line_field(lazy_gettext("Title"), description=lazy_gettext("as shown to learners in the course"))

    @classmethod
    def suggesting(cls, title: str) -> Self:
        """With the title that the platform suggests, or that of the kind that is chosen at first."""
        return cls(title=title or str(KINDS["discussion"].title))

    def chosen_title(self) -> str:
        """The title; the kind's own where there is none, or where it is still the one of another kind."""
        suggested = {str(kind.title) for kind in KINDS.values()}
        if self.title.data and self.title.data not in suggested:
            return self.title.data
        return str(self.kind.title)


class NothingForm(LaunchedForm):
    """To leave without a choice."""

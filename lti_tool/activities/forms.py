"""The choices that make an activity; deep linking asks for the same."""

from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, lazy_gettext
from wtforms import BooleanField, StringField, ValidationError

from lti_tool.activities.service import CopyChoice
from lti_tool.core.schedule import ALWAYS, Schedule
from lti_tool.core.text import clean_line
from lti_tool.courses.models import Activity
from lti_tool.courses.shapes import Shape
from lti_tool.posts import scaffolds
from lti_tool.posts.forms import markdown_field
from lti_tool.web.forms import LaunchedForm, radio_field
from lti_tool.web.moments import MomentField, MomentsForm

_MOST_POINTS = 1000


@dataclass(frozen=True, slots=True)
class Kind:
    """What an instructor can choose, in words: an activity, and of a discussion its shape too."""

    activity: Activity
    label: LazyString
    icon: str
    purpose: LazyString
    """What it is good for, in a sentence (reference: product.md rules D3, H1, H10, W1)."""
    title: LazyString
    """The title to begin with."""
    shape: Shape = Shape.OPEN


KINDS = {
    "discussion": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Open discussion"),
        "message-circle",
        lazy_gettext(
            "For questions with more than one good answer, talked through from everybody's own work."
        ),
        lazy_gettext("Talk it through"),
    ),
    "answer_first": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Answer first, then see others"),
        "eye",
        lazy_gettext(
            "For thinking it through alone: who has answered sees what the others wrote, and can say what "
            "changed their mind."
        ),
        lazy_gettext("Answer first"),
        Shape.ANSWER_FIRST,
    ),
    "question": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Question and answer"),
        "ask",
        lazy_gettext(
            "For questions with an answer that can be found: who asked, or you, accept the one that helped, "
            "and it stands first."
        ),
        lazy_gettext("Questions and answers"),
        Shape.QUESTION,
    ),
    "help": Kind(
        Activity.HELP,
        lazy_gettext("Peer help"),
        "life-buoy",
        lazy_gettext("For getting unstuck: people say what they tried, and their peers answer first."),
        lazy_gettext("Ask each other"),
    ),
    "follow_up": Kind(
        Activity.FOLLOW_UP,
        lazy_gettext("Carry forward"),
        "arrow-right-to-line",
        lazy_gettext(
            "For the step into work: each person plans a moment and a first action, and later reports "
            "how it went. Only they see it."
        ),
        lazy_gettext("Carry it into your work"),
    ),
}


def name_of_kind(activity: Activity, shape: Shape) -> str:
    """What stands for it in the form."""
    return next(name for name, it in KINDS.items() if (it.activity, it.shape) == (activity, shape))


class PointsField(StringField):
    """A whole number of points; nothing for an activity without a grade."""

    data: int | None  # type: ignore[assignment]  # the stubs know text alone

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = clean_line(valuelist[0]) if valuelist else ""
        if not text:
            self.data = None
            return
        # int() would also read "1_000".
        points = int(text) if text.isdecimal() and len(text) <= len(str(_MOST_POINTS)) else 0
        if not 0 < points <= _MOST_POINTS:
            raise ValidationError(
                lazy_gettext("Please give a whole number from 1 to %(most)d, or nothing.", most=_MOST_POINTS)
            )
        self.data = points

    def _value(self) -> str:
        return str(self.raw_data[0] if self.raw_data else self.data or "")


class ActivityForm(LaunchedForm):
    activity = radio_field(
        lazy_gettext("What is it?"),
        {name: kind.label for name, kind in KINDS.items()},
        default="discussion",
        required=lazy_gettext("Please choose one of these."),
    )
    prompt = markdown_field(
        lazy_gettext("Prompt"),
        description=lazy_gettext("what the participants read at the top; may stay empty"),
        scaffolds=scaffolds.PROMPT,
    )
    points = PointsField(
        lazy_gettext("Points in the gradebook"),
        description=lazy_gettext("empty: nothing is graded"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    anonymous = BooleanField(
        lazy_gettext("Let learners post anonymously"),
        description=lazy_gettext(
            "They choose it for each post. The others, and you, see a made-up name. You can look up who "
            "wrote a post, but only with a reason that the author is told."
        ),
    )

    @property
    def kinds(self) -> dict[str, Kind]:
        return KINDS

    @property
    def kind(self) -> Kind:
        """What was chosen, of a form without errors."""
        return KINDS[self.activity.data]


class SetUpForm(ActivityForm, MomentsForm):
    """The same of an activity that is there, with what belongs to this run of the course."""

    opens = MomentField(lazy_gettext("Opens"), description=lazy_gettext("empty: from the first"))
    closes = MomentField(lazy_gettext("Closes"), last=True, description=lazy_gettext("empty: never"))

    def validate_closes(self, field: MomentField) -> None:
        opens_at, closes_at = self.opens.moment, field.moment
        if opens_at is not None and closes_at is not None and closes_at <= opens_at:
            raise ValidationError(lazy_gettext("It closes before it opens. Please choose a later moment."))

    @property
    def schedule(self) -> Schedule:
        """What was chosen, of a form without errors. Discussions alone have one."""
        if self.kind.activity is not Activity.DISCUSSION:
            return ALWAYS
        return Schedule(opens_at=self.opens.moment, closes_at=self.closes.moment)


class CopyForm(LaunchedForm):
    choice = radio_field(
        lazy_gettext("What becomes of its settings?"),
        {
            CopyChoice.KEEP: lazy_gettext("Keep these settings"),
            CopyChoice.PLAIN: lazy_gettext("Start with plain settings"),
        },
        required=lazy_gettext("Please choose one of these."),
    )

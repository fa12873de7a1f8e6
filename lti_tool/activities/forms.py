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
from lti_tool.web.forms import LaunchedForm, LineField, line_field, radio_field
from lti_tool.web.moments import MomentField, MomentsForm

_MOST_POINTS = 1000
_LONGEST_SIDE = 40


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
        lazy_gettext("For questions with more than one good answer, discussed from everybody's own work."),
        lazy_gettext("Talk it through"),
    ),
    "answer_first": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Answer first"),
        "eye",
        lazy_gettext(
            "For thinking alone first. Learners see the other answers once they have answered, "
            "and can then say what changed their mind."
        ),
        lazy_gettext("Answer first"),
        Shape.ANSWER_FIRST,
    ),
    "question": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Question and answer"),
        "ask",
        lazy_gettext(
            "For questions with a definite answer. The author or staff accept the answer that "
            "helped, and it is shown first."
        ),
        lazy_gettext("Questions and answers"),
        Shape.QUESTION,
    ),
    "debate": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Debate"),
        "sides",
        lazy_gettext(
            "For questions with two sides. Everybody argues one side, and from a day that you "
            "choose the other side. Then they can say what changed their mind."
        ),
        lazy_gettext("Two sides"),
        Shape.DEBATE,
    ),
    "clinic": Kind(
        Activity.DISCUSSION,
        lazy_gettext("Case clinic"),
        "briefcase",
        lazy_gettext(
            "For real cases from work. One person brings a case, others first ask questions and "
            "then say what they would do, and the author says what they take away."
        ),
        lazy_gettext("Bring a case"),
        Shape.CLINIC,
    ),
    "help": Kind(
        Activity.HELP,
        lazy_gettext("Peer help"),
        "life-buoy",
        lazy_gettext("For getting unstuck. Learners say what they tried, and their peers answer."),
        lazy_gettext("Ask each other"),
    ),
    "follow_up": Kind(
        Activity.FOLLOW_UP,
        lazy_gettext("Carry forward"),
        "arrow-right-to-line",
        lazy_gettext(
            "For using it at work. Each learner plans a moment and a first step, and later "
            "reports how it went. Only they can see it."
        ),
        lazy_gettext("Carry it into your work"),
    ),
}


def name_of_kind(activity: Activity, shape: Shape) -> str:
    """What stands for it in the form."""
    return next(name for name, it in KINDS.items() if (it.activity, it.shape) == (activity, shape))


class PointsField(StringField):
    """A whole number of points; nothing for an activity without a grade."""

    data: int | float | None  # type: ignore[assignment]  # the stubs know text alone

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = clean_line(valuelist[0]) if valuelist else ""
        if not text:
            self.data = None
            return
        if text == str(self.object_data or ""):
            # What the platform's gradebook has, it may have.
            self.data = self.object_data
            return
        # int() would also read "1_000".
        points = int(text) if text.isdecimal() and len(text) <= len(str(_MOST_POINTS)) else 0
        if not 0 < points <= _MOST_POINTS:
            raise ValidationError(
                lazy_gettext(
                    "Please enter a whole number from 1 to %(most)d, or leave this empty.", most=_MOST_POINTS
                )
            )
        self.data = points

    def _value(self) -> str:
        return str(self.raw_data[0] if self.raw_data else self.data or "")


class ActivityForm(LaunchedForm):
    activity = radio_field(
        lazy_gettext("Type of activity"),
        {name: kind.label for name, kind in KINDS.items()},
        default="discussion",
        required=lazy_gettext("Please choose one of these."),
    )
    prompt = markdown_field(
        lazy_gettext("Prompt"),
        description=lazy_gettext("shown to learners at the top; optional"),
        scaffolds=scaffolds.PROMPT,
    )
    points = PointsField(
        lazy_gettext("Points in the gradebook"),
        description=lazy_gettext("leave empty for no grade"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    anonymous = BooleanField(
        lazy_gettext("Let learners post anonymously"),
        description=lazy_gettext(
            "Learners choose this for each post. Other learners and you see a made-up name. You "
            "can look up the author only if you give a reason, which the author is told."
        ),
    )

    @property
    def kinds(self) -> dict[str, Kind]:
        return KINDS

    @property
    def kind(self) -> Kind:
        """What was chosen, of a form without errors."""
        return KINDS[self.activity.data]


def _side_field(label: str, description: str) -> LineField:
    return line_field(label, description=description, longest=_LONGEST_SIDE)


class SetUpForm(ActivityForm, MomentsForm):
    """The same of an activity that is there, with what belongs to this run of the course."""

    opens = MomentField(lazy_gettext("Opens"), description=lazy_gettext("Leave empty to open at once."))
    first_side = _side_field(lazy_gettext("First side"), lazy_gettext("leave empty for “For”"))
    second_side = _side_field(lazy_gettext("Second side"), lazy_gettext("leave empty for “Against”"))
    closes = MomentField(
        lazy_gettext("Closes"), last=True, description=lazy_gettext("Leave empty to stay open.")
    )
    # After those two, whose moments it is compared with.
    switches = MomentField(
        lazy_gettext("Sides are switched"),
        description=lazy_gettext("From then on, everybody argues the other side. Leave empty for never."),
    )

    # The same.
    ideas = MomentField(
        lazy_gettext("Ideas start"),
        description=lazy_gettext("Leave empty if the case's author or staff should move each case on."),
    )
    taking = MomentField(
        lazy_gettext("Takeaways start"),
        description=lazy_gettext("Leave empty if the case's author or staff should move each case on."),
    )

    def validate_closes(self, field: MomentField) -> None:
        if _is_before(field, self.opens):
            raise ValidationError(
                lazy_gettext("The closing time must be after the opening time. Please choose a later time.")
            )

    def validate_switches(self, field: MomentField) -> None:
        if self.is_debate and (_is_before(field, self.opens) or _is_before(self.closes, field)):
            raise ValidationError(lazy_gettext("Please choose a time between opening and closing."))

    def validate_ideas(self, field: MomentField) -> None:
        if self.is_clinic and (_is_before(field, self.opens) or _is_before(self.closes, field)):
            raise ValidationError(lazy_gettext("Please choose a time between opening and closing."))

    def validate_taking(self, field: MomentField) -> None:
        self.validate_ideas(field)
        if self.is_clinic and _is_before(field, self.ideas):
            raise ValidationError(lazy_gettext("Please choose a time after the start of ideas."))

    @property
    def is_debate(self) -> bool:
        return self._has(Shape.DEBATE)

    @property
    def is_clinic(self) -> bool:
        return self._has(Shape.CLINIC)

    def _has(self, shape: Shape) -> bool:
        kind = KINDS.get(self.activity.data)
        return kind is not None and kind.shape is shape

    @property
    def sides(self) -> tuple[str, str]:
        """Their names, where the instructor gave any."""
        return (self.first_side.data, self.second_side.data) if self.is_debate else ("", "")

    @property
    def schedule(self) -> Schedule:
        """What was chosen, of a form without errors. Discussions alone have one."""
        if self.kind.activity is not Activity.DISCUSSION:
            return ALWAYS
        switches_at = self.switches.moment if self.is_debate else None
        return Schedule(
            opens_at=self.opens.moment,
            switches_at=switches_at,
            ideas_at=self.ideas.moment if self.is_clinic else None,
            taking_at=self.taking.moment if self.is_clinic else None,
            closes_at=self.closes.moment,
        )


def _is_before(field: MomentField, other: MomentField) -> bool:
    """Or at the same time."""
    moment, before = field.moment, other.moment
    return moment is not None and before is not None and moment <= before


class CopyForm(LaunchedForm):
    choice = radio_field(
        lazy_gettext("Keep the settings?"),
        {
            CopyChoice.KEEP: lazy_gettext("Keep the copied settings"),
            CopyChoice.PLAIN: lazy_gettext("Start with default settings"),
        },
        required=lazy_gettext("Please choose one of these."),
    )

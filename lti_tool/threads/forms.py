"""The forms of threads."""

from typing import Any, Self
from uuid import UUID

from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import NumberRange

from lti_tool.core.errors import RefusedError
from lti_tool.core.schedule import Stage
from lti_tool.courses.shapes import Shape
from lti_tool.posts import scaffolds
from lti_tool.posts.forms import begin_with, markdown_field
from lti_tool.posts.groups import GroupsHere
from lti_tool.posts.models import MOST_TAGS
from lti_tool.posts.tags import read_tags
from lti_tool.posts.writing import Writing
from lti_tool.threads.clinic import StageMovedError
from lti_tool.threads.debate import SideMissingError
from lti_tool.threads.service import TooShortError
from lti_tool.web.forms import LaunchedForm, LineField, id_field, line_field
from lti_tool.writing.forms import WritingForm

_MOST_READ = 200
_MOST_DIGITS = 9


class _FewTags:
    """No more tags than a thread may have."""

    def __call__(self, form: object, field: Any) -> None:
        del form
        if len(read_tags(field.data)) > MOST_TAGS:
            raise ValidationError(lazy_gettext("Please use five tags at most."))


def _tags_field() -> LineField:
    return line_field(
        lazy_gettext("Tags"),
        description=lazy_gettext("up to five, separated by commas"),
        also=[_FewTags()],
    )


class ThreadForm(WritingForm):
    title = line_field(
        lazy_gettext("Title"),
        description=lazy_gettext("what you want to discuss"),
        required=lazy_gettext("Please enter a title."),
    )
    body = markdown_field(
        lazy_gettext("Your post"),
        required=lazy_gettext("Please write your post first."),
        scaffolds=scaffolds.THREAD,
    )
    group = SelectField(lazy_gettext("Who can read it?"), default="")
    tags = _tags_field()

    def for_groups(self, groups: GroupsHere | None) -> Self:
        """Let staff, and who is in several groups, choose; for all others it is clear."""
        if groups is None or not groups.is_choice:
            del self.group
            return self
        everybody = [("", lazy_gettext("The whole course"))] if groups.is_staff else []
        self.group.choices = [*everybody, *((str(group.id), group.name) for group in groups.offered)]
        return self

    def for_shape(self, shape: str, *, is_starter: bool = False) -> Self:
        """With the words to begin with that suit it, and the writer's role."""
        if is_starter and shape != Shape.CLINIC:
            begin_with(self.body, scaffolds.STARTER)
        if shape == Shape.CLINIC:
            begin_with(self.body, scaffolds.CASE)
        return self

    @property
    def group_id(self) -> UUID | None:
        """The chosen group; None for what is clear, or for the whole course."""
        chosen = self.group.data if "group" in self else None
        return UUID(chosen) if chosen else None

    @property
    def prompt_text(self) -> str:
        """What it asks of others."""
        return "\n".join(text for text in (self.title.data, self.body.data) if text)


class ReplyForm(WritingForm):
    in_reply_to = id_field()
    body = markdown_field(
        lazy_gettext("Your reply"),
        required=lazy_gettext("Please write your reply first."),
        scaffolds=scaffolds.REPLY,
    )

    # templates/threads/_side_choice.html has the radio buttons.
    side = StringField()

    # templates/threads/_composer.html says for which stage of a case it is written.
    stage = StringField()

    @property
    def chosen_stage(self) -> Stage | None:
        """Of a case's three."""
        return next((stage for stage in Stage if stage == self.stage.data), None)

    def for_stage(self, stage: Stage | None) -> Self:
        """With the words to begin with that suit a case's stage; None for what is no case, or over."""
        if stage is not None:
            begin_with(self.body, _OF_STAGE[stage])
        return self

    @property
    def chosen_side(self) -> int | None:
        """Of a debate's two."""
        return {"0": 0, "1": 1}.get(self.side.data or "")

    def say_why(self, error: RefusedError) -> None:
        """That the thread is closed by now, the page says."""
        match error:
            case TooShortError(missing=missing):
                self.body.errors = [
                    ngettext(
                        "Please write a little more before you see the other answers: "
                        "%(num)s word is missing.",
                        "Please write a little more before you see the other answers: "
                        "%(num)s words are missing.",
                        missing,
                    )
                ]
            case SideMissingError():
                self.side.errors = [gettext("Please choose a side.")]
            case StageMovedError():
                self.body.errors = [
                    gettext(
                        "The case was moved on while you were writing. Please check that your text still "
                        "fits, and post it again."
                    )
                ]


_OF_STAGE = {
    Stage.QUESTIONS: scaffolds.CASE_QUESTION,
    Stage.IDEAS: scaffolds.CASE_IDEA,
    Stage.TAKING: scaffolds.TAKING_ALONG,
}


class SynthesisForm(LaunchedForm):
    """Of a reply that is there (`post`), or with a text of its own."""

    post = id_field()
    body = markdown_field(
        lazy_gettext("Synthesis"),
        description=lazy_gettext("what you agree on, where you differ, and what is open"),
        required=lazy_gettext("Please write the synthesis first."),
        scaffolds=scaffolds.SYNTHESIS,
    )
    draws_on = line_field(
        lazy_gettext("What is it based on?"),
        description=lazy_gettext("such as: Ana\u2019s and Tom\u2019s cases, and the doubts at the end"),
        required=lazy_gettext("Please say what it is based on, so that others can trace it."),
    )

    def of_post(self, post_id: UUID | None) -> Self:
        """Without a text where a reply is chosen, which has one."""
        self.post.data = self.post.data or post_id
        if self.post.data:
            del self.body
        return self

    def writing(self) -> Writing:
        return Writing(body=self.body.data, submission_key=self.submission_key())

    def say_why(self, error: RefusedError) -> None:
        """The thread was closed meanwhile, or before."""
        del error
        self.body.errors = [
            gettext("This thread is closed to new replies. Reopen it first, or choose an existing reply.")
        ]


class CloseForm(LaunchedForm):
    reason = line_field(
        lazy_gettext("Reason for closing"),
        description=lazy_gettext("shown to everybody who opens the thread"),
        required=lazy_gettext("Please give a reason."),
    )


class TagsForm(LaunchedForm):
    tags = _tags_field()

    @classmethod
    def holding(cls, tags: str) -> Self:
        """With the tags that a thread has, whatever the request brought."""
        form = cls.empty()
        form.tags.data = tags
        return form


class StageForm(LaunchedForm):
    """A button that moves a case on to this stage."""

    stage = StringField()

    @property
    def chosen(self) -> Stage | None:
        return next((stage for stage in Stage if stage == self.stage.data), None)


class ChangeForm(LaunchedForm):
    """A button that asks for nothing more."""


class ReadForm(LaunchedForm):
    """What was read, told by script: numbers with commas between them."""

    numbers = HiddenField()

    def read_numbers(self) -> list[int]:
        return read_numbers(str(self.numbers.data or ""))


def read_numbers(text: str) -> list[int]:
    """The numbers in such a list; whatever else stands in it is passed over."""
    return [int(it) for it in text.split(",")[:_MOST_READ] if _is_number(it)]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


class UnreadForm(LaunchedForm):
    number = IntegerField(validators=[NumberRange(0, 2**31 - 1)])

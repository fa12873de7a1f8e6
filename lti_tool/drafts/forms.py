"""Forms whose text is kept while it is being written."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self
from uuid import UUID

from flask import request
from wtforms import Field, HiddenField, IntegerField
from wtforms.validators import NumberRange, Optional

from lti_tool.attachments.forms import is_of_files
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_random_id
from lti_tool.core.text import clean_lines
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.queries import DraftView, find_draft
from lti_tool.posts.writing import FormState
from lti_tool.web.forms import LONGEST_BODY, LaunchedForm, id_field
from lti_tool.web.launched import actor
from lti_tool.web.transaction import db

LONGEST_NAME = 40
MOST_FIELDS = 20
LARGEST = 5 * LONGEST_BODY
"""Characters of a whole draft: more than a form takes, so that a text that is still too long is kept too."""


_LARGEST_EDIT = 2**53


def read_place(text: str | None) -> DraftPlace:
    """The place that a form names; NotFoundError for none."""
    kind, _, target = (text or "").partition(":")
    try:
        return DraftPlace(DraftKind(kind), UUID(target))
    except ValueError:
        raise NotFoundError from None


class DraftedForm(LaunchedForm):
    """Says which draft is its own, and shows what was left there."""

    about_itself = LaunchedForm.about_itself | {"draft_place", "draft_version", "draft_writer"}

    draft_place = HiddenField()
    draft_version = id_field()
    draft_writer = id_field()
    draft: DraftView | None = None
    """What was left there and is shown, for the notice about it."""
    is_new: bool
    """Whether it holds nothing that this request brought."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.is_new = request.method != "POST"

    @classmethod
    def empty(cls) -> Self:
        form = super().empty()
        form.is_new = True
        return form

    def at(self, place: DraftPlace) -> Self:
        """Say what this form is for."""
        self.draft_place.data = str(place)
        self.draft_writer.data = self.draft_writer.data or new_random_id()
        return self

    def keep_at(self, place: DraftPlace) -> Self:
        """The same, and a form that was not sent yet shows what was left at its place. One query then."""
        self.at(place)
        if self.is_new:
            self._show(find_draft(db(), actor(), place))
        return self

    def _show(self, draft: DraftView) -> None:
        self.draft, self.draft_version.data = draft, draft.version
        for name, value in (draft.text.fields if draft.text else {}).items():
            if name in self and not isinstance(self[name], HiddenField):
                _fill(self[name], value)

    def draft_state(self) -> FormState:
        return FormState(writer=self.draft_writer.data or new_random_id(), version=self.draft_version.data)


def _fill(field: Field, value: str) -> None:
    field.raw_data = [value]
    with suppress(ValueError):  # half a date, say: it is shown as it was typed
        field.process_formdata([value])


class SaveDraftForm(DraftedForm):
    """What any of the forms holds just now."""

    # What a reply or a plan is about, its place says.
    about_itself = DraftedForm.about_itself | {"draft_edit", "in_reply_to", "source"}

    draft_edit = IntegerField(default=0, validators=[Optional(), NumberRange(min=0, max=_LARGEST_EDIT)])

    def place(self) -> DraftPlace:
        return read_place(self.draft_place.data)

    def typed(self, sent: Mapping[str, str]) -> dict[str, str] | None:
        """The fields of the form that it comes from; None where they are more than can be kept."""
        fields = {
            name: clean_lines(value)
            for name, value in sent.items()
            if name not in self.about_itself and not is_of_files(name)
        }
        fits = len(fields) <= MOST_FIELDS and all(len(name) <= LONGEST_NAME for name in fields)
        return fields if fits and sum(map(len, fields.values())) <= LARGEST else None


class DiscardDraftForm(DraftedForm):
    """A button."""

    def place(self) -> DraftPlace:
        return read_place(self.draft_place.data)

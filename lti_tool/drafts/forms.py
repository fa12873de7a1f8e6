"""Forms whose text is saved as a draft."""

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
"""Longest draft in characters: more than a form accepts, so that a text that is too long is saved too."""


_LARGEST_EDIT = 2**53


def read_place(text: str | None) -> DraftPlace:
    """The place that a form names. Raises NotFoundError for invalid places."""
    kind, _, target = (text or "").partition(":")
    try:
        return DraftPlace(DraftKind(kind), UUID(target))
    except ValueError:
        raise NotFoundError from None


class DraftedForm(LaunchedForm):
    """A form that belongs to a draft, and shows its text."""

    about_itself = LaunchedForm.about_itself | {"draft_place", "draft_version", "draft_writer"}

    draft_place = HiddenField()
    draft_version = id_field()
    draft_writer = id_field()
    draft: DraftView | None = None
    """The draft that is shown in the form, for the notice about it."""
    is_new: bool
    """Whether the form contains nothing from this request."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.is_new = request.method != "POST"

    @classmethod
    def empty(cls) -> Self:
        form = super().empty()
        form.is_new = True
        return form

    def at(self, place: DraftPlace) -> Self:
        """Set the place that this form is for."""
        self.draft_place.data = str(place)
        self.draft_writer.data = self.draft_writer.data or new_random_id()
        return self

    def keep_at(self, place: DraftPlace) -> Self:
        """Set the place; a form that was not sent yet shows the draft of this place. One query then."""
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
    with suppress(ValueError):  # an incomplete date, for example, is shown as it was typed
        field.process_formdata([value])


class SaveDraftForm(DraftedForm):
    """The current content of any of these forms."""

    # The place tells the subject of a reply or a plan.
    about_itself = DraftedForm.about_itself | {"draft_edit", "in_reply_to", "source"}

    draft_edit = IntegerField(default=0, validators=[Optional(), NumberRange(min=0, max=_LARGEST_EDIT)])

    def place(self) -> DraftPlace:
        return read_place(self.draft_place.data)

    def typed(self, sent: Mapping[str, str]) -> dict[str, str] | None:
        """The fields of the original form; None if they are too many."""
        fields = {
            name: clean_lines(value)
            for name, value in sent.items()
            if name not in self.about_itself and not is_of_files(name)
        }
        fits = len(fields) <= MOST_FIELDS and all(len(name) <= LONGEST_NAME for name in fields)
        return fields if fits and sum(map(len, fields.values())) <= LARGEST else None


class DiscardDraftForm(DraftedForm):
    """A form of one button."""

    def place(self) -> DraftPlace:
        return read_place(self.draft_place.data)

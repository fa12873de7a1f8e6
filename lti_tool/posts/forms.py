"""Fields for what people write."""

from collections.abc import Sequence
from typing import Any

from lti_tool.markup.markdown import render
from lti_tool.posts.scaffolds import Scaffold
from lti_tool.web.forms import (
    LONGEST_BODY,
    LaunchedForm,
    TextField,
    Validator,
    line_field,
    text_field,
    wants_preview,
)


class MarkdownField(TextField):
    """Text that is shown as markdown; templates/components/composer.html is its place to write."""

    def __init__(self, *arguments: Any, scaffolds: Sequence[Scaffold] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.scaffolds = scaffolds

    @property
    def preview(self) -> str:
        """What it would become, safe HTML; nothing for a text that is too long to be taken."""
        return render(self.data) if self.data and len(self.data) <= LONGEST_BODY else ""

    @property
    def asked_preview(self) -> str:
        """The same where the form was sent for that, by somebody without our script."""
        return self.preview if wants_preview() else ""


def markdown_field(
    label: str,
    *,
    description: str = "",
    required: str | None = None,
    scaffolds: Sequence[Scaffold] = (),
    also: Sequence[Validator] = (),
) -> TextField:
    """Markdown, with scaffolds to begin from; `required` is what to say when it is empty."""
    return text_field(
        label,
        description=description,
        required=required,
        also=also,
        kind=MarkdownField,
        scaffolds=scaffolds,
    )


def begin_with(field: TextField, scaffolds: Sequence[Scaffold]) -> None:
    """Offer these words to begin with, in place of those that the field has."""
    if isinstance(field, MarkdownField):
        field.scaffolds = scaffolds


class PreviewForm(LaunchedForm):
    """Any text on its way; nothing is kept of it."""

    body = markdown_field("")


class PromptForm(LaunchedForm):
    """What somebody is about to ask others, in whichever of these fields the page has."""

    title = line_field("")
    prompt = markdown_field("")
    body = markdown_field("")

    @property
    def text(self) -> str:
        return "\n".join(text for text in (self.title.data, self.prompt.data, self.body.data) if text)

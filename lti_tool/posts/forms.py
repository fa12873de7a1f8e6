"""Fields for what people write."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import ValidationError

from lti_tool.posts.markdown import UnrenderableError, render
from lti_tool.web.forms import TextField, text_field


class _Renderable:
    """The text can be shown as it is meant."""

    def __call__(self, form: object, field: Any) -> None:
        del form
        try:
            render(field.data or "")
        except UnrenderableError:
            raise ValidationError(
                lazy_gettext(
                    "This can't be shown as it is: a table in it is too wide, or it nests too deeply."
                )
            ) from None


def markdown_field(label: str, *, description: str = "", required: str | None = None) -> TextField:
    """Markdown that is known to render; `required` is what to say when it is empty."""
    return text_field(label, description=description, required=required, also=[_Renderable()])

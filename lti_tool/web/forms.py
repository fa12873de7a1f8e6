"""Forms: protected against forgery, and each carries the key that makes a double submit one."""

import hashlib
import hmac
import json
import operator
import secrets
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Self, TypeVar, cast
from uuid import UUID, uuid5

from flask import current_app, g, request
from flask_babel import get_locale, lazy_gettext
from markupsafe import escape
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    Form,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm
from wtforms.validators import AnyOf, DataRequired, Length, ValidationError
from wtforms.widgets import TextInput

from lti_tool.core.errors import RefusedError
from lti_tool.core.ids import new_random_id
from lti_tool.core.secrets import derive_key
from lti_tool.core.text import clean_line, clean_text
from lti_tool.settings import Settings
from lti_tool.web.transaction import roll_back

T = TypeVar("T")
Validator = Callable[[Any, Any], None]

_PREVIEW = "preview"
"""The name of the button; see templates/components/composer.html."""
LONGEST_TITLE = 200
LONGEST_BODY = 32 * 1024


class LaunchCSRF(CSRF):
    """A token derived from the launch: no cookie of its own, and of no use for another launch.

    Pages are compressed, so the token is masked: it looks different in each form. Otherwise the length of a
    page that repeats a guess would tell whether the guess is right (BREACH).
    """

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        del csrf_token_field
        mask = secrets.token_bytes(hashlib.sha256().digest_size)
        return (mask + _xor(mask, self._token())).hex()

    def _token(self) -> bytes:
        settings: Settings = current_app.extensions["settings"]
        key = derive_key(settings.secret_key.get_secret_value(), "csrf")
        return hmac.digest(key, self.session_name().encode(), "sha256")

    def session_name(self) -> str:
        """What the token is derived from."""
        return str(g.launch_id)

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:
        del form
        token = self._token()
        try:
            given = bytes.fromhex(field.data or "")
        except (TypeError, ValueError):
            given = b""
        if not hmac.compare_digest(_xor(given[: len(token)], given[len(token) :]), token):
            raise ValidationError(lazy_gettext("This form is from an earlier session. Please send it again."))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(map(operator.xor, one, other))


class LaunchedForm(Form):
    """Base of every form that writes. Takes its data from the request when that is a POST."""

    class Meta:
        csrf = True
        csrf_class = LaunchCSRF

        @property
        def locales(self) -> list[str]:
            return [str(get_locale())]

    about_itself: ClassVar[frozenset[str]] = frozenset({"submission", "csrf_token"})
    """The names of fields that are no part of what somebody says."""

    submission = HiddenField()

    def __init__(self, **defaults: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **defaults)
        if not _is_uuid(self.submission.data):
            self.submission.data = str(new_random_id())

    @classmethod
    def empty(cls) -> Self:
        """A new form, whatever the request brought: for the next contribution."""
        form = cls()
        if request.method == "POST":
            form.process(None, submission=str(new_random_id()))
        return form

    def is_sent(self) -> bool:
        """Whether this is a POST with nothing to correct, and more than a look at how it would be."""
        return request.method == "POST" and not wants_preview() and self.validate()

    @property
    def status(self) -> HTTPStatus:
        """The status of the page with this form: 422 with something to correct, 409 for no use in trying."""
        if self.errors:
            return HTTPStatus.UNPROCESSABLE_ENTITY
        return HTTPStatus.CONFLICT if self.refused else HTTPStatus.OK

    refused = False
    """Whether a service refused what was sent, with nothing to correct in the form itself."""

    def taken(self, act: Callable[[], T]) -> T | None:
        """What `act` gives. None where it refuses the form: nothing is written, and the form says why."""
        try:
            return act()
        except RefusedError as error:
            roll_back()
            self.refused = True
            self.say_why(error)
            return None

    def say_why(self, error: RefusedError) -> None:
        """Put the words at the field that they are about; without any, the page says why."""

    def submission_key(self) -> UUID:
        """Equal for a form sent twice, different once anything in it changes (after Back, say)."""
        values = {name: value for name, value in self.data.items() if name not in self.about_itself}
        return uuid5(UUID(self.submission.data), json.dumps(values, sort_keys=True, default=str))


def blank_form() -> LaunchedForm:
    """What every writing form sends along, for buttons that send nothing else; one for each page."""
    if "blank_form" not in g:
        g.blank_form = LaunchedForm.empty()
    return cast("LaunchedForm", g.blank_form)


def wants_preview() -> bool:
    """Whether somebody without our script asks how it would look; nothing is checked or kept then."""
    return request.method == "POST" and _PREVIEW in request.form


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _cleaner(clean: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: clean(value) if isinstance(value, str) else ""


def _attributes(**given: object) -> str:
    """WTForms' `html_params` for names as they stand in HTML, without a Markup and a format for each."""
    parts = []
    for name, value in sorted(given.items()):
        if value is True:
            parts.append(name.rstrip("_"))
        elif value is not False:
            parts.append(f'{name.rstrip("_")}="{escape(value)}"')
    return " ".join(parts)


class _LineInput(TextInput):
    html_params = staticmethod(_attributes)


class LineField(StringField):
    data: str
    widget = _LineInput()


class TextField(TextAreaField):
    data: str


def line_field(
    label: str,
    *,
    description: str = "",
    required: str | None = None,
    longest: int = LONGEST_TITLE,
    also: Sequence[Validator] = (),
) -> LineField:
    """One line; `required` is what to say when it is empty."""
    return LineField(
        label,
        description=description,
        filters=[_cleaner(lambda value: clean_line(value, longest=LONGEST_BODY))],
        validators=[*_required(required), _length(longest), *also],
    )


def text_field(
    label: str,
    *,
    description: str = "",
    required: str | None = None,
    also: Sequence[Validator] = (),
    kind: type[TextField] = TextField,
    **options: Any,
) -> TextField:
    """Lines of text, at most 32 768 characters; `required` is what to say when it is empty."""
    return kind(
        label,
        description=description,
        filters=[_cleaner(clean_text)],
        validators=[*_required(required), _length(LONGEST_BODY), *also],
        **options,
    )


def radio_field(
    label: str,
    choices: Mapping[str, str],
    *,
    required: str,
    description: str = "",
    default: str | None = None,
) -> RadioField:
    """One of a few; `required` is what to say where it is none of them."""
    return RadioField(
        label,
        description=description,
        default=default,
        choices=[SelectChoice(value, text) for value, text in choices.items()],
        validate_choice=False,
        validators=[AnyOf(list(choices), message=required)],
    )


class IdField(HiddenField):
    """The id of a row; anything that is none counts as nothing."""

    data: UUID | None  # type: ignore[assignment]  # the stubs know text alone

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = UUID(valuelist[0]) if valuelist and _is_uuid(valuelist[0]) else None


def id_field() -> IdField:
    return IdField()


def _required(message: str | None) -> list[DataRequired]:
    # After the filters, so that spaces alone are nothing.
    return [] if message is None else [DataRequired(message)]


def _length(most: int) -> Length:
    return Length(max=most, message=lazy_gettext("Please shorten this to %(max)d characters."))

"""The forms of the administrator's page: a code to sign in with, and buttons."""

from typing import Any

from flask import g, request
from flask_babel import get_locale, lazy_gettext
from wtforms import Form

from lti_tool.web.forms import LaunchCSRF, line_field

_LONGEST_LINK = 2000


class SignInForm(Form):
    """Needs no token against forgery: who has no code can't send it, and the code is used up by it."""

    code = line_field(
        lazy_gettext("Sign-in code"),
        description=lazy_gettext("You can also paste the whole link."),
        required=lazy_gettext("Please paste the code, or the whole link."),
        longest=_LONGEST_LINK,
    )

    def __init__(self, *, empty: bool = False) -> None:
        # An empty one reads nothing of the request: what is refused may be too large to be read.
        super().__init__(request.form if request.method == "POST" and not empty else None)


class AdminCSRF(LaunchCSRF):
    """A token derived from the administrator's session."""

    def session_name(self) -> str:
        return f"admin {g.administrator.session_id}"


class ButtonForm(Form):
    """A button that does something: nothing to fill in, but the token against forgery."""

    class Meta:
        csrf = True
        csrf_class = AdminCSRF

        @property
        def locales(self) -> list[str]:
            return [str(get_locale())]

    def __init__(self, **defaults: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **defaults)

"""The reader's language and direction, from the launch."""

from babel import Locale, UnknownLocaleError
from flask import Flask, g, request
from flask_babel import Babel, get_locale

AVAILABLE = ("en",)


def init_locale(app: Flask) -> None:
    Babel(app, locale_selector=_choose)
    app.add_template_global(text_direction)
    app.add_template_global(language)


def language() -> str:
    """The page's language tag (BCP 47), such as "en" or "pt-BR"."""
    return str(get_locale()).replace("_", "-")


def text_direction() -> str:
    """The direction of the page: rtl for languages written from right to left, else ltr."""
    return getattr(get_locale(), "text_direction", "ltr")


def _choose() -> str:
    """The launch's language where we speak it, else the browser's; with its region, for dates."""
    person = g.get("actor") or g.get("visit")
    for tag in (person.locale if person else "", *request.accept_languages.values()):
        try:
            wanted = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        if wanted.language in AVAILABLE:
            return str(wanted)
    return AVAILABLE[0]

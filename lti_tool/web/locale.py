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


def _choose() -> str | None:
    """The launch's language where we speak it, else the browser's best."""
    actor = g.get("actor")
    if actor is not None:
        try:
            wanted = Locale.parse(actor.locale, sep="-")
        except (ValueError, UnknownLocaleError):
            wanted = None
        if wanted is not None and wanted.language in AVAILABLE:
            return wanted.language
    return request.accept_languages.best_match(AVAILABLE) or AVAILABLE[0]

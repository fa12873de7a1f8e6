"""The reader's language and direction, from the launch."""

from typing import cast

from babel import Locale, UnknownLocaleError
from babel.support import Translations
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_translations
from markupsafe import Markup

AVAILABLE = ("en",)


def init_locale(app: Flask) -> None:
    Babel(app, locale_selector=_choose)
    # Jinja's own look the translations up for each string, and a page has hundreds.
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_count)
    app.add_template_global(text_direction)
    app.add_template_global(language)


def language() -> str:
    """The page's language tag (BCP 47), such as "en" or "pt-BR"."""
    return str(get_locale()).replace("_", "-")


def text_direction() -> str:
    """The direction of the page: rtl for languages written from right to left, else ltr."""
    return getattr(get_locale(), "text_direction", "ltr")


def _text(message: str, **values: object) -> Markup:
    """The string in the page's language. It is a format, even without values; those are escaped."""
    if values:
        return _filled(_translations().ugettext(message), values)
    # A page says the same of each of its posts.
    said: dict[str, Markup] = g.setdefault("said", {})
    if message not in said:
        said[message] = _filled(_translations().ugettext(message), values)
    return said[message]


def _count(one: str, many: str, number: int, /, **values: object) -> Markup:
    """The same for a number of things, which the format calls `num`."""
    return _filled(_translations().ungettext(one, many, number), {"num": number, **values})


def _filled(translated: str, values: dict[str, object]) -> Markup:
    return Markup(translated) % values if values else Markup(translated % values)  # noqa: S704  # ours


def _translations() -> Translations:
    if "translations" not in g:
        g.translations = get_translations()
    return cast("Translations", g.translations)


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

"""The reader's language and direction, from the launch."""

from functools import lru_cache
from typing import cast

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_translations
from markupsafe import Markup, escape

from lti_tool.core.languages import spoken, tag_of


def init_locale(app: Flask) -> None:
    Babel(app, locale_selector=_choose)
    # Jinja's own look the translations up for each string, and a page has hundreds.
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_count)
    app.add_template_global(text_direction)
    app.add_template_global(language)


def language() -> str:
    """The page's language tag (BCP 47), such as "en" or "pt-BR"; looked up once a page."""
    # Asked hundreds of times a page: the way to `g` is the dear part of it.
    page = g._get_current_object()  # noqa: SLF001  # public in Werkzeug, for this
    if "language" not in page:
        page.language = tag_of(cast("Locale", get_locale()))
    return cast("str", page.language)


def text_direction() -> str:
    """The direction of the page: rtl for languages written from right to left, else ltr."""
    return getattr(get_locale(), "text_direction", "ltr")


def _text(message: str, **values: object) -> Markup:
    """The string in the page's language. It is a format, even without values; those are escaped."""
    tag = language()
    return _filled(_form(message, tag), values) if values else _whole(message, tag)


def _count(one: str, many: str, number: int, /, **values: object) -> Markup:
    """The same for a number of things, which the format calls `num`."""
    return _filled(get_translations().ungettext(one, many, number), {"num": number, **values})


def _filled(form: str, values: dict[str, object]) -> Markup:
    safe = {name: it if isinstance(it, int) else escape(it) for name, it in values.items()}
    return Markup(form % safe)  # noqa: S704  # ours


# All pages in a language say the same; `tag` is the language of the page that asks.
@lru_cache(8192)
def _form(message: str, tag: str) -> str:  # noqa: ARG001
    return str(get_translations().ugettext(message))


@lru_cache(8192)
def _whole(message: str, tag: str) -> Markup:
    return _filled(_form(message, tag), {})


def _choose() -> str:
    """The launch's language where we speak it, else the browser's."""
    person = g.get("actor") or g.get("visit")
    return str(spoken((person.locale if person else "", *request.accept_languages.values())))

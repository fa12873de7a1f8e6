"""What templates call things: people, moments, safe HTML."""

from datetime import date, datetime
from functools import lru_cache
from zlib import crc32

from babel import Locale
from babel.dates import format_date, format_datetime
from flask import Flask, g
from flask_babel import gettext
from markupsafe import Markup, escape

from lti_tool.markup.unshown import UNSHOWN
from lti_tool.people.names import NUMBERED, OWN, OwnPseudonym, bare, number_of
from lti_tool.web.locale import language

_HUES = 12
_LETTERS = 2
_OURS = (NUMBERED, OWN)
LARGEST_PAGE = 2 * 1024 * 1024
_AROUND_POSTS = 512 * 1024
"""Of a page, what is left for all but the texts of posts."""


def init_filters(app: Flask) -> None:
    app.add_template_filter(shown_name)
    app.add_template_filter(shown_title)
    app.add_template_test(is_unshared, "unshared")
    app.add_template_filter(initials)
    app.add_template_filter(hue)
    app.add_template_filter(moment)
    app.add_template_filter(day)
    app.add_template_filter(rendered)
    app.add_template_global(page_has_room)


def shown_name(name: str) -> str:
    """The name; a number in words, or what says that it is their own, where the platform gives none.

    A plain word for who is no member of the course any more, or where it is one's pseudonym.
    """
    if isinstance(name, OwnPseudonym):
        return str(gettext("You (anonymous)"))
    if name.startswith(_OURS):
        number = number_of(name)
        if number is not None:
            return str(gettext("Participant %(number)s", number=number))
        return str(gettext("%(name)s (own name)", name=bare(name)))
    return name or gettext("A participant")


def is_unshared(name: str) -> bool:
    """Whether its bearer may choose it, as the platform gives none."""
    return name.startswith(_OURS)


def shown_title(title: str) -> str:
    """The title, or a plain word where its words are no longer shown."""
    return title or gettext("A hidden title")


def initials(name: str) -> str:
    """Up to two letters for the picture beside a post; none for a person without a name."""
    number = number_of(name)
    if number is not None:
        return str(number)[-_LETTERS:]
    words = [word for word in bare(name).split() if word[0].isalnum()]
    chosen = words if len(words) <= _LETTERS else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper() or "·"


def hue(who: object) -> int:
    """One of twelve colours, the same for a person everywhere."""
    return crc32(str(who).encode()) % _HUES


def moment(value: datetime) -> str:
    """A moment for people who can't run our script, with its zone said."""
    return moment_in(value, language())


def day(value: date) -> str:
    """The day, as UTC has it where a moment is given."""
    return _day(value.date() if isinstance(value, datetime) else value, language())


# A page says some of them for each of its posts, and the next page the same ones again.
@lru_cache(4096)
def moment_in(value: datetime, tag: str) -> str:
    """The same in a given language."""
    return f"{format_datetime(value, 'medium', locale=Locale.parse(tag, sep='-'))} UTC"


@lru_cache(4096)
def _day(value: date, tag: str) -> str:
    return format_date(value, "full", locale=Locale.parse(tag, sep="-"))


def page_has_room(html: str) -> bool:
    """Whether a post's text still fits on this page; it is counted then. What does not is a link to it."""
    used = g.get("posts_on_page", 0) + len(html.encode())
    if used > LARGEST_PAGE - _AROUND_POSTS:
        return False
    g.posts_on_page = used
    return True


def rendered(html: str) -> Markup:
    """HTML that posts.markdown made and cleaned when it was written. Nothing else may come here."""
    if UNSHOWN in html:
        said = escape(gettext("Segue could not display this. Original text:"))
        html = html.replace(UNSHOWN, f'<span class="unshown">{said}</span>')
    return Markup(html)  # noqa: S704  # sanitised by nh3, last step before it was stored

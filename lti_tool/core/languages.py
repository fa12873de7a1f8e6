"""The languages that pages speak."""

from collections.abc import Iterable
from typing import Final

from babel import Locale, UnknownLocaleError

AVAILABLE: Final = ("en",)


def spoken(wanted: Iterable[str]) -> Locale:
    """The first of these language tags that pages speak, with its region, for dates; else our own."""
    for tag in wanted:
        try:
            found = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        if found.language in AVAILABLE:
            return found
    return Locale.parse(AVAILABLE[0])


def tag_of(locale: Locale) -> str:
    """Its language tag (BCP 47), such as "en" or "pt-BR"."""
    return str(locale).replace("_", "-")

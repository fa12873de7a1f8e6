"""Which names are fit to be given, and which look like another one. Linear in what was typed."""

import unicodedata
from collections.abc import Iterable

LONGEST = 60
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_ALLOWED_SIGNS = " -'\u2019.\u00b7"
# What looks like a Latin letter: letters of Cyrillic and of Greek, i (which I becomes) and two digits.
_CYRILLIC = "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441"
_CYRILLIC_TOO = "\u0442\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d"
_GREEK = "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
_ALIKE = str.maketrans(f"{_CYRILLIC}{_CYRILLIC_TOO}{_GREEK}i01", "abekmhopctyxljsdqwabelkvoptuxlol")
_NUMBERS = "0123456789ol"
"""Digits, as `likeness` leaves them."""


def clean_name(typed: str) -> str:
    """One line, composed, without what can't be seen: signs that turn the direction, or join, or hide."""
    composed = unicodedata.normalize("NFC", typed)
    seen = (sign for sign in composed if sign.isspace() or unicodedata.category(sign) not in _INVISIBLE)
    return " ".join("".join(seen).split())


def is_readable(name: str) -> bool:
    """Letters, and what stands in names beside them: no pile of accents, and nothing like a badge."""
    kinds = "".join(unicodedata.category(sign)[0] for sign in name)
    fits = all(
        kind in "LM" or sign in _ALLOWED_SIGNS or sign.isdecimal()
        for sign, kind in zip(name, kinds, strict=True)
    )
    return len(name) <= LONGEST and "L" in kinds and "MMMM" not in kinds and fits


def likeness(name: str) -> str:
    """The same for names that can hardly be told apart: without case, accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in plain.casefold().translate(_ALIKE) if sign.isalnum())


def is_reserved(name: str, words: Iterable[str]) -> bool:
    """Whether it is one of our own words for somebody, with or without a number."""
    return likeness(name).rstrip(_NUMBERS) in {likeness(word).rstrip(_NUMBERS) for word in words}

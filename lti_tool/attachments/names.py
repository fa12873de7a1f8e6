"""Safe file names: no path, no hidden characters."""

import re
import unicodedata
from collections import Counter

from lti_tool.attachments.kinds import BY_ENDING, TEXT, Kind, ending_of

LONGEST_NAME = 80
_LOOKED_AT = 1000
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def file_name(given: str, kind: Kind, *, before: str = "") -> str:
    """A name that is safe everywhere, with an ending of the file's kind.

    A text keeps the ending that it is given, or else the one of its name before.
    """
    name = _visible(_last(given))
    ending = ending_of(f"_{name}")
    stem = name[: -len(ending) - 1] if ending in BY_ENDING else name
    stem = " ".join(_FORBIDDEN.sub(" ", stem).split()).strip(" ._-,")[:LONGEST_NAME].rstrip(" ._-,")
    if not stem or _DEVICES.match(stem):
        stem = "picture" if kind.is_image else "file"
    kept = next((it for it in (ending, ending_of(before)) if kind is TEXT and it in kind.endings), "")
    return f"{stem}.{kept or kind.endings[0]}"


def nameless(kind: Kind, before: str, counted: Counter[str]) -> str:
    """The neutral name of an anonymous post's file: its kind and a number."""
    stem = "picture" if kind.is_image else "text"
    counted[stem] += 1
    return file_name(f"{stem}-{counted[stem]}", kind, before=before)


def shown_claim(claimed: str) -> str:
    """The uploaded name, safe to show to the person who chose the file."""
    return _visible(_last(claimed))[:LONGEST_NAME]


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _visible(text: str) -> str:
    """The last characters of a name, normalised, without invisible ones such as direction marks."""
    composed = unicodedata.normalize("NFC", text[-_LOOKED_AT:])
    return "".join(letter for letter in composed if unicodedata.category(letter) not in _INVISIBLE)

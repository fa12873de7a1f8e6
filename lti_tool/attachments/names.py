"""What a file is called: without a path, and without tricks of writing."""

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
    """The name made harmless anywhere, with an ending of its kind.

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
    """The name of an anonymous post's file. It says the kind and a number, nothing that its author chose."""
    stem = "picture" if kind.is_image else "text"
    counted[stem] += 1
    return file_name(f"{stem}-{counted[stem]}", kind, before=before)


def shown_claim(claimed: str) -> str:
    """The name as it came, fit to be said to the one who chose the file."""
    return _visible(_last(claimed))[:LONGEST_NAME]


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _visible(text: str) -> str:
    """Its last signs, composed, and without what can't be seen: what turns the direction, joins, or hides."""
    composed = unicodedata.normalize("NFC", text[-_LOOKED_AT:])
    return "".join(letter for letter in composed if unicodedata.category(letter) not in _INVISIBLE)

"""What a file is called: without a path, without tricks of writing, and without its author's name."""

import re
import unicodedata
from pathlib import PurePosixPath

from lti_tool.posts.attachments.kinds import Kind

LONGEST_NAME = 80
_LOOKED_AT = 1000
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_BETWEEN = re.compile(r"([\s_.,()\[\]-]+)")
_SHORTEST_NAME_PART = 3
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def file_name(claimed: str, kind: Kind, *, author: str = "") -> str:
    """The name that a file is given when it comes: harmless anywhere, with the ending of its kind."""
    last = claimed.replace("\\", "/").rpartition("/")[2]
    return _with_ending(_without(PurePosixPath(_visible(last)).stem, author), kind)


def chosen_name(typed: str, kind: Kind) -> str:
    """The name that the author gives it: their own words, as harmless."""
    stem = _visible(typed.replace("\\", "/").rpartition("/")[2])
    known = next((f".{it}" for it in kind.endings if stem.lower().endswith(f".{it}")), "")
    return _with_ending(stem[: len(stem) - len(known)], kind)


def shown_claim(claimed: str) -> str:
    """The name as it came, fit to be said to the one who chose the file."""
    return _visible(claimed.replace("\\", "/").rpartition("/")[2])[:LONGEST_NAME]


def _with_ending(stem: str, kind: Kind) -> str:
    stem = " ".join(_FORBIDDEN.sub(" ", stem).split()).strip(" ._-,")[:LONGEST_NAME].rstrip(" ._-,")
    if not stem or _DEVICES.match(stem):
        stem = "picture" if kind.is_image else "file"
    return f"{stem}.{kind.endings[0]}"


def _visible(text: str) -> str:
    """Its last signs, composed, and without what can't be seen: what turns the direction, joins, or hides."""
    composed = unicodedata.normalize("NFC", text[-_LOOKED_AT:])
    return "".join(letter for letter in composed if unicodedata.category(letter) not in _INVISIBLE)


def _without(stem: str, author: str) -> str:
    """The stem without the parts of the author's name, which the platform told us."""
    parts = {_plain(part) for part in _BETWEEN.split(author)}
    named = {part for part in parts if len(part) >= _SHORTEST_NAME_PART}
    return "".join(word for word in _BETWEEN.split(stem) if _plain(word) not in named)


def _plain(word: str) -> str:
    """For comparing: without case and accents."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))

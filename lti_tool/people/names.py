"""Names as they are shown and compared: by us, since a database's own folding depends on its set-up."""

from functools import lru_cache

from lti_tool.core.text import without_accents

NUMBERED = "\x1f"
"""Before a number that stands for a name. No name from outside has such a sign (`core.text.clean_line`)."""
OWN = "\x1e"
"""Before a name that somebody gave themselves."""
LAST_SIGN = "\U0010ffff"
"""Behind every text that begins with what stands before it, in the order of code points."""
_MOST_WORDS = 8
_LONGEST = 200
_KEPT = 20_000


def number_of(name: str) -> int | None:
    """The number that stands for this name; None where it is a name."""
    return int(name.removeprefix(NUMBERED)) if name.startswith(NUMBERED) else None


def is_own(name: str) -> bool:
    """Whether its bearer gave it."""
    return name.startswith(OWN)


def bare(name: str) -> str:
    """The name without our mark; empty for a number."""
    return "" if name.startswith(NUMBERED) else name.removeprefix(OWN)


@lru_cache(maxsize=_KEPT)
def folded(name: str) -> str:
    """Without accents and case, and with single spaces."""
    return " ".join(without_accents(name).casefold().split())


def beginnings(name: str) -> list[str]:
    """The name, folded, from each of its words on: what is typed of it begins one of these."""
    words = folded(name.replace("\x00", "")).split()[:_MOST_WORDS]
    return list(dict.fromkeys(" ".join(words[at:])[:_LONGEST] for at in range(len(words))))


class OwnPseudonym(str):
    """The pseudonym of the reader: their pages call them "You" (web/filters.py)."""

    __slots__ = ()

"""Names as they are compared: by us, since a database's own folding depends on how it was set up."""

from functools import lru_cache

from lti_tool.core.text import without_accents

LAST_SIGN = "\U0010ffff"
"""Behind every text that begins with what stands before it, in the order of code points."""
_MOST_WORDS = 8
_LONGEST = 200
_KEPT = 20_000


@lru_cache(maxsize=_KEPT)
def folded(name: str) -> str:
    """Without accents and case, and with single spaces."""
    return " ".join(without_accents(name).casefold().split())


def beginnings(name: str) -> list[str]:
    """The name, folded, from each of its words on: what is typed of it begins one of these."""
    words = folded(name.replace("\x00", "")).split()[:_MOST_WORDS]
    return list(dict.fromkeys(" ".join(words[at:])[:_LONGEST] for at in range(len(words))))

"""Whether a secret that somebody chose could be guessed."""

import re
from collections import Counter
from itertools import pairwise
from math import log2
from typing import Final

_FEWEST_BITS: Final = 2.2
"""A character, by how often each one stands in the secret. Random hexadecimal digits have more than 3."""
_MOST_NEIGHBOURS: Final = 0.6
_WORDS: Final = re.compile(
    "password|passwd|secret|change|please|replace|default|example|development|production|insecure|segue"
    "|random|string|characters|chars|token|metrics|value|super|letmein|welcome|admin|qwert[yz]|asdf|zxcv|least"
    "|demo|test|this|that|your|very|long|must|here|only|safe|keep|some|thing|key|for|the|not|and|is|me|my|be|at"
)


def weakness_of(secret: str) -> str | None:
    """Why it could be guessed, as the rest of a sentence about it; None where it looks random."""
    if not secret.isprintable() or " " in secret:
        return "has spaces or control characters, as words and copied text have"
    if _repeats(secret):
        return "repeats itself"
    if len(_WORDS.sub("", secret.lower())) < len(secret) / 2:
        return "is made of well-known words"
    neighbours = sum(abs(ord(one) - ord(two)) <= 1 for one, two in pairwise(secret))
    if neighbours > _MOST_NEIGHBOURS * len(secret):
        return "is a row of neighbouring characters"
    if _bits(secret) < _FEWEST_BITS:
        return "has too few different characters"
    return None


def _repeats(secret: str) -> bool:
    """Whether it is one piece, written twice or more, with or without the end of the last one."""
    return any(
        secret == (secret[:length] * len(secret))[: len(secret)] for length in range(1, len(secret) // 2 + 1)
    )


def _bits(secret: str) -> float:
    shares = [count / len(secret) for count in Counter(secret).values()]
    return -sum(share * log2(share) for share in shares)

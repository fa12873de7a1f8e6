"""Similarity of two titles in any language, by their words; rare words count more."""

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from lti_tool.search.languages import USUAL_WORDS
from lti_tool.search.terms import folded, words_in

LIKE = 0.5
"""Smallest share of the typed words that a similar title contains."""
_MOST_WORDS = 12
_SHORTEST_STEM = 4
_LONGEST_ENDING = 3
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ASKING = """how what when where which who why do does did can could should would will i we my our your if in
on at wie was wann wo wer warum kann wir comment quand qui pourquoi como cuando donde quien"""
_USUAL = frozenset[str]().union(*USUAL_WORDS.values(), _ASKING.split())


def telling_words(title: str) -> list[str]:
    """The folded words of a title, without words that every other title has too."""
    words = [word for word in folded(title).split() if word not in _USUAL]
    telling = [it for it in words if len(it) > 1 or _WITHOUT_SPACES.match(it)]
    return list(dict.fromkeys(telling))[:_MOST_WORDS]


def most_alike(typed: str, titles: Sequence[str], *, at_most: int) -> list[int]:
    """The positions of the titles that contain most of the typed words; the first ones among equals."""
    wanted = telling_words(typed)
    if not wanted:
        return []
    found = [_found(wanted, title) for title in titles]
    times = Counter(word for words in found for word in words)
    weights = {word: 1 + log(1 + len(titles) / (1 + times[word])) for word in wanted}
    whole = sum(weights.values())
    shares = [(sum(weights[word] for word in words) / whole, -place) for place, words in enumerate(found)]
    # One word of several is too little; one of two is enough.
    best = sorted((it for it in shares if it[0] >= LIKE), reverse=True)
    return [-place for _, place in best[:at_most]]


def _found(wanted: Sequence[str], title: str) -> list[str]:
    """The words that a title contains, ignoring endings."""
    there = {word for _, _, word in words_in(title)}
    return [word for word in wanted if word in there or any(_is_form(word, it) for it in there)]


def _is_form(word: str, other: str) -> bool:
    """Whether two words have a long common beginning: "opening" and "openings", not "open" and "opera"."""
    shorter, longer = sorted((word, other), key=len)
    most = min(len(shorter), max(_SHORTEST_STEM, len(longer) - _LONGEST_ENDING))
    is_long_enough = len(shorter) >= _SHORTEST_STEM and len(longer) - most <= _LONGEST_ENDING
    return is_long_enough and shorter[:most] == longer[:most]

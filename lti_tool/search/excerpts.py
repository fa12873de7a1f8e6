"""Excerpts around the found words, which are marked. Plain text: templates escape it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import Session

from lti_tool.search.terms import Query, words_in

_LONGEST = 240
_BEFORE = 60
_MOST_FOUND = 200
_LOOKED_AT = 20_000
"""Characters of each text in which words are marked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and whether it matches."""

    text: str
    is_marked: bool = False


Excerpt = Sequence[Piece]


def words_to_mark(
    session: Session, texts: Iterable[str], query: Query, configs: Sequence[str]
) -> Collection[str]:
    """The words of these texts, folded, that match the query by the database's stems. One query."""
    words = {word for text in texts for _, _, word in words_in(text[:_LOOKED_AT])}
    same = {word for word in words if word in query.words or (query.goes_on and word.startswith(query.last))}
    word = func.unnest(cast(sorted(words), ARRAY(Text))).column_valued("word")
    have_stem = [_stems(config, word).op("&&")(_stems(config, " ".join(query.words))) for config in configs]
    return same | set(session.scalars(select(word).where(or_(*have_stem))))


def _stems(config: str, text: Any) -> ColumnElement[Any]:
    return func.tsvector_to_array(func.to_tsvector(cast(config, REGCONFIG), text))


def marked(text: str, words: Collection[str]) -> Excerpt:
    """The whole text, with marks."""
    return _pieces(text, 0, len(text), words)


def excerpt(text: str, words: Collection[str]) -> Excerpt:
    """The part with the most matches; the beginning if there are none."""
    begin = _begin(text, words)
    end = len(text)
    if end - begin > _LONGEST:
        space = text.rfind(" ", begin + _LONGEST // 2, begin + _LONGEST)
        end = space if space > 0 else begin + _LONGEST
    return [
        *([Piece("… ")] if begin else []),
        *_pieces(text, begin, end, words),
        *([Piece(" …")] if end < len(text) else []),
    ]


def _begin(text: str, words: Collection[str]) -> int:
    """A position a little before the densest matches."""
    wanted = ((start, word) for start, _, word in words_in(text[:_LOOKED_AT]) if word in words)
    found = list(islice(wanted, _MOST_FOUND))

    def close(start: int) -> int:
        return len({word for at, word in found if start <= at < start + _LONGEST - _BEFORE})

    best = max((start for start, _ in found), key=close, default=0)
    if best <= _BEFORE:
        return 0
    space = text.find(" ", best - _BEFORE, best)
    return space + 1 if space > 0 else best


def _pieces(text: str, begin: int, end: int, words: Collection[str]) -> Excerpt:
    pieces, done = [], begin
    for start, stop, word in words_in(text[begin:end]):
        if word in words:
            pieces += [
                Piece(text[done : begin + start]),
                Piece(text[begin + start : begin + stop], is_marked=True),
            ]
            done = begin + stop
    return [piece for piece in (*pieces, Piece(text[done:end])) if piece.text]

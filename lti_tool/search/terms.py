"""Folded words for search: without case and accents, independent of the database."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

LONGEST_QUERY = 200
_MOST_TERMS = 16
_SHORTEST_PREFIX = 2
# Scripts without spaces: each character is a word.
_SIGN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SIGN}]|[^\s{_SIGN}]+")
_TERM = re.compile(r'(-?)"([^"]*)(?:"|$)|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'))


class _Shapes(dict[int, str]):
    """Replaces each character that is not part of a word by a space; the length stays the same."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " "
        return self[code]


class _Folds(dict[int, str]):
    """Folds a character: no case, no accents."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code)).casefold()
        bare = (it for it in parts if not unicodedata.combining(it))
        self[code] = "".join(bare).translate(_shapes).replace(" ", "")
        return self[code]


_shapes, _folds = _Shapes(), _Folds()


def scope_of(row_id: UUID) -> str:
    """A word that all posts of this course or activity have, and no text: it limits the index scan."""
    return f":{row_id.hex}"


def words_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each word, and its folded form."""
    for found in _WORD.finditer(text.translate(_shapes)):
        folded = found[0].translate(_folds)
        if folded:
            yield found.start(), found.end(), folded


def folded(text: str) -> str:
    return " ".join(word for _, _, word in words_in(text))


@dataclass(frozen=True, slots=True)
class Query:
    """A search query."""

    text: str
    """For `websearch_to_tsquery`: words, "phrases", or, -without. Empty for an empty query."""
    words: tuple[str, ...]
    """The wanted words, for marking them."""
    goes_on: bool
    """Whether the last word may be a prefix."""

    @property
    def last(self) -> str:
        return self.words[-1] if self.goes_on else ""


def read_query(typed: str) -> Query:
    """Parse whatever was typed."""
    parts: list[str] = []
    wanted: list[str] = []
    goes_on = False
    for minus, phrase, bare in _TERM.findall(typed[:LONGEST_QUERY].translate(_QUOTES)):
        without = bool(minus) or (bare.startswith("-") and len(bare) > 1)
        words = folded(phrase or bare).split()
        goes_on = bool(words and bare) and not without and bare.lower() != "or"
        if bare.lower() == "or":
            parts.append("or")
        elif words:
            quote = '"' if phrase or len(words) > 1 else ""
            parts.append(f"{'-' * without}{quote}{' '.join(words)}{quote}")
            wanted += [] if without else words
        if len(wanted) >= _MOST_TERMS:
            break
    goes_on = goes_on and len(wanted[-1]) >= _SHORTEST_PREFIX
    return Query(" ".join(parts), tuple(wanted), goes_on)

"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_WORDS = 4000
"""Of both texts together; beyond that whole lines are compared, and beyond MOST_LINES the texts as one."""
MOST_LINES = 4000
_WORD = re.compile(r"\S+|\s+")

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text, and what became of it."""

    kind: Kind
    text: str


def difference(before: str, after: str) -> Sequence[Part]:
    """The parts of both texts in order: what stayed, what went and what came."""
    old, new = _pieces(before, after)
    # Without autojunk: a word that stands often is a word like any other.
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return list(_parts(matcher, old, new))


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) <= MOST_WORDS:
        return old, new
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return (old, new) if len(old) + len(new) <= MOST_LINES else ([before], [after])


def _parts(matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        removed, added = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if removed == added:
            yield Part("same", removed)
            continue
        if removed:
            yield Part("removed", removed)
        if added:
            yield Part("added", added)

"""Differences between two texts, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

LARGEST_TABLE = 150_000
"""Limit of comparisons, about 100 ms. difflib takes a minute for some texts of 30,000 characters."""
_WORD = re.compile(r"\S+|\s+")

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text, and whether it was kept, removed or added."""

    kind: Kind
    text: str


def difference(before: str, after: str) -> Sequence[Part]:
    """The pieces of both texts in order: kept, removed and added.

    By words where few enough are between the first and the last change, else by lines, else as a whole.
    """
    for pieces in (_WORD.findall, _lines):
        steps = _steps(pieces(before), pieces(after))
        if steps is not None:
            break
    else:
        steps = [("removed", before), ("added", after)]
    joined = ((kind, "".join(text for _, text in run)) for kind, run in groupby(steps, lambda step: step[0]))
    return [Part(kind, text) for kind, text in joined if text]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[Kind, str]] | None:
    """The steps of the comparison; None if there is too much to compare."""
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle_old) * len(middle_new) > LARGEST_TABLE:
        return None
    head: list[tuple[Kind, str]] = [("same", piece) for piece in old[:start]]
    tail: list[tuple[Kind, str]] = [("same", piece) for piece in old[len(old) - end :]]
    return head + _walk(middle_old, middle_new) + tail


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """The length of the common beginning."""
    pairs = zip(old, new, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _walk(old: Sequence[str], new: Sequence[str]) -> list[tuple[Kind, str]]:
    """Walk along the longest common subsequence."""
    left = _table(old, new)
    steps: list[tuple[Kind, str]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            steps.append(("same", old[i]))
            i, j = i + 1, j + 1
        elif left[i + 1][j] >= left[i][j + 1]:
            steps.append(("removed", old[i]))
            i += 1
        else:
            steps.append(("added", new[j]))
            j += 1
    steps += [("removed", piece) for piece in old[i:]]
    return steps + [("added", piece) for piece in new[j:]]


def _table(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """Lengths of the longest common subsequence, from each position on."""
    rows = [[0] * (len(new) + 1)]
    for piece in reversed(old):
        below, row = rows[-1], [0] * (len(new) + 1)
        for j in range(len(new) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if new[j] == piece else max(below[j], row[j + 1])
        rows.append(row)
    rows.reverse()
    return rows

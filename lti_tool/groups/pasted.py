"""Reading a list of people and their groups, as somebody pastes it or a spreadsheet writes it.

Linear in the text. Nothing here knows who is in the course.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lti_tool.core.text import clean_line
from lti_tool.people.names import folded

MOST_ROWS = 2000
LONGEST_GROUP = 60
_SEPARATORS = "\t;,"
_FIRST = frozenset({"first name", "firstname", "given name", "forename", "vorname", "nombre", "prenom"})
_LAST = frozenset(
    {"last name", "lastname", "surname", "family name", "nachname", "apellido", "apellidos", "nom"}
)
_WHOLE = frozenset(
    {"name", "full name", "fullname", "student", "student name", "person", "participant", "learner"}
)
_GROUP = frozenset({"group", "groups", "group name", "team", "section", "gruppe", "grupo", "groupe"})


@dataclass(frozen=True, slots=True)
class PastedRow:
    """One person of the list."""

    line: int
    name: str
    group: str
    """Empty where the list says none."""


def read_pasted(text: str) -> Sequence[PastedRow]:
    """Each person with their group, by the lines of the text.

    `Ana Ruiz, Herons` (also with semicolons or tabs, quoted, with first and last names apart, and below a
    line of headings), or `Herons: Ana Ruiz, Tom Becker`, or `Herons:` with its people on the lines below.
    """
    lines = text.splitlines()[:MOST_ROWS]
    rows = _under_groups(lines) if _has_groups_first(lines) else _table(lines)
    return [row for row in rows if any(sign.isalnum() for sign in row.name)]


def _has_groups_first(lines: Sequence[str]) -> bool:
    said = [line for line in lines if line.strip()]
    return bool(said) and ":" in said[0]


def _under_groups(lines: Sequence[str]) -> Iterator[PastedRow]:
    group = ""
    for at, line in enumerate(lines, start=1):
        before, colon, rest = line.partition(":")
        if colon:
            group = _group(before)
        for name in _cells(rest if colon else line, _separator([rest if colon else line])):
            yield PastedRow(at, clean_line(name), group)


def _table(lines: Sequence[str]) -> Iterator[PastedRow]:
    separator = _separator(lines)
    columns: Mapping[str, int] | None = None
    is_first = True
    for at, line in enumerate(lines, start=1):
        cells = [clean_line(cell) for cell in _cells(line, separator)]
        if not any(cells):
            continue
        if is_first:
            is_first, columns = False, _headings(cells)
            if columns:
                continue
        yield _by_headings(at, cells, columns) if columns else _by_place(at, cells)


def _separator(lines: Iterable[str]) -> str:
    """Whichever divides most lines; a tab before others, as names have none."""
    times = Counter(sign for line in lines for sign in _SEPARATORS if sign in line)
    return max(_SEPARATORS, key=lambda sign: (times[sign], -_SEPARATORS.index(sign)))


def _cells(line: str, separator: str) -> Sequence[str]:
    return next(csv.reader([line.replace("\x00", "")], delimiter=separator, skipinitialspace=True), [])


def _headings(cells: Sequence[str]) -> Mapping[str, int] | None:
    """Which column holds what, where the first line says so."""
    words = [folded(cell) for cell in cells]
    found = {
        part: next((at for at, word in enumerate(words) if word in known), -1)
        for part, known in (("first", _FIRST), ("last", _LAST), ("whole", _WHOLE), ("group", _GROUP))
    }
    has_name = found["whole"] >= 0 or found["first"] >= 0 or found["last"] >= 0
    return found if has_name and found["group"] >= 0 else None


def _by_headings(at: int, cells: Sequence[str], columns: Mapping[str, int]) -> PastedRow:
    parts = {part: cells[column] if 0 <= column < len(cells) else "" for part, column in columns.items()}
    name = parts["whole"] or f"{parts['first']} {parts['last']}".strip()
    return PastedRow(at, name, _group(parts["group"]))


def _by_place(at: int, cells: Sequence[str]) -> PastedRow:
    """The group last; what stands before it is the name, in one part or more."""
    if len(cells) == 1:
        return PastedRow(at, cells[0], "")
    return PastedRow(at, " ".join(cell for cell in cells[:-1] if cell), _group(cells[-1]))


def _group(text: str) -> str:
    return clean_line(text, longest=LONGEST_GROUP)

"""Blocks that markdown would expand too far, or drop: they are shown as they were written."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit

DEEPEST = 20
MOST_COLUMNS = 20
MOST_CELLS = 2000
UNSHOWN_BLOCK = "unshown_block"
# A cell of a table's delimiter row, which sets the number of columns.
_DELIMITER = re.compile(r":?-+:?")


def guard_blocks(parser: MarkdownIt) -> None:
    parser.block.ruler.before("table", "large_table", _large_table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("large_table", "deep_block", _deep_block)


def _deep_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    """Beyond its nesting limit the parser would drop the rest of the text."""
    if silent or state.level < DEEPEST - 2:
        return False
    last = start + 1
    while last < end and (state.isEmpty(last) or state.sCount[last] >= state.blkIndent):
        last += 1
    while state.isEmpty(last - 1):
        last -= 1
    _push(state, start, last)
    return True


def _large_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    """Short rows are padded with empty cells, so a wide table of short rows would grow by hundreds."""
    columns = _columns(state, start, end)
    if not columns:
        return False
    last, most = start + 2, start + 2 + MOST_CELLS // columns
    while last < min(end, most) and not state.isEmpty(last) and state.sCount[last] >= state.blkIndent:
        last += 1
    if columns <= MOST_COLUMNS and last < most:
        return False
    while last < end and not state.isEmpty(last) and state.sCount[last] >= state.blkIndent:
        last += 1
    if not silent:
        _push(state, start, last)
    return True


def _columns(state: StateBlock, start: int, end: int) -> int:
    """The number of columns of a table that starts here; 0 if none does."""
    if start + 2 > end or state.sCount[start + 1] < state.blkIndent:
        return 0
    delimiters = _cells(_line(state, start + 1))
    if not all(_DELIMITER.fullmatch(cell.strip()) for cell in delimiters):
        return 0
    header = _line(state, start)
    columns = len(delimiters)
    return columns if "|" in header and columns == len(_cells(header)) else 0


def _cells(line: str) -> list[str]:
    cells = escapedSplit(line)
    return cells[cells[0] == "" : len(cells) - (cells[-1] == "" and len(cells) > 1)]


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()


def _push(state: StateBlock, start: int, end: int) -> None:
    state.line = end
    token = state.push(UNSHOWN_BLOCK, "", 0)
    token.content = state.getLines(start, end, state.blkIndent, keepLastLF=False)
    token.map = [start, end]

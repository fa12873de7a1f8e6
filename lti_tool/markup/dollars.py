"""Where a formula stands in a text: `$…$` in a line, `$$…$$` in a line or on lines of its own."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath.index import math_block_dollar

IN_LINE, DISPLAYED, BLOCK = "formula", "formula_displayed", "math_block"
# No space inside the signs and no digit beside them: "$5 or $6" are prices.
_FORMULA = re.compile(
    r"\$\$(?P<displayed>(?:\\.|[^$\\])++)\$\$"
    r"|(?<!\d)\$(?!\s)(?P<in_line>(?:\\.|[^$\\])++)(?<!\s)\$(?!\d)",
    re.DOTALL,
)

_DOLLARS = "$$"
_LOOKED_THROUGH = "formulas_looked_through"
_math_block = math_block_dollar(allow_labels=False, allow_blank_lines=False)


def find_formulas(parser: MarkdownIt) -> None:
    parser.inline.ruler.before("escape", IN_LINE, _in_line)
    parser.block.ruler.before("fence", BLOCK, _block)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    """As the plugin has it; where no formula ends before the next empty line, it looks for one once."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not line.startswith(_DOLLARS) or start < state.env.get(_LOOKED_THROUGH, 0):
        return False
    if _math_block(state, start, end, silent):
        return True
    if _DOLLARS not in line[len(_DOLLARS) :]:
        last = start + 1
        while last < end and state.src[state.bMarks[last] : state.eMarks[last]].strip():
            last += 1
        state.env[_LOOKED_THROUGH] = last
    return False


def _in_line(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        kind = IN_LINE if found["in_line"] else DISPLAYED
        state.push(kind, "", 0).content = found["in_line"] or found["displayed"]
    state.pos = found.end()
    return True

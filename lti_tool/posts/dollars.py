"""Where a formula stands in a text: `$…$` in a line, `$$…$$` in a line or on lines of its own."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath.index import math_block_dollar

IN_LINE, DISPLAYED, BLOCK = "formula", "formula_displayed", "math_block"
# No space inside the signs and no digit beside them: "$5 or $6" are prices.
_FORMULA = re.compile(
    r"\$\$(?P<displayed>(?:\\.|[^$\\])++)\$\$"
    r"|(?<!\d)\$(?!\s)(?P<in_line>(?:\\.|[^$\\])++)(?<!\s)\$(?!\d)",
    re.DOTALL,
)


def find_formulas(parser: MarkdownIt) -> None:
    parser.inline.ruler.before("escape", IN_LINE, _in_line)
    parser.block.ruler.before("fence", BLOCK, math_block_dollar(allow_labels=False, allow_blank_lines=False))


def _in_line(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        kind = IN_LINE if found["in_line"] else DISPLAYED
        state.push(kind, "", 0).content = found["in_line"] or found["displayed"]
    state.pos = found.end()
    return True

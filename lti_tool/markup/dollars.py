r"""Where formulas stand in a text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, `\begin{align}…\end{align}`."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath.index import math_block_dollar

IN_LINE, DISPLAYED, BLOCK = "formula", "formula_displayed", "math_block"
# A single dollar sign opens a formula only where no letter or digit stands before it ("US$20"). It closes
# one before a short ending ("the $n$th"), never before a digit ("$5 or $6") or a name ("$HOME/bin:$PATH").
_FORMULA = re.compile(
    r"\$\$(?P<displayed>(?:\\.|[^$\\])++)\$\$"
    r"|(?<![A-Za-z0-9])\$(?!\s)(?P<in_line>(?:\\.|[^$\\])++)(?<!\s)\$(?![\dA-Z_])(?![a-z]{5}|[a-z]{1,4}[\dA-Z_$])"
    r"|\\\((?P<parenthesised>(?:\\[^()]|[^\\])++)\\\)",
    re.DOTALL,
)
# "$20 in US$" is a price, "$dir/$file" two variables of a shell.
_PRICE = re.compile(r"\d[\d.,]{0,12}\s[^\W\d_]{2}[^\\^_={}<>+*/|]*")
_VARIABLE = re.compile(r"[A-Za-z_]\w{0,30}[/:.@\-=]")

_DOLLARS = "$$"
# Environments that are formulas by themselves, without signs around them (amsmath).
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|aligned|alignat|alignedat|equation|gather|gathered|multline|eqnarray|split|cases|dcases"
    r"|array|(?:small|[pbvBV])?matrix)\*?)\}"
)
_math_block = math_block_dollar(allow_labels=False, allow_blank_lines=False)


def find_formulas(parser: MarkdownIt) -> None:
    parser.inline.ruler.before("escape", IN_LINE, _in_line)
    parser.block.ruler.before("fence", BLOCK, _block, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.after(BLOCK, "latex_block", _latex_block, {"alt": ["paragraph", "reference"]})


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    """As the plugin has it; where no formula ends before the next empty line, it looks for one once."""
    line = _line(state, start)
    if not line.startswith(_DOLLARS) or start < state.env.get(_DOLLARS, 0):
        return False
    if _DOLLARS in line[len(_DOLLARS) :].rstrip()[: -len(_DOLLARS)]:
        return False  # "$$x$$ and $$y$$": formulas in a line
    if _math_block(state, start, end, silent):
        return True
    if _DOLLARS not in line[len(_DOLLARS) :]:
        state.env[_DOLLARS] = _end_of_paragraph(state, start, end)
    return False


def _latex_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    r"""`\[…\]` or an environment that begins and ends a line, with no empty line within."""
    line = _line(state, start)
    environment = _ENVIRONMENT.match(line)
    closing = rf"\end{{{environment[1]}}}" if environment else r"\]"
    if not environment and not line.startswith(r"\["):
        return False
    if start < state.env.get(closing, 0):
        return False
    last = start
    while closing not in _line(state, last)[2 * (last == start) :]:
        last += 1
        if last >= end or not _line(state, last).strip() or state.sCount[last] < state.blkIndent:
            state.env[closing] = last
            return False
    before, _, after = _line(state, last).rpartition(closing)
    if after.strip() or closing in before:
        state.env[closing] = last + 1
        return False
    if not silent:
        whole = state.getLines(start, last + 1, state.blkIndent, keepLastLF=False).strip()
        token = state.push(BLOCK, "", 0)
        token.content = whole if environment else whole[2:-2]
        token.map = [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _end_of_paragraph(state: StateBlock, start: int, end: int) -> int:
    last = start + 1
    while last < end and _line(state, last).strip():
        last += 1
    return last


def _in_line(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    in_line = found["in_line"]
    if in_line and (_PRICE.fullmatch(in_line) or _names_variables(in_line, state.src[found.end() :][:1])):
        return False
    if not silent:
        kind = DISPLAYED if found["displayed"] else IN_LINE
        state.push(kind, "", 0).content = in_line or found["displayed"] or found["parenthesised"]
    state.pos = found.end()
    return True


def _names_variables(between: str, following: str) -> bool:
    """Whether two dollar signs with this between them, and this sign after them, begin variables."""
    return following.isalpha() and _VARIABLE.match(between) is not None and not between[-1].isalnum()

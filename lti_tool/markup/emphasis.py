"""Bold and italic beside Chinese, Japanese and Korean punctuation, where no space stands between words.

CommonMark takes `**「太字」**です` for no emphasis, as punctuation inside and a letter outside look like the
middle of a word. A sign of these scripts counts as a space here, on either side.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize

_CJK = re.compile(
    r"[\u1100-\u11ff\u2e80-\u303f\u3040-\u318f\u31a0-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    r"\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)


def find_emphasis(parser: MarkdownIt) -> None:
    parser.inline.ruler.at("emphasis", _emphasis)


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    start, known = state.pos, len(state.delimiters)
    if not tokenize(state, silent):
        return False
    before, after = state.src[start - 1 : start] or " ", state.src[state.pos : state.posMax][:1] or " "
    if state.src[start] == "*":
        for delimiter in state.delimiters[known:]:
            delimiter.open |= bool(_CJK.match(before)) and not after.isspace()
            delimiter.close |= bool(_CJK.match(after)) and not before.isspace()
    return True

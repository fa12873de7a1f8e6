"""Which addresses a link in a text may lead to: outside ones that are whole, or can be made whole."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.reference import reference

SCHEMES = {"http", "https", "mailto", "tel"}
_LONGEST_WITHOUT_SCHEME = 500
# Mentions are written as links, and become what they are once the text is parsed (mentions/tokens.py).
_WHOLE = re.compile(r"(?:https?://[^/]|mailto:.|tel:\+?\d|mention:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{0,30}:(?!\d)", re.IGNORECASE)


class OutsideLinks(MarkdownIt):
    """A parser that gives links without a scheme one. A link that leads nowhere from a post stays text."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802  markdown-it's name
        if self.linkify and len(url) <= _LONGEST_WITHOUT_SCHEME and not _SCHEME.match(url):
            found = self.linkify.match(url)
            if found and found[0].index == 0 and found[0].last_index == len(url):
                url = found[0].url if found[0].schema else f"https://{url}"
        return super().normalizeLink(url)

    def validateLink(self, url: str) -> bool:  # noqa: N802  markdown-it's name
        return _WHOLE.match(url) is not None


def skip_footnotes(parser: MarkdownIt) -> None:
    """Footnotes (`[^1]: …`) are no addresses: they stand as they were written."""
    parser.block.ruler.at("reference", _reference)


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it's call
    if state.src.startswith("[^", state.bMarks[start] + state.tShift[start]):
        return False
    return reference(state, start, end, silent)

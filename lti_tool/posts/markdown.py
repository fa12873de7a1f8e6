"""From what somebody wrote in markdown to HTML that is safe anywhere; done once, when it is written."""

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lti_tool.core.errors import SegueError
from lti_tool.mentions.tokens import CLASS as MENTION
from lti_tool.mentions.tokens import NOBODY, Known, place_mentions

LARGEST_HTML = 256 * 1024
_MOST_COLUMNS = 20
_DEEPEST = 20
_HEADING_SHIFT = 2
_LAST_HEADING = 6

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# The last entry takes back what the sanitiser would let through on any tag.
_ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "span": {"data-mention"}, "*": set()}
_SCHEMES = {"http", "https", "mailto"}
# A line that could be a table's second one, which says how many columns there are.
_TABLE_LINE = re.compile(r"^[ >]*\|?[ :|-]*-[ :|-]*$", re.MULTILINE)


class UnrenderableError(SegueError):
    """The text can't be shown: it grows beyond all measure, or nests too deeply."""


def _make_parser() -> MarkdownIt:
    # Raw HTML stays text. Images would let a writer see who reads; attachments come with their own rules.
    parser = MarkdownIt(
        "commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": _DEEPEST}
    )
    parser.enable(["table", "strikethrough", "linkify"])
    parser.disable("image")
    return parser


_parser = _make_parser()


def render(source: str, known: Known = NOBODY) -> str:
    """Sanitised HTML for a post's body. Raises UnrenderableError; takes at most about a second.

    The sanitiser is the last step and nothing edits its result afterwards (reference: security.md
    section 3, bleach).
    """
    # A row short of cells is filled up, so a wide table of short rows grows by hundreds.
    if any(line.count("|") > _MOST_COLUMNS for line in _TABLE_LINE.findall(source)):
        raise UnrenderableError
    tokens = _parser.parse(source)
    _lower_headings(tokens)
    place_mentions(tokens, known)
    html = _parser.renderer.render(tokens, _parser.options, {})
    if len(html) > LARGEST_HTML:
        raise UnrenderableError
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes={"span": {MENTION}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow ugc",
        # A table that is wider than the page scrolls, by keyboard too.
        set_tag_attribute_values={"a": {"target": "_blank"}, "table": {"tabindex": "0"}},
    )


def _lower_headings(tokens: Sequence[Token]) -> None:
    """Headings in a post stand below the page's own two levels."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + _HEADING_SHIFT, _LAST_HEADING)}"

"""Markdown to safe HTML, rendered once when a text is written."""

from collections.abc import Sequence
from typing import Any

import nh3
import structlog
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from lti_tool.markup import formulas, highlighting
from lti_tool.markup.blocks import DEEPEST, UNSHOWN_BLOCK, guard_blocks
from lti_tool.markup.dollars import BLOCK, DISPLAYED, IN_LINE, find_formulas
from lti_tool.markup.emphasis import find_emphasis
from lti_tool.markup.formulas import FormulaError, to_mathml
from lti_tool.markup.highlighting import Highlighter
from lti_tool.markup.links import SCHEMES, OutsideLinks, skip_footnotes
from lti_tool.markup.unshown import unshown_block, unshown_inline
from lti_tool.mentions.tokens import CLASS as MENTION
from lti_tool.mentions.tokens import NOBODY, Known, place_mentions

log = structlog.get_logger(__name__)

LONGEST_SOURCE = 32 * 1024
LARGEST_HTML = 256 * 1024
"""Largest HTML of a text in bytes. The escaped source of any text fits."""
_MOST_FORMULAS = 200
_MOST_MATHML = 96 * 1024
_MOST_ADDRESSES = 100
_HEADING_SHIFT = 2
_LAST_HEADING = 6

TAGS = formulas.ELEMENTS | {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "span",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# The last entry removes attributes that the sanitiser would allow on any tag.
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "ol": {"start"},
    "span": {"data-mention"},
    **{element: set(formulas.ATTRIBUTES) for element in formulas.ELEMENTS},
    "*": set(),
}
_CLASSES = {"span": highlighting.CLASSES | {"unshown", MENTION}}


def render(source: str, known: Known = NOBODY) -> str:
    """Sanitised HTML for a post's body; parts that can't be displayed are shown as they were written.

    The sanitiser is the last step and nothing edits its result afterwards (reference: security.md
    section 3, bleach). It adds to links and tables, so its result is what is measured. Texts made to take
    long take about a second at most (tests/markup/test_highlighting.py).
    """
    if len(source) > LONGEST_SOURCE:
        return _sanitised(unshown_block(source[:LONGEST_SOURCE]))
    try:
        html = _to_html(source, known)
    except Exception as error:  # noqa: BLE001  one post that fails must not take its page along
        log.warning("markdown_failed", kind=type(error).__name__)
        html = None
    safe = None if html is None or len(html) > LARGEST_HTML else _sanitised(html)
    if safe is None or len(safe.encode()) > LARGEST_HTML:
        safe = _sanitised(unshown_block(source))
    return safe


def _to_html(source: str, known: Known) -> str:
    env: dict[str, Any] = {}
    # The whole text is searched for each possible address.
    addresses = sum(source.count(sign) for sign in ("://", "@", "www."))
    parser = _parser if addresses <= _MOST_ADDRESSES else _parser_without_addresses
    tokens = parser.parse(source, env)
    _lower_headings(tokens)
    place_mentions(tokens, known)
    return str(parser.renderer.render(tokens, parser.options, env))


def _sanitised(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow ugc",
        # A table that is wider than the page scrolls, by keyboard too; so does code, and a long formula.
        set_tag_attribute_values={"a": {"target": "_blank"}, "table": {"tabindex": "0"}},
    )


def _lower_headings(tokens: Sequence[Token]) -> None:
    """Headings in a post are below the page's own two levels."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + _HEADING_SHIFT, _LAST_HEADING)}"


# The signature of markdown-it's render rules: renderer, tokens, index, options, environment.


def _inline_formula(_self: Any, tokens: Sequence[Token], place: int, _options: Any, env: Any) -> str:
    latex = tokens[place].content
    mark = "$" if tokens[place].type == IN_LINE else "$$"
    html = _formula(latex, env, block=mark == "$$")
    return html or unshown_inline(f"{mark}{latex}{mark}")


def _block_formula(_self: Any, tokens: Sequence[Token], place: int, _options: Any, env: Any) -> str:
    latex = tokens[place].content.strip()
    html = _formula(latex, env, block=True)
    return f"<p>{html}</p>\n" if html else unshown_block(latex)


def _formula(latex: str, env: dict[str, Any], *, block: bool) -> str | None:
    """The formula as MathML, until the limits of the text are reached."""
    env["formulas"] = env.get("formulas", 0) + 1
    if env["formulas"] > _MOST_FORMULAS:
        return None
    try:
        html = to_mathml(latex, block=block)
    except FormulaError:
        return None
    env["mathml"] = env.get("mathml", 0) + len(html)
    return html if env["mathml"] <= _MOST_MATHML else None


def _fence(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    token = tokens[place]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    if language == "math":
        return _block_formula(self, tokens, place, options, env)
    return f"<pre><code>{_code(token.content, language, env)}</code></pre>\n"


def _code(code: str, language: str, env: dict[str, Any]) -> str:
    """The code with colours, until the limits of the text are reached."""
    highlighted = env.setdefault("highlighter", Highlighter()).highlight(code, language)
    return str(escapeHtml(code)) if highlighted is None else highlighted


def _unshown(_self: Any, tokens: Sequence[Token], place: int, _options: Any, _env: Any) -> str:
    return unshown_block(tokens[place].content)


def _make_parser(*, addresses: bool = True) -> MarkdownIt:
    # Raw HTML stays text. Images would let a writer see who reads; attachments come with their own rules.
    parser = OutsideLinks(
        "commonmark", {"html": False, "linkify": addresses, "breaks": True, "maxNesting": DEEPEST}
    )
    parser.enable(["table", "strikethrough"])
    if addresses:
        parser.enable("linkify")
    # A line of dashes below a text is a signature or a separator here; headings begin with "#".
    parser.disable(["image", "lheading"])
    skip_footnotes(parser)
    find_emphasis(parser)
    find_formulas(parser)
    guard_blocks(parser)
    for kind in (IN_LINE, DISPLAYED):
        parser.add_render_rule(kind, _inline_formula)
    parser.add_render_rule(BLOCK, _block_formula)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule(UNSHOWN_BLOCK, _unshown)
    return parser


_parser = _make_parser()
_parser_without_addresses = _make_parser(addresses=False)

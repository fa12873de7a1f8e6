"""Coloured code: HTML classes of our stylesheet, added once when a post is written."""

from functools import cache, lru_cache
from itertools import groupby
from time import thread_time

from markdown_it.common.utils import escapeHtml
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

LONGEST_CODE = 4_000
MOST_CODE = 16_000
LONGEST_TIME = 0.2
"""Seconds for all code in a text; a hundred lines take about ten milliseconds."""
_LARGEST_RATIO = 12
_PLAIN = ""
_CLASSES = {
    Token.Comment: "hl-comment",
    Token.Keyword: "hl-keyword",
    Token.Operator.Word: "hl-keyword",
    Token.Literal.String: "hl-string",
    Token.Literal.Number: "hl-number",
    Token.Name.Attribute: "hl-name",
    Token.Name.Class: "hl-name",
    Token.Name.Decorator: "hl-name",
    Token.Name.Function: "hl-name",
    Token.Name.Tag: "hl-keyword",
    Token.Generic.Deleted: "hl-deleted",
    Token.Generic.Inserted: "hl-inserted",
    Token.Generic.Heading: "hl-keyword",
}
CLASSES = set(_CLASSES.values())
# A selection of Pygments' languages: rules of some others take very long for hostile texts.
_LANGUAGES = {
    "bash": "bash", "c": "c", "c++": "cpp", "cpp": "cpp", "c#": "csharp", "cs": "csharp",
    "csharp": "csharp", "css": "css", "diff": "diff", "docker": "docker", "dockerfile": "docker",
    "go": "go", "haskell": "haskell", "html": "html", "java": "java", "javascript": "javascript",
    "js": "javascript", "json": "json", "kotlin": "kotlin", "latex": "latex", "lua": "lua",
    "makefile": "make", "perl": "perl", "php": "php", "powershell": "powershell", "py": "python",
    "python": "python", "r": "r", "rb": "ruby", "ruby": "ruby", "rs": "rust", "rust": "rust",
    "scala": "scala", "sh": "bash", "sql": "sql", "swift": "swift", "tex": "latex", "toml": "toml",
    "ts": "typescript", "typescript": "typescript", "xml": "xml", "yaml": "yaml", "yml": "yaml",
}  # fmt: skip


class Highlighter:
    """Colours the code in one text, up to a limit of characters and time.

    Some rules look through all of a text at each of its places.
    """

    def __init__(self) -> None:
        self._characters_left = MOST_CODE
        self._seconds_left = LONGEST_TIME

    def highlight(self, code: str, language: str) -> str | None:
        """The code as HTML with classes; None if it stays plain, because it is unknown or too long."""
        name = _LANGUAGES.get(language.lower())
        self._characters_left -= len(code)
        if name is None or len(code) > LONGEST_CODE or self._characters_left < 0:
            return None
        lexer = _lexer(name)
        began = thread_time()
        html = _coloured(lexer, code, until=began + self._seconds_left)
        self._seconds_left -= thread_time() - began
        return html


def _coloured(lexer: Lexer, code: str, *, until: float) -> str | None:
    pieces = []
    for kind, text in lexer.get_tokens(code):
        if thread_time() > until:
            return None
        pieces.append((_class_of(kind), text))
    grouped = groupby(pieces, lambda piece: piece[0])
    html = "".join(_wrapped(name, "".join(text for _, text in group)) for name, group in grouped)
    return html if len(html) <= _LARGEST_RATIO * len(code) + 1000 else None


def _wrapped(name: str, text: str) -> str:
    escaped = str(escapeHtml(text))
    return f'<span class="{name}">{escaped}</span>' if name else escaped


@cache
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name, stripnl=False)


@lru_cache(maxsize=512)
def _class_of(kind: _TokenType) -> str:
    """The class of the nearest ancestor that has one."""
    while kind is not Token:
        if kind in _CLASSES:
            return _CLASSES[kind]
        kind = kind.parent
    return _PLAIN

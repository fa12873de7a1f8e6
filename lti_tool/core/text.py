"""Making text from outside fit to keep: PostgreSQL takes no NUL, and UTF-8 no lone surrogate."""

import html
import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BETWEEN = re.compile(r"</?(?:a|code|em|s|span|strong)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def clean_lines(text: str) -> str:
    """Several lines: one kind of newline, no control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_text(text: str) -> str:
    """The same without space around."""
    return clean_lines(text).strip()


def clean_line(text: str, *, longest: int = 300) -> str:
    """One line of at most `longest` characters, the rest cut off with an ellipsis."""
    line = _SPACE.sub(" ", _CONTROL.sub("", text)).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def is_clean(text: str) -> bool:
    """Whether an id from outside can be kept as it is."""
    return not _CONTROL.search(text)


def is_one_line(text: str) -> bool:
    """The same, and neither a line break, a tab nor any other control character is in it."""
    return not _CONTROL_OR_BREAK.search(text)


def plain_text(rendered: str) -> str:
    """The text of HTML that we made."""
    return html.unescape(_TAG.sub(" ", _BETWEEN.sub("", rendered)))

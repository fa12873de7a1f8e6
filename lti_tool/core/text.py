"""Making text from outside fit to keep: PostgreSQL takes no NUL, and UTF-8 no lone surrogate."""

import html
import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# HTML that we made has no "<" inside a tag; looking no further than the next one keeps this linear.
_BETWEEN = re.compile(r"</?(?:a|code|em|s|span|strong)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


class _WithoutAccents(dict[int, str]):
    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code))
        self[code] = "".join(it for it in parts if not unicodedata.combining(it))
        return self[code]


_without_accents = _WithoutAccents()


def without_accents(text: str) -> str:
    """Plain letters, each sign for itself: to bring many accents into their order takes very long."""
    return text.translate(_without_accents)


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

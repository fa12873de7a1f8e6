"""Recognising text files in any encoding, and the endings that they keep."""

import codecs
from typing import Final
from unicodedata import category

ENDINGS: Final = (
    "text", "md", "markdown", "rst", "log", "tex", "bib", "srt", "vtt", "tsv", "json", "jsonl",
    "ndjson", "geojson", "yaml", "yml", "toml", "ini", "cfg", "conf", "py", "ipynb", "java", "c", "h",
    "cc", "cpp", "hpp", "cs", "go", "rs", "rb", "kt", "swift", "r", "rmd", "jl", "m", "sql", "scala",
    "ts", "css", "lua", "hs", "ml", "f90", "dart", "pas", "asm",
)  # fmt: skip
"""Endings that no computer runs or opens as a page on a double click. Others are followed by ".txt"."""

_ALLOWED: Final = b"\t\n\v\f\r\x1a\x1b"  # 1A ends a DOS text; 1B changes the character set in ISO 2022
_CONTROLS: Final = bytes(code for code in (*range(32), 127) if code not in _ALLOWED)
_UNASSIGNED: Final = "Cn"
_CONTROL_LETTERS: Final = frozenset(_CONTROLS.decode("ascii"))
# UTF-32 first: its byte order mark starts with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def is_text(content: bytes) -> bool:
    """Whether the bytes contain no control characters that texts never have.

    UTF-8 and the older encodings (Latin-1, Windows-1252, Shift-JIS, GB 18030, ISO 2022 and so on) leave those
    bytes alone. So nobody has to guess which of them it is.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _reads_as(content, encoding)
    if b"\0" in content:
        # UTF-16 without a mark: the empty halves of Latin letters and spaces show the byte order.
        is_little = content[1::2].count(0) > content[::2].count(0)
        return _reads_as(content, "utf-16-le" if is_little else "utf-16-be")
    return len(content.translate(None, _CONTROLS)) == len(content)


def _reads_as(content: bytes, encoding: str) -> bool:
    try:
        letters = set(content.decode(encoding))
    except UnicodeDecodeError:
        return False
    return not letters & _CONTROL_LETTERS and not any(category(letter) == _UNASSIGNED for letter in letters)

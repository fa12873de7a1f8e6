"""LaTeX formulas as MathML, which browsers display and screen readers read."""

import re
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import Converter

LONGEST_FORMULA = 1000
ELEMENTS = {
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mphantom", "mroot", "mrow", "mspace", "msqrt",
    "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
}  # fmt: skip
_DEEPEST = 40
# What defines commands could multiply itself without end.
_DEFINES = re.compile(r"\\(?:[a-z]*def|[a-z]*command|let|DeclareMathOperator)(?![A-Za-z])")
# Environments that the converter does not know, by the one that looks like them; None for no table at all.
_SAME_LOOK = {
    "align": "align*", "aligned": "align*", "eqnarray": "align*", "eqnarray*": "align*", "split": "align*",
    "alignat": "align*", "alignat*": "align*", "alignedat": "align*", "dcases": "cases", "gather": "matrix",
    "gather*": "matrix", "gathered": "matrix", "multline": "matrix", "multline*": "matrix", "equation": None,
    "equation*": None,
}  # fmt: skip
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]{1,16}\*?)\}(?:\s*\{\d{1,2}\})?")
_UNKNOWN = re.compile(r"\\[A-Za-z]")

_WORD = re.compile(r"[a-z-]{1,24}")
_SIZE = re.compile(r"-?[0-3](?:\.\d{1,4})?em|0")
# Attributes that posts need; never an address, a style, or a size that could cover the page.
ATTRIBUTES = {
    "accent": _WORD, "columnalign": re.compile(r"[a-z ]{1,200}"), "display": _WORD, "displaystyle": _WORD,
    "fence": _WORD, "form": _WORD, "linethickness": _SIZE, "lspace": _SIZE, "mathvariant": _WORD,
    "maxsize": _SIZE, "minsize": _SIZE, "movablelimits": _WORD, "rspace": _SIZE, "separator": _WORD,
    "stretchy": _WORD, "width": _SIZE,
}  # fmt: skip


class FormulaError(Exception):
    """The formula can't be displayed: too long, too deep, broken, or with unknown commands."""


def to_mathml(latex: str, *, block: bool) -> str:
    """The formula as a <math> element, its text escaped. Raises FormulaError.

    The converter's own text is not taken: it leaves words in a formula unescaped.
    """
    if len(latex) > LONGEST_FORMULA or _DEFINES.search(latex) or not latex.strip():
        raise FormulaError
    known = _ENVIRONMENT.sub(_known_environment, latex)
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(known)
    except Exception as error:  # whatever a broken formula leads the converter to, recursion too
        raise FormulaError from error
    _clean(tree, depth=0)
    return tostring(tree, encoding="unicode", short_empty_elements=False)


def _known_environment(found: re.Match[str]) -> str:
    name = found[2]
    if name not in _SAME_LOOK:
        return found[0]
    known = _SAME_LOOK[name]
    return f"\\{found[1]}{{{known}}}" if known else ""


def _clean(element: Element, *, depth: int) -> None:
    if element.tag not in ELEMENTS or depth > _DEEPEST:
        raise FormulaError
    for name, value in list(element.attrib.items()):
        allowed = ATTRIBUTES.get(name)
        if not allowed or not allowed.fullmatch(value):
            del element.attrib[name]
    element.text = unescape(element.text) if element.text else None
    if element.text and _UNKNOWN.match(element.text):
        raise FormulaError
    for child in element:
        _clean(child, depth=depth + 1)

"""Texts of 32 KB that are made to take long: nothing that people type should cost much more than prose."""

import gc
from collections.abc import Callable, Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # not in the stubs
from time import thread_time
from typing import Any

SIZE = 32 * 1024
SHORTEST = 0.002
"""Seconds that anything may take: below that, a measurement is noise."""
_TRIES = 3
_MOST_PIECES = 16

Measured = Callable[[str], object]


def filled(unit: str, before: str = "", after: str = "") -> str:
    """As often as 32 KB hold it."""
    return before + unit * ((SIZE - len(before) - len(after)) // len(unit)) + after


PROSE = filled("Name the shared history first, then ask what happened. ")

SHAPES = {
    "one letter": filled("a"),
    "spaces": filled(" ", "a", "b"),
    "newlines": filled("\n", "a", "b"),
    "@ and a long sign": filled("!", "@a!" * 50, "a"),
    "@staff and signs": filled("=", "@staff "),
    "@ and words": filled("@a "),
    "@ and dots": filled("a.", "@"),
    "mentions begun": filled("[@a](mention:"),
    "mentions in brackets": filled("[@a"),
    "escaped brackets": filled("\\[", "["),
    "mentions": filled("[@staff](mention:staff) "),
    "brackets": filled("["),
    "links begun": filled("[a]("),
    "links begun in <": filled("[a](<b"),
    "links of links": filled("](a", "[" * 10_000),
    "titles begun": filled("[a](b 'c"),
    "images": filled("!["),
    "references": filled("[a]: b\n"),
    "references begun": filled("[a\n"),
    "stars": filled("*"),
    "emphasis begun": filled("*a_ "),
    "emphasis nested": filled("*_"),
    "emphasis mixed": filled("a**b*c "),
    "struck out": filled("~~a "),
    "code of growing length": "".join("a" + "`" * it for it in range(250))[:SIZE],
    "code begun": filled("`a"),
    "fences": filled("```\n"),
    "code": "```java\n" + "a " * 1_990 + "\n```\n",
    "backslashes": filled("\\"),
    "formulas": filled("$a$ "),
    "formulas begun": filled("\\a", "$"),
    "formulas between headings": filled("$$a\n#\n"),
    "deep formulas": filled("$" + "{" * 980 + "$ "),
    "quotes": filled("> "),
    "quotes of quotes": filled("> a\n> > b\n"),
    "quotes and lines": filled("> a\nb\n"),
    "lists": filled("* a\n"),
    "lists of lists": filled("* "),
    "deep lists": "".join(" " * 2 * it + "* a\n" for it in range(180))[:SIZE],
    "pipes": filled("|"),
    "tables": filled("|a|b|\n|-|-|\n"),
    "no tables": filled("|a|b|\n|::|::|\n"),
    "rows": filled("|a|b|\n", "|a|b|\n|-|-|\n"),
    "tags begun": filled("<"),
    "tags begun, with a name": filled("<a "),
    "spans begun": filled('<span class="mention" '),
    "quotes in HTML": filled("<blockquote>"),
    "entities": filled("&#x10;"),
    "addresses": filled("http://a.b "),
    "addresses without a scheme": filled("a.com "),
    "schemes": filled("://"),
    "mail addresses": filled("a@b."),
    "a long host": filled("a-", "http://"),
    "brackets in an address": filled("(", "http://a.b/"),
    "quotation marks": filled('"'),
    "words without": filled('-"a'),
    "apostrophes": filled("a'"),
    "accents": filled("e\u0301"),
    "accents in no order": filled("\u0345\u0301"),
    "signs that become many": filled("\ufdfa"),
    "signs without spaces": filled("\u6f22"),
    "signs that join": filled("\U0001f469\u200d"),
    "signs that turn the direction": filled("\u202e"),
    "control characters": filled("\x01"),
    "digits": filled("9"),
    "commas": filled("a,"),
    "half a question": filled("what does "),
    "lines above quotes": filled("a wrote: \n"),
    "a line above a quote, and space": filled(" ", "a wrote:"),
    "half a name": filled("Ana "),
    "half a name and space": filled(" ", "Ana"),
}


def cost(function: Measured, text: str, *, enough: float = 0.0) -> float:
    """Processor seconds; the least of three, or the first that is small enough."""
    least = float("inf")
    was_on = gc.isenabled()
    gc.disable()
    try:
        for _ in range(_TRIES):
            began = thread_time()
            function(text)
            least = min(least, thread_time() - began)
            if least <= enough:
                break
    finally:
        if was_on:
            gc.enable()
    return least


def dear_shapes(function: Measured, *, ratio: float) -> dict[str, float]:
    """The shapes that cost more than so many times what prose does, and how many times that is."""
    function(PROSE[:1000])  # what is made once is made now
    prose = max(cost(function, PROSE), SHORTEST)
    costs = {name: cost(function, text, enough=prose * ratio) for name, text in SHAPES.items()}
    return {name: round(it / prose, 1) for name, it in costs.items() if it > prose * ratio}


def shapes_of(pattern: str, flags: int) -> Iterator[str]:
    """Texts that are made for a regular expression: what it looks for, again and again, never whole."""
    example = _example(_parser.parse(pattern, flags))[:_MOST_PIECES]
    for end in range(1, len(example) + 1):
        yield filled(example[:end])
        yield filled(example[end - 1], example[: end - 1], "\x00")


def _example(tree: Any) -> str:
    return "".join(_one(operation, value) for operation, value in tree)


def _one(operation: Any, value: Any) -> str:  # noqa: PLR0911  one line for each kind of piece
    match operation:
        case _constants.LITERAL:
            return chr(value)
        case _constants.NOT_LITERAL | _constants.ANY:
            return "a" if value != ord("a") else "b"
        case _constants.IN:
            return _of_set(value)
        case _constants.BRANCH:
            return _example(value[1][0])
        case _constants.SUBPATTERN:
            return _example(value[3])
        case _constants.ATOMIC_GROUP:
            return _example(value)
        case _constants.MAX_REPEAT | _constants.MIN_REPEAT | _constants.POSSESSIVE_REPEAT:
            least, most, repeated = value
            return _example(repeated) * max(int(least), min(int(most), 2))
    return ""


def _of_set(members: Any) -> str:
    if members[0][0] is _constants.NEGATE:
        outside = (it for it in "a~\x01 " if not any(_has(member, it) for member in members[1:]))
        return next(outside, "\u6f22")
    operation, value = members[0]
    if operation is _constants.CATEGORY:
        return " " if value is _constants.CATEGORY_SPACE else "!" if "NOT" in str(value) else "1"
    return chr(value if operation is _constants.LITERAL else value[0])


def _has(member: Any, sign: str) -> bool:
    operation, value = member
    if operation is _constants.LITERAL:
        return bool(ord(sign) == value)
    if operation is _constants.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    category = str(value)
    is_of = sign.isspace() if "SPACE" in category else sign.isalnum()
    return is_of != ("NOT" in category)

"""What a function over people's text costs grows with the text's length alone, whatever its shape."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import BuiltinMethodType, ModuleType
from uuid import UUID

import pytest

import lti_tool
import xapi
from lti_tool.core import text as core_text
from lti_tool.markup.markdown import render
from lti_tool.mentions import tokens
from lti_tool.mentions.models import MentionKind
from lti_tool.mentions.tokens import Known, Mentionable
from lti_tool.people import names as people_names
from lti_tool.people.models import Person
from lti_tool.posts import prompt_check, substance, tags
from lti_tool.privacy import contributions, quotes
from lti_tool.revisions.differences import difference
from lti_tool.search import excerpts, languages, likeness, terms
from lti_tool.statements import recorder
from lti_tool.web import filters
from tests.costs.shapes import PROSE, SHAPES, SHORTEST, cost, dear_shapes, shapes_of
from xapi.validation import formats

STAFF = Mentionable("staff", "staff", MentionKind.STAFF)
ANA = Mentionable("0192f6a0-0000-7000-8000-000000000000", "a", MentionKind.PERSON)
KNOWN = Known(by_id={"staff": STAFF, ANA.id: ANA}, by_name={"staff": STAFF, "a": ANA})
_erased = contributions._rewriter(Person(id=UUID(ANA.id), name="Ana Ruiz"), ["Ana Ruiz"])
_quoted = quotes._Rewriter([quotes.letters(PROSE)], ["Ana"])

FUNCTIONS: dict[str, Callable[[str], object]] = {
    "names behind an @": lambda it: list(tokens.possible_names(it)),
    "ids of mentions": tokens.named_ids,
    "mentions in HTML": tokens.mentioned,
    "a mention's text": lambda it: tokens.token(Mentionable("staff", it, MentionKind.STAFF)),
    "cleaned text": core_text.clean_text,
    "a cleaned line": lambda it: core_text.clean_line(it, longest=len(it)),
    "the text of HTML": core_text.plain_text,
    "a statement's text": recorder._text,
    "words to look up": terms.folded,
    "a query": terms.read_query,
    "an excerpt": lambda it: excerpts.excerpt(it, {"a"}),
    "marked words": lambda it: excerpts.marked(it, {"a"}),
    "likeness": lambda it: likeness.most_alike(it, [it], at_most=3),
    "the language": lambda it: languages.written_in(it, "en"),
    "tags": tags.read_tags,
    "substance": substance.missing_words,
    "doubts about a prompt": prompt_check.doubts,
    "what changed inside": lambda it: difference(it, f"x{it[1:-1]}y"),
    "what changed everywhere": lambda it: difference(it, it[::-1]),
    "a name, folded": people_names.folded.__wrapped__,
    "beginnings of a name": people_names.beginnings,
    "a name taken out": _erased,
    "quotes in markdown": lambda it: _quoted.rewrite(quotes._IN_MARKDOWN, it, quotes._unmarked),
    "quotes in HTML": lambda it: _quoted.rewrite(quotes._IN_HTML, it, core_text.plain_text),
    "letters": quotes.letters,
    "initials": filters.initials,
}
# The parser of markdown takes some fifty times as long for signs as for words, at any length.
OF_MARKDOWN: dict[str, Callable[[str], object]] = {
    "HTML": render,
    "HTML with mentions": lambda it: render(it, KNOWN),
}
# Regular expressions that are made while the program runs, where no module holds them.
MADE_IN_FUNCTIONS = {
    "lti_tool/follow_ups/forms.py": "its forms, in tests/contract/test_text_costs.py",
    "lti_tool/privacy/contributions.py": "a name taken out",
}

_HALF = 16 * 1024
STARTING = ("__main__", "asgi")
"""Modules that start something when they are imported; they hold no regular expression."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str) -> None:
    assert dear_shapes(FUNCTIONS[name], ratio=30) == {}


@pytest.mark.parametrize("name", OF_MARKDOWN)
def test_markdown(name: str) -> None:
    assert dear_shapes(OF_MARKDOWN[name], ratio=120) == {}


def modules() -> Iterator[ModuleType]:
    for package in (lti_tool, xapi):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(STARTING):
                yield importlib.import_module(found.name)


def patterns() -> dict[tuple[str, int], re.Pattern[str]]:
    """Every regular expression that a module holds, by itself or in a tuple or dictionary."""
    held = [value for module in modules() for value in vars(module).values()]
    held += [it for value in held if isinstance(value, (tuple, list)) for it in value]
    held += [it for value in held if isinstance(value, tuple) for it in value]
    held += [it for value in held if isinstance(value, dict) for it in value.values()]
    held += [value.__self__ for value in held if isinstance(value, BuiltinMethodType)]
    return {
        (it.pattern, it.flags): it
        for it in held
        if isinstance(it, re.Pattern) and isinstance(it.pattern, str)
    }


@pytest.mark.parametrize("part", range(4))
def test_every_regular_expression(part: int, subtests: pytest.Subtests) -> None:
    """Whoever's text it reads: searching all of a text, it looks at each place a few times at most."""
    found = patterns()
    # These check a whole value, and are used in no other way.
    source_text = Path(formats.__file__).read_text(encoding="utf-8")
    assert not re.search(r"\.(search|match|findall|finditer|sub|split)\(", source_text)
    anchored = {it for it in vars(formats).values() if isinstance(it, re.Pattern)}
    assert len(found) > 60
    for (source, flags), pattern in list(found.items())[part::4]:
        texts = [text[:_HALF] for text in (*SHAPES.values(), *shapes_of(source, flags))]
        with subtests.test(msg=source[:60]):
            used = pattern.fullmatch if pattern in anchored else pattern.findall
            enough = 15 * max(cost(used, PROSE[:_HALF]), SHORTEST / 2)
            dear = [text[:60] for text in texts if cost(used, text, enough=enough) > enough]
            assert dear == []


def test_regular_expressions_are_held_by_modules() -> None:
    """Or the test above would not see them."""
    found = set()
    for package in (lti_tool, xapi):
        root = Path(package.__path__[0])
        for path in root.rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and _uses_re(function):
                    found.add(str(path.relative_to(root.parent)))
    assert found == set(MADE_IN_FUNCTIONS)


def _uses_re(function: ast.AST) -> bool:
    """Whether it makes one, or names one in words: `re.sub("a", ...)`."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr != "escape"
        for node in ast.walk(function)
    )

"""Parts that stand on a page fifty times, alike but for a few words: rendered once, then filled in."""

from collections.abc import Callable
from typing import Any, NoReturn

from flask import Flask
from markupsafe import Markup

from lti_tool.web.templates import put


class DecidedByWordError(Exception):
    """A repeated part asks more of a word than to be put. Jinja would take a TypeError for an answer."""


class Slot(str):
    """Stands for a word of a repeated part while the part is rendered; in an address, for an id.

    It can be put into the page, and nothing else. Whatever a template would decide by it, it would decide
    once for all.
    """

    __slots__ = ()

    def _refuse(self, *_asked: object) -> NoReturn:
        name = str.strip(self, "\0")
        message = (
            f"A repeated part decides by “{name}”, which differs from one use to the next. Name it among the"
            f' flags: repeated(macro, "{name}", …). See lti_tool/web/repeated.py.'
        )
        raise DecidedByWordError(message)

    __bool__ = __len__ = __iter__ = __contains__ = __eq__ = __ne__ = __lt__ = __gt__ = __getitem__ = _refuse
    __hash__ = str.__hash__


def init_repeated(app: Flask) -> None:
    app.add_template_global(repeated)


def repeated(macro: Callable[..., str], *flags: str) -> Callable[..., Markup]:
    """A macro that a page calls many times, with everything by name.

    The macro may decide by its flags, and is called once for each combination of them. Everything else is a
    word, which is only put. In a template that is imported without context the answers last, so there the
    language is a flag.
    """
    forms: dict[tuple[object, ...], tuple[list[str], frozenset[str]]] = {}

    def made(**given: Any) -> Markup:
        kind = tuple([given[name] for name in flags])
        known = forms.get(kind)
        if known is None:
            known = forms[kind] = _form(macro, flags, given)
        form, used = known
        words = {name: word if type(word := given[name]) is Markup else put(word) for name in used}
        filled = form[:]
        filled[1::2] = list(map(words.__getitem__, form[1::2]))
        return Markup("".join(filled))  # noqa: S704  # the macro's, and what is put

    return made


def _form(
    macro: Callable[..., str], flags: tuple[str, ...], given: dict[str, Any]
) -> tuple[list[str], frozenset[str]]:
    """The macro's answer in pieces: what stands in it, by turns with the names of words; and those names."""
    slots = {name: value if name in flags else Slot(f"\0{name}\0") for name, value in given.items()}
    form = str(macro(**slots)).split("\0")
    return form, frozenset(form[1::2])

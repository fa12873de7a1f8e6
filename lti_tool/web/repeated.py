"""Parts that stand on a page fifty times, alike but for a few words: rendered once, then filled in."""

from collections.abc import Callable, Hashable

from flask import Flask
from markupsafe import Markup

from lti_tool.web.templates import put


class Place(str):
    """Stands for a word of a repeated part while it is rendered; in an address, for an id."""

    __slots__ = ()


def init_repeated(app: Flask) -> None:
    app.add_template_global(repeated)


def repeated(macro: Callable[..., str]) -> Callable[..., Markup]:
    """A macro, of whose answers a page needs many. `made(*kind, **words)`; for each kind it is asked once.

    All that the macro decides by is its kind; the words are only put where it puts them. In a template that
    is imported without context the answers last, so there the language is a part of the kind.
    """
    forms: dict[tuple[Hashable, ...], list[str]] = {}

    def made(*kind: Hashable, **words: object) -> Markup:
        form = forms.get(kind)
        if form is None:
            form = forms[kind] = _form(macro, kind, words)
        safe = {name: word if type(word) is Markup else put(word) for name, word in words.items()}
        filled = form[:]
        filled[1::2] = list(map(safe.__getitem__, form[1::2]))
        return Markup("".join(filled))  # noqa: S704  # the macro's, and what is put

    return made


def _form(macro: Callable[..., str], kind: tuple[Hashable, ...], words: dict[str, object]) -> list[str]:
    """The macro's answer in pieces: what stands in it, by turns with the names of words."""
    places = {name: Place(f"\0{name}\0") for name in words}
    return str(macro(*kind, **places)).split("\0")

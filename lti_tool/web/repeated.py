"""Parts that stand on a page fifty times, alike but for a few words: rendered once, then filled in."""

from collections.abc import Callable, Hashable

from flask import Flask
from markupsafe import Markup

from lti_tool.web.templates import put


class Repeated:
    """A macro, of whose answers a page needs many. `macro(*kind, **words)`; for each kind it is asked once.

    All that the macro decides by is its kind; the words are only put where it puts them.
    """

    def __init__(self, macro: Callable[..., str]) -> None:
        self._macro = macro
        self._forms: dict[tuple[Hashable, ...], str] = {}

    def __call__(self, *kind: Hashable, **words: object) -> Markup:
        form = self._forms.get(kind)
        if form is None:
            form = self._forms[kind] = self._form(kind, words)
        return Markup(form % {name: put(word) for name, word in words.items()})  # noqa: S704  # the macro's

    def _form(self, kind: tuple[Hashable, ...], words: dict[str, object]) -> str:
        places = {name: f"\0{name}\0" for name in words}
        form = str(self._macro(*kind, **places)).replace("%", "%%")
        for name, place in places.items():
            form = form.replace(place, f"%({name})s")
        return form


def init_repeated(app: Flask) -> None:
    app.add_template_global(Repeated, "repeated")

"""Addresses in templates: each kind is built once a page, which has the same ones for each of its posts."""

from typing import Any, cast
from uuid import UUID

import flask
from flask import Flask, g

_Kind = tuple[str, tuple[tuple[str, object], ...]]


def init_addresses(app: Flask) -> None:
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`; an address that differs by ids alone is filled in where one is known already."""
    kind: _Kind = (
        endpoint,
        tuple((name, UUID if isinstance(it, UUID) else it) for name, it in values.items()),
    )
    known = cast("dict[_Kind, str]", g.setdefault("addresses", {}))
    if kind not in known:
        known[kind] = _form(endpoint, values)
    return known[kind] % values


def _form(endpoint: str, values: dict[str, Any]) -> str:
    """The address with a place for each id, as a format of their names."""
    ids = [name for name, it in values.items() if isinstance(it, UUID)]
    places = {name: UUID(int=number) for number, name in enumerate(ids, start=1)}
    form = flask.url_for(endpoint, **(values | places)).replace("%", "%%")
    for name, place in places.items():
        form = form.replace(str(place), f"%({name})s")
    return form

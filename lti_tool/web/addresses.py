"""Addresses in templates: a page has the same ones for each of its posts, and the next page again."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

import flask
from flask import Flask, current_app, g, request

_LAUNCH = "launch_id"
_IN_ANCHORS = "%!#$&'()*+,/:;=?@"
"""What Flask leaves as it is in an anchor."""
_PLACE = "\0"


def init_addresses(app: Flask) -> None:
    app.jinja_env.globals["url_for"] = url_for
    app.jinja_env.globals["address_of"] = address_of


def url_for(endpoint: str, *, _anchor: str | None = None, **values: Any) -> str:
    """Flask's `url_for`; an address that differs by ids alone is filled in where one is known already."""
    kind = tuple([(name, UUID if type(it) is UUID else it) for name, it in values.items()])
    address = _form(_whole(endpoint), kind) % _with_launch(values)
    return f"{address}#{quote(_anchor, safe=_IN_ANCHORS)}" if _anchor else address


def address_of(endpoint: str, *ids: str, **values: Any) -> str:
    """The address as a format with a place for each of these ids, for who fills it in fifty times.

    `address_of("marks.give_mark", "post_id") % post_id`.
    """
    kind = (*[(name, UUID) for name in ids], *values.items())
    address = _form(_whole(endpoint), kind) % _with_launch({**values, **dict.fromkeys(ids, _PLACE)})
    return address.replace("%", "%%").replace(_PLACE, "%s")


def _with_launch(values: dict[str, Any]) -> dict[str, Any]:
    return {_LAUNCH: g.launch_id, **values} if _LAUNCH in g else values


def _whole(endpoint: str) -> str:
    return f"{request.blueprint}{endpoint}" if endpoint.startswith(".") else endpoint


@lru_cache(4096)
def _form(endpoint: str, kind: tuple[tuple[str, object], ...]) -> str:
    """The address with a place for each id, as a format of their names; the launch's is one of them."""
    names = [name for name, it in kind if it is UUID]
    if current_app.url_map.is_endpoint_expecting(endpoint, _LAUNCH) and _LAUNCH not in dict(kind):
        names.append(_LAUNCH)
    places = {name: UUID(int=number) for number, name in enumerate(names, start=1)}
    values: dict[str, Any] = {**dict(kind), **places}
    form = flask.url_for(endpoint, **values).replace("%", "%%")
    for name, place in places.items():
        form = form.replace(str(place), f"%({name})s")
    return form

"""Addresses in templates: a page has the same ones for each of its posts, and the next page again."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

import flask
from flask import Flask, current_app, g, request

from lti_tool.web.repeated import Slot

_LAUNCH = "launch_id"
_IN_ANCHORS = "%!#$&'()*+,/:;=?@"
"""What Flask leaves as it is in an anchor."""
_IDS = frozenset({UUID, Slot})


def init_addresses(app: Flask) -> None:
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, *, _anchor: str | None = None, **values: Any) -> str:
    """Flask's `url_for`; an address that differs by ids alone is filled in where one is known already.

    In what stands on a page many times, an id may be a `Slot`.
    """
    kind = tuple([(name, UUID if type(it) in _IDS else it) for name, it in values.items()])
    address = _form(_whole(endpoint), kind) % _with_launch(values)
    return f"{address}#{quote(_anchor, safe=_IN_ANCHORS)}" if _anchor else address


def _with_launch(values: dict[str, Any]) -> dict[str, Any]:
    page = g._get_current_object()  # noqa: SLF001  # as in locale.py
    return {_LAUNCH: page.launch_id, **values} if _LAUNCH in page else values


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

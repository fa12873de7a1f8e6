"""Which limits hold for the body of a request, by its route."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from lti_tool.serving.limits import BodyLimits, FindLimits
from lti_tool.settings import Settings

View = TypeVar("View", bound=Callable[..., object])
Limits = Callable[[Settings], BodyLimits]

LARGEST_FORM_REQUEST = 1024 * 1024
_FORM_SECONDS = 60


def takes(limits: Limits) -> Callable[[View], View]:
    """A route's own limits, in place of a form's. Stands below the line that adds the route."""

    def mark(view: View) -> View:
        view.body_limits = limits  # type: ignore[attr-defined]
        return view

    return mark


def take_the_routes_body() -> None:
    """Let this request's body be as large as its route takes, where another than the route reads it."""
    view = current_app.view_functions.get(request.endpoint or "")
    limits: Limits | None = getattr(view, "body_limits", None)
    if limits:
        request.max_content_length = limits(current_app.extensions["settings"]).size


def limits_of(app: Flask) -> FindLimits:
    """What the server asks for a method and a path."""
    addresses = app.url_map.bind("")
    settings: Settings | None = app.extensions.get("settings")
    form = BodyLimits(LARGEST_FORM_REQUEST, settings.form_seconds if settings else _FORM_SECONDS)

    def find(method: str, path: str) -> BodyLimits:
        try:
            endpoint, _ = addresses.match(path, method)
        except HTTPException:
            return form
        limits: Limits | None = getattr(app.view_functions[endpoint], "body_limits", None)
        return limits(settings) if limits and settings else form

    return find

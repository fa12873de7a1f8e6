"""Pages that belong to one launch: /l/<launch_id>/..., each request bound to that launch's session."""

from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, g, request

from lti_tool.core.actor import Actor
from lti_tool.core.errors import SegueError
from lti_tool.core.visit import Visit
from lti_tool.launch.models import LaunchKind
from lti_tool.launch.sessions import LIFE, find_actor, find_visit
from lti_tool.settings import Settings
from lti_tool.web.transaction import db

_COOKIE = "segue_launch"


class SessionEndedError(SegueError):
    """No session for this launch in this browser: ended, or never begun here (401)."""


def launched_blueprint(
    name: str, import_name: str, *, url_prefix: str, kind: LaunchKind | None = None
) -> Blueprint:
    """A blueprint whose pages stand below /l/<launch_id> and need that launch's session.

    Its pages have an `actor`; with a `kind` they are for launches of that message alone, and have a `visit`.
    """
    blueprint = Blueprint(name, import_name, url_prefix=f"/l/<uuid:launch_id>{url_prefix}")
    blueprint.url_value_preprocessor(_take_launch_id)
    blueprint.before_request(partial(_require_visit, kind) if kind else _require_session)
    return blueprint


def init_launched(app: Flask) -> None:
    app.url_defaults(_add_launch_id)


def actor() -> Actor:
    return cast("Actor", g.actor)


def visit() -> Visit:
    return cast("Visit", g.visit)


def start_session(response: Response, *, launch_id: UUID, secret: str, settings: Settings) -> Response:
    """Hand the browser the launch's secret, in a cookie that only this launch's pages get."""
    response.set_cookie(
        _COOKIE,
        secret,
        max_age=LIFE,
        path=f"/l/{launch_id}",
        httponly=True,
        secure=settings.is_secure,
        # In an LMS's frame over https the cookie is a third party's; over http there is only one machine.
        samesite="None" if settings.is_secure else "Lax",
        partitioned=settings.is_secure,
    )
    return response


def _take_launch_id(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.launch_id = (values or {}).pop("launch_id")


def _add_launch_id(endpoint: str, values: dict[str, Any]) -> None:
    if "launch_id" in g and current_app.url_map.is_endpoint_expecting(endpoint, "launch_id"):
        values.setdefault("launch_id", g.launch_id)


def _require_session() -> None:
    secret = request.cookies.get(_COOKIE)
    found = find_actor(db(), launch_id=g.launch_id, secret=secret) if secret else None
    if found is None:
        raise SessionEndedError
    g.actor = found


def _require_visit(kind: LaunchKind) -> None:
    secret = request.cookies.get(_COOKIE)
    found = find_visit(db(), launch_id=g.launch_id, secret=secret, kind=kind) if secret else None
    if found is None:
        raise SessionEndedError
    g.visit = found

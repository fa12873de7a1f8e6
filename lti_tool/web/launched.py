"""Pages that belong to one launch: /l/<launch_id>/..., each request bound to that launch's session.

What proves the session is its secret, in a cookie where the browser keeps one, and otherwise in a header that
our scripts send from what the tab keeps; for a download by such a tab, a signed address.
"""

from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request

from lti_tool.core.actor import Actor
from lti_tool.core.errors import SegueError
from lti_tool.core.visit import Visit
from lti_tool.launch.models import LaunchKind
from lti_tool.launch.origins import origin_of
from lti_tool.launch.sessions import (
    LIFE,
    find_actor,
    find_signed_actor,
    find_surroundings,
    find_visit,
    find_way_back,
)
from lti_tool.settings import Settings
from lti_tool.web.fragments import is_sent_by_tab, send_on, wants_fragment
from lti_tool.web.headers import allow_embedders, allow_form_target
from lti_tool.web.locale import language
from lti_tool.web.signed import is_signed
from lti_tool.web.transaction import db

_SCHEME = "Bearer "
_REDIRECTS = range(300, 400)


class Carrier(StrEnum):
    """How a request proved its session."""

    COOKIE = "cookie"
    TAB = "tab"
    SIGNATURE = "signature"


class SessionEndedError(SegueError):
    """No session for this launch in this browser: ended, or never begun here (401)."""

    def __init__(self, return_url: str | None, *, elsewhere: bool) -> None:
        super().__init__()
        self.elsewhere = elsewhere
        """Whether the visit goes on, or was never known, but is not this browser's."""
        self.return_url = return_url
        """The way back to the course, for the one whose session it was."""


def launched_blueprint(
    name: str, import_name: str, *, url_prefix: str, kind: LaunchKind | None = None
) -> Blueprint:
    """A blueprint whose pages stand below /l/<launch_id> and need that launch's session.

    Its pages have an `actor`; with a `kind` they are for launches of that message alone, and have a `visit`.
    """
    blueprint = Blueprint(name, import_name, url_prefix=f"/l/<uuid:launch_id>{url_prefix}")
    blueprint.url_value_preprocessor(_take_launch_id)
    blueprint.before_request(partial(_require_visit, kind) if kind else _require_session)
    blueprint.after_request(_serve_tab)
    return blueprint


def init_launched(app: Flask) -> None:
    app.url_defaults(_add_launch_id)


def actor() -> Actor:
    return cast("Actor", g.actor)


def visit() -> Visit:
    return cast("Visit", g.visit)


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie. Over https no page that came without it can set one of that name."""
    return "__Secure-segue_launch" if settings.is_secure else "segue_launch"


def start_session(response: Response, *, launch_id: UUID, secret: str, settings: Settings) -> Response:
    """Hand the browser the launch's secret, in a cookie that only this launch's pages get."""
    response.set_cookie(
        session_cookie(settings),
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


def _require_session() -> Response | None:
    secret, carrier = _carried()
    if secret is not None:
        found = find_actor(db(), launch_id=g.launch_id, secret=secret)
    elif is_signed():
        found, carrier = find_signed_actor(db(), launch_id=g.launch_id), Carrier.SIGNATURE
    elif request.method in {"GET", "HEAD"} and not wants_fragment():
        return _arrival()
    else:
        found = None
    if found is None:
        raise _ended(secret)
    g.actor, g.carrier = found, carrier
    if found.language != language():
        # The browser has a say where the platform's language is none of ours.
        g.actor = replace(found, language=language())
    return None


def _carried() -> tuple[str | None, Carrier]:
    """The secret that this request brings, and how."""
    settings: Settings = current_app.extensions["settings"]
    if (secret := request.cookies.get(session_cookie(settings))) is not None:
        return secret, Carrier.COOKIE
    header = request.headers.get("Authorization", "")
    return header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else None, Carrier.TAB


def _arrival() -> Response:
    """A page without anybody's data, whose script looks for the tab's secret and asks again with it."""
    around = find_surroundings(db(), launch_id=g.launch_id)
    elsewhere = around is None or not around.is_over
    page = make_response(render_template("launch/arriving.html", elsewhere=elsewhere), 401)
    # This answer's policies hold for the page that is put in its place.
    allow_embedders(around.embedders if around else None)
    if around and around.answer_url and (origin := origin_of(around.answer_url)):
        allow_form_target(origin)
        # Without an origin, a platform would have to take the form for a forged one.
        page.headers["Referrer-Policy"] = "strict-origin"
    return page


def _ended(secret: str | None) -> SessionEndedError:
    around = find_surroundings(db(), launch_id=g.launch_id)
    allow_embedders(around.embedders if around else None)
    is_known, return_url = (
        find_way_back(db(), launch_id=g.launch_id, secret=secret) if secret else (False, None)
    )
    is_over = is_known or (around is not None and around.is_over)
    return SessionEndedError(return_url, elsewhere=not is_over)


def _serve_tab(response: Response) -> Response:
    """Offer the cookie again, in case it is kept by now; and say where to go in words a script can read."""
    if g.get("carrier") is Carrier.TAB:
        secret = request.headers["Authorization"].removeprefix(_SCHEME)
        settings: Settings = current_app.extensions["settings"]
        start_session(response, launch_id=g.launch_id, secret=secret, settings=settings)
    if is_sent_by_tab() and response.status_code in _REDIRECTS and response.location:
        return send_on(response, response.location)
    return response


def _require_visit(kind: LaunchKind) -> Response | None:
    secret, carrier = _carried()
    if secret is None and request.method in {"GET", "HEAD"} and not wants_fragment():
        return _arrival()
    found = find_visit(db(), launch_id=g.launch_id, secret=secret, kind=kind) if secret else None
    if found is None:
        raise _ended(secret)
    g.visit, g.carrier = found, carrier
    return None

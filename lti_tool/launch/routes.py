"""The pages of a launch: login, launch, the way to the first page; and what platforms read of the tool."""

from typing import Any, cast

import structlog
from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict

from lti_tool.core.ids import new_random_id
from lti_tool.launch.errors import Advice, LaunchRefusedError
from lti_tool.launch.login import ATTEMPT_LIFE, LoginRequest, start_login
from lti_tool.launch.service import accept_launch
from lti_tool.platforms.canvas import canvas_configuration
from lti_tool.platforms.tool_keys import public_key_set
from lti_tool.settings import Settings
from lti_tool.web.arrivals import first_page
from lti_tool.web.launched import start_session
from lti_tool.web.transaction import db, roll_back

blueprint = Blueprint("launch", __name__, url_prefix="/lti")
log = structlog.get_logger(__name__)

_STATE_SHOWN = 8


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """Start a launch. A page, not a redirect: some browsers keep no cookie over a chain of redirects."""
    given = request.form if request.method == "POST" else request.args
    fields = {name: _single(given, name) for name in LoginRequest.__dataclass_fields__}
    started = start_login(db(), LoginRequest(**fields))
    page = make_response(render_template("launch/login.html", authorization_url=started.authorization_url))
    secure = _settings().is_secure
    page.set_cookie(
        _attempt_cookie(started.state),
        started.browser_secret,
        max_age=ATTEMPT_LIFE,
        httponly=True,
        secure=secure,
        samesite="None" if secure else "Lax",
        partitioned=secure,
    )
    return page


@blueprint.post("/launch")
def launch() -> Response:
    """Take the platform's answer, and open the first page of the course."""
    if "error" in request.form:
        raise LaunchRefusedError("platform_refused", Advice.AGAIN)
    state, id_token = _single(request.form, "state"), _single(request.form, "id_token")
    if not state or not id_token:
        raise LaunchRefusedError("launch_incomplete", Advice.AGAIN)
    accepted = accept_launch(
        cast("sessionmaker[Session]", current_app.extensions["sessions"]),
        state=state,
        id_token=id_token,
        browser_secret=request.cookies.get(_attempt_cookie(state)),
    )
    page = cast("Response", redirect(first_page(accepted), 303))
    page.delete_cookie(
        _attempt_cookie(state), secure=_settings().is_secure, partitioned=_settings().is_secure
    )
    return start_session(page, launch_id=accepted.launch_id, secret=accepted.secret, settings=_settings())


@blueprint.get("/jwks.json")
def jwks() -> Response:
    """The tool's public keys, for platforms to verify what we sign."""
    return _published(public_key_set(db()))


@blueprint.get("/config.json")
def canvas_config() -> Response:
    """The tool's configuration for Canvas: paste this address, and the key is set up."""
    return _published(canvas_configuration(_settings().base_url))


@blueprint.app_errorhandler(LaunchRefusedError)
def refused(error: LaunchRefusedError) -> Response:
    """What happened and what to do, for the person; the rule that failed, for the log."""
    roll_back()
    incident = new_random_id().hex[:8]
    log.warning("launch_refused", code=error.code, incident=incident)
    return make_response(
        render_template("launch/refused.html", advice=error.advice, incident=incident), error.status
    )


def _published(document: dict[str, Any]) -> Response:
    answer = make_response(document)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _single(given: MultiDict[str, str], name: str) -> str:
    """The one value of this name. Two are one too many: which of them was checked would be a guess."""
    values = given.getlist(name)
    if len(values) > 1:
        raise LaunchRefusedError("parameter_repeated")
    return values[0] if values else ""


def _attempt_cookie(state: str) -> str:
    prefix = "__Host-" if _settings().is_secure else ""
    return f"{prefix}segue_login_{''.join(c for c in state[:_STATE_SHOWN] if c.isalnum())}"


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])

"""The pages of a launch, from login to the first page; and what platforms read of the tool."""

from typing import Any, cast

import structlog
from flask import Blueprint, Response, current_app, make_response, render_template, request
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict

from lti_tool.core.db import without_transaction
from lti_tool.core.ids import new_random_id
from lti_tool.launch.admission import LaunchAccepted
from lti_tool.launch.errors import Advice, Fault, LaunchRefusedError, Rule
from lti_tool.launch.login import ATTEMPT_LIFE, LoginRequest, start_login
from lti_tool.launch.proof import STATE_SHOWN, ProofNeeded, storage_key
from lti_tool.launch.service import accept_launch, finish_launch, note_refusal
from lti_tool.platforms.canvas import canvas_configuration
from lti_tool.platforms.tool_keys import public_key_set
from lti_tool.settings import Settings
from lti_tool.web.arrivals import first_page
from lti_tool.web.headers import allow_any_embedder, allow_embedders
from lti_tool.web.launched import start_session
from lti_tool.web.transaction import db, roll_back

blueprint = Blueprint("launch", __name__, url_prefix="/lti")
blueprint.before_request(allow_any_embedder)  # a refusal must be readable in any platform's frame
log = structlog.get_logger(__name__)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """Start a launch. A page, not a redirect: its script keeps the browser's secret before it goes on."""
    given = request.form if request.method == "POST" else request.args
    fields = {name: _single(given, name) for name in LoginRequest.__dataclass_fields__}
    with without_transaction(_sessions()) as session:  # it reads, and writes one row
        started = start_login(session, LoginRequest(**fields))
    allow_embedders(started.embedders)
    # A window of its own has no platform around it that could keep something for us.
    again = {name: value for name, value in fields.items() if value and name != "lti_storage_target"}
    page = make_response(
        render_template(
            "launch/login.html", started=started, key=storage_key(started.state), login_again=again
        )
    )
    page.set_cookie(
        _attempt_cookie(started.state),
        started.browser_secret,
        max_age=ATTEMPT_LIFE,
        **_cookie_rules(),
    )
    return page


@blueprint.post("/launch")
def launch() -> Response:
    """Take the platform's answer; open the first page of the course, or ask for the browser's proof."""
    if "error" in request.form:
        raise LaunchRefusedError("platform_refused", Advice.AGAIN)
    state, id_token = _single(request.form, "state"), _single(request.form, "id_token")
    if not state or not id_token:
        raise LaunchRefusedError("launch_incomplete", Advice.AGAIN)
    outcome = accept_launch(
        _sessions(),
        state=state,
        id_token=id_token,
        browser_secret=request.cookies.get(_attempt_cookie(state)),
    )
    if isinstance(outcome, ProofNeeded):
        return _ask_for_proof(outcome, key=storage_key(state))
    page = _landing(outcome, key=storage_key(state))
    # With all of its attributes: a browser does not let a third party's cookie go without them either.
    page.delete_cookie(_attempt_cookie(state), **_cookie_rules())
    return page


@blueprint.post("/launch/finish")
def finish() -> Response:
    """Take the browser's proof for a launch that came without our cookie."""
    if not _is_from_our_page():
        raise LaunchRefusedError("finish_from_elsewhere", Advice.AGAIN)
    pending_id, browser_secret = _single(request.form, "pending"), _single(request.form, "v")
    return _landing(finish_launch(_sessions(), pending_id=pending_id, browser_secret=browser_secret))


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
    note_refusal(db(), error)  # in a transaction of its own, which this answer commits
    incident = new_random_id().hex[:8]
    fault = {"claim": error.fault.claim, "rule": error.fault.rule.value} if error.fault else {}
    log.warning("launch_refused", code=error.code, incident=incident, **fault)
    return make_response(
        render_template("launch/refused.html", advice=error.advice, incident=incident), error.status
    )


def _published(document: dict[str, Any]) -> Response:
    answer = make_response(document)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _ask_for_proof(needed: ProofNeeded, *, key: str) -> Response:
    allow_embedders(needed.embedders)
    page = make_response(
        render_template(
            "launch/proving.html", needed=needed, key=key, target=f"{_settings().base_url}/lti/launch"
        )
    )
    # So that the browser says where the proof comes from (Fetch, 3.2: Origin is null for no-referrer).
    page.headers["Referrer-Policy"] = "same-origin"
    return page


def _is_from_our_page() -> bool:
    """Whether our own page sends this form. Another's could start its own session in this browser."""
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    return request.headers.get("Origin") == _settings().base_url


def _landing(accepted: LaunchAccepted, *, key: str | None = None) -> Response:
    """Where every launch arrives: the browser keeps the session's secret, and goes to the first page."""
    allow_embedders(accepted.embedders)
    page = make_response(
        render_template("launch/landing.html", accepted=accepted, first_page=first_page(accepted), key=key)
    )
    return start_session(page, launch_id=accepted.launch_id, secret=accepted.secret, settings=_settings())


def _single(given: MultiDict[str, str], name: str) -> str:
    """The one value of this name. Two are one too many: which of them was checked would be a guess."""
    values = given.getlist(name)
    if len(values) > 1:
        raise LaunchRefusedError("parameter_repeated", fault=Fault(name, Rule.REPEATED))
    return values[0] if values else ""


def _cookie_rules() -> dict[str, Any]:
    secure = _settings().is_secure
    return {
        "httponly": True,
        "secure": secure,
        "samesite": "None" if secure else "Lax",
        "partitioned": secure,
    }


def _attempt_cookie(state: str) -> str:
    prefix = "__Host-" if _settings().is_secure else ""
    return f"{prefix}segue_login_{''.join(c for c in state[:STATE_SHOWN] if c.isalnum())}"


def _sessions() -> sessionmaker[Session]:
    return cast("sessionmaker[Session]", current_app.extensions["sessions"])


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])

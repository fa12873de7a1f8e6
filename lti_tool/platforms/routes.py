"""The pages by which a platform registers itself, opened by an administrator of the platform."""

from typing import cast

import structlog
from flask import Blueprint, Response, current_app, make_response, render_template, request
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict

from lti_tool.core.ids import new_random_id
from lti_tool.paths import static_dir
from lti_tool.platforms.registering import RegistrationRequest, check_request, register_platform
from lti_tool.platforms.registration_errors import RegistrationRefusedError
from lti_tool.web.headers import allow_any_embedder
from lti_tool.web.transaction import db, roll_back

blueprint = Blueprint("platforms", __name__, url_prefix="/lti")
blueprint.before_request(allow_any_embedder)  # a refusal must be readable in any platform's frame
log = structlog.get_logger(__name__)


@blueprint.get("/register")
def confirm_registration() -> str:
    """Say who wants to be connected, and what that means. Nothing is fetched and nothing changed yet."""
    given = _read(request.args)
    return render_template("platforms/confirm.html", given=given, host=check_request(db(), given))


@blueprint.post("/register")
def register() -> str:
    """Register the platform, and say what happens next."""
    sessions = cast("sessionmaker[Session]", current_app.extensions["sessions"])
    done = register_platform(sessions, _read(request.form))
    return render_template("platforms/registered.html", host=done.host, outcome=done.outcome)


@blueprint.get("/logo.svg")
def logo() -> Response:
    """The tool's icon at an address that stays: platforms keep it."""
    icon = (static_dir() / "icons" / "segue.svg").read_bytes()
    answer = Response(icon, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@blueprint.errorhandler(RegistrationRefusedError)
def refused(error: RegistrationRefusedError) -> Response:
    """What happened and what to do; what the platform said is neither shown nor logged."""
    roll_back()
    incident = new_random_id().hex[:8]
    log.warning("registration_refused", code=error.code, incident=incident)
    given = {name: request.form.get(name, "") for name in RegistrationRequest.__dataclass_fields__}
    page = render_template("platforms/refused.html", trouble=error.trouble, incident=incident, given=given)
    return make_response(page, error.status)


def _read(given: MultiDict[str, str]) -> RegistrationRequest:
    values = {name: given.getlist(name) for name in RegistrationRequest.__dataclass_fields__}
    if any(len(found) > 1 for found in values.values()):
        raise RegistrationRefusedError("request_incomplete")
    return RegistrationRequest(**{name: found[0] if found else "" for name, found in values.items()})

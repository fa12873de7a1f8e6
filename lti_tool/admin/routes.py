"""The administrator's page: signing in and out, looking, and one button for each act."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import Forbidden

from lti_tool.admin import service
from lti_tool.admin.forms import ButtonForm, SignInForm
from lti_tool.admin.queries import delivery, overview
from lti_tool.admin.sessions import (
    LIFE,
    Administrator,
    SignInRefusedError,
    find_administrator,
    sign_in,
    sign_out,
)
from lti_tool.core.errors import SegueError
from lti_tool.core.paging import read_position
from lti_tool.settings import Settings
from lti_tool.web.headers import allow_embedders
from lti_tool.web.transaction import db, roll_back

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

_WITHOUT_SESSION = {"admin.show_sign_in", "admin.sign_in_with_code"}


class SignedOutError(SegueError):
    """Nobody is signed in here: never was, too long ago, or signed out (401)."""


@blueprint.before_request
def require_administrator() -> None:
    """Every page needs the session but the way in, and everything that is sent needs its token."""
    allow_embedders([])
    if request.endpoint in _WITHOUT_SESSION:
        return
    secret = request.cookies.get(_cookie())
    found = find_administrator(db(), secret) if secret else None
    if found is None:
        raise SignedOutError
    g.administrator = found
    if request.method == "POST" and not ButtonForm().validate():
        raise Forbidden


@blueprint.get("/sign-in")
def show_sign_in() -> str:
    """The code is behind the # of the address: a script puts it into the field, or a person does."""
    return render_template("admin/sign_in.html", form=SignInForm(), signed_out=False, refused=False)


@blueprint.post("/sign-in")
def sign_in_with_code() -> Response:
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    secret = sign_in(db(), form.code.data)
    page = cast("Response", redirect(url_for("admin.show_platforms"), 303))
    page.set_cookie(
        _cookie(), secret, max_age=LIFE, httponly=True, secure=_settings().is_secure, samesite="Strict"
    )
    return page


@blueprint.post("/sign-out")
def end_session() -> Response:
    sign_out(db(), _administrator())
    page = cast("Response", redirect(url_for("admin.show_sign_in"), 303))
    page.delete_cookie(_cookie(), httponly=True, secure=_settings().is_secure, samesite="Strict")
    return page


@blueprint.get("")
def show_platforms() -> str:
    """Who may come in, how they do, and what waits for a decision."""
    return render_template("admin/platforms.html", found=overview(db()), button=ButtonForm())


@blueprint.get("/statements")
def show_statements() -> str:
    """What waits for its record store, which stores are in trouble, and what was parked and why."""
    found = delivery(db(), before=request.args.get("before", type=read_position))
    return render_template("admin/statements.html", found=found, button=ButtonForm())


@blueprint.post("/statements/<uuid:statement_id>/resend")
def resend_statement(statement_id: UUID) -> Response:
    service.resend_statement(db(), _administrator(), statement_id=statement_id)
    return cast("Response", redirect(url_for("admin.show_statements", _anchor="parked"), 303))


@blueprint.post("/registrations/<uuid:registration_id>/resend")
def resend_statements(registration_id: UUID) -> Response:
    service.resend_statements(db(), _administrator(), registration_id=registration_id)
    return cast("Response", redirect(url_for("admin.show_statements", _anchor="parked"), 303))


@blueprint.post("/registrations/<uuid:registration_id>/enable")
def enable_registration(registration_id: UUID) -> Response:
    service.enable_registration(db(), _administrator(), registration_id=registration_id)
    return _back_to(registration_id)


@blueprint.post("/registrations/<uuid:registration_id>/disable")
def disable_registration(registration_id: UUID) -> Response:
    service.disable_registration(db(), _administrator(), registration_id=registration_id)
    return _back_to(registration_id)


@blueprint.post("/updates/<uuid:update_id>/apply")
def apply_update(update_id: UUID) -> Response:
    return _back_to(service.apply_update(db(), _administrator(), update_id=update_id))


@blueprint.post("/updates/<uuid:update_id>/decline")
def decline_update(update_id: UUID) -> Response:
    return _back_to(service.decline_update(db(), _administrator(), update_id=update_id))


@blueprint.post("/deployments/<uuid:deployment_id>/approve")
def approve_deployment(deployment_id: UUID) -> Response:
    return _back_to(service.approve_deployment(db(), _administrator(), deployment_id=deployment_id))


@blueprint.post("/invitations/<uuid:invitation_id>/revoke")
def revoke_invitation(invitation_id: UUID) -> Response:
    service.revoke_invitation(db(), _administrator(), invitation_id=invitation_id)
    return cast("Response", redirect(url_for("admin.show_platforms", _anchor="invitations"), 303))


@blueprint.errorhandler(SignedOutError)
def signed_out(_error: SignedOutError) -> Response:
    roll_back()
    return _sign_in_page(SignInForm(empty=True), HTTPStatus.UNAUTHORIZED, signed_out=True)


@blueprint.errorhandler(SignInRefusedError)
def sign_in_refused(_error: SignInRefusedError) -> Response:
    roll_back()
    form = SignInForm(empty=True)
    return _sign_in_page(form, HTTPStatus.UNPROCESSABLE_ENTITY, refused=True)


def _sign_in_page(
    form: SignInForm, status: HTTPStatus, *, signed_out: bool = False, refused: bool = False
) -> Response:
    page = render_template("admin/sign_in.html", form=form, signed_out=signed_out, refused=refused)
    return make_response(page, status)


def _back_to(registration_id: UUID) -> Response:
    address = url_for("admin.show_platforms", _anchor=f"registration-{registration_id}")
    return cast("Response", redirect(address, 303))


def _administrator() -> Administrator:
    return cast("Administrator", g.administrator)


def _cookie() -> str:
    return "__Host-segue_admin" if _settings().is_secure else "segue_admin"


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])

"""The page where staff set up roles, and passing a role on."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lti_tool.core.errors import NotFoundError
from lti_tool.rotation import queries, service
from lti_tool.rotation.forms import USUAL_ROUNDS, GiveForm, PassForm, RolesForm
from lti_tool.web.arrivals import activity_page
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("rotation", __name__, url_prefix="/roles")


@blueprint.route("", methods=["GET", "POST"])
def arrange_roles() -> Response:
    page = queries.roles_page(db(), actor())
    form = RolesForm.holding(page.roles.rounds if page.roles else [], USUAL_ROUNDS)
    if not form.is_sent():
        return _roles_page(page, form)
    service.arrange_roles(db(), actor(), moments=form.moments)
    return redirect(url_for(".arrange_roles"), HTTPStatus.SEE_OTHER)


@blueprint.post("/end")
def end_roles() -> Response:
    form = PassForm()
    if not form.is_sent():
        return _again(form)
    service.end_roles(db(), actor())
    return redirect(url_for(".arrange_roles"), HTTPStatus.SEE_OTHER)


@blueprint.post("/give")
def give_role() -> Response:
    form = GiveForm()
    if not form.is_sent():
        return _again(form)
    if form.chosen_role is None or form.person.data is None:
        raise NotFoundError
    service.give_role(
        db(), actor(), role=form.chosen_role, group_id=form.group.data, person_id=form.person.data
    )
    return redirect(url_for(".arrange_roles"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<uuid:holder_id>/pass")
def pass_role_on(holder_id: UUID) -> Response:
    form = PassForm()
    if not form.is_sent():
        html = render_template("rotation/pass_on.html", form=form, holder_id=holder_id)
        return make_response(html, form.status)
    service.pass_role_on(db(), actor(), holder_id=holder_id)
    return redirect(activity_page(actor().activity), HTTPStatus.SEE_OTHER)


def _again(form: GiveForm | PassForm) -> Response:
    """The page again, after a form from an earlier session."""
    page = queries.roles_page(db(), actor())
    arranged = RolesForm.empty()
    return _roles_page(page, arranged, form)


def _roles_page(
    page: queries.RolesPage, form: RolesForm, give_form: GiveForm | PassForm | None = None
) -> Response:
    html = render_template(
        "rotation/arrange.html", page=page, form=form, give_form=give_form or GiveForm.empty()
    )
    return make_response(html, (give_form or form).status)

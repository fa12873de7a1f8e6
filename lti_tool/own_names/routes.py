"""The pages where people say what they are called."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lti_tool.own_names import service
from lti_tool.own_names.forms import OwnNameForm, PersonNameForm, reserved_words
from lti_tool.people.models import Membership
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("own_names", __name__, url_prefix="/name")


@blueprint.route("", methods=["GET", "POST"])
def name_oneself() -> Response:
    named = service.access_own_name(db(), actor())
    form = OwnNameForm(name=named.membership.own_name)
    if form.is_sent() and form.taken(lambda: _name_oneself(form)) is not None:
        return redirect(url_for(".name_oneself"), HTTPStatus.SEE_OTHER)
    return make_response(render_template("own_names/own.html", named=named, form=form), form.status)


def _name_oneself(form: OwnNameForm) -> Membership:
    return service.name_oneself(db(), actor(), name=form.name.data, reserved=reserved_words())


@blueprint.route("/<uuid:person_id>", methods=["GET", "POST"])
def name_person(person_id: UUID) -> Response:
    named = service.access_name(db(), actor(), person_id)
    form = PersonNameForm(name=named.membership.own_name)
    if form.is_sent() and form.taken(lambda: _name_person(person_id, form)) is not None:
        return redirect(url_for("people.list_people"), HTTPStatus.SEE_OTHER)
    return make_response(render_template("own_names/person.html", named=named, form=form), form.status)


def _name_person(person_id: UUID, form: PersonNameForm) -> Membership:
    said = {"name": form.name.data, "reason": form.reason.data}
    return service.name_person(db(), actor(), person_id=person_id, **said, reserved=reserved_words())

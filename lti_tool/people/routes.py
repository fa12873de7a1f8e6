"""The page of a course's people, for its staff."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.people import queries, roster_service
from lti_tool.people.forms import RemovalForm, UpdateForm
from lti_tool.people.roster_service import Removal
from lti_tool.web.forms import LaunchedForm
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("people", __name__, url_prefix="/people")


@blueprint.get("")
def list_people() -> Response:
    return _people_page(UpdateForm())


@blueprint.post("/update")
def update_roster() -> Response:
    form = UpdateForm()
    if not form.is_sent():
        return _people_page(form)
    roster_service.update_roster(db(), actor())
    return _back()


@blueprint.post("/removal")
def decide_removal() -> Response:
    form = RemovalForm()
    if not form.is_sent():
        return _people_page(form)
    roster_service.decide_removal(
        db(), actor(), decision=Removal(form.decision.data or ""), count=form.count.data or 0
    )
    return _back()


def _people_page(form: LaunchedForm) -> Response:
    page = queries.people_page(db(), actor(), after=request.args.get("after", type=UUID))
    return make_response(render_template("people/list.html", page=page, form=form), form.status)


def _back() -> Response:
    return redirect(url_for(".list_people"), HTTPStatus.SEE_OTHER)

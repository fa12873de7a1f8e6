"""The page where staff set an activity up, and what they say of one that was copied."""

from http import HTTPStatus

from flask import make_response, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from lti_tool.activities import queries, service
from lti_tool.activities.forms import CopyForm, SetUpForm, name_of_kind
from lti_tool.activities.service import CopyChoice
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import shape_of, sides_of
from lti_tool.grades.queries import column_here
from lti_tool.web.arrivals import activity_page
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("activities", __name__, url_prefix="/activity")


@blueprint.route("", methods=["GET", "POST"])
def set_up_activity() -> Response:
    placement = service.access_activity(db(), actor())
    form, graded = _form_of(placement), service.has_gradebook(db(), placement)
    if not form.is_sent():
        column = column_here(db(), actor())
        html = render_template("activities/set_up.html", form=form, graded=graded, column=column)
        return make_response(html, form.status)
    _set_up(form, graded=graded)
    return redirect(activity_page(form.kind.activity), HTTPStatus.SEE_OTHER)


def _form_of(placement: Placement) -> SetUpForm:
    kept = placement.settings
    return SetUpForm(
        activity=name_of_kind(placement.activity, shape_of(kept)),
        prompt=kept.get("prompt", ""),
        points=kept.get("points"),
        anonymous=kept.get("anonymous", False),
        first_side=sides_of(kept)[0],
        second_side=sides_of(kept)[1],
        opens=placement.opens_at,
        switches=placement.switches_at,
        ideas=placement.ideas_at,
        taking=placement.taking_at,
        closes=placement.closes_at,
    )


def _set_up(form: SetUpForm, *, graded: bool) -> None:
    service.set_up_activity(
        db(),
        actor(),
        activity=form.kind.activity,
        shape=form.kind.shape,
        prompt=form.prompt.data,
        points=form.points.data if graded else None,
        anonymous=form.anonymous.data,
        sides=form.sides,
        schedule=form.schedule,
    )


@blueprint.post("/copy")
def settle_copy() -> Response:
    form = CopyForm()
    if not form.is_sent():
        return make_response(render_template("activities/copied.html", panel=_copied(form)), form.status)
    service.settle_copy(db(), actor(), choice=CopyChoice(form.choice.data))
    return redirect(activity_page(actor().activity), HTTPStatus.SEE_OTHER)


@blueprint.app_template_global("copied_activity")
def copied_activity() -> str:
    """The panel above a copied activity, for its staff until they decided; nothing for anybody else."""
    return _copied(CopyForm.empty()) if actor().here.copy_is_open else ""


def _copied(form: CopyForm) -> str:
    source = queries.copied_from(db(), actor())
    html = render_template("activities/_copied.html", copy_form=form, source=source) if source else ""
    return Markup(html)  # noqa: S704  rendered a line above

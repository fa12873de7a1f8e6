"""The page where staff set an activity up."""

from http import HTTPStatus

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from lti_tool.activities import service
from lti_tool.activities.forms import ActivityForm
from lti_tool.courses.models import Activity
from lti_tool.web.arrivals import activity_page
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("activities", __name__, url_prefix="/activity")


@blueprint.route("", methods=["GET", "POST"])
def set_up_activity() -> Response:
    placement = service.access_activity(db(), actor())
    kept = placement.settings
    form = ActivityForm(activity=placement.activity, prompt=kept.get("prompt", ""), points=kept.get("points"))
    graded = service.has_gradebook(db(), placement)
    if not form.is_sent():
        return make_response(render_template("activities/set_up.html", form=form, graded=graded), form.status)
    service.set_up_activity(
        db(),
        actor(),
        activity=Activity(form.activity.data),
        prompt=form.prompt.data,
        points=form.points.data if graded else None,
    )
    return redirect(activity_page(form.activity.data), HTTPStatus.SEE_OTHER)

"""The pages of deep linking: the form, and the way back to the course."""

from http import HTTPStatus

from flask import Response, make_response, render_template

from lti_tool.deep_linking import service
from lti_tool.deep_linking.forms import ChoiceForm, NothingForm
from lti_tool.deep_linking.service import Answer, AnsweredError
from lti_tool.launch.models import LaunchKind
from lti_tool.web.headers import allow_form_target
from lti_tool.web.launched import launched_blueprint, visit
from lti_tool.web.transaction import db, roll_back

blueprint = launched_blueprint(
    "deep_linking", __name__, url_prefix="/deep-linking", kind=LaunchKind.DEEP_LINKING
)


@blueprint.route("", methods=["GET", "POST"])
def choose_activity() -> Response:
    service.access_choice(visit())
    form = ChoiceForm.suggesting(visit().details["title"])
    if not form.is_sent():
        return make_response(render_template("deep_linking/choose.html", form=form), form.status)
    return _way_back(
        service.answer_with_activity(
            db(),
            visit(),
            activity=form.kind.activity,
            shape=form.kind.shape,
            title=form.chosen_title(),
            prompt=form.prompt.data,
            points=form.points.data,
            anonymous=form.anonymous.data,
            submission_key=form.submission_key(),
        )
    )


@blueprint.post("/nothing")
def choose_nothing() -> Response:
    form = NothingForm()
    if not form.is_sent():
        choice = ChoiceForm()
        choice.validate()
        return make_response(render_template("deep_linking/choose.html", form=choice), form.status)
    return _way_back(service.answer_with_nothing(db(), visit()))


@blueprint.errorhandler(AnsweredError)
def answered(_error: AnsweredError) -> Response:
    roll_back()
    return make_response(render_template("deep_linking/answered.html"), HTTPStatus.CONFLICT)


def _way_back(answer: Answer) -> Response:
    """A page whose form goes to the platform: by itself where we know the address."""
    allow_form_target(answer.origin)
    page = make_response(render_template("deep_linking/way_back.html", answer=answer))
    # Without an origin, a platform would have to take the form for a forged one.
    page.headers["Referrer-Policy"] = "strict-origin"
    return page

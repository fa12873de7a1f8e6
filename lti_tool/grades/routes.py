"""The pages of scores, for staff."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.grades import queries, service
from lti_tool.grades.forms import RetryForm, ScoreForm
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("grades", __name__, url_prefix="/grades")


@blueprint.get("")
def list_scores() -> Response:
    return _list(RetryForm.empty())


@blueprint.post("/retry")
def retry_scores() -> Response:
    form = RetryForm()
    if not form.is_sent():
        return _list(form)
    service.retry_scores(db(), actor())
    return redirect(url_for(".list_scores"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<uuid:person_id>")
def show_score(person_id: UUID) -> Response:
    score = queries.score_view(db(), actor(), person_id)
    return _show(score, ScoreForm.about(score), saved="saved" in request.args)


@blueprint.post("/<uuid:person_id>")
def set_score(person_id: UUID) -> Response:
    score = queries.score_view(db(), actor(), person_id)
    form = ScoreForm.about(score)
    if not form.is_sent():
        return _show(score, form)
    service.set_score(
        db(),
        actor(),
        person_id=person_id,
        points=form.given_points,
        comment=form.comment.data,
        submission_key=form.submission_key(),
    )
    if wants_fragment():
        kept = queries.score_view(db(), actor(), person_id)
        return _show(kept, ScoreForm.after(kept), saved=True)
    return redirect(url_for(".show_score", person_id=person_id, saved=1), HTTPStatus.SEE_OTHER)


def _show(score: queries.ScoreView, form: ScoreForm, *, saved: bool = False) -> Response:
    template = "grades/_score.html" if wants_fragment() else "grades/show.html"
    html = render_template(template, score=score, form=form, saved=saved)
    return fragment(html, form.status) if wants_fragment() else make_response(html, form.status)


def _list(form: RetryForm) -> Response:
    after = request.args.get("after", type=UUID)
    page = queries.scores_page(db(), actor(), after=after)
    html = render_template("grades/list.html", page=page, after=after, retry_form=form)
    return make_response(html, form.status)

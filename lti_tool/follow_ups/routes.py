"""The pages of follow-ups."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lti_tool.core.paging import read_place
from lti_tool.follow_ups import queries, service
from lti_tool.follow_ups.calendar import MEDIA_TYPE, calendar_entry
from lti_tool.follow_ups.forms import FollowUpForm, ReportForm
from lti_tool.follow_ups.models import Outcome
from lti_tool.follow_ups.queries import FollowUpPage
from lti_tool.web.downloads import download
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("follow_ups", __name__, url_prefix="/follow-ups")


@blueprint.get("")
def list_follow_ups() -> str:
    after = read_place(request.args.get("after"))
    page = queries.follow_up_list(db(), actor(), after=after, after_done="done" in request.args)
    return render_template("follow_ups/list.html", page=page, after=after)


@blueprint.route("/new", methods=["GET", "POST"])
def plan_follow_up() -> Response:
    form = FollowUpForm(source=request.args.get("source", type=UUID))
    form.keep_at(service.place_of_plan(actor(), form.source.data))
    if not form.is_sent():
        quote = queries.quote_of(db(), actor(), form.source.data) if form.source.data else None
        return make_response(render_template("follow_ups/new.html", form=form, quote=quote), form.status)
    follow_up = service.plan_follow_up(
        db(),
        actor(),
        source_post_id=form.source.data,
        cue=form.cue.data,
        action=form.action.data,
        due_on=form.due_on.data,
        submission_key=form.submission_key(),
        draft=form.draft_state(),
    )
    return redirect(url_for(".show_follow_up", follow_up_id=follow_up.id), HTTPStatus.SEE_OTHER)


@blueprint.get("/<uuid:follow_up_id>")
def show_follow_up(follow_up_id: UUID) -> Response:
    page = _page(follow_up_id)
    return _show(page, ReportForm.about(page.follow_up.plan, outcome=request.args.get("outcome")))


@blueprint.post("/<uuid:follow_up_id>/reports")
def report_outcome(follow_up_id: UUID) -> Response:
    form = ReportForm()
    form.plan = service.plan_reported_on(db(), actor(), follow_up_id, submission_key=form.submission_key())
    if not form.is_sent():
        return _show(_page(follow_up_id), form)
    report = service.report_outcome(
        db(),
        actor(),
        follow_up_id=follow_up_id,
        outcome=Outcome(form.outcome.data),
        note=form.note.data,
        due_on=form.new_due_on(),
        cue=form.cue.data,
        action=form.action.data,
        submission_key=form.submission_key(),
    )
    here = url_for(".show_follow_up", follow_up_id=follow_up_id, reported=report.id)
    return redirect(here, HTTPStatus.SEE_OTHER)


@blueprint.get("/<uuid:follow_up_id>/calendar.ics")
def show_calendar_entry(follow_up_id: UUID) -> Response:
    follow_up = service.access_follow_up(db(), actor(), follow_up_id)
    sentence = gettext(
        "When %(cue)s, I will %(action)s.", cue=follow_up.plan.cue, action=follow_up.plan.action
    )
    entry = calendar_entry(follow_up.id, follow_up.plan, description=sentence)
    return download(entry, filename="follow-up.ics", media_type=MEDIA_TYPE)


def _page(follow_up_id: UUID) -> FollowUpPage:
    return queries.follow_up_page(db(), actor(), follow_up_id, after=read_place(request.args.get("after")))


def _show(page: FollowUpPage, form: ReportForm) -> Response:
    reported = request.args.get("reported", type=UUID)
    if wants_fragment():
        html = render_template("follow_ups/_follow_up.html", page=page, form=form, reported=reported)
        return fragment(html, form.status)
    html = render_template("follow_ups/show.html", page=page, form=form, reported=reported)
    return make_response(html, form.status)

"""Reporting, the queue, decisions and the log."""

from http import HTTPStatus
from uuid import UUID

from flask import abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.audit.models import StaffAct
from lti_tool.conversation_pages.queries import placed_post
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.moderation import pre_moderation, queries, service, unmasking
from lti_tool.moderation.forms import (
    DecisionForm,
    EndForm,
    PreModerationForm,
    ReadForm,
    ReportForm,
    UnmaskForm,
)
from lti_tool.moderation.models import ReportKind
from lti_tool.posts.places import conversation_page
from lti_tool.web.arrivals import activity_page
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("moderation", __name__, url_prefix="/moderation")


@blueprint.get("")
def list_queue() -> str:
    after = request.args.get("after", type=UUID)
    page = queries.queue(db(), actor(), after=after)
    return render_template("moderation/queue.html", page=page, after=after)


@blueprint.route("/report/<uuid:post_id>", methods=["GET", "POST"])
def report_post(post_id: UUID) -> Response:
    placed = placed_post(db(), actor(), post_id)
    form = ReportForm().keep_at(DraftPlace(DraftKind.REPORT, post_id))
    if not form.is_sent():
        html = render_template("moderation/report.html", placed=placed, form=form)
        return make_response(html, form.status)
    service.report_post(
        db(),
        actor(),
        post_id=post_id,
        kind=ReportKind(form.kind.data),
        note=form.note.data,
        draft=form.draft_state(),
    )
    return redirect(url_for(".show_reported", post_id=post_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/report/<uuid:post_id>/thanks")
def show_reported(post_id: UUID) -> str:
    return render_template("moderation/reported.html", placed=placed_post(db(), actor(), post_id))


@blueprint.get("/posts/<uuid:post_id>")
def show_post(post_id: UUID) -> Response:
    return _post_page(post_id, DecisionForm())


@blueprint.post("/posts/<uuid:post_id>")
def decide_on_post(post_id: UUID) -> Response:
    form = DecisionForm()
    if not form.is_sent():
        return _post_page(post_id, form)
    post = service.decide_on_post(
        db(),
        actor(),
        post_id=post_id,
        act=StaffAct(form.act.data),
        reason=form.reason.data,
        revision=form.revision.data or 0,
    )
    return redirect(url_for(".show_post", post_id=post.id), HTTPStatus.SEE_OTHER)


@blueprint.route("/posts/<uuid:post_id>/author", methods=["GET", "POST"])
def unmask_author(post_id: UUID) -> Response:
    found, form = queries.moderated_post(db(), actor(), post_id), UnmaskForm()
    if not found.author.is_anonymous:
        abort(HTTPStatus.NOT_FOUND)
    if not form.is_sent():
        return make_response(render_template("moderation/unmask.html", found=found, form=form), form.status)
    log_id = unmasking.unmask_author(
        db(), actor(), post_id=post_id, reason=form.reason.data, submission_key=form.submission_key()
    )
    return redirect(url_for(".show_unmasked", log_id=log_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/unmasked/<uuid:log_id>")
def show_unmasked(log_id: UUID) -> str:
    found = unmasking.unmasked_author(db(), actor(), log_id)
    return render_template("moderation/unmasked.html", found=found)


@blueprint.get("/people/<uuid:person_id>")
def show_person(person_id: UUID) -> Response:
    return _person_page(person_id, PreModerationForm())


@blueprint.post("/people/<uuid:person_id>")
def pre_moderate(person_id: UUID) -> Response:
    form = PreModerationForm()
    if not form.is_sent():
        return _person_page(person_id, form)
    pre_moderation.pre_moderate(
        db(), actor(), person_id=person_id, days=form.days.data or 1, reason=form.reason.data
    )
    return redirect(url_for(".show_person", person_id=person_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/people/<uuid:person_id>/end")
def end_pre_moderation(person_id: UUID) -> Response:
    form = EndForm()
    if not form.is_sent():
        return _person_page(person_id, form)
    pre_moderation.end_pre_moderation(db(), actor(), person_id=person_id, reason=form.reason.data)
    return redirect(url_for(".show_person", person_id=person_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/log")
def show_log() -> str:
    person_id, post_id = request.args.get("person", type=UUID), request.args.get("post", type=UUID)
    before = request.args.get("before", type=UUID)
    page = queries.log_page(db(), actor(), person_id=person_id, post_id=post_id, before=before)
    return render_template("moderation/log.html", page=page, person_id=person_id, post_id=post_id)


@blueprint.post("/notices/<uuid:notice_id>/read")
def read_notice(notice_id: UUID) -> Response:
    form = ReadForm()
    if not form.is_sent():
        abort(HTTPStatus.BAD_REQUEST)
    service.read_notice(db(), actor(), notice_id=notice_id)
    return redirect(activity_page(actor().activity), HTTPStatus.SEE_OTHER)


def _post_page(post_id: UUID, form: DecisionForm) -> Response:
    found = queries.moderated_post(db(), actor(), post_id)
    address = conversation_page(found.kind, found.post.conversation_id, post_id=post_id)
    html = render_template("moderation/post.html", found=found, form=form, address=address)
    return make_response(html, form.status)


def _person_page(person_id: UUID, form: PreModerationForm | EndForm) -> Response:
    """The page with a form for the current state, which other staff may have changed meanwhile."""
    person = queries.moderated_person(db(), actor(), person_id)
    fitting = EndForm if person.lasting else PreModerationForm
    shown = form if isinstance(form, fitting) else fitting.empty()
    html = render_template("moderation/person.html", person=person, form=shown)
    return make_response(html, shown.status)

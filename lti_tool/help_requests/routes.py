"""The pages of help requests."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.attachments.forms import upload_limits
from lti_tool.conversation_pages.queries import post_view
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.help_requests import queries, service
from lti_tool.help_requests.forms import AcceptForm, AnswerForm, HelpRequestForm, ResolveForm
from lti_tool.help_requests.models import HelpWanted
from lti_tool.help_requests.queries import Show
from lti_tool.posts.anonymity.queries import anonymity_in
from lti_tool.posts.models import Conversation, Post
from lti_tool.web.bodies import takes
from lti_tool.web.forms import LaunchedForm
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("help_requests", __name__, url_prefix="/help")


@blueprint.get("")
def list_help_requests() -> str:
    show = request.args.get("show", Show.WAITING, type=Show)
    after = request.args.get("after", type=UUID)
    page = queries.help_request_list(db(), actor(), show=show, after=after)
    return render_template("help_requests/list.html", page=page, show=show, after=after)


@blueprint.route("/new", methods=["GET", "POST"])
@takes(upload_limits)
def ask_for_help() -> Response:
    form = HelpRequestForm().keep_at(DraftPlace(DraftKind.HELP_REQUEST, actor().placement_id))
    form.offer(anonymity_in(db(), actor(), None))
    if not form.is_sent():
        return make_response(render_template("help_requests/new.html", form=form), form.status)
    return _to_request(_send_request(form).id)


def _send_request(form: HelpRequestForm) -> Conversation:
    return service.ask_for_help(
        db(),
        actor(),
        title=form.title.data,
        writing=form.writing(),
        tried=form.tried.data,
        expected=form.expected.data,
        got=form.got.data,
        help_wanted=HelpWanted(form.help_wanted.data),
    )


@blueprint.get("/<uuid:request_id>")
def show_help_request(request_id: UUID) -> Response:
    return _request_page(request_id)


@blueprint.post("/<uuid:request_id>/answers")
@takes(upload_limits)
def post_answer(request_id: UUID) -> Response:
    form = AnswerForm().inside(request_id)
    if not form.is_sent():
        return _request_page(request_id, answer_form=form)
    answer = service.post_answer(db(), actor(), request_id=request_id, writing=form.writing())
    if wants_fragment():
        return _answered(request_id, answer)
    return _to_request(request_id, at=answer.id, _anchor=f"post-{answer.id}")


def _answered(request_id: UUID, answer: Post) -> Response:
    """The answer, and an empty form for the next one, for the page that is there."""
    page = queries.help_request_page(db(), actor(), request_id)
    next_form = AnswerForm.empty().at(DraftPlace(DraftKind.ANSWER, request_id))
    html = render_template(
        "help_requests/_answered.html",
        page=page,
        post=post_view(db(), actor(), answer.id),
        answer_form=next_form.offer(page.conversation.anonymity),
        accept_form=AcceptForm.empty(),
    )
    return fragment(html)


@blueprint.post("/<uuid:request_id>/answers/<uuid:post_id>/accept")
def accept_answer(request_id: UUID, post_id: UUID) -> Response:
    form = AcceptForm()
    if not form.is_sent():
        return _request_page(request_id, accept_form=form)
    accepted = service.accept_answer(db(), actor(), request_id=request_id, post_id=post_id)
    return _to_request(
        request_id, _anchor=f"post-{post_id}" if accepted.conversation.resolved_at else "resolve"
    )


@blueprint.post("/<uuid:request_id>/answers/<uuid:post_id>/take-back")
def take_answer_back(request_id: UUID, post_id: UUID) -> Response:
    form = AcceptForm()
    if not form.is_sent():
        return _request_page(request_id, accept_form=form)
    service.take_answer_back(db(), actor(), request_id=request_id, post_id=post_id)
    return _to_request(request_id, at=post_id, _anchor=f"post-{post_id}")


@blueprint.post("/<uuid:request_id>/resolve")
def resolve_request(request_id: UUID) -> Response:
    form = ResolveForm()
    if not form.is_sent():
        return _request_page(request_id, resolve_form=form)
    service.resolve_request(db(), actor(), request_id=request_id, what_fixed_it=form.what_fixed_it.data)
    return _to_request(request_id)


@blueprint.post("/<uuid:request_id>/reopen")
def reopen_request(request_id: UUID) -> Response:
    form = AcceptForm()
    if not form.is_sent():
        return _request_page(request_id, accept_form=form)
    service.reopen_request(db(), actor(), request_id=request_id)
    return _to_request(request_id)


def _to_request(request_id: UUID, **place: Any) -> Response:
    return redirect(url_for(".show_help_request", request_id=request_id, **place), HTTPStatus.SEE_OTHER)


def _request_page(
    request_id: UUID,
    *,
    answer_form: AnswerForm | None = None,
    accept_form: AcceptForm | None = None,
    resolve_form: ResolveForm | None = None,
) -> Response:
    """The page with its three forms; the given one is what was sent, with something to correct."""
    from_id, around_id = request.args.get("from", type=UUID), request.args.get("at", type=UUID)
    page = queries.help_request_page(db(), actor(), request_id, from_id=from_id, around_id=around_id)
    place = DraftPlace(DraftKind.ANSWER, request_id)
    sent: LaunchedForm | None = answer_form or accept_form or resolve_form
    status = sent.status if sent else HTTPStatus.OK
    forms = {
        "answer_form": (answer_form or AnswerForm.empty()).keep_at(place).offer(page.conversation.anonymity),
        "accept_form": accept_form or AcceptForm.empty(),
        "resolve_form": resolve_form or ResolveForm.empty(),
    }
    if wants_fragment() and answer_form:
        return fragment(
            render_template("help_requests/_composer.html", page=page, **forms),
            status,
            instead_of="#composer",
        )
    return make_response(render_template("help_requests/show.html", page=page, **forms), status)

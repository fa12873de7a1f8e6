"""The pages of threads."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.core.paging import read_place
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.posts.following.queries import level_of_activity
from lti_tool.posts.queries import post_view, reply_count
from lti_tool.threads import queries, service
from lti_tool.threads.forms import ReplyForm, ThreadForm
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("threads", __name__, url_prefix="/threads")


@blueprint.get("")
def list_threads() -> str:
    whole_course = request.args.get("where") == "course"
    after = read_place(request.args.get("after"))
    level = level_of_activity(db(), actor())
    page = queries.thread_list(db(), actor(), whole_course=whole_course, after=after)
    return render_template(
        "threads/list.html", page=page, whole_course=whole_course, after=after, level=level
    )


@blueprint.route("/new", methods=["GET", "POST"])
def post_thread() -> Response:
    form = ThreadForm().keep_at(DraftPlace(DraftKind.THREAD, actor().placement_id))
    if not form.is_sent():
        return make_response(render_template("threads/new.html", form=form), form.status)
    thread = service.post_thread(
        db(),
        actor(),
        title=form.title.data,
        body=form.body.data,
        submission_key=form.submission_key(),
        draft=form.draft_state(),
        files=form.chosen(),
    )
    return redirect(url_for(".show_thread", thread_id=thread.id), HTTPStatus.SEE_OTHER)


@blueprint.get("/<uuid:thread_id>")
def show_thread(thread_id: UUID) -> Response:
    reply_to = request.args.get("reply_to", type=UUID)
    return _thread_page(thread_id, ReplyForm(in_reply_to=reply_to), reply_to)


@blueprint.post("/<uuid:thread_id>/replies")
def post_reply(thread_id: UUID) -> Response:
    form = ReplyForm()
    if not form.is_sent():
        return _thread_page(thread_id, form, form.in_reply_to.data)
    reply = service.post_reply(
        db(),
        actor(),
        thread_id=thread_id,
        body=form.body.data,
        in_reply_to_id=form.in_reply_to.data,
        submission_key=form.submission_key(),
        draft=form.draft_state(),
        files=form.chosen(),
    )
    if wants_fragment():
        html = render_template(
            "threads/_replied.html",
            thread_id=thread_id,
            post=post_view(db(), actor(), reply.id),
            reply_count=reply_count(db(), thread_id),
            form=ReplyForm.empty().at(service.place_of_reply(thread_id, None)),
        )
        return fragment(html)
    here = url_for(".show_thread", thread_id=thread_id, at=reply.id, _anchor=f"post-{reply.id}")
    return redirect(here, HTTPStatus.SEE_OTHER)


def _thread_page(thread_id: UUID, form: ReplyForm, reply_to: UUID | None) -> Response:
    from_id, around_id = request.args.get("from", type=UUID), request.args.get("at", type=UUID)
    page = queries.thread_page(
        db(), actor(), thread_id, from_id=from_id, around_id=around_id, reply_to_id=reply_to
    )
    form.keep_at(service.place_of_reply(thread_id, reply_to))
    if wants_fragment() and request.method == "POST":
        html = render_template(
            "threads/_composer.html", thread_id=thread_id, form=form, reply_to=page.reply_to
        )
        return fragment(html, form.status, instead_of="#composer")
    return make_response(render_template("threads/show.html", page=page, form=form), form.status)

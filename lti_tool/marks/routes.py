"""Marking posts, and the page of a post's marks."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from lti_tool.conversation_pages.queries import placed_post
from lti_tool.marks import queries, service
from lti_tool.marks.forms import MarkForm
from lti_tool.marks.models import Mark
from lti_tool.posts.places import conversation_page
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("marks", __name__, url_prefix="/posts/<uuid:post_id>/marks")


@blueprint.get("")
def show_marks(post_id: UUID) -> Response:
    return _marks_page(post_id, MarkForm())


@blueprint.post("")
def give_mark(post_id: UUID) -> Response:
    form = MarkForm()
    if not form.is_sent():
        return _marks_page(post_id, form)
    service.give_mark(db(), actor(), post_id=post_id, mark=Mark(form.mark.data), note=form.note.data)
    return _marked(post_id)


@blueprint.post("/take-back")
def take_back_mark(post_id: UUID) -> Response:
    form = MarkForm()
    # Taking a mark back needs no valid note.
    if not form.is_sent() and {"csrf_token", "mark"} & set(form.errors):
        return _marks_page(post_id, form)
    service.take_back_mark(db(), actor(), post_id=post_id, mark=Mark(form.mark.data))
    return _marked(post_id)


def _marked(post_id: UUID) -> Response:
    """Back to the post; for htmx, the post's line of marks."""
    placed = placed_post(db(), actor(), post_id)
    if wants_fragment():
        return fragment(render_template("posts/_marks.html", post=placed.post, marked=True))
    there = conversation_page(placed.kind, placed.conversation_id, post_id=post_id)
    return redirect(there, HTTPStatus.SEE_OTHER)


def _marks_page(post_id: UUID, form: MarkForm) -> Response:
    html = render_template(
        "posts/marks.html",
        placed=placed_post(db(), actor(), post_id),
        given=queries.marks_with_names(db(), actor(), post_id),
        form=form,
    )
    return make_response(html, form.status)

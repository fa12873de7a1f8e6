"""Editing and withdrawing one's own posts, and the history for all readers."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from lti_tool.conversation_pages.queries import placed_post
from lti_tool.posts.own import OwnPost, own_post
from lti_tool.posts.places import conversation_page
from lti_tool.revisions import service
from lti_tool.revisions.forms import EditForm, WithdrawForm
from lti_tool.revisions.queries import history
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("revisions", __name__, url_prefix="/posts/<uuid:post_id>")


@blueprint.route("/edit", methods=["GET", "POST"])
def edit_post(post_id: UUID) -> Response:
    mine = own_post(db(), actor(), post_id)
    form = EditForm(revision=mine.revision, title=mine.title, body=mine.body)
    if not mine.is_opening:
        del form.title
    if not mine.asks_what_changed:
        del form.what_changed
    if not form.is_sent():
        return make_response(_edit_page(form, mine), form.status)
    is_saved = service.edit_post(
        db(),
        actor(),
        post_id=post_id,
        revision=form.revision.data or 0,
        title=form.title.data if form.title else None,
        body=form.body.data,
        what_changed=form.what_changed.data if form.what_changed else "",
    )
    return _to_post(mine) if is_saved else _changed_elsewhere(form, post_id)


@blueprint.route("/withdraw", methods=["GET", "POST"])
def withdraw_post(post_id: UUID) -> Response:
    mine, form = own_post(db(), actor(), post_id), WithdrawForm()
    if not form.is_sent():
        placed = placed_post(db(), actor(), post_id)
        return make_response(render_template("posts/withdraw.html", placed=placed, form=form), form.status)
    service.withdraw_post(db(), actor(), post_id=post_id)
    return _to_post(mine)


@blueprint.get("/history")
def show_history(post_id: UUID) -> str:
    return render_template("posts/history.html", history=history(db(), actor(), post_id))


def _changed_elsewhere(form: EditForm, post_id: UUID) -> Response:
    """The form again beside the current text, after a concurrent edit; sent again, it replaces that text."""
    now = own_post(db(), actor(), post_id)
    form.revision.data = now.revision
    return make_response(_edit_page(form, now, changed_elsewhere=True), HTTPStatus.CONFLICT)


def _edit_page(form: EditForm, mine: OwnPost, *, changed_elsewhere: bool = False) -> str:
    return render_template("posts/edit.html", form=form, mine=mine, changed_elsewhere=changed_elsewhere)


def _to_post(mine: OwnPost) -> Response:
    return redirect(conversation_page(mine.kind, mine.conversation_id, post_id=mine.id), HTTPStatus.SEE_OTHER)

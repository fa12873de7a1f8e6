"""Choosing how much one is told of."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from lti_tool.posts.following import service
from lti_tool.posts.following.forms import FollowForm
from lti_tool.posts.following.models import FollowLevel
from lti_tool.posts.following.queries import level_of_activity
from lti_tool.posts.places import conversation_page
from lti_tool.posts.queries import followed_conversation
from lti_tool.web.arrivals import activity_page
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("following", __name__, url_prefix="/follow")


@blueprint.route("/<uuid:conversation_id>", methods=["GET", "POST"])
def follow_conversation(conversation_id: UUID) -> Response:
    form = FollowForm()
    if not form.is_sent():
        return _form_page(form, conversation_id)
    level = FollowLevel(form.level.data)
    conversation = service.follow_conversation(db(), actor(), conversation_id=conversation_id, level=level)
    if wants_fragment():
        return _control(level, conversation_id)
    return redirect(conversation_page(conversation.kind, conversation.id), HTTPStatus.SEE_OTHER)


@blueprint.route("/activity", methods=["GET", "POST"])
def follow_activity() -> Response:
    form = FollowForm()
    if not form.is_sent():
        return _form_page(form, None)
    level = FollowLevel(form.level.data)
    service.follow_activity(db(), actor(), level=level)
    if wants_fragment():
        return _control(level, None)
    return redirect(activity_page(actor().activity), HTTPStatus.SEE_OTHER)


def _control(level: FollowLevel, conversation_id: UUID | None) -> Response:
    html = render_template(
        "posts/_follow.html", level=level, conversation_id=conversation_id, saved=True
    )
    return fragment(html)


def _form_page(form: FollowForm, conversation_id: UUID | None) -> Response:
    """The page for who has no script, and for a form with something to correct."""
    followed = followed_conversation(db(), actor(), conversation_id) if conversation_id else None
    if form.level.data is None:
        form.level.data = followed.level if followed else level_of_activity(db(), actor())
    html = render_template("posts/follow.html", form=form, followed=followed)
    return make_response(html, form.status)

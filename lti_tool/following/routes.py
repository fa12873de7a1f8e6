"""Choosing a level of following."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from lti_tool.following import queries, service
from lti_tool.following.forms import FollowForm
from lti_tool.following.models import FollowLevel
from lti_tool.posts.places import conversation_page
from lti_tool.web.arrivals import activity_page
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("following", __name__, url_prefix="/follow")


@blueprint.post("/<uuid:conversation_id>")
def follow_conversation(conversation_id: UUID) -> Response:
    form = FollowForm()
    if not form.is_sent():
        level = queries.level_of_conversation(db(), actor(), conversation_id)
        return _form_page(form, level, conversation_id)
    chosen = FollowLevel(form.level.data)
    conversation = service.follow_conversation(db(), actor(), conversation_id=conversation_id, level=chosen)
    if wants_fragment():
        return _control(chosen, conversation_id)
    return redirect(conversation_page(conversation.kind, conversation.id), HTTPStatus.SEE_OTHER)


@blueprint.post("/activity")
def follow_activity() -> Response:
    form = FollowForm()
    if not form.is_sent():
        return _form_page(form, queries.level_of_activity(db(), actor()), None)
    chosen = FollowLevel(form.level.data)
    service.follow_activity(db(), actor(), level=chosen)
    if wants_fragment():
        return _control(chosen, None)
    return redirect(activity_page(actor().activity), HTTPStatus.SEE_OTHER)


def _control(level: FollowLevel, conversation_id: UUID | None) -> Response:
    html = render_template("posts/_follow.html", level=level, followed_id=conversation_id, saved=True)
    return fragment(html)


def _form_page(form: FollowForm, level: FollowLevel | None, conversation_id: UUID | None) -> Response:
    """The page again, with the form's errors."""
    html = render_template("posts/follow.html", form=form, level=level, followed_id=conversation_id)
    return make_response(html, form.status)

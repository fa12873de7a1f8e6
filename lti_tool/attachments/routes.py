"""Uploading files, and serving them to readers of the post."""

from http import HTTPStatus
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.attachments import queries, service
from lti_tool.attachments.forms import RemoveForm, UploadForm, upload_limits
from lti_tool.attachments.kinds import KINDS
from lti_tool.attachments.names import file_name
from lti_tool.core.db import settings_of
from lti_tool.core.errors import NotFoundError
from lti_tool.storage.store import storage_of
from lti_tool.web.bodies import takes
from lti_tool.web.downloads import untrusted
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("attachments", __name__, url_prefix="/attachments")


@blueprint.post("")
@takes(upload_limits)
def upload_files() -> Response:
    form = UploadForm()
    is_fine = form.is_sent()
    if wants_fragment() or not is_fine:
        return fragment(
            render_template("posts/_uploaded.html", form=form, attached=form.attached), form.status
        )
    return redirect(url_for(".list_files", form=form.submission.data), HTTPStatus.SEE_OTHER)


@blueprint.get("")
def list_files() -> str:
    """The waiting files of a form, as parts of it."""
    form_id = request.args.get("form", UUID(int=0), type=UUID)
    attached = queries.waiting_files(db(), actor(), form_id)
    return render_template("posts/_uploaded.html", form=None, attached=attached)


@blueprint.post("/<uuid:attachment_id>/remove")
def remove_attachment(attachment_id: UUID) -> Response:
    form = RemoveForm()
    if not form.is_sent():
        return fragment(render_template("posts/_uploaded.html", form=None, attached=[]), form.status)
    service.remove_attachment(db(), actor(), attachment_id)
    return redirect(url_for(".list_files", form=form.submission.data), HTTPStatus.SEE_OTHER)


@blueprint.get("/<uuid:attachment_id>")
def show_attachment(attachment_id: UUID) -> Response:
    found = service.access_attachment(db(), actor(), attachment_id)
    kind = KINDS[found.kind]
    return untrusted(
        lambda: _content(found.key), filename=found.name, media_type=kind.media_type, inline=kind.is_image
    )


@blueprint.get("/<uuid:attachment_id>/original")
def show_original(attachment_id: UUID) -> Response:
    found = service.access_original(db(), actor(), attachment_id)
    kind = KINDS[found.original_kind or found.kind]
    name = file_name(found.name, kind)
    return untrusted(
        lambda: _content(found.original_key), filename=name, media_type=kind.media_type, inline=False
    )


def _content(key: str) -> bytes:
    db().commit()  # hold no locks while the file is fetched
    try:
        return storage_of(settings_of(db())).get(key)
    except FileNotFoundError:
        raise NotFoundError from None

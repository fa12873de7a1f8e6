"""Saving drafts, and the list of drafts."""

from http import HTTPStatus
from typing import Any

from flask import abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.core import clock
from lti_tool.drafts import queries, service
from lti_tool.drafts.forms import DiscardDraftForm, SaveDraftForm
from lti_tool.drafts.models import Draft, DraftKind, DraftPlace
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("drafts", __name__, url_prefix="/drafts")

_THREAD = "threads.show_thread"
_PAGES: dict[DraftKind, tuple[str, str | None]] = {
    DraftKind.THREAD: ("threads.post_thread", None),
    DraftKind.REPLY: (_THREAD, "thread_id"),
    DraftKind.HELP_REQUEST: ("help_requests.ask_for_help", None),
    DraftKind.ANSWER: ("help_requests.show_help_request", "request_id"),
    DraftKind.PLAN: ("follow_ups.plan_follow_up", None),
    DraftKind.PLAN_FROM: ("follow_ups.plan_follow_up", "source"),
    DraftKind.REPORT: ("moderation.report_post", "post_id"),
}
_BELOW = {DraftKind.REPLY, DraftKind.ANSWER}
"""Drafts whose form is below a conversation."""


@blueprint.get("")
def list_drafts() -> str:
    rows = queries.draft_list(db(), actor())
    return render_template("drafts/list.html", rows=rows, form=DiscardDraftForm())


@blueprint.post("")
def save_draft() -> Response:
    form = SaveDraftForm()
    if not form.is_sent():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    fields = form.typed(request.form)
    if fields is None:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    draft = service.save_draft(
        db(),
        actor(),
        place=form.place(),
        fields=fields,
        form=form.draft_state(),
        edit=form.draft_edit.data or _moment(),
    )
    if _is_script():
        return _told(draft, is_kept=draft.fields == fields)
    return redirect(_address(form.place()), HTTPStatus.SEE_OTHER)


@blueprint.post("/discard")
def discard_draft() -> Response:
    form = DiscardDraftForm()
    if not form.is_sent():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    draft = service.discard_draft(db(), actor(), place=form.place(), version=form.draft_version.data)
    if _is_script():
        return _told(draft, is_kept=False)
    return redirect(url_for(".list_drafts"), HTTPStatus.SEE_OTHER)


def _moment() -> int:
    """Replaces the count of saves for browsers without scripts; scripts start at the same number."""
    return int(clock.now().timestamp() * 1000)


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _told(draft: Draft, *, is_kept: bool) -> Response:
    """The current state of the draft, for scripts."""
    view = queries.draft_view(draft)
    return jsonify(
        version=draft.version,
        edit=draft.edit,
        is_kept=is_kept,
        elsewhere=[
            {"version": text.version, "saved_at": text.saved_at.isoformat(), "fields": text.fields}
            for text in view.elsewhere
        ],
    )


def _address(place: DraftPlace) -> str:
    """The address of the page with the draft's form."""
    if place.kind is DraftKind.REPLY_TO:
        thread_id = queries.conversation_of(db(), place.target_id)
        return url_for(_THREAD, thread_id=thread_id, reply_to=place.target_id, _anchor="composer")
    endpoint, argument = _PAGES[place.kind]
    values: dict[str, Any] = {argument: place.target_id} if argument else {}
    return url_for(endpoint, _anchor="composer" if place.kind in _BELOW else None, **values)

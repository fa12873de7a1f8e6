"""Saving drafts. An unseen text is never overwritten, and a sent text never comes back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_random_id
from lti_tool.drafts.models import Draft, DraftKind, DraftPlace
from lti_tool.posts.kinds import all_kinds
from lti_tool.posts.service import access_conversation, access_post
from lti_tool.posts.writing import FormState

Fields = Mapping[str, str]

_KEY = ("person_id", "kind", "target_id")
_MADE = insert(Draft)


def _kept(column: str) -> ReturningInsert[Draft]:
    """The place's row, inserted or updated with this value, and locked.

    Nobody else changes it until this transaction ends.
    """
    kept = _MADE.on_conflict_do_update(index_elements=_KEY, set_={column: _MADE.excluded[column]})
    return kept.returning(Draft).execution_options(populate_existing=True)


# The conflict sets the key to itself: that locks the row and returns it.
_LOCKED, _CLOSED = _kept("target_id"), _kept("closed_by")
_MOST_BESIDE = 5
"""Concurrent versions at one place; the oldest one is dropped beyond that."""


def access_place(session: Session, actor: Actor, place: DraftPlace) -> None:
    """Whether the actor may write there at all."""
    match place.kind:
        case DraftKind.REPLY | DraftKind.ANSWER:
            (kind,) = (it for it in all_kinds() if it.draft_of_further == place.kind)
            access_conversation(session, actor, place.target_id, kind.key)
        case DraftKind.REPLY_TO | DraftKind.PLAN_FROM | DraftKind.REPORT:
            access_post(session, actor, place.target_id)
        case _:
            if place.target_id != actor.placement_id:
                raise NotFoundError


def save_draft(
    session: Session, actor: Actor, *, place: DraftPlace, fields: Fields, form: FormState, edit: int
) -> Draft:
    """Save the form's content. A version that another form wrote meanwhile is kept beside it.

    A save that comes after the form was sent, or after a newer one of the same form, changes nothing.
    """
    access_place(session, actor, place)
    draft = _row(session, actor, place, _LOCKED)
    if draft.fields == fields:
        draft.saved_at = clock.now()
        return draft
    if form.version != draft.version:
        if form.writer == draft.closed_by or (form.writer == draft.writer and edit <= draft.edit):
            return draft
        _put_aside(draft, form.writer, fields)
    draft.fields = dict(fields)
    draft.version, draft.writer, draft.edit = new_random_id(), form.writer, edit
    draft.saved_at, draft.closed_by = clock.now(), None
    return draft


def discard_draft(session: Session, actor: Actor, *, place: DraftPlace, version: UUID | None) -> Draft:
    """Discard this version, if it has not changed since the person saw it."""
    draft = session.scalars(
        select(Draft)
        .filter_by(
            person_id=actor.person_id,
            course_id=actor.course_id,
            kind=place.kind,
            target_id=place.target_id,
        )
        .with_for_update()
    ).one_or_none()
    if draft is None:
        raise NotFoundError
    draft.elsewhere = [text for text in draft.elsewhere if text["version"] != str(version)]
    if draft.version == version and draft.fields is not None:
        draft.closed_by = draft.writer
        _take_away(draft)
    return draft


def close_draft(session: Session, actor: Actor, *, place: DraftPlace, form: FormState | None) -> None:
    """The form was sent: delete its draft in the same transaction, and ignore its late saves.

    What another device wrote there, and this form never showed, stays.
    """
    if form is None:
        return
    draft = _row(session, actor, place, _CLOSED, closed_by=form.writer)
    known = {str(form.writer), str(form.version)}
    draft.elsewhere = [
        text for text in draft.elsewhere if known.isdisjoint({text["writer"], text["version"]})
    ]
    if form.writer == draft.writer or form.version == draft.version:
        _take_away(draft)


def _row(
    session: Session, actor: Actor, place: DraftPlace, query: ReturningInsert[Draft], **values: UUID
) -> Draft:
    """The row from `_LOCKED` or `_CLOSED` for the actor at this place."""
    key: dict[str, Any] = {"person_id": actor.person_id, "kind": place.kind, "target_id": place.target_id}
    made = {**key, **values, "course_id": actor.course_id, "writer": new_random_id()}
    return session.scalars(query, made).one()


def _put_aside(draft: Draft, writer: UUID, fields: Fields) -> None:
    """Keep the current text beside the new one, unless it is the same or from the same form."""
    others = [text for text in draft.elsewhere if text["writer"] != str(writer)]
    if draft.fields is not None and draft.writer != writer and draft.fields != fields:
        others.append(
            {
                "fields": draft.fields,
                "version": str(draft.version),
                "writer": str(draft.writer),
                "edit": draft.edit,
                "saved_at": draft.saved_at.isoformat(),
            }
        )
    draft.elsewhere = others[-_MOST_BESIDE:]


def _take_away(draft: Draft) -> None:
    """Delete the text; the latest version beside it, if any, replaces it."""
    *others, newest = draft.elsewhere or [None]
    draft.elsewhere = others
    if newest is None:
        draft.fields, draft.version, draft.saved_at = None, new_random_id(), clock.now()
        return
    draft.fields, draft.edit = newest["fields"], newest["edit"]
    draft.version, draft.writer = UUID(newest["version"]), UUID(newest["writer"])
    draft.saved_at = datetime.fromisoformat(newest["saved_at"])

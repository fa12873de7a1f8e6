"""Recording one act as one statement, in the transaction of the change it tells of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, cast, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_row, settings_of
from lti_tool.core.ids import new_random_id
from lti_tool.core.text import plain_text
from lti_tool.statements.actors import agent_of, group_agent, tools_agent
from lti_tool.statements.models import StatementRow
from xapi import vocabulary
from xapi.statement import activity, build_statement, context, dumps
from xapi.validation import check_statement

_IS_IT = StatementRow.id == bindparam("statement_id")
_RECORDED = select(StatementRow.id).where(_IS_IT)
_REGISTRATION = select(
    cast(cast(StatementRow.body, JSONB)[("context", "registration")].astext, Uuid[UUID](as_uuid=True))
).where(_IS_IT)

Activity = dict[str, Any]


_MENTION = re.compile(r'<span class="mention"[^<>]*>[^<]*</span>')
"""Names are in no statement: a mention has one of its own, with the account."""
MOST_TEXT = 4000
"""Characters of a text that a statement holds, where the registration wants them at all."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Who acts without being named. Nothing in the statement, or in its row, then leads to their launch."""

    account: str
    """Of the tool itself (`actors.SYSTEM`), or a person's in one conversation alone."""
    placement_id: UUID
    """The activity that it is about, whichever one they came in by."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of a pattern: what a profile says of several statements together, in the order of their timestamps."""

    profile: str
    """The version of the profile that has the pattern."""
    of: UUID
    """Which occurrence: all of its statements have this one."""
    is_first: bool = False
    """Any later one refers to the first, and is a part only where that was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one statement says, beside who did it and where (those the recorder adds)."""

    name: str
    """The event in our words ("thread_posted"); with `subject_id` it can stand once only."""
    subject_id: UUID
    verb: vocabulary.Verb
    object: Activity
    """An activity, or the agent of a person."""
    at: datetime
    statement_id: UUID = field(default_factory=new_random_id)
    parents: Sequence[Activity] = ()
    team: UUID | None = None
    """The group that it was done in."""
    refers_to: UUID | None = None
    """The id of the statement that this one answers."""
    result: Mapping[str, Any] | None = None
    written: Sequence[str] = ()
    """What somebody wrote, as our HTML; told, without any, where the registration wants it."""
    extensions: Mapping[str, Any] | None = None
    unnamed: Unnamed | None = None
    part: Part | None = None


def activity_id(session: Session, row_id: UUID) -> str:
    """The lasting, opaque id of a thing of ours: never a title, never the platform's address."""
    return f"{settings_of(session).base_url}/xapi/a/{row_id}"


def thing(session: Session, row_id: UUID, kind: str, *, name: str | None = None) -> Activity:
    """An activity of ours. `name` only for what the institution wrote: definitions can't be taken back."""
    return activity(activity_id(session, row_id), type=kind, name=name)


def record_act(session: Session, actor: Actor, act: Act) -> None:
    """Build the statement, check it strictly, and keep its final text: a worker delivers it.

    There is none of a test user's act, and none that refers to one: records tell of real people.
    Raises xapi.validation.InvalidStatement (and so undoes the change) for a statement that no
    record store should get: that is a mistake of ours, found before anybody else sees it.
    """
    if actor.is_test:
        return
    version = actor.lrs_version or settings_of(session).lrs_version
    refers_to = act.refers_to if _is_recorded(session, act.refers_to) else None
    part = act.part if act.part and (act.part.is_first or refers_to) else None
    # What the first one refers to is no part of it, and may be somebody else's.
    begun_by = refers_to if part and not part.is_first else None
    agent = (
        tools_agent(session, act.unnamed.account)
        if act.unnamed
        else agent_of(session, actor, actor.person_id, actor.sub)
    )
    statement = build_statement(
        id=act.statement_id,
        actor=agent,
        verb=act.verb,
        object=act.object,
        timestamp=act.at,
        result=_result(actor, act),
        context=context(
            registration=_registration(session, actor, act, begun_by),
            team=_team(session, act),
            # Only of what is done with an activity (xAPI 1.0.3, Data 2.4.6), not with a person.
            platform=actor.platform_name if "id" in act.object else None,
            language=None if act.unnamed else actor.language,
            parent=list(act.parents),
            grouping=[
                thing(session, actor.course_id, vocabulary.COURSE, name=actor.course_title or None),
                _activity_of(session, actor, act),
            ],
            category=[activity(vocabulary.PROFILE_VERSION), *([activity(part.profile)] if part else [])],
            statement=refers_to,
            extensions=_extensions(actor, act, part),
        ),
        version=version,
    )
    check_statement(statement, version=version)
    insert_row(
        session,
        StatementRow,
        id=act.statement_id,
        registration_id=actor.registration_id,
        course_id=actor.course_id,
        person_id=None if act.unnamed else actor.person_id,
        event=act.name,
        subject_id=act.subject_id,
        body=dumps(statement),
    )


def _team(session: Session, act: Act) -> dict[str, Any] | None:
    """None where nobody is named: a group has few members."""
    if act.team is None or act.unnamed:
        return None
    return group_agent(session, act.team)


def _result(actor: Actor, act: Act) -> dict[str, Any] | None:
    """With the text only by the registration's choice: what a record store has can't be taken back."""
    result = dict(act.result or {})
    if act.written and actor.naming.sends_text:
        text = "\n".join(filter(None, map(_text, act.written)))
        result |= {"response": text[:MOST_TEXT]} if text else {}
    return result or None


def _text(html: str) -> str:
    """Its lines that are not empty, without names."""
    lines = (line.strip() for line in plain_text(_MENTION.sub("@…", html)).splitlines())
    return "\n".join(filter(None, lines))


def _activity_of(session: Session, actor: Actor, act: Act) -> Activity:
    if act.unnamed:
        return thing(session, act.unnamed.placement_id, vocabulary.RESOURCE_LINK)
    return thing(session, actor.placement_id, vocabulary.RESOURCE_LINK, name=actor.placement_title or None)


def _extensions(actor: Actor, act: Act, part: Part | None) -> dict[str, Any]:
    known: dict[str, Any] = {} if act.unnamed else {vocabulary.SESSION_ID: str(actor.launch_id)}
    if part:
        known[vocabulary.SUBREGISTRATION] = [{"profile": part.profile, "subregistration": str(part.of)}]
    return known | dict(act.extensions or {})


def _registration(session: Session, actor: Actor, act: Act, begun_by: UUID | None) -> UUID | None:
    """This learner in this course (reference: xapi.md section 7).

    All statements of a pattern have the same (reference: xapi.md section 4): that of the one that it began
    with, `begun_by`, whatever became of the person's own since.
    """
    if act.unnamed:
        return None
    begun = session.scalar(_REGISTRATION, {"statement_id": begun_by}) if begun_by else None
    return begun or actor.xapi_registration


def _is_recorded(session: Session, statement_id: UUID | None) -> bool:
    if statement_id is None:
        return False
    return session.scalar(_RECORDED, {"statement_id": statement_id}) is not None

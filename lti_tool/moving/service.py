"""Moving everything of one registration to another: people, courses, content, points and settings."""
# ruff: noqa: S608  made of the statements below alone

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import ActorMode
from lti_tool.core.db import take_over
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.moving.merging import become_one
from lti_tool.platforms.models import Deployment, Registration

_SETTINGS = {
    "actor_mode": ActorMode.SUB,
    "actor_home_page": None,
    "sends_text": False,
    "lrs_url": None,
    "lrs_username": None,
    "lrs_password_sealed": None,
    "lrs_password_digest": None,
    "lrs_version": None,
}
"""What `segue platform set` chooses, with the values of a registration where nothing was chosen."""
_COMPARED = ("actor_mode", "actor_home_page", "sends_text", "lrs_url", "lrs_username", "lrs_version")
_OPTIONS = {
    "actor_mode": "--actor-mode",
    "actor_home_page": "--actor-home-page",
    "sends_text": "--text",
    "lrs_url": "--lrs-url",
    "lrs_username": "--lrs-username",
    "lrs_version": "--lrs-version",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move does, in numbers."""

    source: Registration
    target: Registration
    deployments: Mapping[str, str]
    """Of each deployment, the one that it becomes part of, or stays."""
    people: int
    people_in_both: int
    courses: int
    courses_in_both: int
    activities: int
    posts: int
    scores: int
    statements: int


def move_registration(
    session: Session, *, source_id: UUID, target_id: UUID, deployments: Mapping[str, str]
) -> Moved:
    """Carry all that hangs by one registration over to another, and stop the first. Never commits.

    What is in both becomes one: a person by the platform's id, a course by the context's id in the same
    deployment, an activity by its link. Raises NotFoundError, and ConflictError where it can't be told what
    belongs together.
    """
    source, target = _locked(session, source_id, target_id)
    _carry_settings(source, target)
    pairs, named = _deployments(session, source, target, deployments)
    _begin(session)
    _note_pair(session, "registration", source.id, target.id)
    for old, new in pairs.items():
        _note_pair(session, "deployment", old, new)
    counted = _count(session, source.id)
    _forget_addresses(session, source.id)
    session.execute(_PEOPLE_IN_BOTH, {"source": source.id, "target": target.id})
    session.execute(_COURSES_IN_BOTH)
    in_both: dict[str, int] = {row.entity: row.total for row in session.execute(_IN_BOTH)}
    session.execute(_LOCK_THEM)
    become_one(session)
    source.active = False
    session.flush()
    session.expire_all()
    return Moved(
        source=source,
        target=target,
        deployments=named,
        people_in_both=in_both.get("person", 0),
        courses_in_both=in_both.get("course", 0),
        **counted,
    )


def _locked(session: Session, source_id: UUID, target_id: UUID) -> tuple[Registration, Registration]:
    """Both, so that nobody comes in, posts or is told of by either until the move is over."""
    if source_id == target_id:
        raise ConflictError("FROM and TO are the same registration.")
    ids = [source_id, target_id]
    found = session.scalars(
        select(Registration).where(Registration.id.in_(ids)).order_by(Registration.id).with_for_update()
    ).all()
    known = {one.id: one for one in found}
    for wanted in ids:
        if wanted not in known:
            raise NotFoundError(f"There is no registration {wanted}. `segue platform list` shows them.")
    return known[source_id], known[target_id]


def _carry_settings(source: Registration, target: Registration) -> None:
    """Or statements would suddenly go elsewhere, and name people where they had pseudonyms."""
    chosen = [name for name in _COMPARED if getattr(target, name) != _SETTINGS[name]]
    differing = [name for name in _COMPARED if getattr(target, name) != getattr(source, name)]
    if chosen and differing:
        options = ", ".join(_OPTIONS[name] for name in differing)
        raise ConflictError(
            f"Both have settings of their own, and they differ ({options}). Make them the same first, by"
            " `segue platform set` for the one or the other."
        )
    take_over(target, **{name: getattr(source, name) for name in _SETTINGS})
    take_over(target, label=target.label or source.label)


def _deployments(
    session: Session, source: Registration, target: Registration, said: Mapping[str, str]
) -> tuple[dict[UUID, UUID], dict[str, str]]:
    """Which deployment becomes part of which, by row and by the platform's ids; the others come along."""
    rows = session.scalars(
        select(Deployment).where(Deployment.registration_id.in_((source.id, target.id)))
    ).all()
    mine = {one.deployment_id: one for one in rows if one.registration_id == source.id}
    theirs = {one.deployment_id: one for one in rows if one.registration_id == target.id}
    _check_said(said, mine, theirs)
    named = {name: said.get(name, name) for name in mine}
    unmatched = [name for name in mine if name not in said and name not in theirs]
    if unmatched and theirs:
        if len(mine) == len(theirs) == 1:
            named = {unmatched[0]: next(iter(theirs))}
        else:
            raise ConflictError(
                f"The deployments can't be matched. FROM has {', '.join(sorted(mine))}; TO has"
                f" {', '.join(sorted(theirs))}. Add --deployment OLD=NEW for"
                f" {', '.join(sorted(unmatched))}, even if OLD keeps its id."
            )
    if len(set(named.values())) < len(named):
        raise ConflictError("Two deployments can't be merged: their courses may have the same ids.")
    pairs = {mine[old].id: theirs[new].id for old, new in named.items() if new in theirs}
    return pairs, named


def _check_said(
    said: Mapping[str, str], mine: Mapping[str, Deployment], theirs: Mapping[str, Deployment]
) -> None:
    for old, new in said.items():
        if old not in mine:
            raise NotFoundError(f"The first registration has no deployment {old}.")
        if new not in theirs and new != old:
            raise NotFoundError(f"The second registration has no deployment {new}.")


def _begin(session: Session) -> None:
    session.execute(
        text(
            "create temporary table moved_id (entity text, old uuid, new uuid, primary key (entity, old))"
            " on commit drop"
        )
    )


def _note_pair(session: Session, entity: str, old: UUID, new: UUID) -> None:
    session.execute(
        text("insert into moved_id (entity, old, new) values (:entity, :old, :new)"),
        {"entity": entity, "old": old, "new": new},
    )


_DEPLOYMENTS = "select id from deployment where registration_id = :source"
_COURSES = f"select id from course where deployment_id in ({_DEPLOYMENTS})"
_PLACEMENTS = f"select id from placement where course_id in ({_COURSES})"
_PEOPLE_IN_BOTH = text(
    "insert into moved_id (entity, old, new) select 'person', theirs.id, mine.id"
    " from person mine join person theirs on theirs.sub = mine.sub"
    " where mine.registration_id = :source and theirs.registration_id = :target"
)
_COURSES_IN_BOTH = text(
    "insert into moved_id (entity, old, new) select 'course', theirs.id, mine.id"
    " from moved_id pair join course mine on mine.deployment_id = pair.old"
    " join course theirs on theirs.deployment_id = pair.new and theirs.context_id = mine.context_id"
    " where pair.entity = 'deployment'"
)
_IN_BOTH = text("select entity, count(*) as total from moved_id group by entity")
_LOCK_THEM = text(
    "with people as (select id from person where id in (select old from moved_id where entity = 'person')"
    " order by id for update),"
    " courses as (select id from course where id in (select old from moved_id where entity = 'course')"
    " order by id for update)"
    " select (select count(*) from people), (select count(*) from courses)"
)
_COUNTS: Mapping[str, str] = {
    "people": "select count(*) from person where registration_id = :source",
    "courses": f"select count(*) from ({_COURSES}) c",
    "activities": f"select count(*) from ({_PLACEMENTS}) p",
    "posts": f"select count(*) from post where course_id in ({_COURSES})",
    "scores": "select count(*) from score where registration_id = :source",
    "statements": "select count(*) from statement where registration_id = :source",
}
_FORGOTTEN: Sequence[str] = (
    "delete from launch_pending where registration_id = :source",
    f"delete from notice_handler where deployment_id in ({_DEPLOYMENTS})",
    f"delete from roster_sync where course_id in ({_COURSES})",
    f"delete from line_item where placement_id in ({_PLACEMENTS})",
    f"update placement set line_item_url = null where course_id in ({_COURSES})",
    f"update course set roster_url = null, groups_url = null, group_sets_url = null where id in ({_COURSES})",
    f"update course set line_items_url = null, service_scopes = '[]' where id in ({_COURSES})",
)
"""Addresses of the first platform's services: the second one's token is not to be sent there."""
_SESSIONS_END = text(
    "update launch set expires_at = :now where expires_at > :now and person_id in"
    " (select id from person where registration_id = :source)"
)


def _count(session: Session, source_id: UUID) -> dict[str, int]:
    query = ", ".join(f"({count}) as {name}" for name, count in _COUNTS.items())
    row: Any = session.execute(text(f"select {query}"), {"source": source_id}).mappings().one()
    return dict(row)


def _forget_addresses(session: Session, source_id: UUID) -> None:
    for statement in _FORGOTTEN:
        session.execute(text(statement), {"source": source_id})
    session.execute(_SESSIONS_END, {"source": source_id, "now": clock.now()})

"""Queries for marks on pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.marks.models import Mark, PostMark
from lti_tool.people.models import Person
from lti_tool.people.naming import called_in
from lti_tool.posts.authors import Author, shown_as
from lti_tool.posts.models import Post

MOST_NAMES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marks on one post, by kind."""

    counts: Mapping[Mark, int]
    """In the order of Mark, without unused kinds."""
    own: frozenset[Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One mark, with the person who gave it."""

    mark: Mark
    giver: Author
    note: str
    created_at: datetime


def marks_column(actor: Actor) -> ScalarSelect[Any]:
    """A column for queries of posts: the count of each mark, and the actor's own; read by `marks_of`."""
    kinds = (
        select(
            PostMark.mark.label("mark"),
            func.count().label("given"),
            func.bool_or(PostMark.person_id == actor.person_id).label("own"),
        )
        .where(PostMark.post_id == Post.id)
        .correlate(Post)
        .group_by(PostMark.mark)
        .subquery()
    )
    counted = func.json_build_array(kinds.c.given, kinds.c.own)
    return select(func.json_object_agg(kinds.c.mark, counted)).scalar_subquery().correlate(Post)


_NONE = Marks(counts={}, own=frozenset())


def marks_of(found: Mapping[str, Sequence[Any]] | None) -> Marks:
    """The marks of one post, from `marks_column`."""
    if not found:
        return _NONE
    return Marks(
        counts={mark: found[mark][0] for mark in Mark if mark in found},
        own=frozenset(mark for mark in Mark if mark in found and found[mark][1]),
    )


def marks_with_names(session: Session, actor: Actor, post_id: UUID) -> Sequence[MarkRow]:
    """The first two hundred marks with names, by kind and time. One query.

    What somebody says of their own anonymous post, they say anonymously.
    """
    order = case({str(mark): place for place, mark in enumerate(Mark)}, value=PostMark.mark)
    pseudonym = case((PostMark.person_id == Post.author_id, Post.pseudonym))
    found = session.execute(
        select(PostMark, called_in(Post.course_id), pseudonym)
        .join(Person, Person.id == PostMark.person_id)
        .join(Post, Post.id == PostMark.post_id)
        .where(PostMark.post_id == post_id)
        .order_by(order, PostMark.id)
        .limit(MOST_NAMES)
    )
    return [
        MarkRow(
            mark=given.mark,
            giver=shown_as(actor, person_id=given.person_id, name=name, pseudonym=pseudonym),
            note=given.note,
            created_at=given.created_at,
        )
        for given, name, pseudonym in found
    ]

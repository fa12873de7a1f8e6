"""Queries built once for all who ask: what differs from one request to the next are parameters.

To build a query with its conditions, and to find what was compiled of it before, takes SQLAlchemy longer than
the answer takes PostgreSQL.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, Select, bindparam
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor

Builder = TypeVar("Builder", bound=Callable[..., Any])


EITHER_ROLE = (True, False)
"""The values of `is_staff`."""


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """A builder whose queries are kept, and the values of its arguments that tests try it with."""

    build: Callable[..., Any]
    """As it was written: each call builds anew."""
    values: Mapping[str, Sequence[Any]]

    def examples(self) -> Iterator[dict[str, Any]]:
        """Its arguments, in each combination of their values."""
        for chosen in product(*self.values.values()):
            yield dict(zip(self.values, chosen, strict=True))


KEPT_QUERIES: list[KeptQuery] = []
"""All of them, as modules are loaded. tests/posts/test_kept_queries.py has rules that each must keep."""


def kept(**values: Sequence[Any]) -> Callable[[Builder], Builder]:
    """Keep what a builder of a query gives, for each combination of its arguments, for good.

    The query may hold no moment, no person and no list of values: they are parameters. `values` are those of
    the builder's arguments, for the tests.
    """

    def keeping(build: Builder) -> Builder:
        KEPT_QUERIES.append(KeptQuery(build, values))
        return cast("Builder", cache(build))

    return keeping


@dataclass(frozen=True, slots=True)
class _Role:
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asker:
    """Has nothing of an actor but parameters: what one person is can't get into the query of another."""

    role: _Role
    person_id: BindParameter[Any] = field(default_factory=lambda: bindparam("asker_person_id"))
    course_id: BindParameter[Any] = field(default_factory=lambda: bindparam("asker_course_id"))


def asker(*, is_staff: bool) -> Actor:
    """Stands for whoever asks, while a query is built that is kept (`functools.cache`)."""
    return cast("Actor", _Asker(role=_Role(is_staff)))


def asked_by(actor: Actor, **more: Any) -> dict[str, Any]:
    """The parameters of a query that was built for an `asker`, and its own ones."""
    return {"asker_person_id": actor.person_id, "asker_course_id": actor.course_id, **more}


def ask(session: Session, query: Select[*tuple[Any, ...]], asked: dict[str, Any]) -> list[Any]:
    """The answer to such a query of single columns, as named tuples.

    Past the ORM, and without SQLAlchemy's rows, whose fields are slow to read: a page reads them by the
    hundred. What the session has to write is written before, as by its own queries.
    """
    session.flush()
    found = session.connection().execute(query, asked)
    return list(map(_named(tuple(found.keys())), found))


@cache
def _named(fields: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    found: Any = namedtuple("Found", fields, rename=True)  # type: ignore[misc]  # noqa: PYI024  # the query's
    return cast("Callable[[Iterable[Any]], Any]", found._make)


def time_of_asking() -> BindParameter[Any]:
    """The moment at which the query is put; a plain `clock.now()` would be the one at which it was built."""
    return bindparam(None, callable_=clock.now, unique=True)

"""The database: the models' base, the engine, sessions and the one-row-per-submission insert."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    CursorResult,
    DateTime,
    Enum,
    MetaData,
    Table,
    Text,
    create_engine,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import Uuid

from lti_tool.core import clock
from lti_tool.core.errors import SettingsError
from lti_tool.core.ids import new_row_id
from lti_tool.core.long_statements import keep_long_statements
from lti_tool.core.pool import replace_dead_connections
from lti_tool.settings import Settings

keep_long_statements()


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own way of declaring it
        str: Text,
        datetime: DateTime(timezone=True),
        UUID: Uuid(as_uuid=True),
        # Text with a check constraint: a native enumeration can't lose a value without a rewrite.
        StrEnum: Enum(
            StrEnum, native_enum=False, length=32, values_callable=lambda kind: [str(m) for m in kind]
        ),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
    }


class Row:
    """What every row of ours has: a time-ordered id and its moment."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_row_id, sort_order=-2)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=-1)


M = TypeVar("M", bound=Base)


def make_engine(database_url: str, *, pool_size: int = 8) -> Engine:
    """An engine on psycopg 3. Raises SettingsError for an address that is none, or not PostgreSQL."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise SettingsError("SEGUE_DATABASE_URL is not an address SQLAlchemy can read.") from None
    if url.get_backend_name() != "postgresql":
        raise SettingsError("SEGUE_DATABASE_URL must name a PostgreSQL server (postgresql://...).")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=10,
        hide_parameters=True,  # what people write never reaches a log by way of an error's text
    )
    replace_dead_connections(engine)
    return engine


def make_sessions(engine: Engine, settings: Settings) -> sessionmaker[Session]:
    """Sessions that know the settings (`settings_of`), so that no service needs a global."""
    return sessionmaker(engine, expire_on_commit=False, info={"settings": settings})


def settings_of(session: Session) -> Settings:
    return cast("Settings", session.info["settings"])


@contextmanager
def without_transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """For statements of which each holds alone: a transaction's two ends are round trips of their own."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield session


@contextmanager
def unit_of_work(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back when it raises."""
    with sessions() as session, session.begin():
        yield session


def driver_connection(session: Session) -> Any:
    """The connection of the session's transaction, for jobs that are deferred in it.

    A job is there if and only if that transaction was committed; also in a worker (`lti_tool/jobs.py`).
    """
    return session.connection().connection.driver_connection


def find_one(session: Session, model: type[M], **key: Any) -> M | None:
    """The row with this unique key: as the session has it, where it read it already, else by one query.

    So whoever reads several rows by one query (and holds on to them) spares the services their own.
    """
    for known in session.identity_map.values():
        if isinstance(known, model) and all(getattr(known, name) == value for name, value in key.items()):
            return known
    return session.scalars(select(model).filter_by(**key)).one_or_none()


def written_out(value: StrEnum) -> ColumnClause[str]:
    """One of our own words in a query's text and not as its parameter.

    An index of some rows only ("where state = 'waiting'") is of use to a kept plan, which is for any values,
    where the text itself names that state.
    """
    return literal_column(f"'{value}'")


def take_over(row: Base, **values: Any) -> None:
    """Set what differs. Setting the same again would have the session look the whole row over."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def change_if(session: Session, row: Base, still: ColumnElement[bool], **values: Any) -> bool:
    """Set these values where it is `still` so; whoever else changes the row meanwhile is waited for.

    Returns whether it was so: of two who do the same at once, one did it.
    """
    model = type(row)
    same = [column == getattr(row, column.name) for column in inspect(model).primary_key]
    done = session.execute(
        update(model).where(*same, still).values(**values), execution_options={"synchronize_session": False}
    )
    session.expire(row, list(values))
    return cast("CursorResult[Any]", done).rowcount == 1


def insert_row(session: Session, model: type[Base], **values: Any) -> None:
    """Write one row now, with its columns' defaults, past the session: nobody reads it in this request."""
    session.execute(_insert_into(model), values)


def insert_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """The same for many rows at once."""
    if rows:
        session.execute(_insert_into(model), rows)


@cache
def _insert_into(model: type[Base]) -> Insert:
    """Made once for each table: SQLAlchemy looks a new one over at each use."""
    return insert(cast("Table", model.__table__))


@cache
def _insert_unless_there(model: type[M], key: tuple[str, ...]) -> Any:
    inserted = insert(model).on_conflict_do_nothing(index_elements=list(key)).returning(model)
    # None is a value: SQLAlchemy would take the column's default for it.
    return inserted.execution_options(render_nulls=True)


def insert_once(session: Session, model: type[M], *, key: tuple[str, ...], **values: Any) -> tuple[M, bool]:
    """Insert a row unless one with the same `key` columns is there; also under a race.

    Returns the row and whether this call made it. The unique constraint on `key` decides, and a
    concurrent insert of the same key is waited for, so a double submit gets the first one's row.
    """
    made = session.scalars(_insert_unless_there(model, key), values).one_or_none()
    if made is not None:
        return made, True
    found = session.scalars(select(model).filter_by(**{name: values[name] for name in key})).one()
    return found, False

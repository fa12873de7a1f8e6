"""names

The beginnings of people's names by course, so that a mention is suggested without reading all of them.
Triggers keep them: a membership and a name come by several ways, and rosters write thousands at once.
What folds a name is the tool; the database copies what it was given. And a report to staff has a draft.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from lti_tool.people.names import beginnings

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_BATCH = 2000

# Each statement can be run again: what fills the rows ends the transaction of what made the table.
_TABLES: Sequence[str] = (
    "alter table person add column if not exists name_beginnings text[] not null default '{}'",
    """
    create table if not exists course_name (
        course_id uuid not null,
        beginning text collate "C" not null,
        person_id uuid not null,
        constraint pk_course_name primary key (course_id, beginning, person_id),
        constraint fk_course_name_membership foreign key (course_id, person_id)
            references membership (course_id, person_id) on delete cascade
    )
    """,
    "create index if not exists ix_course_name_course_id_person_id on course_name (course_id, person_id)",
)
_TRIGGERS: Sequence[str] = (
    """
    create or replace function keep_names_of_membership() returns trigger language plpgsql as $$
    begin
        insert into course_name (course_id, beginning, person_id)
        select new.course_id, unnest(name_beginnings), new.person_id from person where id = new.person_id
        on conflict do nothing;
        return null;
    end $$
    """,
    """
    create or replace function keep_names_of_person() returns trigger language plpgsql as $$
    begin
        delete from course_name using membership
        where membership.person_id = new.id and course_name.person_id = new.id
            and course_name.course_id = membership.course_id
            and course_name.beginning <> all (new.name_beginnings);
        insert into course_name (course_id, beginning, person_id)
        select course_id, unnest(new.name_beginnings), new.id from membership where person_id = new.id
        on conflict do nothing;
        return null;
    end $$
    """,
    "drop trigger if exists membership_names on membership",
    """
    create trigger membership_names after insert on membership
    for each row execute function keep_names_of_membership()
    """,
    "drop trigger if exists person_names on person",
    """
    create trigger person_names after update of name_beginnings on person for each row
    when (old.name_beginnings is distinct from new.name_beginnings)
    execute function keep_names_of_person()
    """,
)


_DRAFTS = "'thread', 'reply', 'reply_to', 'help_request', 'answer', 'plan', 'plan_from'"


def _allow_drafts(kinds: str) -> None:
    op.execute("alter table draft drop constraint if exists ck_draft_kind")
    op.execute(f"alter table draft add constraint ck_draft_kind check (kind in ({kinds}))")


def upgrade() -> None:
    for statement in (*_TABLES, *_TRIGGERS):
        op.execute(statement)
    _allow_drafts(f"{_DRAFTS}, 'report'")
    # A transaction for each batch: the lock on the table is gone by then, and no row is held for long.
    with op.get_context().autocommit_block():
        _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    person = sa.table("person", sa.column("id"), sa.column("name"), sa.column("name_beginnings"))
    last: Any = None
    while True:
        query = sa.select(person.c.id, person.c.name).where(person.c.name != "")
        if last is not None:
            query = query.where(person.c.id > last)
        rows = connection.execute(query.order_by(person.c.id).limit(_BATCH)).all()
        if not rows:
            return
        update = person.update().where(person.c.id == sa.bindparam("row_id"))
        update = update.values(name_beginnings=sa.bindparam("kept", type_=ARRAY(sa.Text())))
        connection.execute(update, [{"row_id": it.id, "kept": beginnings(it.name)} for it in rows])
        last = rows[-1].id


def downgrade() -> None:
    op.execute("delete from draft where kind = 'report'")
    _allow_drafts(_DRAFTS)
    op.execute("drop trigger person_names on person")
    op.execute("drop trigger membership_names on membership")
    op.execute("drop function keep_names_of_person()")
    op.execute("drop function keep_names_of_membership()")
    op.drop_table("course_name")
    op.drop_column("person", "name_beginnings")

"""participants

A number for each person in a course, for names where the platform gives none, and a name of their own. The
numbers are given below the application, as memberships come by several ways and rosters bring thousands at
once. What one types of such a name finds them, as it does of the platform's names.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_FUNCTIONS: Sequence[str] = (
    # Whoever comes into a course gets its next number. One transaction at a time gives them, by a lock that
    # is not the course's row: a launch may hold that one while it waits for a membership.
    """
    create function number_members() returns trigger language plpgsql
    -- Plans are kept that were made while the table was empty: they must be those for a full one.
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
    as $$
    declare
        came record;
        course uuid;
        last integer;
    begin
        for came in select id, course_id from added order by course_id, id
        loop
            if course is distinct from came.course_id then
                course := came.course_id;
                perform pg_advisory_xact_lock(hashtextextended('numbers of ' || course, 0));
                select greatest(
                    coalesce((select number from membership
                        where course_id = course and number is not null order by number desc limit 1), 0),
                    coalesce((select last_number from course_numbering where course_id = course), 0)
                ) into last;
            end if;
            last := last + 1;
            update membership set number = last where id = came.id;
        end loop;
        return null;
    end $$
    """,
    # The number of who is erased goes to nobody else.
    """
    create function keep_number_of_member() returns trigger language plpgsql as $$
    begin
        if current_setting('segue.moving', true) = 'on' then
            return null;  -- the member stays, in the course that this one becomes part of
        end if;
        insert into course_numbering as numbering (course_id, last_number)
        select old.course_id, old.number where old.number is not null
        on conflict (course_id) do update
        set last_number = greatest(numbering.last_number, excluded.last_number);
        return null;
    end $$
    """,
    # By what somebody is found: the platform's name, else their own, else their number.
    """
    create function names_in_course(platform text[], own text[], number integer) returns text[]
    language sql immutable as $$
        select case
            when cardinality(platform) > 0 then platform
            when cardinality(own) > 0 then own
            when number is not null then array[chr(31) || number]
            else '{}'::text[]
        end
    $$
    """,
    """
    create or replace function keep_names_of_membership() returns trigger language plpgsql as $$
    declare
        wanted text[];
    begin
        select names_in_course(name_beginnings, new.own_name_beginnings, new.number) into wanted
        from person where id = new.person_id;
        delete from course_name
        where course_id = new.course_id and person_id = new.person_id and beginning <> all (wanted);
        insert into course_name (course_id, beginning, person_id)
        select new.course_id, unnest(wanted), new.person_id
        on conflict do nothing;
        return null;
    end $$
    """,
    """
    create or replace function keep_names_of_person() returns trigger language plpgsql as $$
    begin
        delete from course_name using membership m
        where m.person_id = new.id and course_name.person_id = new.id and course_name.course_id = m.course_id
            and course_name.beginning
                <> all (names_in_course(new.name_beginnings, m.own_name_beginnings, m.number));
        insert into course_name (course_id, beginning, person_id)
        select m.course_id, wanted.beginning, new.id
        from membership m, unnest(
            names_in_course(new.name_beginnings, m.own_name_beginnings, m.number)
        ) as wanted (beginning)
        where m.person_id = new.id
        on conflict do nothing;
        return null;
    end $$
    """,
)
_TRIGGERS: Sequence[str] = (
    """
    create trigger membership_numbers after insert on membership
    referencing new table as added for each statement execute function number_members()
    """,
    """
    create trigger membership_numbers_kept after delete on membership
    for each row execute function keep_number_of_member()
    """,
    "drop trigger membership_names on membership",
    # The number follows each insert at once, so this one hears of new memberships too.
    """
    create trigger membership_names after update of number, own_name_beginnings on membership
    for each row execute function keep_names_of_membership()
    """,
)


_UNIQUE = ("number", "own_name_likeness")


def upgrade() -> None:
    op.create_table(
        "course_numbering",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_numbering")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_numbering_course_id_course")
        ),
    )
    op.add_column("membership", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("membership", sa.Column("own_name", sa.Text(), nullable=True))
    op.add_column("membership", sa.Column("own_name_likeness", sa.Text(), nullable=True))
    op.add_column(
        "membership",
        sa.Column("own_name_beginnings", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "membership",
        sa.Column("is_named_by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute(
        """
        update membership set number = counted.at
        from (select id, row_number() over (partition by course_id order by id) as at from membership) counted
        where membership.id = counted.id
        """
    )
    op.execute(
        "insert into course_numbering select course_id, max(number) from membership group by course_id"
    )
    for name in _UNIQUE:
        op.execute(
            f"create unique index uq_membership_{name} on membership (course_id, {name})"
            f" where {name} is not null"
        )
    for statement in (*_FUNCTIONS, *_TRIGGERS):
        op.execute(statement)
    op.execute(
        """
        insert into course_name (course_id, beginning, person_id)
        select m.course_id, chr(31) || m.number, m.person_id
        from membership m join person p on p.id = m.person_id
        where cardinality(p.name_beginnings) = 0
        on conflict do nothing
        """
    )
    op.add_column("course", sa.Column("product", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("course", "product")
    op.execute("delete from course_name where beginning < ' '")
    op.execute("drop trigger membership_numbers on membership")
    op.execute("drop trigger membership_numbers_kept on membership")
    op.execute("drop trigger membership_names on membership")
    op.execute("drop function number_members()")
    op.execute("drop function keep_number_of_member()")
    op.execute(
        """
        create or replace function keep_names_of_membership() returns trigger language plpgsql as $$
        begin
            insert into course_name (course_id, beginning, person_id)
            select new.course_id, unnest(name_beginnings), new.person_id from person where id = new.person_id
            on conflict do nothing;
            return null;
        end $$
        """
    )
    op.execute(
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
        """
    )
    op.execute("drop function names_in_course(text[], text[], integer)")
    op.execute(
        "create trigger membership_names after insert on membership"
        " for each row execute function keep_names_of_membership()"
    )
    for name in _UNIQUE:
        op.drop_index(f"uq_membership_{name}")
    for column in ("is_named_by_staff", "own_name_beginnings", "own_name_likeness", "own_name", "number"):
        op.drop_column("membership", column)
    op.drop_table("course_numbering")

"""Rules that the database keeps by itself: numbers and names of members, and the log that only grows."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_FUNCTIONS = {
    # What a member is found by: the platform's name, else their own, else the number.
    "names_in_course(platform text[], own text[], number integer)": """
    returns text[] language sql immutable as $$
        select case
            when cardinality(platform) > 0 then platform
            when cardinality(own) > 0 then own
            when number is not null then array[chr(31) || number]
            else '{}'::text[]
        end
    $$""",
    "keep_names_of_membership()": """
    returns trigger language plpgsql as $$
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
    end $$""",
    "keep_names_of_person()": """
    returns trigger language plpgsql as $$
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
    end $$""",
    # One statement may add a whole roster, which is numbered in one pass. The settings keep the planner from
    # reading all members for the highest number.
    "number_members()": """
    returns trigger language plpgsql
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
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
    end $$""",
    # Nobody gets the number of a member who is gone. A member who moves to another registration stays one.
    "keep_number_of_member()": """
    returns trigger language plpgsql as $$
    begin
        if current_setting('segue.moving', true) = 'on' then
            return null;
        end if;
        insert into course_numbering as numbering (course_id, last_number)
        select old.course_id, old.number where old.number is not null
        on conflict (course_id) do update
        set last_number = greatest(numbering.last_number, excluded.last_number);
        return null;
    end $$""",
    # Without the key of a pseudonym nothing leads to the person's statements; nor may their registration.
    "renew_xapi_registrations()": """
    returns trigger language plpgsql as $$
    begin
        update membership set xapi_registration = gen_random_uuid() where person_id = old.person_id;
        return null;
    end $$""",
    # Two changes are let through: words go when a person of the entry was erased, and ids change in a move.
    "moderation_log_only_grows()": """
    returns trigger language plpgsql as $$
    declare
        same moderation_log;
    begin
        if tg_op = 'UPDATE' then
            if current_setting('segue.moving', true) = 'on' then
                same := new;
                same.course_id := old.course_id;
                same.staff_id := old.staff_id;
                same.person_id := old.person_id;
                if same is not distinct from old then
                    return new;
                end if;
            end if;
            old.reason := '';
            old.detail := '';
            if new is not distinct from old and (
                exists (
                    select from person
                    where id in (old.staff_id, old.person_id) and erased_at is not null
                )
                or exists (
                    select from post join person on person.id = post.author_id
                    where post.id = old.post_id and person.erased_at is not null
                )
            ) then
                return new;
            end if;
        end if;
        raise exception 'moderation_log only grows';
    end $$""",
}
# By their names: the table, when, and what is called.
_TRIGGERS = {
    "actor_key_registrations": ("actor_key", "after delete", "for each row", "renew_xapi_registrations()"),
    "membership_names": (
        "membership",
        "after update of number, own_name_beginnings",
        "for each row",
        "keep_names_of_membership()",
    ),
    "membership_numbers": (
        "membership",
        "after insert",
        "referencing new table as added for each statement",
        "number_members()",
    ),
    "membership_numbers_kept": ("membership", "after delete", "for each row", "keep_number_of_member()"),
    "moderation_log_row": (
        "moderation_log",
        "before update or delete",
        "for each row",
        "moderation_log_only_grows()",
    ),
    "moderation_log_statement": (
        "moderation_log",
        "before truncate",
        "for each statement",
        "moderation_log_only_grows()",
    ),
    "person_names": (
        "person",
        "after update of name_beginnings",
        "for each row when (old.name_beginnings is distinct from new.name_beginnings)",
        "keep_names_of_person()",
    ),
}


def upgrade() -> None:
    for signature, rest in _FUNCTIONS.items():
        op.execute(f"create function {signature} {rest}")
    for name, (table, when, rows, called) in _TRIGGERS.items():
        op.execute(f"create trigger {name} {when} on {table} {rows} execute function {called}")
    # The planner has to know which keys are common, and to find new rows without a visit to the table.
    op.execute("alter table record_store_match alter column key set statistics 1000")
    op.execute(
        "alter table record_store_match set"
        " (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)"
    )


def downgrade() -> None:
    for name, (table, *_) in _TRIGGERS.items():
        op.execute(f"drop trigger {name} on {table}")
    for signature in reversed(_FUNCTIONS):
        op.execute(f"drop function {signature}")

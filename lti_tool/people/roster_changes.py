"""Applying a roster: only what differs is written, in as many statements for ten as for ten thousand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.ids import new_row_id
from lti_tool.people.names import beginnings
from lti_tool.people.roster import Member

_MOST_GONE = 0.3
_FEW = 5
"""A removal of more than this part of the people, and of at least so many, waits for staff."""

_LOAD = """
create temporary table roster_member (
    sub text primary key, name text not null, name_beginnings text[] not null,
    role text not null, is_present boolean not null,
    new_person_id uuid not null, new_membership_id uuid not null,
    person_id uuid, membership_id uuid
) on commit drop
"""

# What is there already is matched before anything is written. A statement that looked for what is missing
# while it inserts could read its own rows again and again, by a plan that the database may choose for a
# course of which it has no figures.
_MATCH_PERSONS = """
update roster_member r set person_id = p.id from person p
where r.person_id is null and p.registration_id = :registration_id and p.sub = r.sub
"""
_MATCH_MEMBERSHIPS = """
update roster_member r set membership_id = m.id from membership m
where m.course_id = :course_id and m.person_id = r.person_id
"""

# Rows are locked in the order of their ids, so that two courses with the same people don't wait in a ring.
_NAME = """
with changed as (
    select p.id, r.name, r.name_beginnings from person p join roster_member r on r.sub = p.sub
    where p.registration_id = :registration_id and r.is_present and r.name <> ''
        and (p.name <> r.name or p.name_beginnings <> r.name_beginnings)
    order by p.id for update of p
)
update person set name = changed.name, name_beginnings = changed.name_beginnings
from changed where person.id = changed.id
"""

_PERSONS = """
insert into person (id, created_at, registration_id, sub, name, name_beginnings)
select new_person_id, :now, :registration_id, sub, name, name_beginnings from roster_member
where is_present and person_id is null
order by sub
on conflict (registration_id, sub) do nothing
"""

# A launch is signed for this person; a roster may say less of the same one all the time (Moodle's does of its
# non-editing teachers). So where somebody launched, a roster lowers the role only when it says something else
# than before. Who came in while it was read keeps the role of that launch, and the next reading tells whether
# the roster changed its mind.
_PRESENT = """
with changed as (
    select m.id,
        case
            when not is_newer and (is_by_roster or m.roster_role <> r.role or is_higher) then r.role
            else m.role
        end as role,
        case when is_newer then m.roster_role else r.role end as roster_role
    from membership m
    join person p on p.id = m.person_id
    join roster_member r on r.sub = p.sub and r.is_present
    cross join lateral (
        select coalesce(m.last_launch_at >= :began, false) as is_newer,
            m.last_launch_at is null or m.left_at is not null as is_by_roster,
            array_position(array['observer', 'learner', 'assistant', 'instructor'], r.role)
                > array_position(array['observer', 'learner', 'assistant', 'instructor'], m.role) as is_higher
    ) what
    where m.course_id = :course_id
        and (
            (not is_newer and (m.roster_role is distinct from r.role or is_higher))
            or m.rostered_at is null or m.missing_since is not null
            or m.kept_at is not null or m.left_at is not null
        )
    order by m.id for update of m
)
update membership m
set role = changed.role, roster_role = changed.roster_role, rostered_at = coalesce(m.rostered_at, :began),
    missing_since = null, kept_at = null, left_at = null
from changed where m.id = changed.id
"""

# Who is not named, was named before, and has not come in since the reading began; and who is named as away.
_MISSING = """
with missing as (
    select m.id
    from membership m
    join person p on p.id = m.person_id
    left join roster_member r on r.sub = p.sub
    where m.course_id = :course_id and m.left_at is null and m.missing_since is null and m.kept_at is null
        and coalesce(m.last_launch_at < :began, true)
        and case when r.sub is null then m.rostered_at is not null else not r.is_present end
    order by m.id for update of m
)
update membership set missing_since = :began from missing where membership.id = missing.id
"""

_MEMBERSHIPS = """
insert into membership
    (id, created_at, course_id, person_id, role, roster_role, rostered_at, xapi_registration)
select new_membership_id, :now, :course_id, person_id, role, role, :began, gen_random_uuid()
from roster_member where is_present and membership_id is null
order by sub
on conflict (course_id, person_id) do nothing
"""

_COUNT = """
select count(*) filter (where rostered_at is not null), count(*) filter (where missing_since is not null)
from membership where course_id = :course_id and left_at is null
"""

# A launch that came later than the roster that lacks them has taken the mark away (people/service.py).
_LEAVE = """
with gone as (
    update membership set left_at = :now, missing_since = null, roster_role = null
    where course_id = :course_id and missing_since is not null and left_at is null
    returning person_id
)
update launch set expires_at = :now from gone
where launch.course_id = :course_id and launch.person_id = gone.person_id and launch.expires_at > :now
"""

# Rights are what both the launch and the roster give: a roster takes some away, and only a launch gives more.
_LOWER = """
update launch set role = m.role from membership m
where launch.course_id = :course_id and launch.expires_at > :now and launch.created_at < :began
    and m.course_id = :course_id and m.person_id = launch.person_id
    and m.rostered_at is not null and coalesce(m.last_launch_at < :began, true)
    and array_position(array['observer', 'learner', 'assistant', 'instructor'], m.role)
        < array_position(array['observer', 'learner', 'assistant', 'instructor'], launch.role)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of applying a roster."""

    missing: int
    """How many would have to leave and wait for staff to confirm it."""
    present: int
    """How many there were before, by earlier rosters."""


def apply_roster(
    session: Session,
    *,
    registration_id: UUID,
    course_id: UUID,
    members: Mapping[str, Member],
    began: datetime,
) -> Applied:
    """Make persons and memberships what the roster says that was begun to be read at `began`.

    Nobody is deleted: who is gone gets `left_at`, and their sessions in this course end. Where too many
    would go at once nobody does, and they are marked until staff decide (`remove_missing`, `keep_missing`).
    """
    known = {"registration_id": registration_id, "course_id": course_id, "began": began, "now": clock.now()}

    def run(statement: str) -> None:
        session.execute(text(statement), known)

    def count() -> tuple[int, int]:
        row = session.execute(text(_COUNT), known).one()
        return row[0], row[1]

    _load(session, members.values())
    present, _ = count()
    run(_NAME)
    run(_MATCH_PERSONS)
    run(_PERSONS)
    run(_MATCH_PERSONS)
    run(_MATCH_MEMBERSHIPS)
    run(_PRESENT)
    run(_MISSING)
    _, missing = count()
    is_too_many = missing >= _FEW and missing > _MOST_GONE * present
    if missing and not is_too_many:
        run(_LEAVE)
    run(_MEMBERSHIPS)
    run(_LOWER)
    return Applied(missing=missing if is_too_many else 0, present=present)


def remove_missing(session: Session, *, course_id: UUID) -> None:
    """Staff confirm that those who are missing in the roster are gone."""
    session.execute(text(_LEAVE), {"course_id": course_id, "now": clock.now()})


def keep_missing(session: Session, *, course_id: UUID) -> None:
    """Staff keep those who are missing, until the roster names them again."""
    statement = """
        update membership set kept_at = :now, missing_since = null
        where course_id = :course_id and missing_since is not null and left_at is null
    """
    session.execute(text(statement), {"course_id": course_id, "now": clock.now()})


def _load(session: Session, members: Iterable[Member]) -> None:
    """Put the roster where statements can join it."""
    session.execute(text(_LOAD))
    rows = (
        (m.sub, m.name, beginnings(m.name), m.role.value, m.is_present, new_row_id(), new_row_id())
        for m in members
    )
    copy_rows(
        session,
        "copy roster_member (sub, name, name_beginnings, role, is_present, new_person_id, new_membership_id)"
        " from stdin",
        rows,
    )
    session.execute(text("analyze roster_member"))


def copy_rows(session: Session, command: str, rows: Iterable[Sequence[object]]) -> None:
    """Send rows by COPY, the quickest way to put in many."""
    driver = session.connection().connection.driver_connection
    assert driver is not None  # noqa: S101  # it is one while the session holds its connection
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)

"""Applying a course's groups: those of a complete answer, or nothing."""

import json
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.ids import new_row_id
from lti_tool.people.roster import Groups, Member
from lti_tool.people.roster_changes import copy_rows

_SETS = """
insert into course_group_set as kept (id, created_at, course_id, platform_id, name)
select id, :now, :course_id, platform_id, name
from jsonb_to_recordset(cast(:rows as jsonb)) as given (id uuid, platform_id text, name text)
on conflict (course_id, platform_id) do update set name = excluded.name, gone_at = null
where kept.name <> excluded.name or kept.gone_at is not null
"""

_GROUPS = """
insert into course_group as kept (id, created_at, course_id, platform_id, name, group_set_id)
select given.id, :now, :course_id, given.platform_id, given.name, s.id
from jsonb_to_recordset(cast(:rows as jsonb)) as given (id uuid, platform_id text, name text, set_id text)
left join course_group_set s on s.course_id = :course_id and s.platform_id = given.set_id
on conflict (course_id, platform_id) do update
set name = excluded.name, group_set_id = excluded.group_set_id, gone_at = null
where kept.name <> excluded.name or kept.gone_at is not null
    or kept.group_set_id is distinct from excluded.group_set_id
"""

_GONE = """
update {table} set gone_at = :now
where course_id = :course_id and gone_at is null and not platform_id = any(:there)
"""

_LOAD = """
create temporary table roster_enrollment (sub text, platform_id text) on commit drop;
create index on roster_enrollment (sub)
"""

_WANTED = """
select g.id as group_id, p.id as person_id from roster_enrollment e
join course_group g on g.course_id = :course_id and g.platform_id = e.platform_id and g.gone_at is null
join person p on p.registration_id = :registration_id and p.sub = e.sub
"""

_LEAVE = f"""
delete from course_group_membership m using course_group g
where g.id = m.group_id and g.course_id = :course_id and g.platform_id is not null
    and not exists (select from ({_WANTED}) w where w.group_id = m.group_id and w.person_id = m.person_id)
"""  # noqa: S608  # both are constants

_JOIN = f"""
insert into course_group_membership (group_id, person_id) select group_id, person_id from ({_WANTED}) w
on conflict do nothing
"""  # noqa: S608  # both are constants


def apply_groups(
    session: Session,
    *,
    registration_id: UUID,
    course_id: UUID,
    groups: Groups,
    members: Iterable[Member],
) -> None:
    """Make the course's groups these, and the people's groups what the roster says of them.

    Groups that are gone keep their row; those that were made here are not the platform's to change. Where
    the roster says nothing of groups, who is in which stays.
    """
    known = {"registration_id": registration_id, "course_id": course_id, "now": clock.now()}
    sets = [{"id": str(new_row_id()), "platform_id": key, "name": name} for key, name in groups.sets.items()]
    rows = [
        {"id": str(new_row_id()), "platform_id": key, "name": name, "set_id": group_set}
        for key, (name, group_set) in groups.groups.items()
    ]
    session.execute(text(_SETS), {**known, "rows": json.dumps(sets)})
    session.execute(text(_GROUPS), {**known, "rows": json.dumps(rows)})
    for table, there in (("course_group_set", groups.sets), ("course_group", groups.groups)):
        session.execute(text(_GONE.format(table=table)), {**known, "there": list(there)})
    told = [member for member in members if member.groups is not None]
    if not told:
        return
    session.execute(text(_LOAD))
    enrolled = ((m.sub, group) for m in told if m.is_present for group in m.groups or ())
    copy_rows(session, "copy roster_enrollment from stdin", enrolled)
    session.execute(text("analyze roster_enrollment"))
    session.execute(text(_LEAVE), known)
    session.execute(text(_JOIN), known)

"""What becomes of two rows that are the same thing: `s` stays, `d` goes. SQL, by table and column of `s`.

The row that stays belongs to the first registration, so the ids in statements and addresses go on. The other
belongs to the second registration, which knows the present names, addresses and roles.
"""

from collections.abc import Mapping


def _later_of(*columns: str, by: str) -> dict[str, str]:
    return {name: f"case when d.{by} > s.{by} then d.{name} else s.{name} end" for name in columns}


_NOTHING_SET = "s.settings = '{}' and d.settings <> '{}'"

BECOME_ONE: Mapping[str, Mapping[str, str]] = {
    "person": {
        "name": "coalesce(nullif(d.name, ''), s.name)",
        "name_beginnings": "case when d.name = '' then s.name_beginnings else d.name_beginnings end",
    },
    "course": {
        name: f"d.{name}"
        for name in (
            "title",
            "roster_url",
            "groups_url",
            "group_sets_url",
            "line_items_url",
            "service_scopes",
            "product",
        )
    },
    "placement": {
        "title": "d.title",
        "description": "d.description",
        "line_item_url": "d.line_item_url",
        "planned_activity_id": "coalesce(s.planned_activity_id, d.planned_activity_id)",
        "settings": f"case when {_NOTHING_SET} then d.settings else s.settings end",
        "activity": f"case when {_NOTHING_SET} then d.activity else s.activity end",
    },
    "membership": {
        "role": "d.role",
        "last_launch_at": "greatest(s.last_launch_at, d.last_launch_at)",
        "rostered_at": "d.rostered_at",
        "missing_since": "d.missing_since",
        "kept_at": "d.kept_at",
        "left_at": "d.left_at",
        "xapi_registration": "s.xapi_registration",
        "roster_role": "d.roster_role",
        **{
            name: f"case when s.own_name is null then d.{name} else s.{name} end"
            for name in ("own_name", "own_name_likeness", "own_name_beginnings", "is_named_by_staff")
        },
    },
    "course_numbering": {"last_number": "greatest(s.last_number, d.last_number)"},
    "score": _later_of(
        "points",
        "maximum",
        "comment",
        "activity_progress",
        "grading_progress",
        "changed_at",
        "sent_change",
        "sent_at",
        "due_at",
        "attempts",
        "problem",
        by="changed_at",
    ),
    # The texts of both: the person decides, as between two tabs.
    "draft": {
        "elsewhere": """s.elsewhere || d.elsewhere || case when d.fields is null then '[]'::jsonb
            else jsonb_build_array(jsonb_build_object('fields', d.fields, 'version', d.version::text,
                'writer', d.writer::text, 'edit', d.edit, 'saved_at', to_char(d.saved_at at time zone 'utc',
                'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'))) end"""
    },
    "pre_moderation": _later_of("until", "reason", by="until"),
    "statement_count": {"sent": "s.sent + d.sent", "last_at": "greatest(s.last_at, d.last_at)"},
    "actor_key": {},
    "course_group": {"name": "d.name", "gone_at": "d.gone_at"},
    "course_group_membership": {},
    "course_group_set": {"name": "d.name", "gone_at": "d.gone_at"},
    "course_name": {},
    "deployment": {},
    "notice": {},
    "placement_follow": {},
    "role_holder": {},
    "role_round": {},
}
"""Two rows of another table are never made one: then the move is refused."""

YIELDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    # A place at the top, which the first keeps.
    ("conversation", "pin_slot"): {"pin_slot": "null"},
    # A name that somebody gave themselves, and that somebody else has there.
    ("membership", "own_name_likeness"): {
        "own_name": "null",
        "own_name_likeness": "null",
        "own_name_beginnings": "'{}'",
        "is_named_by_staff": "false",
    },
}
"""Both stay: the other gives up what only one can have. By table and the column that only one can have."""

# Members of a course that becomes part of another get numbers there, behind all that anybody ever had.
WITHOUT_NUMBERS = """
    update membership set number = null
    where course_id in (select old from moved_id where entity = 'course')
"""
NUMBERED_ANEW = """
    update membership m set number = used.last + came.at
    from (
        select id, course_id, row_number() over (partition by course_id order by id) as at
        from membership where number is null
    ) came
    cross join lateral (
        select greatest(
            coalesce((select max(number) from membership where course_id = came.course_id), 0),
            coalesce((select last_number from course_numbering where course_id = came.course_id), 0)
        ) as last
    ) used
    where m.id = came.id
"""

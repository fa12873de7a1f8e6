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
        "history_id": "coalesce(s.history_id, d.history_id)",
    },
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

YIELDS: Mapping[str, Mapping[str, str]] = {"conversation": {"pin_slot": "null"}}
"""Both stay: the other gives up what only one can have. A place at the top, which the first keeps."""

"""histories

What statements call a person's history in a course by: drawn once, with the membership. What is there already
gets it when the person acts next, from their statements. Who loses the key of their pseudonym begins anew.

And an index for each way from a row to a person, so that one is handed out and erased without reading what is
kept of all others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_WAYS = {
    "author_notice": "person_id",
    "case_stage": "person_id",
    "conversation": "closed_by_id",
    "conversation_change": "person_id",
    "course_name": "person_id",
    "debate_side": "person_id",
    "help_request": "author_id",
    "launch": "person_id",
    "moderation_log": "staff_id",
    "pre_moderation": "person_id",
    "pseudonym": "person_id",
    "report": "reporter_id",
    "score": "person_id",
    "score_entry": "person_id",
    "synthesis": "person_id",
}


def upgrade() -> None:
    op.add_column("membership", sa.Column("history_id", sa.Uuid(), nullable=True))
    op.execute(
        """
        create function begin_histories_anew() returns trigger language plpgsql as $$
        begin
            update membership set history_id = gen_random_uuid() where person_id = old.person_id;
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger actor_key_histories after delete on actor_key"
        " for each row execute function begin_histories_anew()"
    )
    for table, column in _WAYS.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.execute(
        "create index ix_launch_for_user on launch ((details ->> 'for_user'))"
        " where (details ->> 'for_user') is not null"
    )
    op.execute(
        "create index ix_statement_actor on statement ((body::jsonb #>> '{actor,account,name}'))"
        " where person_id is null"
    )
    op.execute(
        "create index ix_statement_object on statement ((body::jsonb #>> '{object,account,name}'))"
        """ where (strpos(body, '"object":{"objectType":"Agent"') > 0)"""
    )


def downgrade() -> None:
    for name in ("ix_statement_object", "ix_statement_actor", "ix_launch_for_user"):
        op.drop_index(name)
    for table, column in _WAYS.items():
        op.drop_index(op.f(f"ix_{table}_{column}"))
    op.execute("drop trigger actor_key_histories on actor_key")
    op.execute("drop function begin_histories_anew()")
    op.drop_column("membership", "history_id")

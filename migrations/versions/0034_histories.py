"""histories

What statements call a person's history in a course by: drawn once, with the membership. What is there already
gets it when the person acts next, from their statements. Who loses the key of their pseudonym begins anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.execute("drop trigger actor_key_histories on actor_key")
    op.execute("drop function begin_histories_anew()")
    op.drop_column("membership", "history_id")

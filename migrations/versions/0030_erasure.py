"""erasure

Who was erased: a person's row keeps its place without a name, and a keyed hash says who it was, so that a
restored backup is erased again. The log of moderation still only grows, but for the words of entries that
somebody had a part in who was erased: those can be emptied, and nothing else.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erasure")),
    )
    op.execute(
        """
        create or replace function moderation_log_only_grows() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' then
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
        end $$
        """
    )


def downgrade() -> None:
    op.execute(
        """
        create or replace function moderation_log_only_grows() returns trigger language plpgsql as $$
        begin
            raise exception 'moderation_log only grows';
        end $$
        """
    )
    op.drop_table("erasure")
    op.drop_column("person", "erased_at")

"""actors

By which account a registration's statements name people, whether they hold what was written, and the keys of
pseudonyms.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("actor_home_page", sa.Text(), nullable=True))
    op.add_column(
        "registration", sa.Column("actor_mode", sa.String(32), server_default="sub", nullable=False)
    )
    op.add_column(
        "registration", sa.Column("sends_text", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute(
        "alter table registration add constraint ck_registration_actor_mode"
        " check (actor_mode in ('sub', 'pseudonym')) not valid"
    )
    op.execute("alter table registration validate constraint ck_registration_actor_mode")
    op.create_table(
        "actor_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_actor_key_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_actor_key")),
    )


def downgrade() -> None:
    op.drop_table("actor_key")
    op.drop_column("registration", "sends_text")
    op.drop_column("registration", "actor_mode")
    op.drop_column("registration", "actor_home_page")

"""messages

Statements know the person that they tell of.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("statement", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_statement_person_id_person"), "statement", "person", ["person_id"], ["id"])
    op.create_index(op.f("ix_statement_person_id"), "statement", ["person_id"])
    op.execute(
        """
        update statement set person_id = person.id from person
        where person.registration_id = statement.registration_id
          and person.sub = statement.body::jsonb #>> '{actor,account,name}'
        """
    )


def downgrade() -> None:
    op.drop_column("statement", "person_id")

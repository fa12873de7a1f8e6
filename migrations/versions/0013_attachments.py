"""attachments

Files that go with posts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "post", sa.Column("attachment_count", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("decorative", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "post_id is null or (kept_at is not null and removed_at is null)",
            name=op.f("ck_attachment_attached"),
        ),
        sa.CheckConstraint("position between 0 and 9", name=op.f("ck_attachment_position")),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_attachment_{table}_id_{table}")
            )
            for table in ("course", "placement", "person", "post")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint(
            "person_id", "form_id", "digest", name=op.f("uq_attachment_person_id_form_id_digest")
        ),
    )
    op.create_index(
        "ix_attachment_post_id_position",
        "attachment",
        ["post_id", "position"],
        unique=True,
        postgresql_where=sa.text("post_id is not null"),
    )
    op.create_index(
        "ix_attachment_waiting", "attachment", ["created_at"], postgresql_where=sa.text("post_id is null")
    )


def downgrade() -> None:
    op.drop_table("attachment")
    op.drop_column("post", "attachment_count")

"""grades

Scores, what staff entered, the gradebook"s columns, and the sending to each platform.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_POINTS = sa.Numeric(precision=9, scale=2)
_PROBLEMS = ("unavailable", "not_granted", "no_line_item", "forbidden", "refused", "outdated")
_KNOWN_PROBLEM = (
    "problem in ('unavailable', 'not_granted', 'no_line_item', 'forbidden', 'refused', 'outdated')"
)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "score_delivery",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_score_delivery_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_score_delivery")),
    )
    op.create_table(
        "line_item",
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("points", _POINTS, nullable=True),
        sa.Column("maximum", _POINTS, nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_line_item_placement_id_placement")
        ),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_line_item")),
    )
    op.create_table(
        "score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", _POINTS, nullable=True),
        sa.Column("maximum", _POINTS, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("activity_progress", _words("activityprogress", "Submitted", "Completed"), nullable=False),
        sa.Column(
            "grading_progress", _words("gradingprogress", "PendingManual", "FullyGraded"), nullable=False
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_change", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", _words("problem", *_PROBLEMS), nullable=True),
        sa.CheckConstraint(
            "activity_progress in ('Submitted', 'Completed')", name=op.f("ck_score_activity_progress")
        ),
        sa.CheckConstraint(
            "grading_progress in ('PendingManual', 'FullyGraded')", name=op.f("ck_score_grading_progress")
        ),
        sa.CheckConstraint(_KNOWN_PROBLEM, name=op.f("ck_score_problem")),
        sa.CheckConstraint(
            "(points is null) = (maximum is null)", name=op.f("ck_score_points_have_a_maximum")
        ),
        sa.CheckConstraint(
            "due_at is not null or problem is not null or sent_change is not distinct from changed_at",
            name=op.f("ck_score_never_lost"),
        ),
        sa.CheckConstraint("points between 0 and maximum", name=op.f("ck_score_points_within_the_maximum")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_score_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_score_person_id_person")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_score_placement_id_placement")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_score_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("placement_id", "person_id", name=op.f("uq_score_placement_id_person_id")),
    )
    op.create_index(
        "ix_score_due", "score", ["registration_id", "due_at"], postgresql_where=sa.text("due_at is not null")
    )
    op.create_table(
        "score_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("points", _POINTS, nullable=True),
        sa.Column("maximum", _POINTS, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("submission_key", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_score_entry_author_id_person")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_score_entry_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_score_entry_person_id_person")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_score_entry_placement_id_placement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_entry")),
        sa.UniqueConstraint(
            "author_id", "submission_key", name=op.f("uq_score_entry_author_id_submission_key")
        ),
    )


def downgrade() -> None:
    op.drop_table("score_entry")
    op.drop_index("ix_score_due", table_name="score", postgresql_where=sa.text("due_at is not null"))
    op.drop_table("score")
    op.drop_table("line_item")
    op.drop_table("score_delivery")

"""moving

What carrying everything of one registration over to another needs. Foreign keys of several columns can wait
for the end of the transaction, since a row and the one that it refers to change one after the other. And the
log of moderation, which only grows, lets ids of courses and people be replaced while a move is under way.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_KEYS = (
    ("course_group_membership", "fk_course_group_membership_own_set"),
    ("course_name", "fk_course_name_membership"),
    ("post", "fk_post_pseudonym"),
    ("role_holder", "fk_role_holder_round"),
)
_ONLY_GROWS = """
    create or replace function moderation_log_only_grows() returns trigger language plpgsql as $$
    {moving}
    begin
        if tg_op = 'UPDATE' then
            {allowed}
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
_ALLOWED = """
            if current_setting('segue.moving', true) = 'on' then
                same := new;
                same.course_id := old.course_id;
                same.staff_id := old.staff_id;
                same.person_id := old.person_id;
                if same is not distinct from old then
                    return new;
                end if;
            end if;
"""


def upgrade() -> None:
    for table, key in _KEYS:
        op.execute(f"alter table {table} alter constraint {key} deferrable initially immediate")
    op.execute(_ONLY_GROWS.format(moving="declare same moderation_log;", allowed=_ALLOWED))


def downgrade() -> None:
    op.execute(_ONLY_GROWS.format(moving="", allowed=""))
    for table, key in _KEYS:
        op.execute(f"alter table {table} alter constraint {key} not deferrable")

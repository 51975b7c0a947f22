"""What editors decide about stories: locked, renamed, put into another topic; articles removed from any story."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # stories have children, so that a rebuilt table (a batch) would lose them on SQLite; adding columns needs none
    op.add_column("stories", sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("stories", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("stories", sa.Column("topic", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("memberships") as memberships:
        memberships.alter_column("story_id", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

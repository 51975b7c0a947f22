"""Stories: slices that are open, and where each article stood when the last one was closed."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("memberships", sa.Column("settled_id", sa.Text(), nullable=True))
    op.create_index("ix_memberships_settled", "memberships", ["settled_id"])
    op.add_column("slices", sa.Column("closed_at", columns.UtcDateTime(), nullable=True))
    op.add_column("slices", sa.Column("input_sha", sa.Text(), nullable=False, server_default=""))
    op.add_column("slices", sa.Column("stood", columns.JsonColumn, nullable=False, server_default="{}"))
    # what was placed so far counts as closed
    op.execute("UPDATE memberships SET settled_id = story_id")
    op.execute("UPDATE slices SET closed_at = placed_at")
    # outlets: their units
    op.add_column("outlets", sa.Column("units", columns.JsonColumn, nullable=False, server_default="[]"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

"""The coverage-gap test: what was found of each story, a day after its first report."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gap_tests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("content", columns.JsonColumn, nullable=False),
        sa.Column("carried", columns.JsonColumn, nullable=False),
        sa.Column("missing", columns.JsonColumn, nullable=False),
        sa.Column("page_sha", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"]),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gap_tests_story", "gap_tests", ["story_id", "id"])
    op.create_index("ix_gap_tests_day", "gap_tests", ["day"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

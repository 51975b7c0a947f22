"""Events are found by the other story too: what was moved into a story may void its coverage-gap test."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_story_events_other_id", "story_events", ["other_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

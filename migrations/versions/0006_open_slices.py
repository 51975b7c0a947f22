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
    op.create_index("ix_memberships_slice_id", "memberships", ["slice_id"])
    op.add_column("slices", sa.Column("closed_at", columns.UtcDateTime(), nullable=True))
    op.add_column("slices", sa.Column("input_sha", sa.Text(), nullable=False, server_default=""))
    op.add_column("slices", sa.Column("stood", columns.JsonColumn, nullable=False, server_default="{}"))
    # how sure it is that an article stands rightly
    op.add_column("memberships", sa.Column("confidence", sa.Float(), nullable=True))
    op.add_column("memberships", sa.Column("settled_confidence", sa.Float(), nullable=True))
    op.create_index("ix_memberships_confidence", "memberships", ["confidence"])
    op.add_column("stories", sa.Column("confidence", sa.Float(), nullable=True))
    # which articles a merge or split was about: memberships follow from the events
    op.add_column("story_events", sa.Column("articles", columns.JsonColumn, nullable=True))
    # what was placed so far counts as closed
    op.execute("UPDATE memberships SET settled_id = story_id")
    op.execute("UPDATE slices SET closed_at = placed_at")
    # outlets: units; ratings: on which scale, and how sure
    op.add_column("outlets", sa.Column("units", columns.JsonColumn, nullable=False, server_default="[]"))
    op.add_column("ratings", sa.Column("scale", sa.Text(), nullable=False, server_default=""))
    op.add_column("ratings", sa.Column("confidence", sa.Text(), nullable=False, server_default=""))
    # which members were edited is found by this index alone, without reading the texts
    op.drop_index("ix_documents_current", "documents")
    op.create_index("ix_documents_current", "documents", ["article_id", "current", "content_sha"])
    _threads()


def _threads() -> None:
    """Stories over time: threads, and where each story is in its life."""
    op.add_column("stories", sa.Column("thread_with", sa.Text(), nullable=False, server_default=""))
    op.add_column("stories", sa.Column("life", sa.Text(), nullable=False, server_default=""))
    op.add_column("stories", sa.Column("life_at", columns.UtcDateTime(), nullable=True))
    op.add_column("stories", sa.Column("life_size", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "threads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("founding_story_id", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("redirect_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["founding_story_id"], ["stories.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "thread_stories",
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=True),
        sa.Column("previous_id", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("input_sha", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("first_at", columns.UtcDateTime(), nullable=False),
        sa.Column("last_at", columns.UtcDateTime(), nullable=False),
        sa.Column("founder", sa.Text(), nullable=False),
        sa.Column("features_sha", sa.Text(), nullable=False),
        sa.Column("terms", columns.JsonColumn, nullable=False),
        sa.Column("vector", columns.VectorColumn(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"]),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"]),
        sa.PrimaryKeyConstraint("story_id"),
    )
    op.create_index("ix_thread_stories_thread", "thread_stories", ["thread_id"])
    op.create_index("ix_thread_stories_first", "thread_stories", ["first_at"])
    op.create_index("ix_thread_stories_last", "thread_stories", ["last_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

"""Fetching: feeds' rhythms and moves, what hosts reserve and teach, pages asked for again, boilerplate by outlet.

Stories: slices that are open, and where each article stood when the last one was closed.
"""

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _time(name: str) -> sa.Column:
    return sa.Column(name, columns.UtcDateTime(), nullable=True)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Float(), nullable=False, server_default="0")


def _rights() -> sa.Column:
    return sa.Column("rights", sa.Text(), nullable=False, server_default="full")


NEW = {
    "outlets": [_text("tdm_basis")],
    "feeds": [
        _text("robots_basis"),
        _text("address"),
        _text("moved_to"),
        _time("moved_at"),
        _count("moved_seen"),
        _time("gone_at"),
        sa.Column("muted", sa.Boolean(), nullable=False, server_default=sa.false()),
        _time("whole_at"),
        _count("distrust"),
        sa.Column("plain", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("identity", sa.Text(), nullable=False, server_default="guid"),
        sa.Column("rhythm", columns.JsonColumn, nullable=False, server_default="{}"),
        _time("news_at"),
    ],
    "feed_checks": [_count("bytes"), _number("seconds")],
    "hosts": [
        _time("robots_failing_since"),
        _text("tdm"),
        _time("tdm_at"),
        _count("strikes"),
        _number("learnt_delay"),
    ],
    "articles": [
        _text("published_raw"),
        _text("date_note"),
        sa.Column("feed_html", columns.CompressedBytes(), nullable=True),
        _time("recheck_at"),
        _count("rechecks"),
    ],
    "appearances": [_text("guid_key")],
    "responses": [_text("etag"), _text("last_modified"), _rights(), _text("rights_basis")],
    "documents": [
        _text("rights_basis"),
        sa.Column("image", columns.JsonColumn, nullable=True),
        sa.Column("agreement", sa.Float(), nullable=True),
    ],
    "memberships": [sa.Column("settled_id", sa.Text(), nullable=True)],
    "slices": [
        _time("closed_at"),
        _text("input_sha"),
        sa.Column("stood", columns.JsonColumn, nullable=False, server_default="{}"),
    ],
}


def upgrade() -> None:
    # these tables have children, so that a rebuilt table (a batch) would lose them on SQLite; adding columns needs none
    for table, added in NEW.items():
        for column in added:
            op.add_column(table, column)
    op.create_index("ix_articles_recheck_at", "articles", ["recheck_at"])
    op.create_index("ix_appearances_guid", "appearances", ["feed_id", "guid_key"])
    op.create_index("ix_documents_text", "documents", ["text_sha256"])
    op.create_table(
        "paragraph_counts",
        sa.Column("outlet_key", sa.Text(), nullable=False),
        sa.Column("sha", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("last_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_key"], ["outlets.key"]),
        sa.PrimaryKeyConstraint("outlet_key", "sha"),
    )
    op.create_index("ix_paragraph_counts_last_at", "paragraph_counts", ["last_at"])
    op.create_index("ix_memberships_settled", "memberships", ["settled_id"])
    op.execute("UPDATE memberships SET settled_id = story_id")
    op.execute("UPDATE slices SET closed_at = placed_at")
    for table in ("feeds", "feed_checks"):
        op.execute(f"UPDATE {table} SET state = 'redirect-loop' WHERE state = 'redirect'")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

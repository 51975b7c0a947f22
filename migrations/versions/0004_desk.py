"""The desk: users, their sign-ins, and a short look at each page for its lists."""

import json

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEEN = ("published", "corrected", "withdrawn", "merged")
COUNTS = ("articles", "sources", "independent", "by_lean", "unrated", "mixed", "disputed")


def upgrade() -> None:
    glances = op.create_table(
        "glances",
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("coverage", columns.JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("page_id"),
    )
    op.create_index("ix_glances_state", "glances", ["state"])
    op.create_table(
        "users",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_sha", sa.Text(), nullable=False),
        sa.Column("user_key", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"]),
        sa.PrimaryKeyConstraint("token_sha"),
    )
    op.create_index("ix_sign_ins_user", "sign_ins", ["user_key"])
    op.create_table(
        "knocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_knocks_who", "knocks", ["who", "at"])
    _look(glances)


def _look(glances: sa.Table) -> None:
    """The rows of the pages that are there already."""
    pages = sa.table(
        "pages",
        sa.column("id", sa.Text()),
        sa.column("version", sa.Integer()),
        sa.column("status", sa.Text()),
        sa.column("made_by", sa.Text()),
        sa.column("made_at", columns.UtcDateTime()),
        sa.column("reason", sa.Text()),
        sa.column("content", columns.JsonColumn),
    )
    connection = op.get_bind()
    short = sa.select(pages.c.id, pages.c.version, pages.c.status, pages.c.made_by, pages.c.made_at, pages.c.reason)
    versions: dict[str, list[sa.Row]] = {}
    for row in connection.execute(short.order_by(pages.c.id, pages.c.version.desc())):
        versions.setdefault(row.id, []).append(row)
    for rows in versions.values():
        new = rows[0]
        query = sa.select(pages.c.content).where(pages.c.id == new.id, pages.c.version == new.version)
        content = connection.execute(query).scalar_one()
        content = json.loads(content) if isinstance(content, str) else content
        back = new.status in ("held", "draft") and new.made_by == "editor"
        seen = None if back else next((row.version for row in rows if row.status in SEEN), None)
        decided = next((row.status for row in rows if row.status != "draft"), "")
        state = new.status
        if new.status == "draft":
            state = "changed" if seen or decided == "approved" else "new"
        elif new.status in ("published", "corrected"):
            reviewed = new.made_by == "editor" or content["provenance"]["reviewed"]
            state = "published" if reviewed else "unreviewed"
        values = {
            "page_id": new.id,
            "version": new.version,
            "seen": seen,
            "state": state,
            "status": new.status,
            "made_by": new.made_by,
            "made_at": new.made_at,
            "reason": new.reason,
            "headline": content["headline"],
            "topic": content["topic"]["slug"],
            "coverage": {name: content["coverage"][name] for name in COUNTS if name in content["coverage"]},
        }
        connection.execute(glances.insert().values(values))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

"""Contests of outlets' labels: what readers wrote, which can be deleted, and what the desk answered, which cannot."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("contests", "contest_redactions", "contest_answers")


def upgrade() -> None:
    create_contests()
    op.create_table(
        "contest_answers",
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote_text", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("outcome IN ('changed', 'partly', 'unchanged', 'not-taken')", name="known_outcome"),
        sa.CheckConstraint("outcome = 'not-taken' OR text <> ''", name="says_why"),
        sa.CheckConstraint("version >= 1", name="counted_from_one"),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"]),
        sa.PrimaryKeyConstraint("contest_id", "version"),
    )
    if op.get_bind().dialect.name == "sqlite":
        refuse_on_sqlite()
    else:
        refuse_on_postgresql()


def create_contests() -> None:
    op.create_table(
        "contests",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("outlet_key", "unit", "subject", "came_by")),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "subject IN ('rating-wrong', 'rating-outdated', 'rating-missing', 'facts-wrong', 'other')",
            name="known_subject",
        ),
        sa.CheckConstraint("came_by IN ('form', 'command')", name="known_way"),
        sa.ForeignKeyConstraint(["outlet_key"], ["outlets.key"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contests_outlet", "contests", ["outlet_key"])
    op.create_index("ix_contests_recorded", "contests", ["recorded_at"])
    op.create_table(
        "contest_texts",
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"]),
        sa.PrimaryKeyConstraint("contest_id"),
    )
    op.create_table(
        "contest_redactions",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("contest_id", "actor", "role", "reason")),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"]),
        sa.PrimaryKeyConstraint("contest_id"),
    )
    op.create_table(
        "contest_senders",
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"]),
        sa.PrimaryKeyConstraint("contest_id"),
    )
    op.create_index("ix_contest_senders_who", "contest_senders", ["who", "at"])
    op.create_index("ix_contest_senders_network", "contest_senders", ["network", "at"])


def refuse_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER contest_texts_no_update BEFORE UPDATE ON contest_texts "
        "BEGIN SELECT RAISE(ABORT, 'contest_texts is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER contest_texts_no_silent_delete BEFORE DELETE ON contest_texts "
        "WHEN NOT EXISTS (SELECT 1 FROM contest_redactions WHERE contest_id = OLD.contest_id) "
        "BEGIN SELECT RAISE(ABORT, 'contest_texts is append-only but for what is redacted'); END"
    )


def refuse_on_postgresql() -> None:
    """By the function of 0007."""
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    op.execute(
        "CREATE TRIGGER contest_texts_append_only BEFORE UPDATE OR TRUNCATE ON contest_texts "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(
        "CREATE FUNCTION redacted_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NOT EXISTS (SELECT 1 FROM contest_redactions WHERE contest_id = OLD.contest_id) THEN "
        "RAISE EXCEPTION '% is append-only but for what is redacted', TG_TABLE_NAME; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER contest_texts_redacted_only BEFORE DELETE ON contest_texts "
        "FOR EACH ROW EXECUTE FUNCTION redacted_only()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

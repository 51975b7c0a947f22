"""The lean ledger: statements with family, scale, validity and licence, never changed again; renamed and split outlets."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LEDGER = ("ratings", "successions", "outlet_states")
LABEL_IS_POSITION = (
    "(label = 'Left' AND position = -2) OR (label = 'Lean Left' AND position = -1) OR (label = 'Center' AND position = 0)"
    " OR (label = 'Lean Right' AND position = 1) OR (label = 'Right' AND position = 2)"
)


def upgrade() -> None:
    known = [dict(row) for row in op.get_bind().execute(old_ratings().select()).mappings()]
    op.drop_index("ix_ratings_outlet", table_name="ratings")
    op.drop_table("ratings")
    ratings = create_ratings()
    if known:
        op.bulk_insert(ratings, [carried_over(row) for row in known])
    op.create_table(
        "successions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("outlet_key", sa.Text(), nullable=False),
        sa.Column("former_key", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_key"], ["outlets.key"]),
        sa.ForeignKeyConstraint(["former_key"], ["outlets.key"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_successions_outlet", "successions", ["outlet_key"])
    op.create_table(
        "outlet_states",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("outlet_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_key"], ["outlets.key"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outlet_states_outlet", "outlet_states", ["outlet_key"])
    refuse_changes()


def old_ratings() -> sa.Table:
    texts = [sa.Column(name, sa.Text()) for name in ("id", "outlet_key", "unit", "rater", "family", "state", "label")]
    texts += [sa.Column(name, sa.Text()) for name in ("method", "reason", "url", "supersedes", "scale", "confidence")]
    days = [sa.Column(name, sa.Date()) for name in ("rated_on", "valid_from", "valid_to")]
    others = [sa.Column("position", sa.Integer()), sa.Column("recorded_at", columns.UtcDateTime())]
    return sa.Table("ratings", sa.MetaData(), *texts, *days, *others)


def carried_over(row: dict) -> dict:
    # all of them were written into outlets.toml by the operator, and have been shown ever since
    added = {
        "kind": "desk", "country": "", "raw": "", "crosswalk": "", "low": None, "high": None,
        "recorded_by": "configuration", "licence": "", "attribution": "", "export": "allow",
    }
    if len(row["scale"]) == 2:  # a country, in whose politics the rating measures
        added["country"] = row["scale"]
    added["scale"] = "five places"
    if row["state"] == "unrated" and row["reason"] == "withdrawn from the configuration":
        added["valid_to"] = max(row["recorded_at"].date(), row["valid_from"])  # it said that a rating has ended
    return {**row, **added}


def create_ratings() -> sa.Table:
    texts = ["outlet_key", "unit", "rater", "family", "kind", "scale", "country", "raw", "crosswalk", "state"]
    more = ["confidence", "method", "reason", "url"]
    table = op.create_table(
        "ratings",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in more),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("export", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'rated') = (label IS NOT NULL) AND (label IS NULL) = (position IS NULL)", name="no_default_label"
        ),
        sa.CheckConstraint(f"label IS NULL OR {LABEL_IS_POSITION}", name="label_is_position"),
        sa.CheckConstraint("state IN ('rated', 'mixed', 'unrated')", name="known_state"),
        sa.CheckConstraint("kind IN ('content', 'desk', 'audience', 'model')", name="known_kind"),
        sa.CheckConstraint("confidence IN ('', 'low', 'medium', 'high')", name="known_confidence"),
        sa.CheckConstraint(
            "(low IS NULL) = (high IS NULL) AND "
            "(low IS NULL OR (position IS NOT NULL AND low BETWEEN -2 AND position AND high BETWEEN position AND 2))",
            name="own_range",
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_range"),
        sa.CheckConstraint(
            "export IN ('allow', 'deny') AND (export = 'deny' OR kind = 'desk' OR licence <> '')", name="unknown_is_deny"
        ),
        sa.ForeignKeyConstraint(["outlet_key"], ["outlets.key"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ratings_outlet", "ratings", ["outlet_key", "unit"])
    op.create_index("ix_ratings_rater", "ratings", ["rater"])
    return table


def refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in LEDGER:
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in LEDGER:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

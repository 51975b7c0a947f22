"""The tables of the lean ledger: who rated which unit of an outlet, which outlet continues which, and what an outlet
was called and whose it was.

All three are append-only: triggers on both databases refuse UPDATE and DELETE (PostgreSQL: TRUNCATE, too). A row says
when it is true and, in `recorded_at`, when this instance learnt of it, so that the past can be asked what it knew
(bitemporal, as in SQL:2011).
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.tables import Base

_PLACES = ("Left", "Lean Left", "Center", "Lean Right", "Right")
_LABEL_IS_POSITION = " OR ".join(f"(label = '{label}' AND position = {n - 2})" for n, label in enumerate(_PLACES))


class RatingRow(Base, kw_only=True):
    """One statement by one rater about one unit of an outlet; corrections and ends are rows that supersede it.

    Nothing defaults to Center: a position without a rating, or a rating without one, is refused by the database. What
    is not the desk's own and has no licence on file cannot be exported.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint(
            "(state = 'rated') = (label IS NOT NULL) AND (label IS NULL) = (position IS NULL)", name="no_default_label"
        ),
        CheckConstraint(f"label IS NULL OR {_LABEL_IS_POSITION}", name="label_is_position"),
        CheckConstraint("state IN ('rated', 'mixed', 'unrated')", name="known_state"),
        CheckConstraint("kind IN ('content', 'desk', 'audience', 'model')", name="known_kind"),
        CheckConstraint("confidence IN ('', 'low', 'medium', 'high')", name="known_confidence"),
        CheckConstraint(
            "(low IS NULL) = (high IS NULL) AND "
            "(low IS NULL OR (position IS NOT NULL AND low BETWEEN -2 AND position AND high BETWEEN position AND 2))",
            name="own_range",
        ),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_range"),
        CheckConstraint(
            "export IN ('allow', 'deny') AND (export = 'deny' OR kind = 'desk' OR licence <> '')",
            name="unknown_is_deny",
        ),
        Index("ix_ratings_outlet", "outlet_key", "unit"),
        Index("ix_ratings_rater", "rater"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    unit: Mapped[str]
    rater: Mapped[str]
    family: Mapped[str]
    kind: Mapped[str] = mapped_column(default="desk")
    #: name of the scale, and the country in whose politics it measures; empty: the outlet's own
    scale: Mapped[str] = mapped_column(default="five places")
    country: Mapped[str] = mapped_column(default="")
    #: as the rater gave it, and the name of the table that it was read by
    raw: Mapped[str] = mapped_column(default="")
    crosswalk: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    label: Mapped[str | None]
    position: Mapped[int | None]
    low: Mapped[int | None] = mapped_column(default=None)
    high: Mapped[int | None] = mapped_column(default=None)
    confidence: Mapped[str] = mapped_column(default="")
    method: Mapped[str]
    reason: Mapped[str]
    url: Mapped[str]
    rated_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    recorded_at: Mapped[datetime]
    #: what brought it: `configuration` (outlets.toml) or `import`
    recorded_by: Mapped[str] = mapped_column(default="configuration")
    licence: Mapped[str] = mapped_column(default="")
    attribution: Mapped[str] = mapped_column(default="")
    export: Mapped[str] = mapped_column(default="allow")
    supersedes: Mapped[str | None] = mapped_column(default=None)


class Succession(Base, kw_only=True):
    """An outlet continues another: it was renamed, or split off. Ratings of the former count for it until `until`.

    The last row of a pair counts; `ended` takes the pair back.
    """

    __tablename__ = "successions"
    __table_args__ = (Index("ix_successions_outlet", "outlet_key"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    former_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    until: Mapped[date | None]
    ended: Mapped[bool]
    recorded_at: Mapped[datetime]
    #: what brought it: `configuration`, or `adoption` where an outlet took over the name or a domain
    recorded_by: Mapped[str]


class OutletState(Base, kw_only=True):
    """What an outlet was called, whose it was and where, from `recorded_at` until its next row."""

    __tablename__ = "outlet_states"
    __table_args__ = (Index("ix_outlet_states_outlet", "outlet_key"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    name: Mapped[str]
    owner: Mapped[str]
    kind: Mapped[str]
    country: Mapped[str]
    recorded_at: Mapped[datetime]

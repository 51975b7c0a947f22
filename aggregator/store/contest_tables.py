"""The tables of contests: what readers object to in an outlet's labels, and what the desk answered.

    form or command ─► contests, contest_texts ─► contest_answers ─► the outlet's page
                       contest_senders            desk

Contests and answers are append-only, as the ledger that they are about: triggers on both databases refuse UPDATE and
DELETE (PostgreSQL: TRUNCATE, too). What strangers typed lies in a table of its own, since it may have to go: a text can
be deleted, though not changed, once `contest_redactions` says by whom and why.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.tables import Base


class Contest(Base, kw_only=True):
    """Somebody contests what is said of one unit of an outlet. Nobody is asked who they are."""

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint(
            "subject IN ('rating-wrong', 'rating-outdated', 'rating-missing', 'facts-wrong', 'other')",
            name="known_subject",
        ),
        CheckConstraint("came_by IN ('form', 'command')", name="known_way"),
        Index("ix_contests_outlet", "outlet_key"),
        Index("ix_contests_recorded", "recorded_at"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    unit: Mapped[str]
    subject: Mapped[str]
    came_by: Mapped[str]
    recorded_at: Mapped[datetime]


class ContestText(Base, kw_only=True):
    """What somebody wrote, until it has to go."""

    __tablename__ = "contest_texts"
    contest_id: Mapped[str] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    text: Mapped[str]


class ContestRedaction(Base, kw_only=True):
    """That a text was deleted, by whom and why."""

    __tablename__ = "contest_redactions"
    contest_id: Mapped[str] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    actor: Mapped[str]
    role: Mapped[str]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]


class ContestSender(Base, kw_only=True):
    """From where a contest came (`who`: an address, hashed), to count how many come from there; deleted after a day.

    `network` is the hash of what one customer of a provider may hold, of which an address is easily changed.

    `at` is the machine's time, as that of sign-ins.
    """

    __tablename__ = "contest_senders"
    __table_args__ = (
        Index("ix_contest_senders_who", "who", "at"),
        Index("ix_contest_senders_network", "network", "at"),
    )
    contest_id: Mapped[str] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    who: Mapped[str]
    network: Mapped[str]
    at: Mapped[datetime]


class ContestAnswer(Base, kw_only=True):
    """What the desk answered. A later version corrects an earlier one, and the last one counts.

    `not-taken` (spam, insults) is never public. `quote_text` says whether readers see what was contested in the words
    of whoever did.
    """

    __tablename__ = "contest_answers"
    __table_args__ = (
        CheckConstraint("outcome IN ('changed', 'partly', 'unchanged', 'not-taken')", name="known_outcome"),
        CheckConstraint("outcome = 'not-taken' OR text <> ''", name="says_why"),
        CheckConstraint("version >= 1", name="counted_from_one"),
    )
    contest_id: Mapped[str] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    text: Mapped[str]
    quote_text: Mapped[bool]
    actor: Mapped[str]
    role: Mapped[str]
    recorded_at: Mapped[datetime]

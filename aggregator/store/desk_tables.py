"""The tables of the desk: who may sign in, who is signed in, and a short look at each page for its lists.

`glances` says nothing that `pages` does not say: it is written with every version, so that a list of stories reads one
small row each instead of whole pages. `sign_ins` and `knocks` run on the machine's time.
"""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Json
from aggregator.store.contest_tables import Contest as Contest
from aggregator.store.gap_tables import GapTest as GapTest
from aggregator.store.ledger_tables import RatingRow as RatingRow
from aggregator.store.page_tables import PageRow as PageRow  # the last module of tables loads all of them
from aggregator.store.tables import Base
from aggregator.store.thread_tables import ThreadRow as ThreadRow


class Glance(Base, kw_only=True):
    """A page's newest version as lists show it. `state` is one of `summarise.glance.STATES`.

    `seen` is the version that readers see, if any; `coverage` holds counts as in the page, without the first reports.
    """

    __tablename__ = "glances"
    __table_args__ = (Index("ix_glances_state", "state"),)
    page_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    seen: Mapped[int | None]
    state: Mapped[str]
    status: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    reason: Mapped[str]
    headline: Mapped[str]
    topic: Mapped[str]
    coverage: Mapped[Json]


class User(Base, kw_only=True):
    """Somebody who may sign in at the desk. `key` is the name, case folded; `password` an argon2 hash."""

    __tablename__ = "users"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    password: Mapped[str]
    role: Mapped[str]
    disabled: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime]


class SignIn(Base, kw_only=True):
    """A browser in which somebody is signed in: the hash of what its cookie holds, and the token of its forms."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user", "user_key"),)
    token_sha: Mapped[str] = mapped_column(primary_key=True)
    user_key: Mapped[str] = mapped_column(ForeignKey("users.key"))
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Knock(Base, kw_only=True):
    """A try to sign in that did not succeed: of a name or from an address (`who`, hashed)."""

    __tablename__ = "knocks"
    __table_args__ = (Index("ix_knocks_who", "who", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    who: Mapped[str]
    at: Mapped[datetime]

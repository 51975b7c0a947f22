"""The table of the coverage-gap test.

    analyses, feed_checks ─► gap_tests ─► pages
                      gap            summarise

Append-only: a story is tested once; that a test no longer counts, or was set aside by an editor, is a row of its own.
The row of a story with the highest id is the present one.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Json
from aggregator.store.story_tables import StoryRow as StoryRow  # keys lead to its table
from aggregator.store.tables import Base


class GapTest(Base, kw_only=True):
    """What was found of a story a day after its first report, and by which outlets it was told until then.

    `kind`: test, void (articles left the story afterwards, or came by a merge or a move), set-aside or restored (by the
    decision named).
    `content` holds every figure of the test, `carried` the units ("outlet/unit") of its independent sources and
    `missing` the outlets that could not be asked; later tests take from these what is usual. `page_sha` is the part of
    a page's input that comes from here; empty where a page need not be written anew for it.
    """

    __tablename__ = "gap_tests"
    __table_args__ = (Index("ix_gap_tests_story", "story_id", "id"), Index("ix_gap_tests_day", "day"))
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"))
    kind: Mapped[str]
    #: the calendar day on which the 24 hours ended, in the site's time zone: its stories are tested together
    day: Mapped[date]
    made_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    topic: Mapped[str]
    content: Mapped[Json]
    carried: Mapped[Json]
    missing: Mapped[Json]
    page_sha: Mapped[str] = mapped_column(default="")
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), default=None)

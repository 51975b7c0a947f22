"""What coverage-gap tests rest on, out of the database: which units told which stories, and which could be asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.analysis.coverage import among, is_original, telling
from aggregator.analysis.gap import LEFT, OFF, RIGHT, Told, Whole
from aggregator.analysis.sources import load_sources, with_originals, with_syndication
from aggregator.analysis.stored import origins_of
from aggregator.sources.ledger import KnownRatings
from aggregator.sources.successions import formers
from aggregator.store.gap_tables import GapTest
from aggregator.types import LeanTag

TEST = "test"
#: what is usual is that of so many days before
HISTORY = timedelta(days=90)
#: so long after the first report a story is looked at
YOUNG_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Story:
    """A story as tests see it: the units ("outlet/unit") of its independent sources, and who could not be asked."""

    id: str
    day: date
    topic: str
    carried: Sequence[str]
    missing: Sequence[str]


def carried_by(
    session: Session, story_id: str, first_at: datetime, content: Mapping[str, Any], now: datetime
) -> list[str]:
    """The units whose own texts told the story within a day of its first report; `content` is that of its analysis.

    An analysis that failed since articles came in does not know which of these are copies: they are compared anew.
    """
    sources = load_sources(session, story_id, now, cut=False)
    originals = {row["article_id"]: row["syndication_id"] for row in content["sources"]}
    if all(one.article_id in originals for one in sources):
        known = with_originals(sources, originals, origins_of(content))
    else:
        known, _ = with_syndication(sources)
    early = [one for one in telling(known) if one.order_at <= first_at + YOUNG_FOR]
    return sorted({f"{one.outlet_key}/{one.unit}" for one in among(early, known) if is_original(one)})


def history(session: Session, day: date, asked: Collection[str], now: datetime) -> list[Story]:
    """The stories that were looked at in the 90 days before `day`, oldest first, by the present keys of outlets.

    What an outlet told and missed under a key that it has no more is the habit of the one among `asked` that goes on.
    """
    query = (
        select(GapTest.story_id, GapTest.day, GapTest.topic, GapTest.carried, GapTest.missing)
        .where(GapTest.kind == TEST, GapTest.day >= day - HISTORY, GapTest.day < day)
        .order_by(GapTest.id)
    )
    continued = formers(session, sorted(asked), now).items()
    heirs = {one.key: key for key, olds in continued for one in olds if one.until is None and one.key not in asked}
    return [_under_present_keys(Story(*row), heirs) for row in session.execute(query)]


def _under_present_keys(story: Story, heirs: Mapping[str, str]) -> Story:
    if not heirs:
        return story
    units = (unit.partition("/") for unit in story.carried)
    carried = sorted({f"{heirs.get(outlet, outlet)}/{unit}" for outlet, _, unit in units})
    return replace(story, carried=carried, missing=sorted({heirs.get(outlet, outlet) for outlet in story.missing}))


@dataclass(frozen=True)
class Table:
    """The columns of tests: units of outlets that are asked, their sides, and since when each is asked."""

    units: Sequence[str]
    sides: Whole
    since: Sequence[date]
    topics: Sequence[str]

    @classmethod
    def of(
        cls, session: Session, stories: Sequence[Story], asked: Mapping[str, datetime | None], now: datetime
    ) -> "Table":
        """Every unit that told one of `stories` and can be asked now, with its lean as known now."""
        told = {unit for story in stories for unit in story.carried}
        units = sorted(unit for unit in told if asked.get(unit.partition("/")[0]))
        outlets = sorted({unit.partition("/")[0] for unit in units})
        leans = KnownRatings(session, outlets, now)
        parted = [unit.partition("/") for unit in units]
        sides = [side_of(leans.tag(outlet, desk, now.date())) for outlet, _, desk in parted]
        begun = [asked[unit.partition("/")[0]] or now for unit in units]
        topics = sorted({story.topic for story in stories})
        return cls(units, np.array(sides, np.int64), [at.date() for at in begun], topics)

    def told(self, stories: Sequence[Story]) -> Told:
        """Which of the units told and could be asked for which of `stories`."""
        at = {unit: column for column, unit in enumerate(self.units)}
        carried = np.zeros((len(stories), len(self.units)), bool)
        observed = np.ones_like(carried)
        columns: dict[str, list[int]] = {}
        for unit, column in at.items():
            columns.setdefault(unit.partition("/")[0], []).append(column)
        begun = np.array([day.toordinal() for day in self.since], np.int64)
        for row, story in enumerate(stories):
            carried[row, [at[unit] for unit in story.carried if unit in at]] = True
            observed[row] = begun < story.day.toordinal()
            observed[row, [column for outlet in story.missing for column in columns.get(outlet, ())]] = False
        numbers = {topic: number for number, topic in enumerate(self.topics)}
        return Told(carried, observed, np.array([numbers[story.topic] for story in stories], np.int64))


def side_of(tag: LeanTag) -> int:
    """LEFT, RIGHT, or OFF for Center and what has no place on the scale."""
    position = tag.label.position if tag.label is not None else 0
    return RIGHT if position > 0 else LEFT if position < 0 else OFF

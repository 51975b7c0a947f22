"""Stories like this one in the archive, and whom they quote: what a story lacks is told against these.

Read are profiles (a story's mean article vector and the groups that speak in it), a row a story, the newest first and
at most `_WINDOW` of them; a process keeps what it read and asks only for what was written since.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.columns import Vector
from aggregator.store.page_tables import StoryProfile
from aggregator.summarise.context import Comparison, GroupShare

#: stories that are looked at; articles in them from which a comparison is worth anything; how near, how many
_WINDOW, _ARCHIVE = 5_000, 1_000
_COMPARABLE, _NEAREST, _FEWEST = 0.40, 25, 15
#: quoted in this share of the comparable stories, and this many times as often there as anywhere
_COMMON, _LIFT = 0.30, 2.0


@dataclass(frozen=True, eq=False)
class Profile:
    """A story for comparison: `centroid` is the unit mean of its articles' vectors."""

    articles: int
    centroid: Vector
    groups: frozenset[str]


@dataclass(eq=False)
class Archive:
    """The profiles of one vector space that a process has read so far."""

    space: str
    profiles: dict[str, Profile] = field(default_factory=dict)
    _read_to: datetime | None = None
    _ids: tuple[str, ...] = ()
    _matrix: Vector | None = None

    def refresh(self, session: Session) -> None:
        """Read the profiles written since the last time."""
        query = select(StoryProfile).where(StoryProfile.space == self.space, StoryProfile.centroid.is_not(None))
        if self._read_to is not None:
            query = query.where(StoryProfile.made_at >= self._read_to)
        rows = session.scalars(query.order_by(StoryProfile.made_at.desc(), StoryProfile.story_id).limit(_WINDOW)).all()
        for row in reversed(rows):
            self.profiles.pop(row.story_id, None)
            if row.centroid is not None:
                self.profiles[row.story_id] = Profile(row.articles, row.centroid, frozenset(row.groups))
        if rows:
            self._read_to = rows[0].made_at
            for old in list(self.profiles)[: max(0, len(self.profiles) - _WINDOW)]:
                del self.profiles[old]
            self._matrix = None

    def compare(self, story_id: str) -> Comparison:
        """Which groups the stories like this one quote, or why that cannot be told."""
        mine = self.profiles.get(story_id)
        if self._matrix is None:
            self._ids = tuple(sorted(self.profiles))
            self._matrix = np.stack([self.profiles[key].centroid for key in self._ids]) if self._ids else None
        cosines = self._matrix @ mine.centroid if mine is not None and self._matrix is not None else ()
        return compare(self.profiles, story_id, dict(zip(self._ids, map(float, cosines), strict=False)))


def compare(profiles: Mapping[str, Profile], story_id: str, cosines: Mapping[str, float]) -> Comparison:
    """The comparison of a story with the nearest of the others, by the cosines to them."""
    others = {key: profile for key, profile in profiles.items() if key != story_id}
    articles = sum(profile.articles for profile in others.values())
    if articles < _ARCHIVE:
        return Comparison(articles, 0, reason=f"the archive holds {articles:,} articles of other analysed stories, of"
                          f" {_ARCHIVE:,} that a comparison wants")  # fmt: skip
    near = [key for key in others if cosines.get(key, -1.0) >= _COMPARABLE]
    near = sorted(near, key=lambda key: (-cosines[key], key))[:_NEAREST]
    if len(near) < _FEWEST:
        return Comparison(articles, len(near), reason=f"only {len(near)} stories of the archive are like this one, of"
                          f" {_FEWEST} that a comparison wants")  # fmt: skip
    groups = _shares([others[key] for key in near], list(others.values()))
    return Comparison(articles, len(near), groups, reason="")


def _shares(near: Sequence[Profile], every: Sequence[Profile]) -> tuple[GroupShare, ...]:
    """The groups that are common in the near stories and less so in all, the most common first."""
    here = Counter(group for profile in near for group in profile.groups)
    anywhere = Counter(group for profile in every for group in profile.groups)
    found = []
    for group, stories in here.items():
        share, usual = stories / len(near), anywhere[group] / len(every)
        if share >= _COMMON and share >= _LIFT * usual:
            found.append(GroupShare(group, stories, round(share, 2), round(usual, 4)))
    return tuple(sorted(found, key=lambda one: (-one.stories, one.group)))

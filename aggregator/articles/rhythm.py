"""How often a feed is asked: the interval that weighs the cost of a poll against the delay of what is new.

With r new entries a minute and c minutes of one entry's delay as the price of a poll, polls and delays together cost
least at the interval sqrt(2c / r). r is the mean of a rate that forgets within a week and of the rate that the feed
has at this hour of the day. The interval is never so long that more than half of what the feed lists could roll by.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.setting_sections import PollSettings

#: minutes in which the rate forgets all but 37 % of what it knew
MEMORY = 7 * 1440.0
#: how much of an hour's rate one look at that hour replaces
HOUR_SHARE = 0.15
#: minutes until a feed is asked for the second time, if its dates do not tell how often it has something new
FIRST_INTERVAL = 30.0
#: how far from its due time a feed may be asked, as a share of the interval: feeds that began together drift apart
JITTER = 0.05
_DAY = 1440.0
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What polls have taught of a feed: new entries a minute, on the whole and by hour of the day in UTC.

    `window` is how many entries its document holds, `at` when it was last learnt from. The last three fields are what
    the feed said itself of its updates, for the answers that have no document (304).
    """

    rate: float | None = None
    hours: tuple[float | None, ...] = (None,) * 24
    window: int = 0
    at: datetime | None = None
    stays_minutes: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Rhythm":
        """As `as_json` wrote it; what is missing is unknown."""
        hours = tuple(stored.get("hours") or ())
        return cls(
            rate=stored.get("rate"),
            hours=hours if len(hours) == 24 else (None,) * 24,
            window=int(stored.get("window") or 0),
            at=datetime.fromisoformat(stored["at"]) if stored.get("at") else None,
            stays_minutes=float(stored.get("stays_minutes") or 0),
            skip_hours=tuple(stored.get("skip_hours") or ()),
            skip_days=tuple(stored.get("skip_days") or ()),
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values; rates to six digits, which is more than a feed keeps to."""
        return {
            "rate": _rounded(self.rate),
            "hours": [_rounded(hour) for hour in self.hours],
            "window": self.window,
            "at": self.at.isoformat() if self.at else None,
            "stays_minutes": self.stays_minutes,
            "skip_hours": list(self.skip_hours),
            "skip_days": list(self.skip_days),
        }


def begun(dates: Sequence[datetime], window: int, now: datetime) -> Rhythm:
    """A new feed's rhythm, from the usable dates among its entries: as many a minute as since the oldest of them."""
    past = [date for date in dates if date <= now]
    minutes = (now - min(past)).total_seconds() / 60 if past else 0.0
    rate = len(past) / minutes if minutes >= 1 and len(past) > 1 else None
    return Rhythm(rate=rate, window=window, at=now)


def learnt(rhythm: Rhythm, new: int, window: int | None, now: datetime) -> Rhythm:
    """`rhythm` after another answer at `now`: `new` entries, in a document of `window` (None: there was no document).

    A clock that went back teaches nothing.
    """
    window = rhythm.window if window is None else window
    minutes = (now - rhythm.at).total_seconds() / 60 if rhythm.at else 0.0
    if minutes <= 0:
        return replace(rhythm, window=window, at=now)
    seen = new / minutes
    weight = 1 - math.exp(-minutes / MEMORY)
    rate = seen if rhythm.rate is None else (1 - weight) * rhythm.rate + weight * seen
    hours = list(rhythm.hours)
    for back in range(min(int(minutes // 60) + 1, 24)):
        hour = (now - timedelta(hours=back)).hour
        known = hours[hour]
        hours[hour] = (1 - HOUR_SHARE) * (rate if known is None else known) + HOUR_SHARE * seen
    return replace(rhythm, rate=rate, hours=tuple(hours), window=window, at=now)


def interval(rhythm: Rhythm, now: datetime, poll: PollSettings) -> timedelta:
    """How long to wait after `now`, between `min_interval_minutes` and `max_interval_hours`, before any jitter."""
    least, most = poll.min_interval_minutes, poll.max_interval_hours * 60
    if rhythm.rate is None:
        return timedelta(minutes=max(least, min(FIRST_INTERVAL, most)))
    this_hour = rhythm.hours[now.hour]
    rate = max((rhythm.rate + (rhythm.rate if this_hour is None else this_hour)) / 2, _LEAST)
    minutes = math.sqrt(2 * poll.poll_cost / rate)
    if rhythm.window:
        minutes = min(minutes, rhythm.window / (2 * max(rate, rhythm.rate)))
    return timedelta(minutes=min(max(minutes, least), max(most, least)))


def jittered(wait: timedelta, seed: str, *, only_later: bool = False) -> timedelta:
    """`wait`, up to 5 % shorter or longer; the same for the same seed. `only_later`: never shorter."""
    dice = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") / 2**32
    return wait * (1 + JITTER * (dice if only_later else 2 * dice - 1))


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else float(f"{rate:.6g}")

"""The dates of a feed's entries: which are believed, and why not. A missing date is never replaced by the present."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.sources.dates import zone_is_guessed
from aggregator.types import Entry

#: a date this far ahead is a zone error and counts as now; one further ahead is no date
ZONE_ERROR = timedelta(hours=24)
#: an entry that is new to us and older than this is dated by accident (1970, 0001, the day a template was made)
TOO_OLD = timedelta(days=3653)
#: entries dated so shortly before they were asked for were dated by the asking
JUST_NOW = timedelta(seconds=60)
#: so many of a document's entries dated just now are no accident
SUSPICIOUS = 3
_LONG_AGO = re.compile(r"\b(?:0\d{3}|1[0-8]\d\d|19[0-8]\d)\b")


@dataclass(frozen=True, slots=True)
class FeedDate:
    """When an entry was published, if that can be believed, and why the feed's date was not taken as it stands.

    `note`: missing, unreadable, too-old, future, clamped (to now, by at most a day), distrusted, zone-guessed, or none.
    """

    at: datetime | None
    note: str = ""


def read_date(entry: Entry, now: datetime, *, distrusted: bool = False) -> FeedDate:
    """The date of an entry that is seen at `now`, from its time of publication or else of its last update."""
    given = entry.published_at or entry.updated_at
    if given is None:
        if not entry.published_raw:
            return FeedDate(None, "missing")
        return FeedDate(None, "too-old" if _LONG_AGO.search(entry.published_raw) else "unreadable")
    if given > now + ZONE_ERROR:
        return FeedDate(None, "future")
    if given < now - TOO_OLD:
        return FeedDate(None, "too-old")
    if distrusted:
        return FeedDate(None, "distrusted")
    if given > now:
        return FeedDate(now, "clamped")
    return FeedDate(given, "zone-guessed" if zone_is_guessed(entry.published_raw) else "")


def dated_by_asking(entries: Iterable[Entry], known: Iterable[bool], now: datetime) -> bool:
    """Whether a feed stamps its entries with the time at which it is asked.

    `known` says of each entry whether an earlier poll listed it: most of those are then dated within the last minute,
    which no entry that was there before can be. Where all are new, every one of at least three must be.
    """
    old: list[bool] = []
    every: list[bool] = []
    for entry, listed in zip(entries, known, strict=True):
        if entry.published_at is not None:
            fresh = now - JUST_NOW <= entry.published_at <= now + JUST_NOW
            every.append(fresh)
            if listed:
                old.append(fresh)
    if old:
        return len(old) >= 2 and 2 * sum(old) > len(old)
    return len(every) >= SUSPICIOUS and all(every)

"""What a feed says of when it is worth asking: `sy:updatePeriod` and `sy:updateFrequency` (RSS 1.0's module
Syndication), `skipHours` and `skipDays` (RSS 2.0). feedparser keeps only the last hour and day of the lists.
"""

import re
from dataclasses import dataclass

#: what stands before the first item; some feeds have a long style sheet there
_HEAD = 64_000
_FIRST_ITEM = re.compile(r"<(?:[\w-]{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_PERIOD = re.compile(r"<(?:[\w-]{1,20}:)?updatePeriod[^<>]*>\s*([A-Za-z]{4,9})", re.IGNORECASE)
_FREQUENCY = re.compile(r"<(?:[\w-]{1,20}:)?updateFrequency[^<>]*>\s*(\d{1,6}(?:[.,]\d{1,6})?)", re.IGNORECASE)
_HOUR = re.compile(r"<hour[^<>]*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(r"<day[^<>]*>\s*([A-Za-z]{3})", re.IGNORECASE)
_LISTS = re.compile(r"<skip(Hours|Days)[^<>]*>([^\0]{0,2000}?)</skip\1", re.IGNORECASE)
#: by the first letters: "dayly" is as common as a typing error gets
_MINUTES = {"hou": 60, "dai": 1440, "day": 1440, "wee": 10_080, "mon": 43_200, "yea": 525_600}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Updates:
    """Minutes between updates, and the hours (UTC) and days (Monday is 0) at which there are none."""

    minutes: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


NOTHING_SAID = Updates()


def stated_updates(text: str) -> Updates:
    """What the head of an XML feed says. Lists that leave no hour or no day are taken for an error and not kept."""
    first = _FIRST_ITEM.search(text)
    head = text[: min(first.start() if first else _HEAD, _HEAD)]
    hours: set[int] = set()
    days: set[int] = set()
    for kind, inner in _LISTS.findall(head):
        if kind.lower() == "hours":
            hours.update(int(hour) % 24 for hour in _HOUR.findall(inner) if int(hour) <= 24)
        else:
            days.update(_WEEKDAYS.index(day.lower()) for day in _DAY.findall(inner) if day.lower() in _WEEKDAYS)
    return Updates(
        minutes=_minutes(head),
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def _minutes(head: str) -> float | None:
    period, frequency = _PERIOD.search(head), _FREQUENCY.search(head)
    unit = _MINUTES.get(period.group(1)[:3].lower()) if period else None
    if unit is None:
        return None
    times = float(frequency.group(1).replace(",", ".")) if frequency else 1.0
    return unit / times if times > 0 else None

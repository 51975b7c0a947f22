"""When a feed is asked next: its rhythm, what it and its server ask for, and how it has failed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aggregator.articles.rhythm import Rhythm, interval, jittered
from aggregator.setting_sections import PollSettings

#: no answer keeps us away for longer, and no failure before the feed is dormant
DAY = timedelta(hours=24)
#: a feed whose failures weigh so much (in quarters of a hard one) is dormant: asked ever less often
DORMANT = 4 * 30
LONGEST = timedelta(days=30)
#: how long a feed is left alone that says it is gone, and how long one that does not let us in
GONE_PROBE = timedelta(days=7)
_MAX_AGE = re.compile(r"(?:^|[\s,;])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def after_answer(
    feed_id: str, rhythm: Rhythm, headers: Mapping[str, str], now: datetime, poll: PollSettings
) -> datetime:
    """The next check of a feed that answered: by its rhythm, neither while the answer is fresh nor when it skips."""
    own = jittered(interval(rhythm, now, poll), _seed(feed_id, now))
    asked = min(max(fresh_for(headers, now), timedelta(minutes=rhythm.stays_minutes)), DAY)
    wait = own if own >= asked else jittered(asked, _seed(feed_id, now), only_later=True)
    return _outside(now + wait, rhythm)


def after_failure(
    feed_id: str,
    rhythm: Rhythm,
    quarters: int,
    now: datetime,
    poll: PollSettings,
    *,
    at_least: timedelta = timedelta(),
) -> datetime:
    """The next check of a feed that has failed: `quarters` is the weight of its failures in a row.

    The interval grows with each failure, to a day, and for a dormant feed to 30 days; there is no end to it. Somebody
    who said for how long to stay away (`at_least`) is obeyed up to a week.
    """
    wait = interval(rhythm, now, poll) * (1 + quarters / 4)
    wait = jittered(min(wait, LONGEST if quarters >= DORMANT else DAY), _seed(feed_id, now))
    floor = min(at_least, GONE_PROBE)
    return now + (wait if wait >= floor else jittered(floor, _seed(feed_id, now), only_later=True))


def stays(ttl_minutes: float | None, update_minutes: float | None) -> float:
    """For how many minutes a feed says that it stays as it is, at most a day's."""
    return min(max(ttl_minutes or 0.0, update_minutes or 0.0, 0.0), DAY.total_seconds() / 60)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long an answer stays fresh by its Cache-Control, or else Expires (RFC 9111, 4.2.1 and 4.2.3).

    Nothing if it says nothing, something unreadable, or that it may not be kept.
    """
    control = headers.get("cache-control", "")
    if re.search(r"\bno-(?:cache|store)\b", control, re.IGNORECASE):
        return timedelta()
    if age := _MAX_AGE.search(control):
        older = headers.get("age", "").strip()
        already = int(older[:9]) if older.isascii() and older.isdecimal() else 0
        return timedelta(seconds=max(int(age.group(1)) - already, 0))
    expires = _http_date(headers.get("expires", ""))
    return max(expires - (_http_date(headers.get("date", "")) or now), timedelta()) if expires else timedelta()


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _outside(moment: datetime, rhythm: Rhythm) -> datetime:
    """The first such minute of an hour at or after `moment` that the feed does not skip."""
    for hours in range(7 * 24 + 1):
        later = moment + timedelta(hours=hours)
        if later.hour not in rhythm.skip_hours and later.weekday() not in rhythm.skip_days:
            return later
    return moment


def _seed(feed_id: str, now: datetime) -> str:
    return f"{feed_id} {now.isoformat()}"

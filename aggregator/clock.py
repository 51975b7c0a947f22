"""The one clock. Everything that asks for the time asks it here.

`Clock` is the time of the news: it may be fixed (`--now`) or moved (a replay), so that a run over an archive gives
what the live run would have given. `wall()` is the time of the machine and serves leases and sign-ins alone: on a fixed
clock they would never run out.
"""

from datetime import UTC, date, datetime, time

from aggregator.errors import ConfigError


class Clock:
    """The time of the news: the machine's, or one that was set."""

    def __init__(self, fixed: datetime | None = None) -> None:
        self._fixed = None if fixed is None else _whole(fixed)

    @property
    def is_fixed(self) -> bool:
        """Whether this clock stands still until it is moved."""
        return self._fixed is not None

    def now(self) -> datetime:
        """The present moment, in UTC, to the whole second when the clock is fixed."""
        return self._fixed if self._fixed is not None else datetime.now(UTC)

    def move(self, to: datetime) -> None:
        """Set a fixed clock to another moment (a replay's next tick)."""
        self._fixed = _whole(to)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def wall() -> datetime:
    """The machine's time in UTC, for leases, locks and sign-ins only."""
    return datetime.now(UTC)


def parse_time(value: str, *, end_of_day: bool = False, key: str = "now") -> datetime:
    """An RFC 3339 time or a plain day as a moment in UTC; a time without a zone counts as UTC.

    A plain day is its first moment or, with `end_of_day`, its last second. Raises ConfigError, about
    `key`, when the text is neither.
    """
    text = value.strip()
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime.combine(day, time(23, 59, 59) if end_of_day else time(), tzinfo=UTC)
        moment = datetime.fromisoformat(text.upper())  # RFC 3339 allows `t` and `z` too
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigError(
            f"{value!r} is not a time", key=key, fix="write it like 2026-10-18T06:00:00Z or 2026-10-18"
        ) from None


def rfc3339(moment: datetime) -> str:
    """`moment` as every output writes it: UTC, whole seconds, with `Z` (RFC 3339)."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

"""How long a host that complains is left alone. Pure: strikes and headers in, times out."""

import hashlib
from datetime import datetime, timedelta

#: no host is left alone for longer, whatever it asks for
LONGEST = timedelta(hours=24)
#: the first wait after a 429 that names none; it doubles with each further strike
FIRST_WAIT = timedelta(minutes=15)
#: so many 403 in a row are a rate limit in disguise (reddit answers so)
REFUSALS_IN_A_ROW = 3
#: more 5xx in a row than this, and the host gets time to recover
ERRORS_IN_A_ROW = 3
#: how fast a learnt distance between requests shrinks again with each good answer
_EASE = 0.9


def doubling(first: timedelta, strikes: int) -> timedelta:
    """`first`, doubled for each strike after the first, at most 24 h."""
    return min(first * (1 << min(max(strikes - 1, 0), 20)), LONGEST)


def spread(host: str, now: datetime) -> timedelta:
    """0 to 60 minutes, so that all who were refused in an hour do not come back at once; the same for the same hour."""
    digest = hashlib.sha256(f"{host} {now:%Y-%m-%dT%H}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:4]) % 3600)


def slower(learnt: float, usual: float, most: float) -> float:
    """The distance in seconds to keep after a rate limit: twice the present one, at most `most`."""
    return min(2 * max(learnt, usual), max(most, usual))


def eased(learnt: float, usual: float) -> float:
    """The learnt distance after a good answer: a tenth less, and forgotten once it is no more than the usual."""
    after = learnt * _EASE
    return after if after > usual else 0.0

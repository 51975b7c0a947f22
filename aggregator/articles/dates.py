"""Dates as pages write them: ISO 8601, RFC 2822 and a day spelled out; never anything relative to today."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

from lxml import etree

_EARLIEST, _LATEST = 1990, 2100
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
_EPOCH = re.compile(r"1\d{9}(\d{3})?$")
_RFC = re.compile(r"(?:\w{3},?\s+)?\d{1,2}\s+\w{3}\s+\d{4}\s+\d\d:\d\d")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio janeiro",
            "february feb februar février febrero febbraio fevereiro",
            "march mar märz mars marzo março",
            "april apr avril abril aprile",
            "may mai mayo maggio maio",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug août agosto",
            "september sep sept septembre septiembre settembre setembro",
            "october oct oktober okt octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_SPELLED = (
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?(?P<year>\d{{4}})\b",
        re.IGNORECASE,
    ),
)
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0?[1-9]|1[0-2])[/-]?(0?[1-9]|[12]\d|3[01])(?=[/_.-]|$)")


def read_date(value: str) -> tuple[datetime, bool] | None:
    """The moment in UTC that `value` names, and whether it came with a zone; None when it names none.

    A time without a zone counts as UTC, a day as its midnight. Years before 1990 or after 2100 are no dates of news.
    """
    value = value.strip()[:80]
    if match := _ISO.search(value) or _COMPACT.match(value):
        return _build(*match.groups())
    if _EPOCH.match(value):
        return datetime.fromtimestamp(int(value[:10]), UTC), True
    if _RFC.match(value):
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        return _checked(moment)
    spelled = spelled_date(value)
    return (spelled, False) if spelled else None


def spelled_date(text: str) -> datetime | None:
    """The first day written out with its year in `text` ("October 6, 2026", "6 October 2026"), at midnight UTC."""
    found = [match for match in (pattern.search(text) for pattern in _SPELLED) if match]
    if not found:
        return None
    built = _from_spelled(min(found, key=lambda match: match.start()))
    return built[0] if built else None


def _all_spelled(text: str) -> Iterator[re.Match[str]]:
    for pattern in _SPELLED:
        yield from islice(pattern.finditer(text), 200)


def _from_spelled(match: re.Match[str]) -> tuple[datetime, bool] | None:
    month = match[1 if match.re is _SPELLED[0] else 2].lower()
    return _build(match["year"], str(_MONTHS[month]), match["day"])


def guessed_date(source: str, url: str, latest: datetime) -> datetime | None:
    """The day that htmldate (Barbaresi 2020, JOSS) takes for that of publication, at midnight UTC.

    For pages that declare none. It fills in what is missing from the present day, so that only a day that is written on
    the page counts.
    """
    from htmldate import find_date

    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    try:
        told = find_date(source, original_date=True, url=url, max_date=latest.date().isoformat())
        day = datetime.fromisoformat(told).replace(tzinfo=UTC) if told else None
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, etree.LxmlError):
        return None
    return day if day and day.year >= _EARLIEST and day <= latest and _is_written(day, source) else None


def _is_written(day: datetime, text: str) -> bool:
    """Whether a day stands in a text, in digits in any order with the year at an end, or spelled out."""
    d, m, y = f"0?{day.day}", f"0?{day.month}", str(day.year)
    orders = "|".join(r"[^\d<>]{1,3}".join(order) for order in ((d, m, y), (m, d, y), (y, m, d)))
    if re.search(rf"(?<!\d)(?:{orders}|{day:%Y%m%d})(?!\d)", text):
        return True
    return any(found[0] == day for found in map(_from_spelled, _all_spelled(text)) if found)


def url_date(url: str) -> datetime | None:
    """The day in a path such as `/2026/10/06/`, at midnight UTC."""
    match = _IN_URL.search(url)
    built = _build(*match.groups()) if match else None
    return built[0] if built else None


def _build(
    year: str, month: str, day: str, hour: str | None = None, minute: str | None = None, second: str | None = None,
    zone: str | None = None,
) -> tuple[datetime, bool] | None:  # fmt: skip
    stamp = f"{year}-{month:0>2}-{day:0>2}T{hour or '0':0>2}:{minute or '00'}:{second or '00'}"
    zone = (zone or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    if zone[:1] in ("+", "-"):
        digits = zone[1:].replace(":", "")
        zone = f"{zone[0]}{digits[:2]}:{digits[2:] or '00'}"
    try:
        return _checked(datetime.fromisoformat(stamp + zone))
    except ValueError:
        return None


def _checked(moment: datetime) -> tuple[datetime, bool] | None:
    zoned = moment.tzinfo is not None
    if not _EARLIEST <= moment.year <= _LATEST:
        return None
    try:
        return (moment.astimezone(UTC) if zoned else moment.replace(tzinfo=UTC)), zoned
    except OverflowError:
        return None

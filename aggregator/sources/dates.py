"""Dates as feeds write them: RFC 822 with zone names, RFC 3339 and W3CDTF, and what is commonly meant by neither.

An unreadable date is None, never the present: a wrong date is worse than none.
"""

import re
from datetime import UTC, datetime, timedelta

#: minutes east of UTC; ambiguous names (IST, BST, CST) mean what news feeds in English mean by them
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MET": 60, "CEST": 120,
    "MEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "SAST": 120, "IST": 330, "PKT": 300, "SGT": 480, "HKT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "ACST": 570, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "NST": -210,
    "AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "ET": -300, "CST": -360, "CDT": -300, "CT": -360, "MST": -420,
    "MDT": -360, "MT": -420, "PST": -480, "PDT": -420, "PT": -480, "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip
_AMBIGUOUS = frozenset({"IST", "BST", "CST"})
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_ZONE = r"(?P<zone>[A-Za-z]{1,5}|(?:GMT|UTC)?\s*[+-]\d{1,2}:?\d{0,2})?"
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d{2})(?:-?(?P<day>\d{2}))?)?"
    r"(?:(?:\s*[Tt]\s*|\s+)(?:" + _CLOCK + r"|(?P<packed>\d{4}(?:\d{2})?))\s*" + _ZONE + r")?",
)
_RFC822 = re.compile(
    r"(?:[^\W\d_]{2,12}\.?\s*,?\s*)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.-]+(?P<name>[A-Za-z]{3,9})\.?,?[\s.-]+"
    r"(?P<year>\d{4}|\d{2})(?:[\s,:T-]+" + _CLOCK + r"\s*" + _ZONE + r")?",
)
_MONTH_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?:(?P<year>\d{4})(?:[\s,]+(?:at\s+)?" + _CLOCK + r"\s*" + _ZONE + r")?)",
)
#: asctime and Unix `date` put the year last
_YEAR_LAST = re.compile(
    r"[A-Za-z]{3,9},?\s+(?P<name>[A-Za-z]{3,9})\s+(?P<day>\d{1,2})\s+"
    + _CLOCK
    + r"\s+(?:"
    + _ZONE
    + r"\s+)?(?P<year>\d{4})",
)
_FORMS = (_ISO, _RFC822, _MONTH_FIRST, _YEAR_LAST)
#: before the first news site; real feeds say 0001 and 1970 when they mean "unknown"
_FIRST_YEAR = 1990


def parse_date(value: str) -> datetime | None:
    """The moment in UTC that `value` names, without zone taken as UTC; None for what is no date or before 1990."""
    text = " ".join(re.sub(r"\([^()]*\)", " ", value[:100]).split())
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            return _moment(match)
    return None


def zone_is_guessed(value: str) -> bool:
    """Whether `value` is a time of day whose zone is missing, unknown, or a name that several countries use."""
    text = " ".join(re.sub(r"\([^()]*\)", " ", value[:100]).split())
    match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    if match is None or not (match["hour"] or match.groupdict().get("packed")):
        return False
    zone = (match["zone"] or "").upper()
    return not re.search(r"\d", zone) and (zone not in _ZONES or zone in _AMBIGUOUS)


def _moment(match: re.Match[str]) -> datetime | None:
    part = match.groupdict()
    try:
        year = int(part["year"])
        if len(part["year"]) == 2:
            year += 2000 if year < 70 else 1900
        month = _MONTHS[part["name"][:3].lower()] if part.get("name") else int(part.get("month") or 1)
        hour, minute, second = _clock(part)
        day = datetime(year, month, int(part.get("day") or 1), tzinfo=UTC)
        # 24:00 is the end of the day (ISO 8601), 60 a leap second; both roll over
        moment = day + timedelta(hours=hour, minutes=minute, seconds=second)
        moment -= _offset(part.get("zone") or "")
    except (ValueError, KeyError, OverflowError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _clock(part: dict[str, str | None]) -> tuple[int, int, int]:
    packed = part.get("packed")
    if packed:
        hour, minute, second = int(packed[:2]), int(packed[2:4]), int(packed[4:] or 0)
    else:
        hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (part.get("half") or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 24 or minute > 59 or second > 61 or (hour == 24 and (minute or second)):
        raise ValueError("no time of day")
    return hour, minute, second


def _offset(zone: str) -> timedelta:
    """Minutes east of UTC. A zone name that nobody knows counts as UTC, as RFC 5322 says."""
    number = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", zone)
    if number is None:
        return timedelta(minutes=_ZONES.get(zone.upper(), 0))
    sign, hours, minutes = number.groups()
    away = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if away > timedelta(hours=15):
        raise ValueError("no zone is that far away")
    return away if sign == "+" else -away

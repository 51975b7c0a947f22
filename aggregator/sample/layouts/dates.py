"""How sample pages print a time, in the offset that the article was dated with."""

from datetime import datetime, timedelta

_AP_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_SPANISH_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
#: the letters by which the outlets' readers know an offset; the sample's fortnight lies in daylight saving time
_ZONES = {-4: "ET", -5: "CT", -6: "MT", -7: "PT", 2: "CEST"}


def zone(moment: datetime) -> str:
    """The offset's usual letters, or `UTC+3` and the like."""
    hours = (moment.utcoffset() or timedelta()).total_seconds() / 3600
    return _ZONES.get(int(hours), f"UTC{hours:+g}")


def _twelve(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02}"


def newspaper(moment: datetime) -> str:
    """`Oct. 6, 2026, 3:20 p.m. ET`."""
    half = "a.m." if moment.hour < 12 else "p.m."
    month = _AP_MONTHS[moment.month - 1]
    return f"{month} {moment.day}, {moment.year}, {_twelve(moment)} {half} {zone(moment)}"


def shouted(moment: datetime) -> str:
    """`3:20 PM CT, TUE OCTOBER 6, 2026`."""
    return f"{_twelve(moment)} {moment:%p} {zone(moment)}, {moment:%a %B} {moment.day}, {moment.year}".upper()


def long_day(moment: datetime) -> str:
    """`October 6, 2026`."""
    return f"{moment:%B} {moment.day}, {moment.year}"


def agency(moment: datetime) -> str:
    """`2026-10-06 15:20 ET`."""
    return f"{moment:%Y-%m-%d %H:%M} {zone(moment)}"


def european(moment: datetime) -> str:
    """`6 October 2026, 15.20`."""
    return f"{moment.day} {moment:%B %Y, %H.%M}"


def spanish(moment: datetime) -> str:
    """`6 de octubre de 2026, 15:20 h`."""
    return f"{moment.day} de {_SPANISH_MONTHS[moment.month - 1]} de {moment.year}, {moment:%H:%M} h"

"""What each row of a rater's file says, read by a mapping: of whom, of which unit, on which day, and what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aggregator.errors import ConfigError, Rejected
from aggregator.sources.rating_files import Item, read_records
from aggregator.sources.rating_mapping import ListSpec, Mapping
from aggregator.text import clean, one_line
from aggregator.types import Rating

_CONFIDENCE = ("low", "medium", "high")
WITHDRAWN = "withdrawn by the rater"
#: of a file: there are not so many outlets
MAX_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says: of whom, by which address, and what."""

    place: str
    address: str
    rating: Rating
    #: whether the file itself names the unit, so that a path in the address may mean it
    named_unit: bool


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its place, its address if that could be read, and why."""

    place: str
    address: str
    why: str


def read_rows(
    file: Path, mapping: Mapping, today: date, rated_on: date | None = None, *, may_be_none: bool = False
) -> Iterator[Row | BadRow]:
    """What each row of a file says, or why it cannot be used.

    `rated_on` takes the place of the dates of lists in the mapping. Raises ConfigError if no row has the mapping's
    columns, unless there `may_be_none`: it is of another file; and for more than MAX_ROWS.
    """
    found = False
    for number, (item, spec) in enumerate(_items(file, mapping), 1):
        if number > MAX_ROWS:
            raise ConfigError(f"has more than {MAX_ROWS:,} rows", file=file, fix="split it")
        if isinstance(item, Item):
            found = True
            yield _read(item, spec, mapping, today, rated_on)
        else:
            yield item
    if not found and not may_be_none:
        raise ConfigError("has no row that the mapping finds", file=file, fix="is it the mapping of this file?")


def _items(file: Path, mapping: Mapping) -> Iterator[tuple[Item | BadRow, ListSpec]]:
    """The rows of a file with the list that each is of; a record that cannot be read is of all of them."""
    for record in read_records(file, _columns(mapping), mapping.delimiter):
        if isinstance(record, tuple):
            yield BadRow(record[0], "", record[1].detail), mapping.lists[0]
            continue
        for one in mapping.lists:
            for item in record.each(one.each):
                yield item, one


def _columns(mapping: Mapping) -> Iterator[str]:
    """What a CSV file must have."""
    for one in mapping.lists:
        yield from one.columns


def _read(item: Item, spec: ListSpec, mapping: Mapping, today: date, rated_on: date | None) -> Row | BadRow:
    address = ""
    try:
        address = one_line(item.text(spec.outlet), 300)
        if not address:
            raise Rejected("no-outlet", f"{spec.outlet} is empty")
        unit, named = _unit(item, spec)
        return Row(item.place, address, _rating(item, spec, mapping, unit, _day(item, spec, today, rated_on)), named)
    except Rejected as rejected:
        return BadRow(item.place, address, rejected.detail)


def _rating(item: Item, spec: ListSpec, mapping: Mapping, unit: str, day: date) -> Rating:
    name = spec.scale or one_line(item.text(spec.scale_column), 80)
    scale = mapping.scales.get(name)
    if scale is None:
        raise Rejected("no-crosswalk", f"the scale {name!r} has no crosswalk")
    raw = one_line(item.text(spec.label), 120)
    state, label, withdrawn = scale.read(raw)
    low = high = None
    if spec.low and label is not None and (item.text(spec.low) or item.text(spec.high)):
        low, high = scale.read(item.text(spec.low))[1], scale.read(item.text(spec.high))[1]
        if low is None or high is None or not low.position <= label.position <= high.position:
            raise Rejected("range", "the rater's range does not hold its label")
    confidence = item.text(spec.confidence).strip().casefold() if spec.confidence else ""
    return Rating(
        rater=mapping.rater,
        rated_on=day,
        state=state,
        label=label,
        unit=unit,
        method=mapping.method,
        reason=WITHDRAWN if withdrawn else one_line(item.text(spec.reason), 500) if spec.reason else "",
        url=_url(item, spec),
        kind=mapping.kind,
        family=mapping.family if mapping.family != mapping.rater else "",
        scale=name,
        country=scale.country,
        raw=raw,
        crosswalk=scale.crosswalk,
        low=low,
        high=high,
        confidence=confidence if confidence in _CONFIDENCE else "",
        licence=mapping.licence,
        attribution=mapping.attribution,
        export=mapping.export == "allow",
    )


def _unit(item: Item, spec: ListSpec) -> tuple[str, bool]:
    text = item.text(spec.unit_column).casefold() if spec.unit_column else ""
    found = next((unit for part, unit in spec.units.items() if part.casefold() in text), None)
    return (spec.unit, False) if found is None else (found, True)


def _day(item: Item, spec: ListSpec, today: date, rated_on: date | None) -> date:
    text = item.text(spec.rated_on_column).strip() if spec.rated_on_column else ""
    if text:
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
                raise ValueError
            day = date.fromisoformat(text)
        except ValueError:
            raise Rejected("date", f"{text[:40]!r} is no date such as 2026-03-01") from None
    elif (found := rated_on or spec.rated_on) is not None:
        day = found
    else:
        raise Rejected("date", "has no date, and neither the mapping nor --rated-on gives one")
    if day > today:
        raise Rejected("future", f"is dated {day}, which is in the future")
    return day


def _url(item: Item, spec: ListSpec) -> str:
    url = item.text(spec.url).strip() if spec.url else ""
    printable = url.isprintable()  # no bidirectional controls
    if url and (
        not printable or not re.match(r"https?://[^\s/@]+(/\S*)?$", url) or clean(url) != url or len(url) > 2000
    ):
        raise Rejected("url", f"{url[:80]!r} is no web address")
    return url

"""The rows of a rater's file: CSV with a heading, JSON (a list, or one record) or JSON lines, plain or gzipped.

A row that cannot be read is an error of its own, with its place; the others are read on.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.errors import ConfigError, Rejected
from aggregator.text import one_line

#: a file is read whole; no list of ratings comes near this
MAX_BYTES = 200_000_000
MAX_FIELD = 100_000
#: JSON is parsed at once, a file or a line of it, and takes up to thirty times its size in memory
MAX_JSON = 50_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file with its place: the number of its line, in a JSON list of the record."""

    place: str
    values: Mapping[str, Any]

    def each(self, path: str) -> Iterator["Item"]:
        """What lies at a path of the record, one by one if it is a list; the record itself for an empty path."""
        found = _at(self.values, path) if path else self.values
        if isinstance(found, list):
            for number, one in enumerate(found, 1):
                place = f"{self.place}, item {number}" if len(found) > 1 else self.place
                yield Item(place, self.values, one)
        elif found is not None:
            yield Item(self.place, self.values, found)


@dataclass(frozen=True, slots=True)
class Item:
    """A row: what a path of a record led to, and the record around it."""

    place: str
    record: Mapping[str, Any]
    values: Any

    def text(self, column: str) -> str:
        """What is in a column, as text; empty where there is nothing. Raises Rejected for a list or table."""
        found = _at(self.record, column[2:]) if column.startswith("$.") else _at(self.values, column)
        if found is None:
            return ""
        if isinstance(found, (dict, list)):
            raise Rejected("not-a-value", f"{column} is a {'table' if isinstance(found, dict) else 'list'}")
        return found if isinstance(found, str) else str(found)


def _at(values: Any, path: str) -> Any:
    if isinstance(values, dict) and path in values:  # a heading with a dot in it
        return values[path]
    for step in path.split("."):
        values = values.get(step) if isinstance(values, dict) else None
    return values


def read_records(file: Path, columns: Iterable[str], delimiter: str = ",") -> Iterator[Record | tuple[str, Rejected]]:
    """The records of a file, or the place of one that cannot be read and why.

    Raises ConfigError for a file that cannot be read at all, and for a CSV file without one of `columns`.
    """
    kind = "".join(suffix for suffix in file.suffixes[-2:] if suffix != ".gz").lower().rpartition(".")[2]
    if kind in ("jsonl", "ndjson"):
        return _json_lines(_bytes(file))
    if kind == "json":
        return _json_list(_bytes(file), file)
    if kind in ("csv", "tsv", "txt"):
        return _csv(_bytes(file), file, tuple(columns), "\t" if kind == "tsv" else delimiter)
    raise ConfigError("is neither CSV nor JSON by its name", file=file, fix="call it .csv, .tsv, .json or .jsonl")


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            data = gzip.GzipFile(fileobj=raw).read(MAX_BYTES + 1) if packed else raw.read(MAX_BYTES + 1)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ConfigError(f"is a damaged gzip file: {error}", file=file) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", file=file) from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"is larger than {MAX_BYTES // 1_000_000} MB", file=file, fix="split it")
    return data.removeprefix(b"\xef\xbb\xbf")


def _json_lines(data: bytes) -> Iterator[Record | tuple[str, Rejected]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                if len(line) > MAX_JSON:
                    raise Rejected("too-long", f"is longer than {MAX_JSON // 1_000_000} MB")
                yield _record(f"line {number}", json.loads(line))
            except (ValueError, RecursionError) as error:
                yield f"line {number}", Rejected("not-json", f"is not JSON: {_first(error)}")
            except Rejected as rejected:
                yield f"line {number}", rejected


def _json_list(data: bytes, file: Path) -> Iterator[Record | tuple[str, Rejected]]:
    if len(data) > MAX_JSON:
        fix = "write it as JSON lines, or split it"
        raise ConfigError(f"is JSON of more than {MAX_JSON // 1_000_000} MB", file=file, fix=fix)
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"is not JSON: {_first(error)}", file=file) from None
    for number, one in enumerate(whole if isinstance(whole, list) else [whole], 1):
        try:
            yield _record(f"record {number}", one)
        except Rejected as rejected:
            yield f"record {number}", rejected


def _record(place: str, values: Any) -> Record:
    if not isinstance(values, dict):
        raise Rejected("not-a-record", "is no object")
    return Record(place, values)


def _csv(data: bytes, file: Path, columns: tuple[str, ...], delimiter: str) -> Iterator[Record | tuple[str, Rejected]]:
    text = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")
    csv.field_size_limit(MAX_FIELD)
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        heading = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise ConfigError(f"has a heading that cannot be read: {error}", file=file) from None
    missing = [name for name in columns if name.removeprefix("$.") not in heading]
    if missing:
        there = one_line(", ".join(heading), 300)
        fix = f"its columns, read as UTF-8 and parted by {delimiter!r} (`delimiter`): {there}"
        raise ConfigError(f"has no column {missing[0]!r}", file=file, fix=fix)
    if len(set(heading)) < len(heading):
        raise ConfigError("has two columns of one name", file=file)
    while True:
        begin = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield f"line {begin}", Rejected("not-csv", str(error))
            continue
        if row is None:
            return
        if not any(row):
            continue
        if len(row) != len(heading):
            yield f"line {begin}", Rejected("columns", f"has {len(row)} columns, the heading {len(heading)}")
        elif any("\udc80" <= char <= "\udcff" for field in row for char in field):
            yield f"line {begin}", Rejected("not-utf-8", "is not UTF-8 text")
        else:
            yield Record(f"line {begin}", dict(zip(heading, row, strict=True)))


def _first(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]

"""How well feeds are read: the facts that parsers' own test suites state of their test feeds, asked of our reader.

Gold is a folder with `manifest.jsonl` (or `.jsonl.gz`), one case a line: `file`, `source`, `category`, `headers`, and
`facts`, each `{path, op, value}`. The files lie in the folder, or in `files.tar.gz` in it. Scored are the facts on the
number of entries, an entry's title, link, id and dates, and the feed's title; the suites' tests of sanitising and of
resolving URIs are left out, because both are done by us and otherwise. Titles are compared as the plain text that our
entries hold, and once more character by character, markup included. feedparser's own suite counts, and of it what
feedparser itself gets right; the other parsers' suites are reported by source.
"""

import gzip
import json
import tarfile
from calendar import timegm
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from aggregator.clock import parse_time
from aggregator.errors import ConfigError, Rejected
from aggregator.sources.entries import RawEntry, RawFeed
from aggregator.sources.feeds import parse_feed, read_feed
from aggregator.sources.markup import plain
from aggregator.text import one_line

#: whose suite the scores are about
MAIN = "feedparser"
_ELSEWHERE = ("wellformed/sanitize", "wellformed/base")
_DATES = {
    "published_parsed": "published", "created_parsed": "published", "updated_parsed": "updated",
    "published_utc": "published", "updated_utc": "updated",
}  # fmt: skip
_URL = "http://127.0.0.1:8097/feed.xml"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement about one feed; `what` is entries, feed-title, title, link, id, published or updated."""

    what: str
    place: int
    value: Any


@dataclass(frozen=True, slots=True)
class Miss:
    """A fact that our reader has not right, and what it says instead."""

    case: str
    fact: Fact
    found: Any


@dataclass
class FeedScores:
    """What was scored. Counts are of facts, by source; `theirs` are those that feedparser has right."""

    cases: int = 0
    crashed: list[str] = field(default_factory=list)
    facts: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    both: Counter[str] = field(default_factory=Counter)
    verbatim: Counter[str] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)
    their_misses: list[Miss] = field(default_factory=list)

    @property
    def n(self) -> int:
        """The facts that the first score is about."""
        return self.theirs[MAIN]

    @property
    def scores(self) -> dict[str, float]:
        """`facts`: right of those that feedparser has right; `facts_all`: of all; the same of other suites, by name."""
        found: dict[str, float] = {
            "facts": _share(self.both[MAIN], self.theirs[MAIN]),
            "facts_verbatim": _share(self.verbatim[MAIN], self.theirs[MAIN]),
            "crashed": len(self.crashed),
            "facts_all": _share(self.right[MAIN], self.facts[MAIN]),
            "feedparser_all": _share(self.theirs[MAIN], self.facts[MAIN]),
        }
        others = sorted(source for source in self.facts if source != MAIN)
        return found | {f"facts_{source}": _share(self.right[source], self.facts[source]) for source in others}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def evaluate_feeds(gold: Path, progress: Callable[[str, int], None] = lambda name, n: None) -> FeedScores:
    """Read every file of the gold with our reader and with feedparser, and compare both with the facts.

    Raises ConfigError for gold that cannot be read.
    """
    scores = FeedScores()
    files = _files(gold)
    for case in _cases(gold):
        name = str(case.get("file"))
        body = files(name)
        if body is None:
            raise ConfigError(f"lists {name}, which is not there", file=gold)
        _score(scores, name, case, body)
        progress("feeds", 1)
    return scores


def _score(scores: FeedScores, name: str, case: Mapping[str, Any], body: bytes) -> None:
    scores.cases += 1
    headers = {str(key).lower(): str(value) for key, value in (case.get("headers") or {}).items()}
    url = headers.get("content-location") or _URL
    ours: RawFeed | None = None
    try:
        ours = parse_feed(body, url, headers.get("content-type", ""))
        read_feed(body, url, headers.get("content-type", ""))
    except Rejected:
        pass
    except Exception as error:  # noqa: BLE001 - that nothing else is raised is what is being measured
        scores.crashed.append(f"{name}: {error!r}")
    source = str(case.get("source"))
    facts = [] if case.get("category") in _ELSEWHERE else list(_scored(case.get("facts") or ()))
    reference = _by_feedparser(body, headers) if facts else None
    for fact in facts:
        right, theirs = holds(fact, ours), holds(fact, reference, verbatim=True)
        scores.facts[source] += 1
        scores.right[source] += right
        scores.theirs[source] += theirs
        scores.both[source] += right and theirs
        scores.verbatim[source] += theirs and holds(fact, ours, verbatim=True)
        if not right:
            scores.misses.append(Miss(name, fact, _said(fact, ours)))
        if not theirs:
            scores.their_misses.append(Miss(name, fact, _said(fact, reference)))


def _scored(facts: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """The facts that are scored, of all that are stated."""
    for fact in facts:
        path, op, value = list(fact.get("path") or ()), fact.get("op"), fact.get("value")
        if path == ["entries"] and op == "len_eq":
            yield Fact("entries", 0, value)
        elif op != "eq":
            continue
        elif path in (["feed", "title"], ["feed", "title_detail", "value"]):
            yield Fact("feed-title", 0, value)
        elif len(path) >= 3 and path[0] == "entries" and isinstance(path[1], int):
            what = _DATES.get(str(path[2])) or {"guid": "id"}.get(str(path[2])) or str(path[2])
            if path[2:] == ["title_detail", "value"]:
                what = "title"
            elif len(path) > 3:
                continue
            if what in ("title", "link", "id") or path[2] in _DATES:
                yield Fact(what, path[1], _moment(value) if path[2] in _DATES else value)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, list):
        return datetime.fromtimestamp(timegm(tuple(value)), UTC)
    return parse_time(str(value)).replace(microsecond=0)


def holds(fact: Fact, feed: RawFeed | None, *, verbatim: bool = False) -> bool:
    """Whether the feed as read says what the fact says; white space at the ends of texts does not count.

    Titles are compared as plain text, unless `verbatim`; a link is right relative or absolute.
    """
    said = _said(fact, feed)
    if feed is None or said is None:
        return False
    if isinstance(fact.value, datetime):
        return isinstance(said, datetime) and said.replace(microsecond=0) == fact.value
    if fact.what == "link":
        wanted = {str(fact.value).strip(), urljoin(_URL, str(fact.value).strip())}
        return any(link.strip() in wanted for link in feed.entries[fact.place].links)
    if fact.what in ("title", "feed-title") and not verbatim:
        return one_line(plain(str(said), 512)) == one_line(plain(str(fact.value), 512))
    return bool(said == (fact.value.strip() if isinstance(fact.value, str) else fact.value))


def _said(fact: Fact, feed: RawFeed | None) -> Any:
    if feed is None:
        return None
    if fact.what == "entries":
        return len(feed.entries)
    if fact.what == "feed-title":
        return feed.title.strip()
    if fact.place >= len(feed.entries):
        return None
    entry: RawEntry = feed.entries[fact.place]
    texts = {"title": entry.title, "link": next(iter(entry.links), ""), "id": entry.guid}
    if fact.what in texts:
        return texts[fact.what].strip()
    return entry.published_at if fact.what == "published" else entry.updated_at


def _by_feedparser(body: bytes, headers: Mapping[str, str]) -> RawFeed | None:
    """What feedparser says when it is left to itself: its own decoding, sanitising and resolving."""
    import feedparser

    try:
        result = feedparser.parse(body, response_headers=dict(headers))
    except Exception:  # noqa: BLE001 - a reference that breaks has nothing right
        return None
    return RawFeed(
        format=str(result.get("version") or ""),
        base="",
        title=str(result["feed"].get("title") or ""),
        entries=tuple(
            RawEntry(
                links=(str(entry.get("link") or ""),),
                title=str(entry.get("title") or ""),
                guid=str(entry.get("id") or ""),
                published_at=_time(entry, "published_parsed") or _time(entry, "created_parsed"),
                updated_at=_time(entry, "updated_parsed"),
            )
            for entry in result["entries"]
        ),
    )


def _time(entry: Any, key: str) -> datetime | None:
    value = dict.get(entry, key)
    return datetime.fromtimestamp(timegm(value), UTC) if value else None


def _cases(gold: Path) -> Iterator[Mapping[str, Any]]:
    for name in ("manifest.jsonl.gz", "manifest.jsonl"):
        file = gold / name
        if not file.is_file():
            continue
        data = file.read_bytes()
        try:
            text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (OSError, EOFError, ValueError) as error:
            raise ConfigError(f"cannot be read: {error}", file=file) from None
        yield from (row for row in rows if isinstance(row, dict))
        return
    raise ConfigError("holds no manifest.jsonl.gz", file=gold, fix="give the folder of the labelled feeds")


def _files(gold: Path) -> Callable[[str], bytes | None]:
    """The files by name: from the archive if there is one and they are not unpacked beside it."""
    archive, packed = gold / "files.tar.gz", {}
    if archive.is_file() and not (gold / "files").is_dir():
        with tarfile.open(archive) as members:
            for member in members:
                stream = members.extractfile(member) if member.isfile() else None
                if stream is not None:
                    packed[member.name] = stream.read()

    def read(name: str) -> bytes | None:
        if name in packed:
            return packed[name]
        file = gold / name
        return file.read_bytes() if ".." not in Path(name).parts and file.is_file() else None

    return read

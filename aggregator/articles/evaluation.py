"""How well pages are read: body, title, authors and date beside gold.

Gold is a folder with `pages.jsonl.gz`, one page a line: `url`, `html_file` (gzipped, in the folder or in its
`html.tar`), `gold_kind`, `gold_body`, `is_news`, and where known `gold_title`, `gold_authors`, `gold_date`. Scored are
pages of news: token F1 of the body where gold is a full text written or reviewed by a person, the title (letters and
digits equal), the authors (the same set of names) and the date (within a day). A rejected page has an empty body.
"""

import gzip
import json
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

from aggregator.articles.authors import clean_authors
from aggregator.articles.candidates import CONFIRMED, agreement, tokens
from aggregator.articles.extraction import extract_page
from aggregator.articles.markup import key
from aggregator.errors import ConfigError, Rejected
from aggregator.setting_sections import ExtractSettings
from aggregator.types import Extracted, Page

HAND = "full_human"
#: the kinds of gold that are a full text, written or reviewed by a person
FULL = (HAND, "full_site_parser_reviewed", "readability_output_reviewed")
#: a full text that nobody is known to have reviewed: reported, not scored
OTHERS = ("full_regression_text",)
BAD = 0.8
#: the set does not say when its pages were fetched
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_NO_ADDRESS = "https://unknown.example/page/of/no/address"


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page and what is right for it; empty where nobody says."""

    page: Page
    kind: str
    body: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    date: datetime | None = None


@dataclass
class PageScores:
    """What was scored, by name; `seconds` is CPU time of this process, extraction alone."""

    pages: int = 0
    seconds: float = 0.0
    rejected: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, list[float]] = field(default_factory=dict)
    declared: dict[str, list[bool]] = field(default_factory=dict)
    #: (agreement of the two extractors, F1) of each scored body
    gate: list[tuple[float, float]] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many bodies were scored."""
        return sum(len(self.bodies.get(kind, ())) for kind in FULL)

    @property
    def scores(self) -> dict[str, float]:
        """By name: body_f1, one for each kind of gold, title, authors, date, what the gate catches, and CPU."""
        scored = [one for kind in FULL for one in self.bodies.get(kind, ())]
        found = {"body_f1": mean(scored)} if scored else {}
        found |= {f"body_f1_{kind}": mean(each) for kind, each in sorted(self.bodies.items())}
        found |= {name: mean(self.declared[name]) for name in ("title", "authors", "date") if name in self.declared}
        if self.gate:
            bad = [f1 < BAD for _, f1 in self.gate]
            flagged = [share < CONFIRMED for share, _ in self.gate]
            both = sum(a and b for a, b in zip(bad, flagged, strict=True))
            found |= {
                "bad": mean(bad),
                "gate_flagged": mean(flagged),
                "gate_precision": both / max(1, sum(flagged)),
                "gate_recall": both / max(1, sum(bad)),
            }
        return found | {"cpu_ms": 1000 * self.seconds / max(1, self.pages)}


def evaluate_extraction(
    gold: Path, settings: ExtractSettings, progress: Callable[[str, int], None] = lambda stage, n: None
) -> PageScores:
    """Read each page of news in `gold` and compare. Raises ConfigError for a folder that holds no such set."""
    result = PageScores()
    for one in read_gold(gold):
        began = time.process_time()
        found = extract(one.page, settings, result.rejected)
        result.seconds += time.process_time() - began
        result.pages += 1
        if one.kind in (*FULL, *OTHERS):
            f1 = token_f1(found.text if found else "", one.body)
            result.bodies.setdefault(one.kind, []).append(f1)
            if found and found.agreement is not None and one.kind in FULL:
                result.gate.append((found.agreement, f1))
        for name, right in judge(one, found):
            result.declared.setdefault(name, []).append(right)
        progress("extract", 1)
    if not result.pages:
        raise ConfigError("holds no page of news", file=gold)
    return result


def read_gold(folder: Path) -> Iterator[GoldPage]:
    """The pages of news of a set, in its order."""
    file = folder / "pages.jsonl.gz"
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [row for row in map(json.loads, lines) if row.get("is_news")]
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", file=file) from None
    except ValueError as error:
        raise ConfigError(f"is not JSON: {error}", file=file) from None
    for row, html in _pages(folder, rows):
        names = row.get("gold_authors") or []
        yield GoldPage(
            page=Page(row.get("url") or _NO_ADDRESS, html, fetched_at=_LATEST),
            kind=row.get("gold_kind", ""),
            body=row.get("gold_body") or "",
            title=row.get("gold_title") or "",
            authors=clean_authors(names if isinstance(names, list) else [names]),
            date=_day(row.get("gold_date") or ""),
        )


def token_f1(found: str, gold: str) -> float:
    """F1 of the bags of words of two texts, 0 to 1."""
    return agreement(Counter(tokens(found)), Counter(tokens(gold)))


def extract(page: Page, settings: ExtractSettings, rejected: Counter[str] | None = None) -> Extracted | None:
    """What the pipeline makes of a page, or None with the reason counted."""
    try:
        return extract_page(page, settings)
    except Rejected as error:
        if rejected is not None:
            rejected[error.reason] += 1
        return None


def judge(gold: GoldPage, found: Extracted | None) -> Iterator[tuple[str, bool]]:
    """Whether title, authors and date are right, each where gold names it."""
    title, authors = (found.title, found.authors) if found else ("", ())
    date = found.published_at if found else None
    if gold.title:
        yield "title", key(title) == key(gold.title)
    if gold.authors:
        yield "authors", set(map(key, gold.authors)) == set(map(key, authors))
    if gold.date:
        yield "date", date is not None and abs(date - gold.date) <= timedelta(days=1)


def _pages(folder: Path, rows: list[dict[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    archive = folder / "html.tar"
    if all((folder / row["html_file"]).is_file() for row in rows):
        yield from ((row, gzip.decompress((folder / row["html_file"]).read_bytes())) for row in rows)
        return
    if not archive.is_file():
        raise ConfigError("has no pages", file=folder, fix="unpack html.tar in it")
    with tarfile.open(archive) as packed:
        for row in rows:
            member = packed.extractfile(row["html_file"])
            if member is not None:
                yield row, gzip.decompress(member.read())


def _day(value: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return day if day.tzinfo else day.replace(tzinfo=UTC)

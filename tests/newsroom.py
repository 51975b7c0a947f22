"""The sample newsroom as tests use it: replayed into a database, and its gold fact sheets."""

import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aggregator.clock import Clock, parse_time
from aggregator.publish.export import export_articles, export_documents, export_pages, export_stories
from aggregator.sample.newsroom import Newsroom
from aggregator.settings import Settings, load_settings
from aggregator.sources.outlets import load_outlets
from aggregator.store.instance import open_store
from aggregator.stories.topics import load_topics
from pipelines.batch import Instance, RunReport
from pipelines.replay import replay

CONFIG = Path(__file__).parent.parent / "config" / "sample"
FACTS = Path(__file__).parent / "sample" / "facts"


@cache
def sample_settings() -> Settings:
    return load_settings(CONFIG, environ={})


def settings_with(**executors: str) -> Settings:
    """The sample's settings with other executors."""
    settings = sample_settings()
    return settings.model_copy(update={"executors": settings.executors.model_copy(update=executors)})


@dataclass(frozen=True)
class Replay:
    """A newsroom that was replayed to its end, to be copied, and the report of each tick."""

    data: Path
    reports: list[RunReport]

    @contextmanager
    def copied(self, to: Path) -> Iterator[Instance]:
        """An instance of its own in `to`, at the last tick."""
        shutil.copytree(self.data, to, symlinks=True)
        with sample_instance(to, tick=-1) as instance:
            yield instance


@contextmanager
def sample_instance(data: Path, settings: Settings | None = None, *, tick: int = 0) -> Iterator[Instance]:
    """The sample instance in `data`, at a tick of its replay (the first by default)."""
    settings = settings or sample_settings()
    clock = Clock(parse_time(settings.sample.ticks[tick]))
    store = open_store(settings, data, clock, create=True)
    try:
        yield Instance(settings, store, clock, data, load_outlets(CONFIG), load_topics(CONFIG))
    finally:
        store.close()


def replayed(instance: Instance) -> list[RunReport]:
    """Replay the newsroom to its end; the report of each tick."""
    reports: list[RunReport] = []
    assert replay(instance, CONFIG, each=reports.append)
    assert [report.failure for report in reports] == [""] * len(instance.settings.sample.ticks)
    return reports


def exports(instance: Instance) -> dict[str, str]:
    """All exports as they would be written."""
    now = instance.clock.now()
    with instance.store.read() as session:
        rows = {
            "articles": list(export_articles(session, now, with_text=True)),
            "documents": list(export_documents(session)),
            "stories": list(export_stories(session, now)),
        }
        pages = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in export_pages(session)]
    written = {name: [json.dumps(row, ensure_ascii=False) for row in listed] for name, listed in rows.items()}
    return {name: "\n".join(lines) for name, lines in {**written, "pages": pages}.items()}


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Where two instances' exports are not the same bytes: a line for each field, the first twenty."""
    assert found.keys() == expected.keys()
    lines = []
    for name in (name for name in expected if found[name] != expected[name]):
        mine, theirs = _by_id(found[name]), _by_id(expected[name])
        lines.append(f"{name}: {len(mine)} rows that are not the {len(theirs)} expected")
        for key in sorted({*mine, *theirs}):
            row, other = mine.get(key, {}), theirs.get(key, {})
            changed = [field for field in sorted({*row, *other}) if row.get(field) != other.get(field)]
            lines += [
                f"{name} {key} {field}: {row.get(field)!r:.300}, expected {other.get(field)!r:.300}"
                for field in changed
            ]
    return lines[:20]


def _by_id(lines: str) -> dict[tuple[str, ...], dict[str, Any]]:
    names = ("id", "article_id", "revision", "version")
    return {tuple(str(row.get(name, "")) for name in names): row for row in map(json.loads, lines.splitlines())}


@cache
def newsroom() -> Newsroom:
    return Newsroom.load(CONFIG)


@cache
def gold_stories() -> Mapping[str, str]:
    """The event of each article that belongs to one, by the article's name in the fact sheets."""
    events = {}
    for file in sorted(FACTS.glob("*.toml")):
        sheet: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
        for article in sheet["articles"]:
            alone = sheet["kind"] == "singles"
            events[article["id"]] = f"single:{article['id']}" if alone else sheet["event"]
    return events


def name_by_url() -> Mapping[str, str]:
    """The name in the fact sheets of the article at each URL (without its query, where that is only tracking)."""
    room = newsroom()
    return {room.url(versions[0]): name for name, versions in room.versions.items()}

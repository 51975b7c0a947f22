"""A publish makes only what is made from something else than the last time; forgetting all of that changes no file."""

import os
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected, StageFailed
from aggregator.publish.outlet_ledger import OutletLedger, Statement
from aggregator.publish.publish import Published, publish
from aggregator.publish.story import story_values
from aggregator.settings import Settings
from aggregator.sources.successions import Former, continue_outlets
from aggregator.store.sessions import Store
from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Article
from aggregator.store.thread_tables import ThreadRow, ThreadStory
from aggregator.stories.topics import Topics
from aggregator.summarise.actions import act
from aggregator.summarise.page import StoryPage
from aggregator.summarise.versions import EDITOR, MACHINE, save_version
from aggregator.types import Lean
from tests.publish.site_pages import raw_story
from tests.publish.test_outlet_pages import Press, rated

KEYS = [f"s_{n}" for n in range(5)]
OUTLETS = ["beacon", "lantern", "ledger"]
TOPICS = [{"slug": slug, "name": slug.title()} for slug in ("ai", "city", "port")]


class Years:
    """A newsroom in which anything may happen between two publishes."""

    def __init__(self, store: Store, data: Path, clock: Clock, dice: random.Random) -> None:
        self.store, self.data, self.clock, self.dice = store, data, clock, dice
        self.press, self.settings = Press(store, data, clock), Settings()
        self.versions = dict.fromkeys(KEYS, 0)
        self.press.say(**{key: [rated("A", Lean.CENTER)] for key in OUTLETS})
        with store.write() as session:
            for n, key in enumerate(KEYS):
                _story(session, n, key, clock)

    def happen(self) -> str:
        """One thing; what it was."""
        self.clock.move(self.clock.now() + timedelta(minutes=5))
        things: list[Callable[[], None]] = [
            self.version, self.version, self.version, self.decide, self.rate, self.rename, self.thread, self.live,
            self.set, self.harm, self.sleep, self.sell,
        ]  # fmt: skip
        thing = self.dice.choice(things)
        thing()
        return thing.__name__

    def version(self) -> None:
        key = self.dice.choice(KEYS)
        self.versions[key] += 1
        slug = self.dice.choice(["council-votes", "council-votes-again"])
        raw = raw_story(
            key, version=self.versions[key], url=f"https://news.example.org/story/{key}/{slug}",
            headline=f"Headline {self.dice.randrange(9)}", topic=self.dice.choice(TOPICS),
            topics=self.dice.sample(TOPICS, 2), status=self.dice.choice(["published", "corrected", "held", "draft"]),
            updated_at=self.clock.now().isoformat(),
            related=[
                {"id": other, "topic": "ai", "headline": f"Related {other}", "source_count": 3,
                 "url": f"https://news.example.org/story/{other}/x"}
                for other in self.dice.sample(["s_elsewhere", *KEYS], 2)
            ],
        )  # fmt: skip
        for place, outlet in enumerate(self.dice.sample(OUTLETS, 2)):
            raw["sources"][place] |= {"outlet_key": outlet}
        with self.store.write() as session:
            by = self.dice.choice([MACHINE, EDITOR])
            save_version(session, StoryPage.model_validate(raw), self.clock, input_sha="e", recipe="r", by=by)

    def tell(self, key: str, version: int = 1, **changes: Any) -> None:
        """A page that readers see."""
        page = StoryPage.model_validate(raw_story(key, version=version, **changes))
        with self.store.write() as session:
            save_version(session, page, self.clock, input_sha="e", recipe="r", by=MACHINE)

    def decide(self) -> None:
        key, kind = self.dice.choice(KEYS), self.dice.choice(["hold", "publish", "withdraw"])
        try:
            with self.store.write() as session:
                act(session, key, kind, actor="Ann", reason="because of a doubt", clock=self.clock)
        except Rejected:
            return  # there is no such page, or it stands so already
        self.versions[key] += 1

    def rate(self) -> None:
        self.press.say(
            **{self.dice.choice(OUTLETS): [rated("B", self.dice.choice(list(Lean)), self.clock.now().date())]}
        )

    def rename(self) -> None:
        self.press.about(self.dice.choice(OUTLETS), name=f"Name {self.dice.randrange(9)}")

    def thread(self) -> None:
        with self.store.write() as session:
            session.get_one(ThreadStory, self.dice.choice(KEYS)).thread_id = self.dice.choice(["t_saga", None])

    def live(self) -> None:
        with self.store.write() as session:
            session.get_one(StoryRow, self.dice.choice(KEYS)).life = self.dice.choice(["growing", "settled"])

    def sleep(self) -> None:
        """Ratings come to their end, and outlets part."""
        self.clock.move(self.clock.now() + timedelta(days=self.dice.choice([1, 400])))

    def sell(self) -> None:
        one, other = self.dice.sample(OUTLETS, 2)
        until = self.clock.now().date() + timedelta(days=1)
        with self.store.write() as session:
            continue_outlets(session, {one: [Former(other, until)]}, self.clock.now())

    def set(self) -> None:
        name, value = self.dice.choice([("title", "Title"), ("notice", "Notice"), ("contact", "https://x.example/")])
        changed = self.settings.site.model_copy(update={name: f"{value}{self.dice.randrange(3)}"})
        self.settings = self.settings.model_copy(update={"site": changed})

    def harm(self) -> None:
        """Somebody changes a file, also one that is never served."""
        files = sorted(file for file in self.data.rglob("*") if file.is_file() and not file.is_symlink())
        if files:
            file = self.dice.choice(files)
            file.unlink() if self.dice.random() < 0.5 else file.write_bytes(b"x" + file.read_bytes())

    def publish(self, data: Path | None = None) -> Published:
        return publish(self.store, self.settings, Topics(), data or self.data, self.clock)


def _story(session: Session, n: int, key: str, clock: Clock) -> None:
    at = clock.now() - timedelta(days=5 - n)
    article = Article(id=f"a{n}", url="", outlet_key="beacon", origin="import", entry_sha="", found_at=at, order_at=at)
    session.add(article)
    session.flush()
    session.add(
        StoryRow(
            id=key, founding_article_id=f"a{n}", made_at=at, size=3, members_sha=key, first_at=at, last_at=at, life=""
        )
    )  # fmt: skip
    session.flush()
    if not n:
        session.add(ThreadRow(id="t_saga", founding_story_id=key, made_at=at))
        session.flush()
    session.add(
        ThreadStory(
            story_id=key, thread_id=None, founder=f"a{n}", input_sha="", recipe="", features_sha="", terms={},
            vector=None, first_at=at, last_at=at,
        )
    )  # fmt: skip


@pytest.fixture
def years(request: pytest.FixtureRequest, sqlite: Store, tmp_path: Path, clock: Clock) -> Years:
    return Years(sqlite, tmp_path / "data", clock, random.Random(getattr(request, "param", 7)))


@pytest.mark.parametrize("years", range(4), indirect=True)
def test_what_was_kept_is_what_would_be_made(years: Years, tmp_path: Path) -> None:
    told = []
    for number in range(25):
        told.append(years.happen())
        years.publish()
        forgetful = tmp_path / f"forgetful-{number}"
        shutil.copytree(years.data, forgetful, symlinks=True)
        for file in forgetful.glob(".published*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()

        assert years.publish(forgetful).changed == 0, told
        assert years.publish().changed == 0, told


def test_only_the_page_that_has_changed_is_rendered(years: Years, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        years.tell(key)
    years.publish()
    years.tell("s_3", 2, dek=[])
    rendered: list[str] = []

    def values(page: StoryPage, before: StoryPage | None) -> dict[str, Any]:
        rendered.append(page.id)
        return story_values(page, before)

    monkeypatch.setattr("aggregator.publish.site.story_values", values)
    years.publish()

    assert rendered == ["s_3"]


@pytest.mark.parametrize("harm", ["", "null", "[" * 100_000, '{"site": {"a": 5}, "entries": []}', '{"site": []}'])
def test_memory_that_is_harmed_is_as_if_there_were_none(years: Years, harm: str) -> None:
    years.tell("s_1")
    files = years.publish().changed
    for name in (".published", ".published-files"):
        (years.data / name).write_text(harm, "utf-8")

    assert years.publish() == Published(1, 0, files)


def test_an_entry_that_is_another_under_its_old_time_is_refused_once_and_made_again(years: Years) -> None:
    years.tell("s_1")
    years.publish()
    entry, feed = years.data / ".published-entries" / "s_1.json", years.data / "feeds" / "all.json"
    told, time = feed.read_bytes(), entry.stat().st_mtime_ns
    entry.write_bytes(entry.read_bytes().replace(b"Harbor", b"Xarbor"))
    os.utime(entry, ns=(time, time))
    feed.unlink()

    with pytest.raises(StageFailed, match="had been changed"):
        years.publish()
    years.publish()

    assert feed.read_bytes() == told


def test_an_entry_goes_with_the_page_that_an_editor_holds(years: Years) -> None:
    years.tell("s_1")
    years.publish()
    entries = years.data / ".published-entries"
    assert {file.name for file in entries.iterdir()} == {"s_1.json", "s_1.atom.xml"}
    (entries / "not-ours").mkdir()
    with years.store.write() as session:
        act(session, "s_1", "hold", actor="Ann", reason="because of a doubt", clock=years.clock)
    years.publish()

    assert [file.name for file in entries.iterdir()] == ["not-ours"]


def test_ratings_that_differ_in_what_their_repr_leaves_out_make_another_ledger() -> None:
    at = datetime(2026, 1, 15, tzinfo=UTC)
    ledgers = [
        OutletLedger(
            "post", "The Post", statements=(Statement(rated("A", Lean.LEFT, id=key, recorded_at=when), "post"),)
        )
        for key, when in (("r1", at), ("r2", at), ("r1", at + timedelta(days=1)))
    ]

    assert len({repr(ledger) for ledger in ledgers}) == 1
    assert len({repr(ledger.whole) for ledger in ledgers}) == 3

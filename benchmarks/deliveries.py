"""Stories do not depend on how articles were delivered: `python -m benchmarks.deliveries DATA [--cache FILE]`.

AllSides from 2018-09, embedded once, is put through the stage `cluster` on the clock of its own days, again and again:
in one shot, shuffled, day by day, in random portions through each day, and by processes that are killed at random
moments. Printed: whether partitions (and ids) are the same, how many articles change story later than a day after they
came, and whether every change has an event and every id leads somewhere. Ends with 1 where a claim does not hold.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.setting_sections import EmbedSettings
from aggregator.settings import Settings
from aggregator.stage import drain
from aggregator.store.leases import free_dead_leases
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow, Membership, Slice, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import embed_recipe
from aggregator.stories.embedding import lead
from aggregator.stories.ids import story_of
from aggregator.text import sha256
from benchmarks.cut import Row, Vectors, cached_vectors, month_range, read
from benchmarks.soundness import faults

#: an article that has not come yet
WAITING = "not-yet"
SETTINGS = Settings()
#: of the articles of the last 30 days, how many may change story later than a day after they came
MOST_LATE = 0.005


def main() -> None:
    """Deliver, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    parser.add_argument("--first", default="2018-09")
    parser.add_argument("--last", default="2019-06")
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    rows = month_range(read(options.data / "allsides_stories" / "stream.jsonl.gz"), options.first, options.last)
    vectors = cached_vectors(EmbedSettings(), options.cache)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "base.sqlite", rows, vectors)
        failed = compare(folder, rows, options.shuffles, options.kills)
    print("VERDICT: " + (f"fails: {', '.join(failed)}" if failed else "every claim holds"))
    raise SystemExit(bool(failed))


def compare(folder: Path, rows: Sequence[Row], shuffles: int, kills: int) -> list[str]:
    """Each way of delivery against one shot; the claims that do not hold."""
    base = folder / "base.sqlite"
    failed: list[str] = []

    def claim(what: str, holds: bool) -> None:
        if not holds:
            failed.append(what)

    with copied(base) as store:
        began, wall = time.process_time(), time.monotonic()
        in_one_shot(store, rows)
        wall = time.monotonic() - wall
        print(f"one shot: {len(rows)} articles, {time.process_time() - began:.1f} CPU s", flush=True)
        once, groups = stories(store), partition(store)
        claim("one shot is sound", sound(store))
    same = 0
    for seed in range(shuffles):
        with copied(base, seed) as store:
            in_one_shot(store, rows)
            same += stories(store) == once
    print(f"shuffled: {same} of {shuffles} with the same stories, ids included", flush=True)
    claim("shuffles", same == shuffles)
    same, moments = 0, []
    for seed in range(kills):
        with copied(base) as store:
            moments.append(killed_once(store, rows, random.Random(seed).uniform(0, wall)))
            same += stories(store) == once
    print(f"killed with so many slices stored: {moments}")
    print(f"killed: {same} of {kills} with the same stories, ids included", flush=True)
    claim("kills", same == kills)
    for portions, what in ((1, "by day"), (24, "in 24 portions a day")):
        with copied(base) as store:
            began = time.process_time()
            seen = through_the_days(store, rows, portions)
            alike = partition(store) == groups
            print(f"{what}: same partition {alike}, {time.process_time() - began:.0f} CPU s")
            print(f"  last 30 days: {seen}", flush=True)
            claim(f"{what}: partition", alike)
            claim(f"{what}: stability", seen.changed + seen.merged <= MOST_LATE * seen.articles)
            claim(f"{what} is sound", sound(store))
    return failed


def fill(file: Path, rows: Sequence[Row], vectors: Vectors) -> None:
    """A database with the articles as documents and embeddings, none of which has come yet."""
    store = Store(f"sqlite:///{file}")
    upgrade(store)
    recipe, words = embed_recipe(SETTINGS.embed), SETTINGS.embed.lead_words
    found = vectors([lead(row["title"], row["text"], words) for row in rows])
    articles, documents, embeddings = [], [], []
    for row, vector in zip(rows, found, strict=True):
        at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        sha = sha256(row["title"] + "\n" + row["text"])
        articles.append({
            "id": row["id"], "url": row["url"], "outlet_key": "all", "origin": "import", "title": row["title"],
            "published_at": at, "found_at": at, "order_at": at, "entry_sha": sha, "withheld": WAITING,
            "authors": [], "external_id": "", "summary": "", "section": "", "rights": "full",
        })  # fmt: skip
        documents.append({
            "article_id": row["id"], "revision": 1, "current": True, "input_sha": sha, "recipe": "",
            "title": row["title"], "text": row["text"], "text_sha256": sha, "content_sha": sha, "language": "en",
            "kind": "news", "extent": "full", "regions": [], "authors": [], "published_at": at, "date_trust": "feed",
            "made_at": at, "wire": "", "rights": "full",
        })  # fmt: skip
        embeddings.append({
            "article_id": row["id"], "recipe": recipe, "input_sha": sha, "space": "", "engine": "", "vector": vector,
            "made_at": at,
        })  # fmt: skip
    with store.write() as session:
        session.add(Outlet(key="all", name="All"))
        session.flush()
        session.execute(insert(Article), articles)
        session.execute(insert(Document), documents)
        session.execute(insert(EmbeddingRow), embeddings)
    store.close()


@contextmanager
def copied(base: Path, seed: int | None = None) -> Iterator[Store]:
    """A copy of the database, its articles stored in another order if a seed is given."""
    with tempfile.TemporaryDirectory(dir=base.parent) as name:
        file = Path(name) / "copy.sqlite"
        if seed is None:
            shutil.copy(base, file)
        store = Store(f"sqlite:///{file}")
        if seed is not None:
            upgrade(store)
            _shuffled(Store(f"sqlite:///{base}"), store, random.Random(seed))
        yield store
        store.close()


def _shuffled(source: Store, target: Store, chance: random.Random) -> None:
    with source.read() as read_, target.write() as write:
        for table in (Outlet, Article, Document, EmbeddingRow):
            columns = [column for column in table.__table__.columns if column.key != "feed_html"]
            every = [dict(row._mapping) for row in read_.execute(select(*columns))]
            chance.shuffle(every)
            write.execute(insert(table), every)
    source.close()


def in_one_shot(store: Store, rows: Sequence[Row]) -> None:
    """Everything comes at once, long after."""
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    come(store, [row["id"] for row in rows])
    drain(stage(clock), store, clock)


def killed_once(store: Store, rows: Sequence[Row], seconds: float) -> int:
    """A process is ended by SIGKILL after so many seconds, wherever it is then; this one does the rest. How many slices
    it had stored."""
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    come(store, [row["id"] for row in rows])
    store.close()
    begun = multiprocessing.get_context("fork").Event()
    worker = multiprocessing.get_context("fork").Process(target=_place, args=(store, clock, begun))
    worker.start()
    begun.wait()
    worker.join(seconds)
    if worker.pid is not None and worker.is_alive():
        os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    with store.read() as session:
        stored = session.scalar(select(func.count()).select_from(Slice)) or 0
    free_dead_leases(store)  # as every run does when it begins
    drain(stage(clock), store, clock)
    return stored


def _place(store: Store, clock: Clock, begun: Event) -> None:
    begun.set()
    drain(stage(clock), store, clock)


@dataclass(frozen=True)
class Late:
    """Of so many articles, how many were in another story in the end than a day after they came: `changed` in one that
    the old id does not lead to, `merged` in one that it does."""

    articles: int
    changed: int
    merged: int

    def __str__(self) -> str:
        share = (self.changed + self.merged) / max(self.articles, 1)
        return (
            f"of {self.articles} articles {self.changed} changed story later than a day, {self.merged} more with their "
            f"whole story, whose id leads on ({share:.2%} together)"
        )


def through_the_days(store: Store, rows: Sequence[Row], portions: int) -> Late:
    """Articles come on their day in random portions, each followed by a run; how steady those of the last 30 days are.

    A day is counted from the minute in which an article came.
    """
    chance = random.Random(portions)
    of_day: dict[datetime, list[str]] = defaultdict(list)
    for row in rows:
        of_day[datetime.fromisoformat(row["date"][:10]).replace(tzinfo=UTC)].append(row["id"])
    day, last = min(of_day), max(of_day)
    clock = Clock(day)
    cluster = stage(clock)
    came: dict[str, datetime] = {}
    a_day_after: dict[str, str] = {}
    while day <= last + timedelta(days=2):
        turns = defaultdict(list)
        for key in of_day.get(day, ()):
            turns[chance.randrange(portions)].append(key)
        for turn in range(portions):
            if turns[turn] or turn in (0, portions - 1):
                clock.move(day + timedelta(hours=24 * (turn + 1) / portions, minutes=-1))
                if old := [key for key, at in came.items() if at < clock.now() - timedelta(days=1)]:
                    with store.read() as session:
                        now = homes(session)
                    a_day_after |= {key: now[key] for key in old if came.pop(key)}
                came |= dict.fromkeys(turns[turn], clock.now())
                come(store, turns[turn])
                drain(cluster, store, clock)
        day += timedelta(days=1)
    recent = [key for day, keys in of_day.items() if day > last - timedelta(days=30) for key in keys]
    with store.read() as session:
        now = homes(session)
        others = [key for key in recent if a_day_after[key] != now[key]]
        merged = sum(story_of(session, a_day_after[key]).id == now[key] for key in others)
    return Late(len(recent), len(others) - merged, merged)


def come(store: Store, ids: Sequence[str]) -> None:
    """Let articles arrive."""
    with store.write() as session:
        for start in range(0, len(ids), 500):
            some = Article.id.in_(ids[start : start + 500])
            session.execute(update(Article).where(some).values(withheld=""))


def stage(clock: Clock) -> Cluster:
    """The stage as a run makes it."""
    return Cluster(SETTINGS.cluster, SETTINGS.embed, ("en",), clock)


def homes(session: Session) -> dict[str, str]:
    """The story of each article."""
    rows = session.execute(select(Membership.article_id, Membership.story_id))
    return {article: story for article, story in rows if story is not None}


def stories(store: Store) -> object:
    """All that is known of stories: ids, members, redirects."""
    with store.read() as session:
        return homes(session), {row.id: row.redirect_to for row in session.scalars(select(StoryRow))}


def partition(store: Store) -> set[frozenset[str]]:
    """The groups of articles, whatever their ids."""
    groups = defaultdict(set)
    with store.read() as session:
        for article, story in homes(session).items():
            groups[story].add(article)
    return {frozenset(group) for group in groups.values()}


def sound(store: Store) -> bool:
    """Print what happened to stories, and what is not as it should be: ids, and events that do not tell everything."""
    with store.read() as session:
        kinds = dict(iter(session.execute(select(StoryEvent.kind, func.count()).group_by(StoryEvent.kind)).all()))
        found = faults(session)
    print(f"  broken ids and untold changes: {len(found) or 'none'} {found[:5] or ''}; events {kinds}", flush=True)
    return not found


if __name__ == "__main__":
    main()

"""Stories do not depend on how articles were delivered: `python -m benchmarks.deliveries DATA [--cache FILE]`.

AllSides from 2018-09, embedded once, is put through the stage `cluster` on the clock of its own days, again and again:
in one shot, shuffled, day by day, in random portions through each day, and killed at random moments. Printed: whether
partitions (and ids) are the same, how many articles change story later than a day after they came, and whether every
change has an event and every id leads somewhere.
"""

import argparse
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.settings import EmbedSettings, Settings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Document, EmbeddingRow, Membership, Outlet, StoryEvent, StoryRow
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import embed_recipe
from aggregator.stories.embedding import lead
from aggregator.text import sha256
from benchmarks.cut import Row, Vectors, cached_vectors, month_range, read

#: an article that has not come yet
WAITING = "not-yet"
SETTINGS = Settings()


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
        compare(folder, rows, options.shuffles, options.kills)


def compare(folder: Path, rows: Sequence[Row], shuffles: int, kills: int) -> None:
    """Each way of delivery against one shot."""
    base = folder / "base.sqlite"
    with copied(base) as store:
        began = time.monotonic()
        in_one_shot(store, rows)
        print(f"one shot: {len(rows)} articles in {time.monotonic() - began:.1f} s", flush=True)
        once, groups = stories(store), partition(store)
        sound(store)
    same = 0
    for seed in range(shuffles):
        with copied(base, seed) as store:
            in_one_shot(store, rows)
            same += stories(store) == once
    print(f"shuffled: {same} of {shuffles} with the same stories, ids included", flush=True)
    same = 0
    for seed in range(kills):
        with copied(base) as store:
            killed_once(store, rows, random.Random(seed))
            same += stories(store) == once
    print(f"killed: {same} of {kills} with the same stories, ids included", flush=True)
    for portions, what in ((1, "by day"), (24, "in 24 portions a day")):
        with copied(base) as store:
            began = time.monotonic()
            late, seen = through_the_days(store, rows, portions)
            print(f"{what}: same partition {partition(store) == groups}, {time.monotonic() - began:.0f} s")
            print(f"  last 30 days: {late} of {seen} articles changed story later than a day", flush=True)
            sound(store)


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


def killed_once(store: Store, rows: Sequence[Row], chance: random.Random) -> None:
    """The process ends at some moment within a slice, then another does the rest."""
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    come(store, [row["id"] for row in rows])
    days = len({row["date"][:10] for row in rows})
    dying = Dying(SETTINGS.cluster, SETTINGS.embed, ("en",), clock)
    dying.left = chance.randrange(days)
    dying.whole = chance.random() < 0.5
    with suppress(KeyboardInterrupt):
        drain(dying, store, clock)
    drain(stage(clock), store, clock)


class Dying(Cluster):
    """A stage whose process is ended in the middle of a slice: before it is saved, or while it is."""

    left = 0
    whole = False

    def save(self, session: Session, results: Sequence[object]) -> None:
        """See Cluster; not to the end."""
        self.left -= 1
        if self.left < 0 and self.whole:
            raise KeyboardInterrupt
        super().save(session, results)  # type: ignore[arg-type]
        if self.left < 0:
            raise KeyboardInterrupt


def through_the_days(store: Store, rows: Sequence[Row], portions: int) -> tuple[int, int]:
    """Articles come on their day in random portions, each followed by a run; of the articles of the last 30 days, how
    many were in another story in the end than a day after their own."""
    chance = random.Random(portions)
    of_day: dict[datetime, list[str]] = defaultdict(list)
    for row in rows:
        of_day[datetime.fromisoformat(row["date"][:10]).replace(tzinfo=UTC)].append(row["id"])
    first, last = min(of_day), max(of_day)
    clock = Clock(first)
    cluster = stage(clock)
    a_day_after: dict[str, str] = {}
    day = first
    while day <= last + timedelta(days=2):
        turns = defaultdict(list)
        for key in of_day.get(day, ()):
            turns[chance.randrange(portions)].append(key)
        for turn in range(portions):
            if turns[turn] or turn in (0, portions - 1):
                clock.move(day + timedelta(hours=24 * (turn + 1) / portions, minutes=-1))
                come(store, turns[turn])
                drain(cluster, store, clock)
        with store.read() as session:
            now = homes(session)
        for key in of_day.get(day - timedelta(days=1), ()):
            a_day_after[key] = now[key]
        day += timedelta(days=1)
    recent = [key for day, keys in of_day.items() if day > last - timedelta(days=30) for key in keys]
    with store.read() as session:
        now = homes(session)
        return sum(lead_to(session, a_day_after[key]) != now[key] for key in recent), len(recent)


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


def lead_to(session: Session, key: str) -> str:
    """Where an id leads in the end."""
    while (to := session.get_one(StoryRow, key).redirect_to) is not None:
        key = to
    return key


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


def sound(store: Store) -> None:
    """Print what is not as it should be: ids that lead nowhere, stories whose record does not tell what happened."""
    with store.read() as session:
        rows = session.scalars(select(StoryRow)).all()
        broken = [row.id for row in rows if (row.size == 0) != (row.redirect_to is not None)]
        ends = {row.id: lead_to(session, row.id) for row in rows}
        broken += [key for key, end in ends.items() if not session.get_one(StoryRow, end).size]
        told = dict.fromkeys(homes(session), "")
        for event in session.scalars(select(StoryEvent).order_by(StoryEvent.id)):
            if event.kind in ("made", "joined") and event.article_id:
                told[event.article_id] = event.story_id
            elif event.kind == "moved" and event.article_id and event.other_id:
                told[event.article_id] = event.other_id
        kinds: dict[str, int] = defaultdict(int)
        for event in session.scalars(select(StoryEvent.kind)):
            kinds[event] += 1
        untold = [key for key, story in told.items() if not story]
        print(f"  broken ids: {broken or 'none'}; articles without an event: {len(untold)}; {dict(kinds)}", flush=True)


if __name__ == "__main__":
    main()

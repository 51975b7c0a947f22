"""How long the desk takes to answer: queue, search, a story of usual size and one of 500 articles.

    python benchmarks/desk.py --articles 20000 --stories 3000

Fills a database of its own (SQLite, in a temporary folder) with made-up articles, stories and pages of usual size, then
asks the application in this process, without a network. Prints the median and the 95th percentile in milliseconds, and
the 95th percentile of the processor's time, which other programs on the machine do not lengthen.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from starlette.testclient import TestClient

from aggregator.clock import Clock
from aggregator.desk.app import create_app
from aggregator.desk.asked import Workplace
from aggregator.desk.gate import COOKIE
from aggregator.settings import Settings
from aggregator.store.desk_tables import Glance, SignIn, User
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.migrate import upgrade
from aggregator.store.page_tables import PageRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, NearMiss, Slice, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.topics import Topics
from aggregator.summarise.glance import STATES
from aggregator.text import sha256

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
WORDS = (
    "harbor",
    "mayor",
    "bridge",
    "ferry",
    "strike",
    "council",
    "flood",
    "levee",
    "school",
    "budget",
    "café",
    "vote",
)
LABELS = ("Left", "Lean Left", "Center", "Lean Right", "Right")
OUTLETS, BIG = 60, 500
TEXT_CHARS, PAGE_CHARS = 3_000, 60_000


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="not needed: everything is made up")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--stories", type=int, default=3_000)
    parser.add_argument("--times", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/desk.sqlite")
        upgrade(store)
        fill(store, given.articles, given.stories)
        work = Workplace(store, Settings(), Topics(), Path(folder), Clock(NOW), lambda: NOW)
        client = TestClient(create_app(work), base_url="http://desk.example")
        client.cookies.set(COOKIE, "token", domain="desk.example", path="/desk")
        print(
            f"{given.articles:,} articles, {given.stories:,} stories\n\n"
            "| View | median ms | p95 ms | p95 CPU ms |\n|---|---|---|---|"
        )
        for name, addresses in views(given.stories):
            pairs = [taken(client, address) for address in (addresses * given.times)[: given.times]]
            took, used = (sorted(1000 * pair[k] for pair in pairs) for k in (0, 1))
            late = int(0.95 * len(took))
            print(f"| {name} | {statistics.median(took):.0f} | {took[late]:.0f} | {used[late]:.0f} |")
        store.close()


def views(stories: int) -> Iterator[tuple[str, list[str]]]:
    """What is asked for."""
    chance = random.Random(2)
    usual = [f"/desk/story/s_{chance.randrange(1, stories)}" for _ in range(20)]
    yield "queue", ["/desk", "/desk?page=7", "/desk?state=held", "/desk?state=none", "/desk?state=none&page=20"]
    yield "queue, search", ["/desk?q=harbor+mayor", "/desk?q=cafe", "/desk?q=zzz", "/desk?q=vote&state=none"]
    yield "story", usual
    yield f"story of {BIG} articles", ["/desk/story/s_0"]


def taken(client: TestClient, address: str) -> tuple[float, float]:
    """How long an answer takes, on the wall and of the processor's time."""
    began, used = time.perf_counter(), time.process_time()
    assert client.get(address).status_code == 200, address
    return time.perf_counter() - began, time.process_time() - used


def fill(store: Store, articles: int, stories: int) -> None:
    """Outlets with ratings, articles with documents in stories, pages for every third story, and somebody signed in."""
    chance = random.Random(1)
    homes = [0] * BIG + list(range(1, stories)) + [chance.randrange(1, stories) for _ in range(articles)]
    homes = homes[:articles]
    with store.write() as session:
        session.add(User(key="ann", name="Ann", password="", role="chief", created_at=NOW))
        session.add(Slice(id=1, day=NOW.date(), placed_at=NOW, recipe="b", documents=articles, terms={}))
        session.flush()
        session.add(SignIn(token_sha=sha256("token"), user_key="ann", csrf="token", created_at=NOW, seen_at=NOW))
        tables: Sequence[tuple[Any, Iterator[dict[str, Any]]]] = (
            (Outlet, outlet_rows()),
            (RatingRow, rating_rows()),
            (Article, article_rows(len(homes))),
            (Document, document_rows(len(homes), chance)),
            (StoryRow, story_rows(homes, stories)),
            (Membership, member_rows(homes)),
            (StoryEvent, event_rows(homes)),
            (NearMiss, near_rows(len(homes), stories, chance)),
            (PageRow, page_rows(stories)),
            (Glance, glance_rows(stories, chance)),
        )
        for table, rows in tables:
            session.execute(insert(table), list(rows))


def outlet_rows() -> Iterator[dict[str, Any]]:
    """Outlets."""
    plain = {"home": "", "country": "", "language": "", "kind": "", "owner": "", "domains": [], "satire": False}
    for n in range(OUTLETS):
        yield {**plain, "key": f"o{n}", "name": f"Outlet {n}", "rights": "full", "listed": True}


def rating_rows() -> Iterator[dict[str, Any]]:
    """A rating of two thirds of the outlets."""
    day = NOW.date() - timedelta(days=300)
    for n in range(2 * OUTLETS // 3):
        yield {
            "id": f"r{n}", "outlet_key": f"o{n}", "unit": "news", "rater": "r", "family": "r", "state": "rated",
            "label": LABELS[n % 5], "position": n % 5 - 2, "method": "", "reason": "", "url": "", "rated_on": day,
            "valid_from": day, "recorded_at": NOW - timedelta(days=300),
        }  # fmt: skip


def title(n: int) -> str:
    """A title of seven words."""
    return " ".join(random.Random(n).choices(WORDS, k=7))


def moment(n: int) -> datetime:
    """When an article was published."""
    return NOW - timedelta(minutes=2 * n)


def article_rows(count: int) -> Iterator[dict[str, Any]]:
    """Articles."""
    for n in range(count):
        at = moment(n)
        yield {
            "id": f"a_{n}", "url": f"https://o{n % OUTLETS}.example/{n}", "outlet_key": f"o{n % OUTLETS}",
            "origin": "import", "external_id": "", "title": title(n), "summary": "", "authors": [], "section": "",
            "published_at": at, "found_at": at, "order_at": at, "entry_sha": "", "rights": "full", "withheld": "",
        }  # fmt: skip


def document_rows(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """A document of usual length for each."""
    for n in range(count):
        yield {
            "article_id": f"a_{n}", "revision": 1, "current": True, "input_sha": "", "recipe": "", "title": title(n),
            "text": "x" * int(TEXT_CHARS * (0.5 + chance.random())), "text_sha256": "", "content_sha": str(n),
            "language": "en", "kind": "news", "extent": "full", "regions": [], "authors": [], "wire": "",
            "rights": "full", "date_trust": "feed", "made_at": NOW,
        }  # fmt: skip


def story_rows(homes: Sequence[int], stories: int) -> Iterator[dict[str, Any]]:
    """Stories, the first of them the big one."""
    first: dict[int, int] = {}
    sizes = [0] * stories
    for article, home in enumerate(homes):
        first.setdefault(home, article)
        sizes[home] += 1
    for n in range(stories):
        at = moment(first[n])
        yield {
            "id": f"s_{n}", "founding_article_id": f"a_{first[n]}", "made_at": at, "first_at": at, "last_at": at,
            "size": sizes[n], "members_sha": str(n), "locked": n % 97 == 0, "name": "", "topic": "",
        }  # fmt: skip


def member_rows(homes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Who is where."""
    for article, home in enumerate(homes):
        row = {"slice_id": 1, "content_sha": str(article), "score": 0.3, "joined_at": NOW}
        yield {"article_id": f"a_{article}", "story_id": f"s_{home}", **row}


def event_rows(homes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Why each article is there."""
    for article, home in enumerate(homes):
        row = {"kind": "joined", "score": 0.3, "reason": "average link"}
        yield {"at": NOW, "story_id": f"s_{home}", "article_id": f"a_{article}", **row}


def near_rows(count: int, stories: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Three stories that each second article almost joined."""
    for n in range(0, count, 2):
        for home in chance.sample(range(stories), 3):
            yield {"article_id": f"a_{n}", "story_id": f"s_{home}", "score": 0.1 + chance.random() / 10}


def page_rows(stories: int) -> Iterator[dict[str, Any]]:
    """Two versions of a page of usual size for each third story."""
    content = {"filler": "x" * PAGE_CHARS}
    for n in range(0, stories, 3):
        for version in (1, 2):
            yield {
                "id": f"s_{n}", "version": version, "content": content, "sha256": "", "edition": "",
                "status": "published", "input_sha": "", "recipe": "", "made_at": NOW, "made_by": "machine",
                "reason": "",
            }  # fmt: skip


def glance_rows(stories: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """A look at each of these pages, in all states."""
    sides = {label: {"sources": 2, "independent": 1} for label in LABELS}
    counts = {"articles": 10, "sources": 10, "independent": 5, "by_lean": sides, "unrated": 1}
    for n in range(0, stories, 3):
        yield {
            "page_id": f"s_{n}", "version": 2, "seen": 2, "state": chance.choice(STATES[:-1]), "status": "published",
            "made_by": "machine", "made_at": moment(n), "reason": "", "headline": title(n), "topic": "news",
            "coverage": counts,
        }  # fmt: skip


if __name__ == "__main__":
    main()

"""What readers see of threads: earlier and later pages of an ongoing subject, and where a story is in its life.

Worked out when the site is published, from the stories as they are then: a page is not written again because its thread
went on. Only pages that readers can read count: held, withdrawn and merged ones are in no list.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import rfc3339
from aggregator.publish.files import SiteInfo
from aggregator.publish.items import Item
from aggregator.publish.pages import Head
from aggregator.store.page_tables import PageRow
from aggregator.store.story_tables import StoryRow
from aggregator.store.thread_tables import ThreadRow, ThreadStory
from aggregator.summarise.page import ENDED

#: where a story is in its life, as readers are told
LIFE = {
    "open": "developing",
    "growing": "reports still coming in",
    "settled": "no new reports",
    "archived": "archived",
    "reopened": "new reports after a pause",
}
#: earlier pages that a page names
MOST_EARLIER = 5


@dataclass(frozen=True)
class Threads:
    """Pages by thread, oldest story first, and the life of each story.

    `pages` has threads of two pages or more. `former` are threads that once were: the one that each went into, or "".
    """

    pages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    life: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)

    def of(self, page_id: str) -> str:
        """The thread of a page; "" if it is in none that readers see."""
        return self._of.get(page_id, "")

    def earlier(self, page_id: str) -> Sequence[str]:
        """The pages before it in its thread, the newest first, as many as are named."""
        before = self.pages.get(self.of(page_id), ())
        return [*before[: before.index(page_id)]][::-1][:MOST_EARLIER] if before else []

    def later(self, page_id: str) -> Sequence[str]:
        """The pages after it in its thread, the newest first."""
        thread = self.pages.get(self.of(page_id), ())
        return [*thread[thread.index(page_id) + 1 :]][::-1] if thread else []

    @cached_property
    def _of(self) -> Mapping[str, str]:
        return {page: thread for thread, pages in self.pages.items() for page in pages}


@dataclass(frozen=True, slots=True)
class Line:
    """A story in the list of a thread; `life` in words, or empty."""

    page: Head
    path: str
    life: str


def thread_path(thread: str) -> str:
    """The file of a thread's page."""
    return f"thread/{thread}/index.html"


def read_threads(session: Session, readable: Collection[str]) -> Threads:
    """The threads of the pages that are readable."""
    pages: dict[str, list[str]] = defaultdict(list)
    placed = select(ThreadStory.thread_id, ThreadStory.story_id).where(ThreadStory.thread_id.is_not(None))
    placed = placed.where(ThreadStory.story_id.in_(select(PageRow.id)))
    for thread, story in session.execute(placed.order_by(ThreadStory.first_at, ThreadStory.founder)):
        if thread is not None and story in readable:
            pages[thread].append(story)
    shown = {thread: some for thread, some in sorted(pages.items()) if len(some) > 1}
    rows = session.execute(select(ThreadRow.id, ThreadRow.redirect_to).order_by(ThreadRow.id))
    leads: dict[str, str | None] = {row.id: row.redirect_to for row in rows}
    former = {key: _end(key, leads) for key in leads if key not in shown}
    living = select(StoryRow.id, StoryRow.life).where(StoryRow.life != "", StoryRow.id.in_(select(PageRow.id)))
    life = {key: state for key, state in session.execute(living.order_by(StoryRow.id)) if key in readable}
    return Threads(shown, life, {key: to if to in shown else "" for key, to in former.items()})


def _end(key: str, leads: Mapping[str, str | None]) -> str:
    """Where a thread's redirects end."""
    seen: set[str] = set()
    while key not in seen and (to := leads.get(key)):
        seen.add(key)
        key = to
    return key


def thread_of(item: Item, threads: Threads, others: Mapping[str, Item], site: SiteInfo) -> dict[str, Any]:
    """Where a story stands in an ongoing subject, and in its life; empty where nothing is known of that.

    Only what came before is listed, so that items of the past stay as they are.
    """
    thread, life = threads.of(item.page_id), threads.life.get(item.page_id)
    if item.status in ENDED or not (thread or life):
        return {}
    earlier = [others[key] for key in threads.earlier(item.page_id)]
    return {
        "id": thread or None,
        "url": f"{site.base_url.rstrip('/')}/thread/{thread}/" if thread else None,
        "life": life,
        "earlier": [
            {"id": one.page_id, "url": one.url, "title": one.title, "date_published": rfc3339(one.published)}
            for one in earlier
        ],
    }

"""Publish: the pages that may be seen become the site and the feeds, as files under the data directory.

`site/` is the whole of what is served, `site/feeds/` included; `feeds` beside it leads there. Only changed files are
written, each whole or not at all.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from aggregator.clock import Clock
from aggregator.publish.feeds import render_feeds
from aggregator.publish.files import File, SiteInfo, write_files
from aggregator.publish.render import Renderer
from aggregator.publish.site import render_site
from aggregator.resources import resource
from aggregator.settings import Settings
from aggregator.store.page_tables import PageRow, PageSlug
from aggregator.store.sessions import Store
from aggregator.stories.topics import Topics
from aggregator.summarise.actions import release
from aggregator.summarise.page import SEEN, StoryPage, Topic
from aggregator.summarise.versions import shown

SITE, FEEDS = "site", "feeds"


@dataclass(frozen=True)
class Published:
    """What a publish did: pages that readers can see, and files."""

    pages: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class _Shelf:
    pages: tuple[StoryPage, ...]
    slugs: dict[str, list[str]]
    stood_in: dict[str, set[str]]
    #: slugs of the pages that readers saw before an editor held them
    held: dict[str, list[str]]
    #: topics in which a page that readers saw has ever stood
    topics: dict[str, Topic]


def publish(store: Store, settings: Settings, topics: Topics, data: Path, clock: Clock) -> Published:
    """Write site and feeds from the newest version of each page that may be seen; what editors approved goes out.

    Raises StageFailed on a full disk.
    """
    with store.write() as session:
        release(session, clock)
    with store.read() as session:
        shelf = _read(session)
    site = settings.site
    info = SiteInfo(
        title=site.title,
        base_url=site.base_url.rstrip("/"),
        language=site.language,
        timezone=site.timezone,
        now=clock.now(),
        notice=site.notice,
        contact=site.contact,
    )
    shelves = [Topic(slug=topic.slug, name=topic.name) for topic in topics.topics]
    root = data / SITE
    earlier = [f"{FEEDS}/{file.relative_to(root / FEEDS).as_posix()}" for file in (root / FEEDS).rglob("*.*")]
    feeds = render_feeds(shelf.pages, info, shelves, stood_in=shelf.stood_in, earlier=earlier)
    method = (resource("docs") / "method.md").read_text(encoding="utf-8")
    # a topic that only pages know keeps its page when the last of them is gone: it must not go on listing that
    former = [topic for slug, topic in sorted(shelf.topics.items()) if slug not in {one.slug for one in shelves}]
    pages = render_site(shelf.pages, info, [*shelves, *former], slugs=shelf.slugs, method=method)
    written = write_files(pages, root)
    kept_back = write_files(_notes(shelf.held, info), root)
    told = write_files(feeds, root)
    with contextlib.suppress(FileExistsError):
        os.symlink(Path(SITE) / FEEDS, data / FEEDS, target_is_directory=True)
    done = (written, kept_back, told)
    return Published(len(shelf.pages), sum(one.changed for one in done), sum(one.unchanged for one in done))


def _read(session: Session) -> _Shelf:
    """The version of each page to be seen: the newest that is not held back, unless an editor holds the page."""
    rows = session.scalars(
        select(PageRow).options(undefer(PageRow.content)).order_by(PageRow.id, PageRow.version.desc())
    )
    versions: dict[str, list[PageRow]] = {}
    for row in rows:
        versions.setdefault(row.id, []).append(row)
    seen: list[PageRow] = [row for one in versions.values() if (row := shown(one)) is not None]
    slugs: dict[str, list[str]] = {}
    for used in session.scalars(select(PageSlug).order_by(PageSlug.page_id, PageSlug.first_used_at, PageSlug.slug)):
        slugs.setdefault(used.page_id, []).append(used.slug)
    stood_in = {key: {row.content["topic"]["slug"] for row in one} for key, one in versions.items()}
    topics = [Topic(**row.content["topic"]) for one in versions.values() for row in one if _is_seen(row)]
    pages = tuple(StoryPage.model_validate(row.content) for row in seen)
    out = {page.id for page in pages}
    held = {key: slugs.get(key, []) for key, one in versions.items() if key not in out and any(map(_is_seen, one))}
    places = {page.id: _newest_last(slugs[page.id], page) for page in pages}
    return _Shelf(pages, places, stood_in, held, {topic.slug: topic for topic in topics})


def _is_seen(row: PageRow) -> bool:
    return row.status in SEEN


def _notes(held: Mapping[str, Sequence[str]], info: SiteInfo) -> Iterator[File]:
    """What stands at every address of a page while an editor holds it: neither its text nor an error."""
    render = Renderer(info, {"nav": []})
    for page_id, slugs in sorted(held.items()):
        folders = [f"story/{page_id}", *(f"story/{page_id}/{slug}" for slug in slugs)]
        yield from render.pages("held.html", *(f"{folder}/index.html" for folder in folders), canonical="")


def _newest_last(used: Sequence[str], page: StoryPage) -> list[str]:
    """The slug of the page's present address comes last, also when an older one was taken up again."""
    present = page.url.rpartition("/")[2]
    return [slug for slug in used if slug != present] + [present]

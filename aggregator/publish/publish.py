"""Publish: the pages that may be seen become the site and the feeds, as files under the data directory.

`site/` is the whole of what is served, `site/feeds/` included; `feeds` beside it leads there. Only changed files are
written, each whole or not at all; where nothing has changed, nothing is rendered.
"""

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.publish.feeds import render_feeds
from aggregator.publish.files import File, SiteInfo, write_files
from aggregator.publish.ledger_reading import ledger_state, read_ledgers
from aggregator.publish.made import changes
from aggregator.publish.outlet_ledger import Ledgers
from aggregator.publish.render import Renderer
from aggregator.publish.site import render_site
from aggregator.publish.state import files_as_left, program, remember
from aggregator.publish.threads import Threads, read_threads
from aggregator.resources import resource
from aggregator.settings import Settings
from aggregator.store.page_tables import PageRow, PageSlug
from aggregator.store.sessions import Store
from aggregator.stories.topics import Topics
from aggregator.summarise.actions import release
from aggregator.summarise.page import ENDED, SEEN, StoryPage, Topic
from aggregator.summarise.versions import shown
from aggregator.text import sha256

SITE, FEEDS = "site", "feeds"
#: contents that are read at once
_AT_ONCE = 200


@dataclass(frozen=True)
class Published:
    """What a publish did: pages that readers can see, and files."""

    pages: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class _Catalogue:
    """Every version of every page without its text, newest first, and the slugs that each page has used."""

    versions: Mapping[str, Sequence[Row[Any]]]
    slugs: Mapping[str, list[str]]


@dataclass(frozen=True)
class _Shelf:
    pages: tuple[StoryPage, ...]
    slugs: dict[str, list[str]]
    stood_in: dict[str, set[str]]
    #: slugs of the pages that readers saw before an editor held them
    held: dict[str, list[str]]
    #: topics in which a page that readers saw has ever stood
    topics: dict[str, Topic]
    #: of a page with several versions, the one that readers saw before this one
    before: dict[str, StoryPage]


def publish(store: Store, settings: Settings, topics: Topics, data: Path, clock: Clock) -> Published:
    """Write site and feeds from the newest version of each page that may be seen; what editors approved goes out.

    Raises StageFailed on a full disk.
    """
    with store.write() as session:
        release(session, clock)
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
    method, pictures = _method()
    root = data / SITE
    with store.read() as session:
        catalogue = _catalogue(session)
        frame = (
            site.model_dump(),
            [(shelf.slug, shelf.name) for shelf in shelves],
            sha256(repr((method, pictures))),
            program(),
        )
        threads = _with_files(read_threads(session, _readable(catalogue)), root)
        made_from = sha256(repr((frame, catalogue, threads, ledger_state(session, clock.now()))))
        if (files := files_as_left(data, root, made_from)) is not None:
            return Published(sum(shown(one) is not None for one in catalogue.versions.values()), 0, files)
        shelf = _read(session, catalogue)
        ledgers = read_ledgers(session, clock.now(), site, also=_with_page(root))
    earlier = [f"{FEEDS}/{file.relative_to(root / FEEDS).as_posix()}" for file in (root / FEEDS).rglob("*.*")]
    feeds = render_feeds(
        shelf.pages, info, shelves, stood_in=shelf.stood_in, earlier=earlier, threads=threads, ledgers=ledgers
    )
    written = write_files(_site(shelf, info, shelves, method, pictures, threads, ledgers), root)
    kept_back = write_files(_notes(shelf.held, info), root)
    told = write_files(feeds, root)
    with contextlib.suppress(FileExistsError):
        os.symlink(Path(SITE) / FEEDS, data / FEEDS, target_is_directory=True)
    done = (written, kept_back, told)
    changed, unchanged = sum(one.changed for one in done), sum(one.unchanged for one in done)
    remember(data, root, made_from, changed + unchanged)
    return Published(len(shelf.pages), changed, unchanged)


def _method() -> tuple[str, dict[str, bytes]]:
    """The text of how we work, and the pictures in it."""
    docs = resource("docs")
    text = (docs / "method.md").read_text(encoding="utf-8")
    return text, {name: (docs / name).read_bytes() for name in re.findall(r"!\[[^\]]*\]\(([\w-]+\.svg)\)", text)}


def _site(
    shelf: _Shelf,
    info: SiteInfo,
    shelves: Sequence[Topic],
    method: str,
    pictures: Mapping[str, bytes],
    threads: Threads,
    ledgers: Ledgers,
) -> Iterator[File]:
    # a topic that only pages know keeps its page when the last of them is gone: it must not go on listing that
    known = {one.slug for one in shelves}
    former = [topic for slug, topic in sorted(shelf.topics.items()) if slug not in known]
    return render_site(
        shelf.pages,
        info,
        [*shelves, *former],
        slugs=shelf.slugs,
        method=method,
        before=shelf.before,
        threads=threads,
        ledgers=ledgers,
        pictures=pictures,
    )


def _catalogue(session: Session) -> _Catalogue:
    fields = (PageRow.id, PageRow.version, PageRow.status, PageRow.made_by, PageRow.sha256)
    versions: dict[str, list[Any]] = {}
    for row in session.execute(select(*fields).order_by(PageRow.id, PageRow.version.desc())):
        versions.setdefault(row.id, []).append(row)
    slugs: dict[str, list[str]] = {}
    for used in session.scalars(select(PageSlug).order_by(PageSlug.page_id, PageSlug.first_used_at, PageSlug.slug)):
        slugs.setdefault(used.page_id, []).append(used.slug)
    return _Catalogue(versions, slugs)


def _readable(catalogue: _Catalogue) -> set[str]:
    """The pages of which readers see a version that is not a tombstone."""
    seen = {key: shown(one) for key, one in catalogue.versions.items()}
    return {key for key, row in seen.items() if row is not None and row.status not in ENDED}


def _with_files(threads: Threads, root: Path) -> Threads:
    """Of threads that are no more, those that have a page on the site: it must not go on telling what it told."""
    left = {key: to for key, to in threads.former.items() if (root / "thread" / key / "index.html").is_file()}
    return replace(threads, former=left)


def _with_page(root: Path) -> Iterator[str]:
    """The outlets that have a page on the site: its address never breaks, whatever becomes of them."""
    return (file.parent.name for file in root.glob("outlet/*/index.html"))


def _read(session: Session, catalogue: _Catalogue) -> _Shelf:
    """The version of each page to be seen: the newest that is not held back, unless an editor holds the page.

    Of all other versions only the topics are read.
    """
    versions, slugs = catalogue.versions, catalogue.slugs
    seen = [(row.id, row.version) for one in versions.values() if (row := shown(one)) is not None]
    of_version = {
        (row.id, row.version): {one["slug"]: Topic(**one) for one in (row.topic, *(row.topics or ()))}
        for row in session.execute(
            select(
                PageRow.id,
                PageRow.version,
                PageRow.content["topic"].label("topic"),
                PageRow.content["topics"].label("topics"),
            )
        )
    }
    stood_in = {key: {slug for row in one for slug in of_version[key, row.version]} for key, one in versions.items()}
    topics = {
        slug: topic
        for one in versions.values()
        for row in one
        if _is_seen(row)
        for slug, topic in of_version[row.id, row.version].items()
    }
    pages = tuple(StoryPage.model_validate(content) for content in _contents(session, seen))
    out = {page.id for page in pages}
    held = {key: slugs.get(key, []) for key, one in versions.items() if key not in out and any(map(_is_seen, one))}
    places = {page.id: _newest_last(slugs[page.id], page) for page in pages}
    before = _earlier(session, pages, versions)
    return _Shelf(pages, places, stood_in, held, topics, before)


def _earlier(
    session: Session, pages: Sequence[StoryPage], versions: Mapping[str, Sequence[Row[Any]]]
) -> dict[str, StoryPage]:
    """For each page the last version before it that readers could read and that read otherwise, where there is one."""
    found: dict[str, StoryPage] = {}
    waiting = {page.id: page for page in pages if page.status not in ENDED}
    older = {
        key: [row for row in versions[key] if _is_read(row) and row.version < waiting[key].version] for key in waiting
    }
    depth = 0
    while asked := [(key, rows[depth].version) for key, rows in older.items() if key in waiting and len(rows) > depth]:
        for (key, _), content in zip(asked, _contents(session, asked), strict=True):
            earlier = StoryPage.model_validate(content)
            if changes(earlier, waiting[key]):
                found[key] = earlier
                del waiting[key]
        depth += 1
    return found


def _contents(session: Session, wanted: Sequence[tuple[str, int]]) -> Iterator[Any]:
    """The pages as stored, in the order of `wanted`."""
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        query = select(PageRow.id, PageRow.version, PageRow.content)
        found = session.execute(query.where(tuple_(PageRow.id, PageRow.version).in_(some)))
        by_key = {(row.id, row.version): row.content for row in found}
        yield from (by_key[key] for key in some)


def _is_seen(row: Any) -> bool:
    return row.status in SEEN


def _is_read(row: Row[Any]) -> bool:
    return row.status in SEEN and row.status not in ENDED


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

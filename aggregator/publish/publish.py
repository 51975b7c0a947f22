"""Publish: the pages that may be seen become the site and the feeds, as files under the data directory.

`site/` is the whole of what is served, `site/feeds/` included; `feeds` beside it leads there. Only changed files are
written, each whole or not at all. Where nothing has changed nothing is rendered; else the pages of stories and outlets
and the files of feeds that are made from something else than the last time, and the lists of all.
"""

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.clock import Clock
from aggregator.publish.feeds import render_feeds
from aggregator.publish.files import AsLeft, File, SiteInfo, write_files
from aggregator.publish.kept import Kept
from aggregator.publish.ledger_reading import ledger_state, read_ledgers
from aggregator.publish.outlet_ledger import Ledgers
from aggregator.publish.page_reading import Shelf, read_catalogue, read_shelf
from aggregator.publish.render import Renderer
from aggregator.publish.site import render_site
from aggregator.publish.state import files_as_left, kept_of, program, remember
from aggregator.publish.threads import Threads, read_threads
from aggregator.resources import resource
from aggregator.setting_sections import SiteSettings
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.stories.topics import Topics
from aggregator.summarise.actions import release
from aggregator.summarise.page import Topic
from aggregator.text import sha256

SITE, FEEDS = "site", "feeds"


@dataclass(frozen=True)
class Published:
    """What a publish did: pages that readers can see, and files."""

    pages: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class _Frame:
    """What is published beside pages and ledgers: `method` is the text of how we work, with the pictures in it."""

    site: SiteInfo
    topics: Sequence[Topic]
    method: str
    pictures: Mapping[str, bytes]

    def state(self) -> tuple[object, ...]:
        """All of it but the site's settings."""
        return [(one.slug, one.name) for one in self.topics], sha256(repr((self.method, self.pictures)))


def publish(store: Store, settings: Settings, topics: Topics, data: Path, clock: Clock) -> Published:
    """Write site and feeds from the newest version of each page that may be seen; what editors approved goes out.

    Raises StageFailed on a full disk.
    """
    with store.write() as session:
        release(session, clock)
    site = settings.site
    frame = _frame(site, topics, clock)
    root = data / SITE
    # what every file is made from; what it shows of topics, threads and ledgers it has among its own
    common = (site.model_dump(), program())
    with store.read() as session:  # open to the end: a page is read whole when it is rendered
        catalogue = read_catalogue(session)
        threads = _with_files(read_threads(session, catalogue.readable()), root)
        made_from = sha256(repr((common, frame.state(), catalogue, threads, ledger_state(session, clock.now()))))
        if (files := files_as_left(data, root, made_from)) is not None:
            return Published(len(catalogue.seen()), 0, files)
        shelf = read_shelf(session, catalogue)
        ledgers = read_ledgers(session, clock.now(), site, also=_with_page(root))
        kept, entries = kept_of(data, root, common)
        done = (
            write_files(_site(frame, shelf, threads, ledgers, kept), root),
            write_files(_notes(shelf.held, frame.site), root),
            write_files(_feeds(frame, shelf, threads, ledgers, kept, entries), root),
        )
    with contextlib.suppress(FileExistsError):
        os.symlink(Path(SITE) / FEEDS, data / FEEDS, target_is_directory=True)
    changed, unchanged = sum(one.changed for one in done), sum(one.unchanged for one in done)
    remember(data, root, made_from, changed + unchanged, kept, entries)
    return Published(len(shelf.pages.heads), changed, unchanged)


def _frame(site: SiteSettings, topics: Topics, clock: Clock) -> _Frame:
    info = SiteInfo(
        title=site.title,
        base_url=site.base_url.rstrip("/"),
        language=site.language,
        timezone=site.timezone,
        now=clock.now(),
        notice=site.notice,
        contact=site.contact,
    )
    return _Frame(info, [Topic(slug=topic.slug, name=topic.name) for topic in topics.topics], *_method())


def _method() -> tuple[str, dict[str, bytes]]:
    """The text of how we work, and the pictures in it."""
    docs = resource("docs")
    text = (docs / "method.md").read_text(encoding="utf-8")
    return text, {name: (docs / name).read_bytes() for name in re.findall(r"!\[[^\]]*\]\(([\w-]+\.svg)\)", text)}


def _site(frame: _Frame, shelf: Shelf, threads: Threads, ledgers: Ledgers, kept: Kept) -> Iterator[File | AsLeft]:
    # a topic that only pages know keeps its page when the last of them is gone: it must not go on listing that
    known = {one.slug for one in frame.topics}
    former = [topic for slug, topic in sorted(shelf.topics.items()) if slug not in known]
    return render_site(
        shelf.pages,
        frame.site,
        [*frame.topics, *former],
        slugs=shelf.slugs,
        method=frame.method,
        threads=threads,
        ledgers=ledgers,
        pictures=frame.pictures,
        kept=kept,
    )


def _feeds(
    frame: _Frame, shelf: Shelf, threads: Threads, ledgers: Ledgers, kept: Kept, entries: Kept
) -> Iterator[File | AsLeft]:
    folder = kept.root / FEEDS
    return render_feeds(
        shelf.pages,
        frame.site,
        frame.topics,
        entries,
        stood_in=shelf.stood_in,
        earlier=[f"{FEEDS}/{file.relative_to(folder).as_posix()}" for file in folder.rglob("*.*")],
        threads=threads,
        ledgers=ledgers,
        kept=kept,
    )


def _with_files(threads: Threads, root: Path) -> Threads:
    """Of threads that are no more, those that have a page on the site: it must not go on telling what it told."""
    left = {key: to for key, to in threads.former.items() if (root / "thread" / key / "index.html").is_file()}
    return replace(threads, former=left)


def _with_page(root: Path) -> Iterator[str]:
    """The outlets that have a page on the site: its address never breaks, whatever becomes of them."""
    return (file.parent.name for file in root.glob("outlet/*/index.html"))


def _notes(held: Mapping[str, Sequence[str]], info: SiteInfo) -> Iterator[File]:
    """What stands at every address of a page while an editor holds it: neither its text nor an error."""
    render = Renderer(info, {"nav": []})
    for page_id, slugs in sorted(held.items()):
        folders = [f"story/{page_id}", *(f"story/{page_id}/{slug}" for slug in slugs)]
        yield from render.pages("held.html", *(f"{folder}/index.html" for folder in folders), canonical="")

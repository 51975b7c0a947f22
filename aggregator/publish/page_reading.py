"""What a publish reads of pages: which versions there are, which of them readers see, and where these stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from aggregator.publish.made import changes
from aggregator.publish.pages import Head, Pages
from aggregator.store.page_tables import PageRow, PageSlug
from aggregator.summarise.page import ENDED, SEEN, StoryPage, Topic
from aggregator.summarise.versions import shown
from aggregator.text import sha256

#: contents that are read at once
_AT_ONCE = 200

Versions = Mapping[str, Sequence[Row[Any]]]


@dataclass(frozen=True)
class Catalogue:
    """Every version of every page without its text, newest first, and the slugs that each page has used."""

    versions: Versions
    slugs: Mapping[str, list[str]]

    def seen(self) -> dict[str, Row[Any]]:
        """The version of each page that readers see, where they see one."""
        return {key: row for key, one in self.versions.items() if (row := shown(one)) is not None}

    def readable(self) -> set[str]:
        """The pages of which readers see a version that is not a tombstone."""
        return {key for key, row in self.seen().items() if row.status not in ENDED}


@dataclass(frozen=True)
class Shelf:
    """The pages to publish, and all that depends on versions which readers see no more."""

    pages: Pages
    slugs: dict[str, list[str]]
    #: in which topics a page has ever stood
    stood_in: dict[str, set[str]]
    #: slugs of the pages that readers saw before an editor held them
    held: dict[str, list[str]]
    #: topics in which a page that readers saw has ever stood
    topics: dict[str, Topic]


def read_catalogue(session: Session) -> Catalogue:
    """All versions and slugs."""
    fields = (PageRow.id, PageRow.version, PageRow.status, PageRow.made_by, PageRow.sha256)
    versions: dict[str, list[Any]] = {}
    for row in session.execute(select(*fields).order_by(PageRow.id, PageRow.version.desc())):
        versions.setdefault(row.id, []).append(row)
    slugs: dict[str, list[str]] = {}
    for used in session.scalars(select(PageSlug).order_by(PageSlug.page_id, PageSlug.first_used_at, PageSlug.slug)):
        slugs.setdefault(used.page_id, []).append(used.slug)
    return Catalogue(versions, slugs)


def read_shelf(session: Session, catalogue: Catalogue) -> Shelf:
    """The version of each page to be seen: the newest that is not held back, unless an editor holds the page.

    Its pages can be read whole as long as the session is open. Of all other versions only the topics are read.
    """
    versions, seen = catalogue.versions, catalogue.seen()
    stood_in: dict[str, set[str]] = {key: set() for key in versions}
    topics: dict[str, Topic] = {}
    for row in session.execute(_topics()):
        of_version = [Topic(**one) for one in (row.topic, *(row.topics or ()))]
        stood_in[row.id] |= {topic.slug for topic in of_version}
        if row.status in SEEN:
            topics |= {topic.slug: topic for topic in of_version}
    heads = [
        Head.model_validate(content) for content in _contents(session, [(k, row.version) for k, row in seen.items()])
    ]
    held = {
        key: catalogue.slugs.get(key, [])
        for key, one in versions.items()
        if key not in seen and any(row.status in SEEN for row in one)
    }
    made_from = {key: sha256(repr([tuple(row) for row in versions[key]])) for key in seen}
    places = {head.id: _newest_last(catalogue.slugs[head.id], head) for head in heads}
    pages = Pages(
        heads,
        made_from,
        whole=lambda key: _page(session, key, seen[key].version),
        before=lambda page: _before(session, page, versions[page.id]),
    )
    return Shelf(pages, places, stood_in, held, topics)


def _topics() -> Any:
    of_page = (PageRow.content["topic"].label("topic"), PageRow.content["topics"].label("topics"))
    return select(PageRow.id, PageRow.status, *of_page).order_by(PageRow.id, PageRow.version.desc())


def _before(session: Session, page: StoryPage, versions: Sequence[Row[Any]]) -> StoryPage | None:
    """The last version before it that readers could read and that reads otherwise, if there is one."""
    read = [row.version for row in versions if row.status in SEEN and row.status not in ENDED]
    earlier = (_page(session, page.id, version) for version in read if version < page.version)
    return next((one for one in earlier if changes(one, page)), None)


def _page(session: Session, key: str, version: int) -> StoryPage:
    [content] = _contents(session, [(key, version)])
    return StoryPage.model_validate(content)


def _contents(session: Session, wanted: Sequence[tuple[str, int]]) -> Iterator[Any]:
    """The pages as stored, in the order of `wanted`."""
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        query = select(PageRow.id, PageRow.version, PageRow.content)
        found = session.execute(query.where(tuple_(PageRow.id, PageRow.version).in_(some)))
        by_key = {(row.id, row.version): row.content for row in found}
        yield from (by_key[key] for key in some)


def _newest_last(used: Sequence[str], head: Head) -> list[str]:
    """The slug of the page's present address comes last, also when an older one was taken up again."""
    present = head.url.rpartition("/")[2]
    return [slug for slug in used if slug != present] + [present]

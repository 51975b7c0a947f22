"""The static site: which files there are, and what each shows.

    index.html                    stories by topic
    story/<id>/                   a story's page, for ever; its canonical address has the newest slug
    story/<id>/<slug>/            the page at its newest slug; a redirect at every older one
    thread/<id>/                  the stories of an ongoing subject over time
    outlet/<key>/, outlets/       the public ledger of each outlet, and the list of them
    topic/<slug>/, method/, 404.html, sitemap.xml, robots.txt, style.css

A withdrawn or merged page stays as a note in its place. Files come in an order in which no link points to a file that
was not written yet.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit

from aggregator.publish import charts
from aggregator.publish.files import AsLeft, File, SiteInfo
from aggregator.publish.kept import Kept
from aggregator.publish.markdown import Text, markdown
from aggregator.publish.outlet_ledger import Ledgers
from aggregator.publish.outlet_pages import LIST, render_outlets, told_by_outlet
from aggregator.publish.pages import Head, Pages
from aggregator.publish.render import STATIC, Renderer, address, printable, title, web_address
from aggregator.publish.sitemap import sitemaps
from aggregator.publish.story import linked_data, story_values
from aggregator.publish.threads import LIFE, Line, Threads, thread_path
from aggregator.summarise.page import SEEN, Related, Tombstone, Topic

METHOD = "method/index.html"
#: cards of a topic on the home page, and on its own page before the list goes on in plain headlines
_CARDS_AT_HOME, _CARDS = 6, 60
#: other stories below a story
_MORE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: its addresses inside the site, oldest slug first."""

    id: str
    slugs: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file at the canonical address."""
        return f"story/{self.id}/{self.slugs[-1]}/index.html" if self.slugs else self.permanent

    @property
    def permanent(self) -> str:
        """The file that is there whatever the slug."""
        return f"story/{self.id}/index.html"

    @property
    def paths(self) -> tuple[str, ...]:
        """The files with the page itself."""
        return tuple(dict.fromkeys((self.path, self.permanent)))

    @property
    def older(self) -> Iterator[str]:
        """Files at slugs that were used once."""
        return (f"story/{self.id}/{slug}/index.html" for slug in self.slugs[:-1])


@dataclass(frozen=True, slots=True)
class Card:
    """A story in a list."""

    page: Head
    path: str
    dek: str
    bar: charts.Bar


@dataclass(frozen=True, slots=True)
class Method:
    """How we work: the text, and its pictures by name."""

    text: Text
    pictures: Mapping[str, bytes]


def render_site(
    pages: Pages,
    site: SiteInfo,
    topics: Sequence[Topic],
    *,
    slugs: Mapping[str, Sequence[str]] | None = None,
    method: str = "",
    threads: Threads | None = None,
    ledgers: Ledgers | None = None,
    pictures: Mapping[str, bytes] | None = None,
    kept: Kept | None = None,
) -> Iterator[File | AsLeft]:
    """All files of the site. The same arguments give the same bytes, and `site.now` is not among what counts.

    `topics` in the order of the home page; `slugs` are those ever used for each page, oldest first (without them the
    one in the page's address); `method` is a Markdown text and `pictures` are those in it, by name; `threads` are those
    of the pages; `ledgers` are those of the outlets. Pages and outlets that `kept` has are not rendered. Drafts and
    held pages are left out. Raises ConfigError for an unknown time zone.
    """
    text = Method(markdown(method, pictures or ()), pictures or {})
    return _Site(
        pages, site, topics, slugs or {}, text, threads or Threads(), ledgers or Ledgers(), kept or Kept()
    ).files()


class _Site:
    def __init__(
        self,
        pages: Pages,
        site: SiteInfo,
        topics: Sequence[Topic],
        slugs: Mapping[str, Sequence[str]],
        method: Method,
        threads: Threads,
        ledgers: Ledgers,
        kept: Kept,
    ) -> None:
        seen = [page for page in pages.heads if page.status in SEEN]
        self.site, self.method, self.threads, self.ledgers = site, method, threads, ledgers
        self.all, self.kept = pages, kept
        self.pages = _in_order(page for page in seen if not page.ended)
        self.tombs = sorted((page.buried() for page in seen if page.ended), key=lambda page: page.id)
        self.places = {page.id: Place(page.id, _slugs(page, slugs.get(page.id, ()))) for page in seen}
        self.alive = {page.id: page for page in self.pages}
        self.by_topic = _by_topic(self.pages)
        self.cards = [self._card(page) for page in self.pages]
        self.topics = _all_topics(topics, self.pages)
        self.names = {topic.slug: topic.name for topic in self.topics}
        filled = {topic.slug for page in self.pages for topic in page.shelves}
        self.nav = [topic for topic in self.topics if topic.slug in filled]
        self.render = Renderer(site, {"nav": self.nav})

    def files(self) -> Iterator[File | AsLeft]:
        yield File("style.css", (STATIC / "style.css").read_bytes())
        yield from self._method()
        for page in self.pages:
            yield from self._story(page)
        for tomb in self.tombs:
            yield from self._tomb(tomb)
        yield from self._threads()
        told = told_by_outlet(self.pages, {key: place.path for key, place in self.places.items()})
        rule = METHOD + ("#lean-labels" if 'id="lean-labels"' in self.method.text.body else "")
        yield from render_outlets(self.ledgers, told, self.render, self.site.base_url, rule, self.kept, self.nav)
        for topic in self.topics:
            cards = [card for card in self.cards if _on(card, topic)]
            yield self._file("topic.html", f"topic/{topic.slug}/index.html", topic=topic, listed=cards, most=_CARDS)
        yield self._home()
        yield self._missing()
        yield from sitemaps(self.site.base_url, self._addresses())
        listed = address(self.site.base_url, "sitemap.xml")
        yield File("robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {listed}\n".encode())

    def _file(self, template: str, path: str, **values: Any) -> File:
        return next(self.render.pages(template, path, canonical=address(self.site.base_url, path), **values))

    def _story(self, head: Head) -> Iterator[File | AsLeft]:
        """A story's page, which is read and rendered only where it, or what stands around it, is another."""
        place, around = self.places[head.id], self._around(head)
        canonical = address(self.site.base_url, place.path)

        def rendered() -> Iterator[File]:
            page = self.all.whole(head.id)
            values = {**story_values(page, self.all.before(page)), **around}
            values["data"] = linked_data(page, self.site, canonical)
            yield from self.render.pages("story.html", *place.paths, page=page, canonical=canonical, **values)

        yield from self.kept.files(place.paths, (self.all.made_from[head.id], self.nav, canonical, around), rendered)
        yield from self._older(head, place)

    def _tomb(self, tomb: Tombstone) -> Iterator[File]:
        place, values = self.places[tomb.id], self._tomb_values(tomb)
        canonical = address(self.site.base_url, place.path)
        yield from self.render.pages("tombstone.html", *place.paths, page=tomb, canonical=canonical, **values)
        yield from self._older(tomb, place)

    def _older(self, page: Head | Tombstone, place: Place) -> Iterator[File]:
        if older := tuple(place.older):
            canonical = address(self.site.base_url, place.path)
            yield from self.render.pages("redirect.html", *older, page=page, canonical=canonical, target=place.path)

    def _threads(self) -> Iterator[File]:
        """The pages of threads, and a note in place of those that are no more."""
        for thread, ids in self.threads.pages.items():
            listed = [self._line(key) for key in reversed(ids)]
            yield self._file("thread.html", thread_path(thread), listed=listed)
        for thread, to in sorted(self.threads.former.items()):
            path = thread_path(thread)
            target = thread_path(to) if to else ""
            yield next(self.render.pages("thread-former.html", path, canonical="", target=target))

    def _line(self, key: str) -> Line:
        return Line(self.alive[key], self.places[key].path, LIFE.get(self.threads.life.get(key, ""), ""))

    def _method(self) -> Iterator[File]:
        for name, content in sorted(self.method.pictures.items()):
            yield File(f"method/{name}", content)
        text = self.method.text
        heading = text.heading or "How we work"
        yield self._file("method.html", METHOD, heading=heading, body=text.body, sections=text.sections)

    def _home(self) -> File:
        lead = _lead(self.cards)
        rest = [card for card in self.cards if card is not lead]
        shelves = []
        for topic in self.topics:
            cards = [card for card in rest if card.page.topic.slug == topic.slug]
            if cards:
                shelves.append((topic, cards[:_CARDS_AT_HOME], sum(_on(card, topic) for card in self.cards)))
        return self._file("home.html", "index.html", lead=lead, shelves=shelves)

    def _missing(self) -> File:
        root = urlsplit(self.site.base_url).path.rstrip("/") + "/"  # served in place of a file at any depth
        return next(self.render.pages("missing.html", "404.html", root=root, canonical=""))

    def _addresses(self) -> Iterator[tuple[str, str]]:
        """Every page that is worth finding, and when it changed."""
        yield from ((path, "") for path in ("index.html", METHOD, LIST))
        yield from ((f"topic/{topic.slug}/index.html", "") for topic in self.topics)
        yield from ((self.places[page.id].path, page.updated_at) for page in self.pages)
        yield from ((thread_path(thread), "") for thread in self.threads.pages)
        yield from ((outlet.path, "") for outlet in self.ledgers.outlets.values())

    def _card(self, page: Head) -> Card:
        dek = " ".join(sentence.text for sentence in page.dek)
        return Card(page, self.places[page.id].path, title(dek, 400), charts.coverage_bar(page.coverage))

    def _tomb_values(self, tomb: Tombstone) -> dict[str, Any]:
        target, told = self.places.get(tomb.merged_into or ""), self.alive.get(tomb.merged_into or "")
        return {"target": target.path if target else "", "target_headline": told.headline if told else ""}

    def _around(self, page: Head) -> dict[str, Any]:
        """What a story's page shows of others."""
        return {
            "related": list(self._more(page)),
            "thread": thread_path(self.threads.of(page.id)) if self.threads.of(page.id) else "",
            "earlier": [self._line(key) for key in self.threads.earlier(page.id)],
            "later": [self._line(key) for key in self.threads.later(page.id)[:1]],
            "all_of_thread": len(self.threads.pages.get(self.threads.of(page.id), ())),
            "life": LIFE.get(self.threads.life.get(page.id, ""), ""),
            "ledgers": {one.n: self.ledgers.path(one.outlet_key, one.unit) for one in page.sources},
            "report": _report(self.site.contact, page),
        }

    def _more(self, page: Head) -> Iterator[tuple[Related, str, bool]]:
        """Other pages with their addresses, and whether that is inside this site.

        First those that were there when the page was written, as far as they still are; a page that was early in its
        topic is filled up with those nearest to it in time, so that what it shows soon stays as it is.
        """
        written = [other for other in page.related if other.id not in self.places or other.id in self.alive][:_MORE]
        known = {page.id, *(other.id for other in written)}
        near = (other for other in self._nearest(page) if other.id not in known)
        for other in written:
            here = self.alive.get(other.id)
            yield self._related(here) if here else (other, web_address(other.url), False)
        yield from map(self._related, islice(near, _MORE - len(written)))

    def _nearest(self, page: Head) -> Iterator[Head]:
        """The other pages of its topic: those that came after it, soonest first, then those before, latest first."""
        listed = self.by_topic[page.topic.slug]
        place = bisect_left(listed, _published(page), key=_published)
        yield from listed[place + 1 :]
        yield from reversed(listed[:place])

    def _related(self, page: Head) -> tuple[Related, str, bool]:
        topic = self.names.get(page.topic.slug, page.topic.name)
        told = page.coverage
        card = Related(
            id=page.id,
            topic=topic,
            headline=page.headline,
            url=page.url,
            source_count=told.sources,
            independent_count=told.independent,
        )
        return card, self.places[page.id].path, True


def _published(page: Head) -> tuple[str, str]:
    return page.published_at, page.id


def _by_topic(pages: Iterable[Head]) -> dict[str, list[Head]]:
    """The pages of each topic, oldest first."""
    found: dict[str, list[Head]] = {}
    for page in sorted(pages, key=_published):
        found.setdefault(page.topic.slug, []).append(page)
    return found


def _slugs(page: Head, used: Sequence[str]) -> tuple[str, ...]:
    if used:
        return tuple(dict.fromkeys(reversed(used)))[::-1]
    found = re.search(r"/story/[^/]+/([a-z0-9-]+)/?$", page.url)
    return (found.group(1),) if found else ()


def _in_order(pages: Iterable[Head]) -> list[Head]:
    """Newest first, then those that more independent sources tell."""
    by_weight = sorted(pages, key=lambda page: (-page.coverage.independent, page.id))
    return sorted(by_weight, key=lambda page: page.updated_at, reverse=True)


def _lead(cards: Sequence[Card]) -> Card | None:
    """Of the stories of the newest day, the one that most independent sources tell."""
    if not cards:
        return None
    day = cards[0].page.updated_at[:10]
    today = [card for card in cards if card.page.updated_at[:10] == day]
    return max(today, key=lambda card: card.page.coverage.independent)


def _on(card: Card, topic: Topic) -> bool:
    return any(shelf.slug == topic.slug for shelf in card.page.shelves)


def _all_topics(topics: Sequence[Topic], pages: Sequence[Head]) -> list[Topic]:
    """The topics in their order, then those that only pages know."""
    found = {topic.slug: topic for topic in topics}
    for topic in sorted((topic for page in pages for topic in page.shelves), key=lambda topic: topic.slug):
        found.setdefault(topic.slug, topic)
    return list(found.values())


def _report(contact: str, page: Head) -> str:
    """Where an error of this page is reported: a mail that names page and version, or the operator's address."""
    if web_address(contact):
        return contact
    if re.fullmatch(r"[\w.+-]+@[\w.-]+", contact):
        subject = quote(f"Error in {page.id}, version {page.version}: {printable(title(page.headline, 80))}")
        return f"mailto:{contact}?subject={subject}"
    return ""

"""A document of a feed on its way into the database, and which articles its entries are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from aggregator.articles.identity import (
    MOST_TOKENS,
    SAME_TITLE,
    Item,
    Known,
    guid_key,
    guids_tell_apart,
    known_again,
    varying_parameters,
    without_parameters,
)
from aggregator.articles.urls import id_of, is_redirector, key_of
from aggregator.sources.domains import Domains, site
from aggregator.store.tables import Alias, Appearance, Article, Feed, FeedCheck
from aggregator.types import Entry

#: among so many of the articles that a feed listed lately, known ones are looked for
_RECENT = 2_000
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """An entry with its canonical address, and the identity made from that."""

    entry: Entry
    url: str
    key: str
    also: str = ""  #: another address of the same page: the redirector that the feed links to

    @property
    def item(self) -> Item:
        """As identity sees it."""
        return Item(self.key, guid_key(self.entry.guid), self.entry.title, self.entry.published_at)


@dataclass(slots=True)
class Listed:
    """What a document listed: how many articles, how many of them for the first time, and the dates that can be
    believed, of all and of those that nobody had listed before."""

    articles: int = 0
    new: int = 0
    dates: list[datetime] = field(default_factory=list)
    new_dates: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Listing:
    """One document on its way into the database."""

    session: Session
    feed: Feed
    now: datetime
    check: FeedCheck
    domains: Domains
    own_sites: set[str] = field(default_factory=set)
    articles: dict[str, Article] = field(default_factory=dict)
    appearances: dict[str, Appearance] = field(default_factory=dict)
    first_seen: list[Appearance] = field(default_factory=list)
    found: Listed = field(default_factory=Listed)


def identified(listing: Listing, places: list[Place]) -> tuple[list[Place], dict[str, str]]:
    """Which article each address is; the places come back without parameters that turned out to vary."""
    identities = _by_address(listing, places)
    listing.appearances = _appearances(listing, identities.values())
    if listing.feed.answered_at is None:
        return places, identities
    items = [place.item for place in places]
    pairs = [(row.guid_key, item.guid_key) for item in items if (row := listing.appearances.get(identities[item.key]))]
    if not guids_tell_apart(items, pairs):
        listing.feed.identity = "url"  # for good: what told nothing apart once may do so again
    existing = load_articles(listing.session, list(identities.values()))
    strangers = [item for item in items if identities[item.key] not in existing]
    if not strangers:
        return places, identities
    known = _known(listing, strangers)
    found = varying_parameters(items, {item.key for item in strangers}, known)
    if found and len(found | {*listing.feed.tokens}) <= MOST_TOKENS:
        listing.feed.tokens = sorted({*listing.feed.tokens, *found})
        return identified(listing, [_without(place, found) for place in places])
    identities |= _found_again(listing, places, strangers, known)
    return places, identities


def _found_again(
    listing: Listing, places: Sequence[Place], strangers: Sequence[Item], known: Sequence[Known]
) -> dict[str, str]:
    """Entries with a new address that are articles which this feed's own outlet listed before."""
    own = {place.key for place in places if publisher(listing, place.url) == listing.feed.outlet_key}
    mine = list({item.key: item for item in strangers if item.key in own}.values())
    # what was listed under another value of a parameter that varies
    tokens = listing.feed.tokens
    bare = {without_parameters(one.key, tokens): one.article_id for one in known} if tokens else {}
    varied = {item.key: bare[item.key] for item in mine if item.key in bare}
    mine = [item for item in mine if item.key not in varied]
    listed = {place.key for place in places}
    by_guid = listing.feed.identity == "guid"
    again = {**varied, **known_again(mine, known, listed, by_guid=by_guid, now=listing.now)}
    listing.appearances |= _appearances(listing, again.values())
    return again


def _without(place: Place, names: Iterable[str]) -> Place:
    url = without_parameters(place.url, frozenset(names))
    return Place(place.entry, url, key_of(url), place.also)


def _by_address(listing: Listing, places: Sequence[Place]) -> dict[str, str]:
    """An alias on a listed outlet's domain counts only for that outlet's article, one on a redirector's host only for
    an article of this feed's outlet: any feed can make one, before the page is known as what it is."""
    aliases = load_aliases(listing.session, [place.key for place in places])
    known = load_articles(listing.session, list(aliases.values())) if aliases else {}
    found: dict[str, str] = {}
    for place in places:
        article = known.get(aliases.get(place.key, ""))
        owner = listing.domains.owner(place.url)
        owner = listing.feed.outlet_key if owner is None and is_redirector(place.url) else owner
        believed = article is not None and owner in (None, article.outlet_key)
        found[place.key] = aliases[place.key] if believed else id_of(place.key)
    return found


def _known(listing: Listing, strangers: Sequence[Item]) -> list[Known]:
    """What this feed listed lately, or ever with the GUID of one of `strangers`; of its own outlet."""
    feed, guids = listing.feed, sorted({item.guid_key for item in strangers if item.guid_key})
    lately = Appearance.first_seen_at >= listing.now - SAME_TITLE
    query = (
        select(Article.id, Article.url, Article.title, Article.published_at, Appearance)
        .join(Appearance, Appearance.article_id == Article.id)
        .where(Appearance.feed_id == feed.id, Article.outlet_key == feed.outlet_key)
        .where(or_(Appearance.guid_key.in_(guids[:_CHUNK]), lately))
        .order_by(Appearance.first_seen_at.desc(), Article.id)
        .limit(_RECENT)
    )
    return [
        Known(key_of(url), seen.guid_key, title, published_at, identity, seen.first_seen_at)
        for identity, url, title, published_at, seen in listing.session.execute(query)
    ]


def publisher(listing: Listing, url: str) -> str:
    """Whose article is at `url`: the listed outlet's on whose domain it is, or this feed's; empty if a stranger's."""
    owner = listing.domains.owner(url)
    if owner is not None:
        return owner
    return listing.feed.outlet_key if is_redirector(url) or site(url) in listing.own_sites else ""


def listed_by_its_own() -> ColumnElement[bool]:
    """SQL condition on Article: a feed of its own outlet lists it. What only another's feed lists is that one's choice:
    it may be any address on the outlet's hosts, a thousand times over."""
    mine = (Appearance.feed_id == Feed.id, Appearance.article_id == Article.id)
    return exists().where(Feed.outlet_key == Article.outlet_key, *mine).correlate(Article)


def own_sites_of(listing: Listing, places: Sequence[Place]) -> set[str]:
    """The sites that are this feed's outlet's: its domains', the feed's, and the one that most entries are on."""
    feed = listing.feed
    own = {site(feed.url), site(feed.address or feed.url), *listing.domains.sites(feed.outlet_key)}
    return own | {name for name, n in Counter(site(place.url) for place in places).items() if 2 * n > len(places)}


def load_articles(session: Session, ids: Sequence[str]) -> dict[str, Article]:
    """The articles with these ids that there are, by id."""
    rows = (session.scalars(select(Article).where(Article.id.in_(part))) for part in _parts(ids))
    return {row.id: row for part in rows for row in part}


def _appearances(listing: Listing, ids: Iterable[str]) -> dict[str, Appearance]:
    mine = select(Appearance).where(Appearance.feed_id == listing.feed.id)
    rows = (listing.session.scalars(mine.where(Appearance.article_id.in_(part))) for part in _parts(list(ids)))
    return {row.article_id: row for part in rows for row in part}


def load_aliases(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """The articles that these keys are aliases of, by key."""
    named = select(Alias.url_key, Alias.article_id)
    rows = (session.execute(named.where(Alias.url_key.in_(part))) for part in _parts(keys))
    return {key: identity for part in rows for key, identity in part}


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))

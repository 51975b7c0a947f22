"""Entries become articles: new ones are added, known ones found again, edited ones made pending for fetch once more.

What a feed lists is read as a set: its order tells nothing but which undated entries are newest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.articles.documents import DATES_WITHHELD
from aggregator.articles.feed_dates import FeedDate, dated_by_asking, read_date
from aggregator.articles.identity import guid_key, without_parameters
from aggregator.articles.listing import (
    Listed,
    Listing,
    Place,
    identified,
    load_aliases,
    load_articles,
    own_sites_of,
    publisher,
)
from aggregator.articles.urls import canonical, id_of, is_redirector, key_of
from aggregator.errors import Rejected
from aggregator.sources.domains import Domains, stranger
from aggregator.store.tables import Alias, Appearance, Article, Feed, FeedCheck
from aggregator.text import sha256
from aggregator.types import Entry

#: why the older entries of a new feed are not fetched
BEFORE_FIRST_POLL = "older than the newest entries taken at the feed's first poll"
#: a summary is a text of its own from this length on
MIN_FEED_HTML = 600
MAX_FEED_HTML = 500_000


def store_entries(
    session: Session,
    feed: Feed,
    entries: Sequence[Entry],
    now: datetime,
    check: FeedCheck,
    domains: Domains,
    limit: int | None,
) -> Listed:
    """Store what `feed` lists, and count it in `check`.

    With `limit`, only the newest entries are taken; the others are kept as rows that no stage looks at, so that the
    next poll does not take them for news.
    """
    listing = Listing(session, feed, now, check, domains)
    places = list(_places(listing, entries))
    check.entries = len(places)
    listing.own_sites = own_sites_of(listing, places)
    places, identities = identified(listing, places)
    speakers: dict[str, Place] = {}
    for place in _newest_first(places, now):  # of two entries of one page (a live blog) the newest speaks for it
        speakers.setdefault(identities[place.key], place)
    listing.articles = load_articles(session, list(speakers))
    known = [identity in listing.appearances for identity in speakers]
    distrusted = dated_by_asking([place.entry for place in speakers.values()], known, now)
    for rank, (identity, place) in enumerate(speakers.items()):
        date = read_date(place.entry, now, distrusted=distrusted)
        if date.at is not None:
            listing.found.dates.append(date.at)
        _store(listing, place, identity, date, taken=limit is None or rank < limit)
    session.flush()
    session.add_all(listing.first_seen)
    _store_aliases(session, places, identities)
    listing.found.articles, listing.found.new = len(speakers), len(listing.first_seen)
    return listing.found


def _places(listing: Listing, entries: Iterable[Entry]) -> Iterator[Place]:
    """Entries with a usable address, without the parameters that are known to vary. The others are counted."""
    for entry in entries:
        try:
            url, also = canonical(entry.url), ""
            if is_redirector(url) and (page := _own_page(listing, entry.guid)):
                url, also = page, url
            url = without_parameters(url, listing.feed.tokens)
            yield Place(entry, url, key_of(url), also)
        except Rejected:
            listing.check.dropped += 1


def _own_page(listing: Listing, guid: str) -> str:
    """The page that a GUID names, if it is one of the feed's own outlet."""
    try:
        url = canonical(guid) if "://" in guid else ""
    except Rejected:
        return ""
    return url if url and listing.domains.owner(url) == listing.feed.outlet_key else ""


def _newest_first(places: Sequence[Place], now: datetime) -> list[Place]:
    """By date; undated ones count as new and keep their order, except among those of one page."""
    first: dict[str, int] = {}
    for number, place in enumerate(places):
        first.setdefault(place.key, number)
    by_text = sorted(places, key=lambda place: (place.url, place.entry.title, place.entry.guid))
    return sorted(
        sorted(by_text, key=lambda place: first[place.key]),
        key=lambda place: place.entry.published_at or now,
        reverse=True,
    )


def _store(listing: Listing, place: Place, identity: str, date: FeedDate, *, taken: bool) -> None:
    """An article belongs to the outlet whose domain it is on: what another outlet's feed says of it is not taken."""
    feed, entry, now = listing.feed, place.entry, listing.now
    entry_sha = sha256("\n".join((place.key, entry.title, str(entry.updated_at or ""))))
    article = listing.articles.get(identity)
    if article is None:
        article = _new_article(listing, place, identity, entry_sha, taken=taken)
        if date.at is not None:
            listing.found.new_dates.append(date.at)
    # what was withdrawn is not told again
    own = article.outlet_key == feed.outlet_key and article.withheld in ("", BEFORE_FIRST_POLL)
    seen = listing.appearances.get(identity)
    if seen is None:
        key = guid_key(entry.guid)
        listing.first_seen.append(
            Appearance(
                feed_id=feed.id,
                article_id=identity,
                guid=entry.guid,
                guid_key=key,
                entry_sha=entry_sha,
                first_seen_at=now,
            )
        )
        if article.withheld == BEFORE_FIRST_POLL and taken:
            article.withheld = ""  # old to one feed, new to this one
        if own and not article.title:
            _describe(article, feed, entry, date)
        return
    seen.guid, seen.guid_key = entry.guid, guid_key(entry.guid)
    seen.entry_sha = seen.entry_sha or entry_sha  # an older version of this program told edits in another way
    if own:
        _tell_again(listing, article, seen, place, date, entry_sha)


def _new_article(listing: Listing, place: Place, identity: str, entry_sha: str, *, taken: bool) -> Article:
    article = Article(
        id=identity,
        url=place.url,
        outlet_key=publisher(listing, place.url) or stranger(listing.session, place.url),
        origin="feed",
        found_at=listing.now,
        order_at=listing.now,
        entry_sha=entry_sha,
        withheld="" if taken else BEFORE_FIRST_POLL,
    )
    listing.session.add(article)
    listing.check.new += 1
    return article


def _describe(article: Article, feed: Feed, entry: Entry, date: FeedDate) -> None:
    """What a feed of its own outlet says of an article."""
    article.title, article.summary, article.authors = entry.title, entry.summary, list(entry.authors)
    article.section = feed.section or (entry.categories[0] if entry.categories else "")
    article.updated_at = entry.updated_at
    if article.date_note != DATES_WITHHELD:
        article.published_at, article.date_note, article.published_raw = date.at, date.note, entry.published_raw
        article.order_at = article.published_at or article.found_at
    article.feed_html = None if article.withheld else _feed_html(entry)


def _tell_again(
    listing: Listing, article: Article, seen: Appearance, place: Place, date: FeedDate, entry_sha: str
) -> None:
    """A known article as its own outlet's feed lists it now. The first date it had stays, whatever the feed says."""
    entry = place.entry
    older = entry.updated_at and article.updated_at and entry.updated_at < article.updated_at
    if seen.entry_sha != entry_sha and not older:  # edited; an older state is what a cache kept
        seen.entry_sha = article.entry_sha = entry_sha
        article.url = place.url
        article.title, article.summary = entry.title or article.title, entry.summary or article.summary
        article.updated_at = entry.updated_at or listing.now
        article.feed_html = _feed_html(entry) or article.feed_html
        listing.check.changed += 1
    last = article.updated_at or article.published_at
    if last and date.at and not date.note and entry.updated_at is None and date.at > last:
        article.updated_at = date.at  # many feeds know one date only, and move it


def _feed_html(entry: Entry) -> bytes | None:
    """The text that the entry carries, if it is one: cut, for a feed is not asked for libraries."""
    summary = entry.summary_html if len(entry.summary_html) >= MIN_FEED_HTML else ""
    html = entry.content_html or summary
    return html.encode()[:MAX_FEED_HTML] if html else None


def _store_aliases(session: Session, places: Sequence[Place], identities: Mapping[str, str]) -> None:
    """Every other address under which an article is listed."""
    wanted = {place.key: identities[place.key] for place in places if identities[place.key] != id_of(place.key)}
    wanted |= {key_of(place.also): identities[place.key] for place in places if place.also}
    known = load_aliases(session, list(wanted))
    session.add_all(Alias(url_key=key, article_id=identity) for key, identity in wanted.items() if key not in known)
    session.flush()

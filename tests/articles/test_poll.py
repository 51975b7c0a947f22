"""Polling real feeds on loopback: what becomes an article, whose it is, and what a bad feed costs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.articles.entries import BEFORE_FIRST_POLL
from aggregator.articles.fetch import Fetch
from aggregator.articles.poll import INTERRUPTED, Poll, ask_again
from aggregator.clock import Clock
from aggregator.sources.outlets import sync_outlets
from aggregator.stage import drain
from aggregator.store import leases
from aggregator.store.sessions import Store
from aggregator.store.tables import Appearance, Attempt, Feed, FeedCheck
from tests.articles.newsstand import (
    BEACON,
    LANTERN,
    OUTLETS,
    Answer,
    Newsstand,
    articles,
    checks,
    feed_of,
    open_newsstand,
    poll,
    poll_settings,
    rss,
    states,
)


@pytest.fixture
def feeds() -> Iterator[Newsstand]:
    with open_newsstand() as stand:
        yield stand


def test_a_feeds_entries_become_articles_and_an_edit_makes_one_pending_again(
    store: Store, clock: Clock, feeds: Newsstand
) -> None:
    feeds["lantern.example/rss"] = rss(("One", "http://lantern.example/1"), ("Two", "http://lantern.example/2"))
    poll(store, clock, feeds)
    before = articles(store)

    feeds["lantern.example/rss"] = rss(("One, mended", "http://lantern.example/1"), ("Two", "http://lantern.example/2"))
    poll(store, clock, feeds)

    after = articles(store)
    assert after["http://lantern.example/1"].title == "One, mended"
    changed = {url for url in after if after[url].entry_sha != before[url].entry_sha}
    assert changed == {"http://lantern.example/1"}


def test_what_an_older_version_stored_of_an_entry_makes_no_edit_of_it_and_learns_its_guid(
    sqlite: Store, clock: Clock, feeds: Newsstand
) -> None:
    link = "http://lantern.example/a"
    body = rss(("Bridge closed", link)).replace("<title>Bridge", f"<guid>{link}?id=1</guid><title>Bridge")
    feeds[LANTERN] = body
    poll(sqlite, clock, feeds)
    with sqlite.write() as session:
        session.execute(update(Appearance).values(entry_sha="", guid_key=""))  # as migration 0005 leaves it
    before = articles(sqlite)[link]

    feeds[LANTERN] = body.replace("<title>F<", "<title>Feed<")
    poll(sqlite, clock, feeds)

    after = articles(sqlite)[link]
    assert (after.entry_sha, after.updated_at) == (before.entry_sha, before.updated_at)
    assert checks(sqlite)[-1].changed == 0
    with sqlite.read() as session:
        assert session.scalars(select(Appearance)).one().guid_key == "/a"


def test_a_feed_cannot_take_over_or_rename_the_articles_of_another_outlet(
    store: Store, clock: Clock, feeds: Newsstand
) -> None:
    url = "http://lantern.example/1"
    feeds["beacon.example/rss"] = rss(("Opinion: a fake title", url))
    poll(store, clock, feeds)
    assert (articles(store)[url].outlet_key, articles(store)[url].title) == ("lantern", "")

    feeds["lantern.example/rss"] = rss(("The true title", url))
    poll(store, clock, feeds)
    sha = articles(store)[url].entry_sha
    feeds["beacon.example/rss"] = rss(("Another fake title", url))
    poll(store, clock, feeds)

    assert (articles(store)[url].title, articles(store)[url].entry_sha) == ("The true title", sha)


def test_the_older_entries_of_a_new_feed_are_kept_as_rows_that_no_stage_looks_at(
    store: Store, clock: Clock, feeds: Newsstand
) -> None:
    feeds["lantern.example/rss"] = rss(*((f"T{n}", f"http://lantern.example/{n}") for n in range(9)))
    poll(store, clock, feeds, first_entries=4)
    poll(store, clock, feeds, first_entries=4)

    withheld = [article.withheld for article in articles(store).values()]
    assert (withheld.count(""), withheld.count(BEFORE_FIRST_POLL)) == (4, 5)


def test_one_page_listed_twice_in_a_feed_is_one_article_and_does_not_flip(
    store: Store, clock: Clock, feeds: Newsstand
) -> None:
    feeds["lantern.example/rss"] = rss(("A", "http://lantern.example/live#1"), ("B", "http://lantern.example/live#2"))
    poll(store, clock, feeds)
    feeds["lantern.example/rss"].body += "<!-- changed -->"
    poll(store, clock, feeds)

    with store.read() as session:
        assert list(session.scalars(select(FeedCheck.changed).order_by(FeedCheck.at))) == [0, 0, 0, 0]
    assert len(articles(store)) == 1


def test_a_feed_that_takes_the_reader_for_ever_costs_only_itself(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:
    slow = "a" * 400_000
    feeds["beacon.example/rss"] = rss().replace("</channel>", f"<item><author>{slow}</author></item></channel>")
    feeds["lantern.example/rss"] = rss(("One", "http://lantern.example/1"))

    poll(sqlite, clock, feeds, parse_seconds=3)

    assert states(sqlite) == {"lantern": "ok", "beacon": "not-a-feed"}
    assert set(articles(sqlite)) == {"http://lantern.example/1"}


def test_a_feed_that_breaks_off_is_no_outlet_that_has_nothing_to_say(
    sqlite: Store, clock: Clock, feeds: Newsstand
) -> None:
    feeds["lantern.example/rss"] = '<?xml version="1.0"?><rss version="2.0"><channel><item>'
    feeds["beacon.example/rss"] = rss()

    poll(sqlite, clock, feeds)

    assert states(sqlite) == {"lantern": "not-a-feed", "beacon": "empty"}


def test_failing_feeds_can_be_made_due_at_once(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:
    feeds["lantern.example/rss"] = rss(("One", "http://lantern.example/1"))
    poll(sqlite, clock, feeds)
    assert states(sqlite)["beacon"] == "http-4xx"

    with sqlite.write() as session:
        assert ask_again(session) == 1
    with sqlite.read() as session:
        due = session.scalars(select(Feed.outlet_key).where(Feed.next_at.is_(None))).all()
    assert due == ["beacon"]


def test_a_check_that_a_clock_ahead_put_off_for_years_is_due(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:
    feeds["lantern.example/rss"], feeds["beacon.example/rss"] = rss(), rss()
    now = clock.now()
    clock.move(now + timedelta(days=2000))
    poll(sqlite, clock, feeds)

    clock.move(now)
    assert poll(sqlite, clock, feeds).ok == 2


def test_an_unchanged_feed_costs_a_304(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:  # 35
    body = rss(("One", "http://lantern.example/1"))
    feeds[LANTERN] = Answer(body, headers={"ETag": 'W/"odd one"', "Last-Modified": "some day"})
    poll(sqlite, clock, feeds)
    poll(sqlite, clock, feeds)

    first, second = feeds.requests(LANTERN)
    assert "if-none-match" not in first
    assert (second["if-none-match"], second["if-modified-since"]) == ('W/"odd one"', "some day")
    assert [check.status for check in checks(sqlite)] == [200, 304]


def test_a_feed_that_was_only_built_again_is_not_read_again(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:
    for time in ("10:00", "11:00"):
        built = f"<lastBuildDate>{time}</lastBuildDate>"
        feeds[LANTERN] = rss(("One", "http://lantern.example/1"), extra=built)
        poll(sqlite, clock, feeds)

    assert [check.state for check in checks(sqlite)] == ["ok", "unchanged"]


def test_a_feed_that_moved_for_good_is_asked_directly_after_a_week(
    sqlite: Store, clock: Clock, feeds: Newsstand
) -> None:  # 26
    moved = "http://lantern.example/feeds/all"
    feeds[LANTERN] = Answer(status=301, headers={"Location": "http://lantern.example/hop"})
    feeds["http://lantern.example/hop"] = Answer(status=308, headers={"Location": moved})
    feeds[moved] = rss(("One", "http://lantern.example/1"))
    poll(sqlite, clock, feeds, then=timedelta(days=9))
    assert (feed_of(sqlite).moved_to, feed_of(sqlite).address) == (moved, "")
    with sqlite.write() as session:
        session.execute(update(Feed).where(Feed.url == LANTERN).values(moved_seen=2))
    poll(sqlite, clock, feeds)
    poll(sqlite, clock, feeds)

    assert feed_of(sqlite).address == moved
    assert [len(feeds.requests(url)) for url in (LANTERN, moved)] == [2, 3]


def test_an_answer_of_nothing_or_of_a_page_is_no_feed_and_costs_no_entries(
    sqlite: Store, clock: Clock, feeds: Newsstand
) -> None:  # 40, 41
    for body in (
        rss(("One", "http://lantern.example/1")),
        "",
        "<!doctype html><html><title>Domain for sale</title></html>",
    ):
        feeds[LANTERN] = body
        poll(sqlite, clock, feeds, then=timedelta(hours=30))

    assert [check.state for check in checks(sqlite)] == ["ok", "not-a-feed", "not-a-feed"]
    assert len(articles(sqlite)) == 1
    assert feed_of(sqlite).failures == 4


def test_a_sitemap_without_news_is_no_feed(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:  # 91
    urls = "<url><loc>http://lantern.example/about</loc></url>"
    feeds[LANTERN] = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    poll(sqlite, clock, feeds)

    assert states(sqlite)["lantern"] == "not-a-feed"
    assert not articles(sqlite)


def test_of_thousands_of_items_the_newest_are_read(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:  # 82
    dates = "".join(
        f"<item><link>http://lantern.example/{n}</link><pubDate>2026-10-{1 + n % 9:02} 10:00 GMT</pubDate></item>"
        for n in range(5_000)
    )
    feeds[LANTERN] = f"<rss><channel><title>F</title>{dates}</channel></rss>"
    poll(sqlite, clock, feeds, max_entries=50)

    found = articles(sqlite).values()
    assert len(found) == 50
    assert {article.published_at.day for article in found if article.published_at} == {9}


def test_one_poller_asks_for_what_another_has_not_claimed(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:  # 140
    feeds[LANTERN] = rss(("One", "http://lantern.example/1"))
    with sqlite.write() as session:
        sync_outlets(session, OUTLETS, clock)
    first, second = (Poll(poll_settings(feeds), clock) for _ in range(2))
    claims = [
        leases.claim(sqlite, "poll", stage.pending, 1, stage.lease, stage.claimed) for stage in (first, second, first)
    ]

    assert [len(claim.items) for claim in claims] == [1, 1, 0]
    assert len({item.key for claim in claims for item in claim.items}) == 2


@pytest.fixture
def cut_short(sqlite: Store, clock: Clock, feeds: Newsstand) -> Poll:
    """A poll that has claimed its feeds, and whose process then dies."""
    with sqlite.write() as session:
        sync_outlets(session, OUTLETS, clock)
    stage = Poll(poll_settings(feeds), clock)
    leases.claim(sqlite, "poll", stage.pending, 9, stage.lease, stage.claimed)
    return stage


def test_the_next_check_is_written_before_a_feed_is_asked(sqlite: Store, clock: Clock, cut_short: Poll) -> None:  # 140
    assert feed_of(sqlite).next_at == clock.now() + timedelta(minutes=10)
    with sqlite.write() as session:
        session.execute(update(Attempt).values(leased_until=clock.now() - timedelta(days=9)))
    with sqlite.read() as session:
        assert cut_short.pending(session, 9) == []  # its lease is over, and nobody saw it die: it waits


def test_a_poll_whose_death_is_seen_is_made_up_for_at_once_but_not_for_ever(
    sqlite: Store, clock: Clock, feeds: Newsstand, cut_short: Poll
) -> None:  # 140
    with sqlite.write() as session:
        session.execute(update(Attempt).values(owner=leases.this_owner().rpartition(":")[0] + ":1.00"))
    assert leases.free_dead_leases(sqlite) == 2
    for deaths, due in ((1, 2), (INTERRUPTED, 2), (INTERRUPTED + 1, 0)):
        with sqlite.write() as session:
            session.execute(update(Attempt).values(deaths=deaths))
            assert len(cut_short.pending(session, 9)) == due

    clock.move(clock.now() + timedelta(minutes=10))
    feeds[LANTERN], feeds[BEACON] = rss(("One", "http://lantern.example/1")), rss()
    assert poll(sqlite, clock, feeds, then=timedelta()).ok == 2
    assert poll(sqlite, clock, feeds).ok == 0
    assert len(articles(sqlite)) == 1


def test_a_poll_that_is_told_to_stop_leaves_what_it_did_not_ask_as_due_as_before(
    sqlite: Store, clock: Clock, feeds: Newsstand
) -> None:
    with sqlite.write() as session:
        sync_outlets(session, OUTLETS, clock)
    stage = Poll(poll_settings(feeds), clock)
    stage.batch_size = 1
    told: list[bool] = []

    drain(stage, sqlite, clock, stop=lambda: bool(told), progress=lambda n: told.append(True))

    with sqlite.read() as session:
        assert [feed.next_at is None for feed in session.scalars(select(Feed).order_by(Feed.checked_at))].count(
            True
        ) == 1


def test_a_clock_that_ran_ahead_for_days_leaves_no_feed_unasked(sqlite: Store, clock: Clock, feeds: Newsstand) -> None:
    feeds[LANTERN], feeds[BEACON] = rss(("One", "http://lantern.example/1")), rss()
    now = clock.now()
    clock.move(now + timedelta(days=3))
    poll(sqlite, clock, feeds)
    clock.move(now)

    assert poll(sqlite, clock, feeds, then=timedelta()).ok == 2
    assert poll(sqlite, clock, feeds).ok == 0


def test_an_article_whose_page_is_not_found_keeps_its_entry_and_is_not_asked_for_again(
    sqlite: Store, clock: Clock, feeds: Newsstand
) -> None:  # 48
    feeds[LANTERN] = rss(("Gone", "http://lantern.example/gone"), ("Lost", "http://lantern.example/lost"))
    feeds["http://lantern.example/gone"] = Answer(status=410)
    poll(sqlite, clock, feeds)
    tallies = [drain(Fetch(poll_settings(feeds), clock), sqlite, clock) for _ in range(2)]

    assert [tally.failed for tally in tallies] == [2, 0]
    assert {article.title for article in articles(sqlite).values()} == {"Gone", "Lost"}
    assert states(sqlite)["lantern"] == "ok"

"""Polling real feeds on loopback: what becomes an article, whose it is, and what a bad feed costs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from aggregator.articles.entries import BEFORE_FIRST_POLL
from aggregator.articles.poll import ask_again
from aggregator.clock import Clock
from aggregator.store.sessions import Store
from aggregator.store.tables import Feed, FeedCheck
from tests.articles.newsstand import Newsstand, articles, open_newsstand, poll, rss, states


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

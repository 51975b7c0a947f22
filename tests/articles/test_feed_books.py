"""What polls write down of a feed, without the network: answers go in, the feed's row and its history come out.

Numbers in comments are rows of the list of faults that a fetcher meets.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.articles.feed_books import Polled
from aggregator.articles.poll import DueFeed, Poll, answered, failed
from aggregator.clock import Clock
from aggregator.net import Failure, FetchReason, Reply
from aggregator.setting_sections import PollSettings
from aggregator.settings import Settings
from aggregator.sources.outlets import feed_id, sync_outlets
from aggregator.store.sessions import Store
from aggregator.store.tables import Feed, FeedCheck
from aggregator.types import Entry, FeedDocument, FeedState
from tests.articles.newsstand import LANTERN, OUTLETS, articles, checks, feed_of

NEW = "https://feeds.lantern.example/all.xml"


@dataclass
class Desk:
    """The lantern's feed, asked by hand."""

    store: Store
    clock: Clock

    def due(self) -> DueFeed:
        """The feed as a poll would ask for it, due or not."""
        with self.store.write() as session:
            session.get_one(Feed, feed_id(LANTERN)).next_at = None
        with self.store.read() as session:
            return next(item for item in self.stage.pending(session, 9) if item.key == feed_id(LANTERN))

    @property
    def stage(self) -> Poll:
        return Poll(Settings.model_construct(**{**dict(Settings()), "poll": PollSettings()}), self.clock)

    def save(self, result: Polled, then: timedelta = timedelta(hours=8)) -> Feed:
        """The feed's row after this result; the clock then moves on."""
        with self.store.write() as session:
            self.stage.save(session, [result])
        self.clock.move(self.clock.now() + then)
        return feed_of(self.store)

    def reply(
        self, body: str = "", *entries: Entry, status: int = 200, permanent: str = "", then: float = 8, **headers: str
    ) -> Feed:
        """The feed answers; `body` stands for its bytes, and these are the entries read from them. `then` in hours."""
        due = self.due()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = Reply(
            due.url, permanent or due.url, status, named, body.encode(), permanent, wire_bytes=7, seconds=0.25
        )
        found = answered(due, reply)
        if found.status == 200 and found.body_sha != due.body_sha:
            document = FeedDocument("rss20", entries=entries)
            found = replace(found, state=FeedState.OK if entries else FeedState.EMPTY, document=document)
        return self.save(found, timedelta(hours=then))

    def fail(self, reason: FetchReason, status: int = 0, then: float = 8, **more: Any) -> Feed:
        """The feed does not answer."""
        due = self.due()
        return self.save(failed(due, Failure(due.url, reason, f"HTTP {status}", status, **more)), timedelta(hours=then))

    def wait(self, feed: Feed) -> timedelta:
        """How long after its last check it is asked again."""
        assert feed.next_at is not None
        assert feed.checked_at is not None
        return feed.next_at - feed.checked_at


@pytest.fixture
def desk(sqlite: Store, clock: Clock) -> Desk:
    with sqlite.write() as session:
        sync_outlets(session, OUTLETS, clock)
    return Desk(sqlite, clock)


def entry(number: int, at: datetime | None = datetime(2026, 10, 10, 9, tzinfo=UTC)) -> Entry:
    return Entry(f"http://lantern.example/{number}", f"T{number}", published_at=at)


# --- conditional requests ---


def test_validators_go_back_byte_for_byte(desk: Desk) -> None:  # 38
    for etag in ('W/"x"', "unquoted", '"with spaces"  and more'):
        desk.reply(etag, entry(1), etag=etag, last_modified="Whenever, 2026")
        assert (desk.due().etag, desk.due().last_modified) == (etag, "Whenever, 2026")


def test_a_304_is_an_answer_and_may_bring_new_validators(desk: Desk) -> None:  # 35
    desk.reply("a", entry(1), etag='"1"', last_modified="L")
    feed = desk.reply(status=304, etag='"2"')

    assert (feed.state, feed.etag, feed.last_modified) == ("unchanged", '"2"', "L")
    assert feed.answered_at == feed.checked_at


def test_a_304_that_nobody_asked_for_clears_the_validators(desk: Desk) -> None:  # 36
    desk.reply("a", entry(1), etag='"1"')
    feed = desk.fail(FetchReason.PROTOCOL, 304)

    assert (feed.state, feed.etag, feed.failures) == ("unreachable", "", 2)


def test_once_a_week_a_feed_is_asked_for_the_whole_of_it(desk: Desk) -> None:  # 37
    desk.reply("a", entry(1), etag='"1"')
    for _ in range(6):
        desk.reply(status=304, then=24)
    assert desk.due().etag == '"1"'
    desk.reply(status=304, then=24)
    assert desk.due().etag == ""

    desk.reply("a", etag='"1"')
    assert desk.due().etag == '"1"'


def test_a_304_for_ever_is_found_out_by_the_weekly_look(desk: Desk) -> None:  # 37
    future = "Tue, 01 Jan 2041 00:00:00 GMT"
    desk.reply("a", entry(1), last_modified=future)
    for _ in range(7):
        desk.reply(status=304, then=25)
    feed = desk.reply("b", entry(2), last_modified=future)

    assert feed.state == "ok"
    assert (desk.due().etag, desk.due().last_modified) == ("", "")


def test_validators_that_lied_three_times_are_no_longer_sent(desk: Desk) -> None:  # 39
    for number in range(4):
        feed = desk.reply(str(number), entry(number), etag='"stuck"')
        assert (desk.due().etag == "") is (number == 3)
    assert feed.distrust == 3


def test_an_etag_that_is_new_each_time_does_no_harm_where_the_body_is_the_same(desk: Desk) -> None:  # 39
    for number in range(5):
        feed = desk.reply("same", entry(1), etag=f'"{number}"')

    assert (feed.state, feed.distrust, feed.etag) == ("unchanged", 0, '"4"')


def test_an_etag_that_is_gone_is_not_sent_again(desk: Desk) -> None:
    desk.reply("a", entry(1), etag='"1"')
    desk.reply("b", entry(2))
    assert desk.due().etag == ""


def test_no_content_is_unchanged_but_not_for_ever(desk: Desk) -> None:  # 42
    desk.reply("a", entry(1), etag='"1"')
    feeds = [desk.reply(status=status) for status in (204, 205, 204, 204)]

    assert [feed.state for feed in feeds] == ["unchanged", "unchanged", "not-a-feed", "not-a-feed"]
    assert feeds[-1].failures == 4
    assert desk.reply(status=200, body="a").state == "unchanged"


def test_a_request_that_was_refused_as_bad_goes_out_plain_the_next_time(desk: Desk) -> None:  # 44
    desk.reply("a", entry(1), etag='"1"')
    desk.fail(FetchReason.HTTP_4XX, 406)
    assert (desk.due().plain, desk.due().etag) == (True, "")

    desk.reply("a", etag='"1"')
    assert (desk.due().plain, desk.due().etag) == (True, "")  # it worked
    desk.fail(FetchReason.HTTP_4XX, 400)
    assert not desk.due().plain


def test_a_feed_that_broke_off_is_read_whole_the_next_time(desk: Desk) -> None:  # 88
    due = desk.due()
    found = answered(due, Reply(due.url, due.url, 200, {"etag": '"1"'}, b"torn"))
    document = FeedDocument("rss20", entries=(entry(1),), partial=True)
    desk.save(replace(found, state=FeedState.OK, document=document))

    assert (desk.due().etag, desk.due().body_sha) == ("", "")
    desk.reply("whole", entry(1), entry(2))
    assert len(articles(desk.store)) == 2


# --- failures ---


def test_failures_add_up_by_weight_and_the_first_answer_ends_them(desk: Desk) -> None:
    feeds = [
        desk.fail(FetchReason.HTTP_4XX, 403),
        desk.fail(FetchReason.TIMEOUT),
        desk.fail(FetchReason.RATE_LIMITED, 429),
    ]
    assert [feed.failures for feed in feeds] == [4, 6, 7]
    assert desk.wait(feeds[0]) < desk.wait(feeds[1]) < desk.wait(feeds[2])
    assert feeds[-1].answered_at is None

    assert desk.reply("a", entry(1)).failures == 0


def test_a_404_comes_back(desk: Desk) -> None:  # 47
    desk.reply("a", entry(1))
    with desk.store.write() as session:
        session.get_one(Feed, feed_id(LANTERN)).failures = 400
    feed = desk.fail(FetchReason.HTTP_4XX, 404)
    assert timedelta(hours=26) < desk.wait(feed) <= timedelta(days=30) * 1.05
    assert feed.active

    feed = desk.reply("b", entry(2))
    assert (feed.state, feed.failures) == ("ok", 0)
    assert desk.wait(feed) < timedelta(hours=6.5)


def test_our_own_outage_counts_nobody_and_is_made_up_for_at_once(desk: Desk) -> None:  # 2
    desk.reply("a", entry(1), etag='"1"')
    feed = desk.fail(FetchReason.OUTAGE)

    assert (feed.state, feed.failures, feed.etag) == ("outage", 0, '"1"')
    assert desk.wait(feed) == timedelta(minutes=1)
    assert not FeedState(feed.state).answered


def test_a_feed_that_is_gone_is_muted_after_a_day_and_asked_once_a_week(desk: Desk) -> None:  # 49
    first = desk.fail(FetchReason.GONE, 410, then=25)
    second = desk.fail(FetchReason.GONE, 410, then=24)

    assert (first.muted, second.muted) == (False, True)
    assert desk.wait(first) >= timedelta(days=1)
    assert timedelta(days=7) <= desk.wait(second) <= timedelta(days=7.4)
    back = desk.reply("a", entry(1))
    assert (back.muted, back.gone_at, back.state) == (False, None, "ok")


def test_who_wants_a_login_is_asked_once_a_day(desk: Desk) -> None:  # 45
    feed = desk.fail(FetchReason.LOGIN, 401)
    assert (feed.state, feed.detail) == ("login", "HTTP 401")
    assert timedelta(hours=24) <= desk.wait(feed) <= timedelta(hours=25.5)


# --- moves ---


def test_a_feed_that_moved_is_asked_at_its_new_address_after_a_week(desk: Desk) -> None:  # 26
    for number, days in enumerate((4, 4, 1)):
        assert desk.due().url == LANTERN
        desk.reply(str(number), entry(number), permanent=NEW, then=24 * days)
    assert desk.due().url == NEW
    assert desk.due().key == feed_id(LANTERN)

    for _ in range(6):  # it was a mistake
        desk.fail(FetchReason.HTTP_4XX, 404)
    assert desk.due().url == LANTERN


def test_a_temporary_redirect_moves_nothing(desk: Desk) -> None:  # 28
    for number in range(5):
        feed = desk.reply(str(number), entry(number), then=72)
    assert (feed.moved_to, feed.address) == ("", "")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://lantern.example/", "front page"),
        ("http://beacon.example/rss", "another feed of ours"),
        ("http://www.beacon.example/lantern.xml", "on a domain of beacon"),
    ],
)
def test_a_feed_never_moves_to_what_is_not_its_own(desk: Desk, target: str, why: str) -> None:  # 27
    for number in range(4):
        feed = desk.reply(str(number), entry(number), permanent=target, then=72)

    assert (desk.due().url, feed.moved_to) == (LANTERN, "")
    assert why in feed.detail
    assert why in checks(desk.store)[-1].detail


def test_an_error_page_at_the_front_page_is_no_feed_and_says_where_it_stands(desk: Desk) -> None:  # 27, 40
    due = desk.due()
    found = answered(due, Reply(due.url, "http://lantern.example/", 200, {}, b"<html>", "http://lantern.example/"))
    feed = desk.save(replace(found, state=FeedState.NOT_A_FEED, detail="a page of HTML", quarters=2))

    assert (feed.state, feed.address) == ("not-a-feed", "")
    assert feed.detail == "a page of HTML; it is redirected for good to a front page"


# --- states and history ---


def test_the_history_of_a_feed_tells_what_it_answered_and_at_what_price(desk: Desk) -> None:
    desk.reply("a", entry(1), entry(2))
    desk.fail(FetchReason.TIMEOUT)
    desk.reply(status=304)

    first, second, third = checks(desk.store)
    assert (first.state, first.entries, first.new, first.bytes, first.seconds) == ("ok", 2, 2, 7, 0.25)
    assert [FeedState(check.state).answered for check in (first, second, third)] == [True, False, True]


def test_a_feed_that_used_to_list_something_and_is_empty_is_told_of(desk: Desk) -> None:  # 92
    assert desk.reply("never had any").detail == ""
    desk.reply("a", entry(1))
    feeds = [desk.reply("none"), desk.reply(status=304)]

    assert [(feed.state, feed.detail) for feed in feeds] == [("empty", "it used to list entries")] * 2
    assert desk.reply("b", entry(2)).detail == ""


def test_an_empty_feed_is_asked_less_and_less_often(desk: Desk) -> None:  # 92
    busy = desk.reply("a", *(entry(n) for n in range(20)))
    for number in range(25):
        quiet = desk.reply(f"none {number}")

    assert desk.wait(quiet) > 2 * desk.wait(busy)
    assert desk.wait(quiet) <= timedelta(hours=6) * 1.05


def test_a_feed_without_anything_new_for_two_weeks_is_stale_until_it_has(desk: Desk) -> None:
    desk.reply("a", entry(1), then=15 * 24)
    stale = desk.reply(status=304)
    fresh = desk.reply("b", entry(2))

    assert (stale.state, stale.detail) == ("stale", "nothing new since 2026-10-10")
    assert (fresh.state, fresh.detail) == ("ok", "")


def test_a_new_feed_of_old_news_is_stale_at_once(desk: Desk) -> None:
    assert desk.reply("a", entry(1, datetime(2025, 1, 1, tzinfo=UTC))).state == "stale"


def test_a_feed_without_a_date_that_can_be_believed_is_undated(desk: Desk) -> None:  # 105
    feeds = [desk.reply("a", entry(1, None), entry(2, None)), desk.reply(status=304)]
    assert [feed.state for feed in feeds] == ["undated", "undated"]


def test_a_check_is_recorded_for_each_moment(desk: Desk) -> None:
    desk.reply("a", entry(1), then=0)
    desk.reply(status=304, then=0)
    with desk.store.read() as session:
        assert session.query(FeedCheck).count() == 1

"""Entries become articles: one article however its feed names it, and no article for what is another's.

Numbers in comments are rows of the list of faults that a fetcher meets.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aggregator.articles.entries import store_entries
from aggregator.articles.listing import Listed
from aggregator.articles.urls import article_id, article_key
from aggregator.clock import Clock
from aggregator.sources.domains import Domains
from aggregator.sources.outlets import feed_id, sync_outlets
from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Appearance, Article, Feed, FeedCheck, Outlet
from aggregator.types import Entry
from tests.articles.newsstand import BEACON, LANTERN, OUTLETS, articles

SITE = "http://lantern.example"
TEN = datetime(2026, 10, 10, 10, tzinfo=UTC)


@pytest.fixture
def newsroom(sqlite: Store, clock: Clock) -> Store:
    with sqlite.write() as session:
        sync_outlets(session, OUTLETS, clock)
    return sqlite


@contextmanager
def feed_row(store: Store, url: str = LANTERN) -> Iterator[tuple[Session, Feed]]:
    with store.write() as session:
        yield session, session.get_one(Feed, feed_id(url))


def listed(
    store: Store, clock: Clock, entries: Sequence[Entry], url: str = LANTERN, limit: int | None = None
) -> tuple[FeedCheck, Listed]:
    """What one poll of a feed makes of these entries; the next is half an hour later."""
    with feed_row(store, url) as (session, feed):
        check = FeedCheck(feed_id=feed.id, at=clock.now(), state="ok", entries=0, new=0, changed=0, dropped=0)
        found = store_entries(session, feed, entries, clock.now(), check, Domains(session), limit)
        feed.answered_at = clock.now()
    clock.move(clock.now() + timedelta(minutes=30))
    return check, found


def entry(path: str, title: str = "", guid: str = "", at: datetime | None = TEN) -> Entry:
    return Entry(url=SITE + path if path.startswith("/") else path, title=title or path, guid=guid, published_at=at)


def ids(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(Article.id)))


# --- identity ---


def test_an_entry_without_a_guid_is_known_by_its_address(newsroom: Store, clock: Clock) -> None:  # 95
    listed(newsroom, clock, [entry("/1")])
    check, _ = listed(newsroom, clock, [entry("/1/?utm_source=rss", "/1")])

    assert (check.new, check.changed, ids(newsroom)) == (0, 0, {article_id(SITE + "/1")})


def test_articles_that_share_a_guid_stay_apart_and_the_feeds_guids_are_no_longer_believed(  # 96
    newsroom: Store, clock: Clock
) -> None:
    listed(newsroom, clock, [entry("/0", guid="x")])
    listed(newsroom, clock, [entry(f"/{n}", "Same title", guid="x") for n in range(5)])
    check, _ = listed(newsroom, clock, [entry("/9", "Same title", guid="x", at=TEN + timedelta(hours=1))])

    assert check.new == 1
    assert len(ids(newsroom)) == 6
    with feed_row(newsroom) as (_, feed):
        assert feed.identity == "url"


def test_guids_that_change_at_every_poll_make_nothing_new(newsroom: Store, clock: Clock) -> None:  # 97
    listed(newsroom, clock, [entry(f"/{n}", guid=f"a{n}") for n in range(4)])
    check, _ = listed(newsroom, clock, [entry(f"/{n}", guid=f"b{n}") for n in range(4)])

    assert (check.new, check.changed) == (0, 0)
    with feed_row(newsroom) as (_, feed):
        assert feed.identity == "url"


def test_an_article_that_moved_is_found_by_its_guid_and_asked_for_at_its_new_address(  # 97
    newsroom: Store, clock: Clock
) -> None:
    old = entry("/draft-slug", "A title", guid="http://lantern.example/story/77?session=1")
    listed(newsroom, clock, [old])
    moved = replace(old, url=SITE + "/final-slug", guid="https://www.lantern.example/story/77?session=2")
    check, _ = listed(newsroom, clock, [moved])
    again, _ = listed(newsroom, clock, [moved])

    assert (check.new, check.changed, again.changed) == (0, 1, 0)
    assert {article.id: url for url, article in articles(newsroom).items()} == {
        article_id(old.url): "http://lantern.example/final-slug"
    }


def test_an_article_whose_address_and_guid_both_change_is_known_by_title_and_date_for_two_days(  # 97
    newsroom: Store, clock: Clock
) -> None:
    listed(newsroom, clock, [entry("/a-1", "The very same", guid="1")])
    check, _ = listed(newsroom, clock, [entry("/a-2", "The very same", guid="2")])
    other, _ = listed(newsroom, clock, [entry("/a-3", "The very same", guid="3", at=TEN + timedelta(hours=1))])

    assert (check.new, other.new) == (0, 1)


def test_a_guid_used_again_for_another_article_is_another_article(newsroom: Store, clock: Clock) -> None:  # 98
    listed(newsroom, clock, [entry("/monday", "Monday's news", guid="lead")])
    check, _ = listed(newsroom, clock, [entry("/tuesday", "Tuesday's news", guid="lead", at=TEN + timedelta(1))])

    assert check.new == 1


def test_what_is_listed_side_by_side_is_never_joined(newsroom: Store, clock: Clock) -> None:
    first, second = entry("/a", "Picture of the day", guid="1"), entry("/b", "Picture of the day", guid="2")
    listed(newsroom, clock, [first])
    check, _ = listed(newsroom, clock, [first, second])

    assert check.new == 1


@pytest.mark.parametrize(
    "form",
    ["https://www.lantern.example/a", "http://m.lantern.example/a/", "https://amp.lantern.example/a",
     "http://lantern.example/a/amp", "http://lantern.example/amp/a/", "http://lantern.example/a?amp=1",
     "http://lantern.example/a?outputType=amp&utm_medium=rss", "http://mobile.lantern.example/a.amp"],
)  # fmt: skip
def test_mobile_and_amp_forms_are_the_same_article(form: str) -> None:  # 99
    assert article_key(form) == article_key("http://lantern.example/a")


@pytest.mark.parametrize("url", ["/amp", "/amplifiers/a", "/gear/amp-review", "/a?amplitude=1", "/camp/a"])
def test_an_address_about_amplifiers_is_its_own(url: str) -> None:  # 99
    assert article_key(SITE + url) == f"lantern.example{url}"


def test_a_parameter_that_changes_at_every_poll_is_no_part_of_the_address(newsroom: Store, clock: Clock) -> None:  # 100
    news = []
    for poll in range(4):
        entries = [entry(f"/story?id={n}&sid=s{poll}{n}", f"Title {n}", at=None) for n in range(poll // 3, 6)]
        news.append(listed(newsroom, clock, entries)[0].new)

    assert news == [6, 0, 0, 0]
    with feed_row(newsroom) as (_, feed):
        assert feed.tokens == ["sid"]
    check, _ = listed(newsroom, clock, [entry(f"/story?id={n}&sid=z", f"Title {n}", at=None) for n in range(3, 8)])
    assert (check.new, check.changed) == (2, 0)


def test_numbers_that_tell_equally_titled_pages_apart_are_no_such_parameter(newsroom: Store, clock: Clock) -> None:
    listed(newsroom, clock, [entry(f"/photo?id={n}", "Photo of the day", at=None) for n in (1, 2, 3)])
    check, _ = listed(newsroom, clock, [entry(f"/photo?id={n}", "Photo of the day", at=None) for n in (4, 5, 6)])

    assert check.new == 3


def test_an_alias_that_another_outlet_made_swallows_no_article(newsroom: Store, clock: Clock) -> None:  # 101, 120
    taken = [entry("https://bit.ly/theirs", guid=f"{SITE}/mine")]
    listed(newsroom, clock, taken)
    with newsroom.write() as session:
        session.add(Alias(url_key="beacon.example/2", article_id=article_id(f"{SITE}/mine")))
    listed(newsroom, clock, [entry("https://bit.ly/theirs"), entry("http://beacon.example/2")], url=BEACON)

    assert {row.outlet_key for url, row in articles(newsroom).items() if SITE not in url} == {"beacon"}
    assert len(articles(newsroom)) == 3
    check, _ = listed(newsroom, clock, taken)
    assert check.new == 0


def test_a_redirectors_link_is_kept_beside_the_page_that_the_guid_names(newsroom: Store, clock: Clock) -> None:  # 101
    link = "http://feedproxy.google.com/~r/lantern/~3/xyz"
    listed(newsroom, clock, [entry(link, "One", guid=SITE + "/1"), entry(link + "2", "Two", guid="opaque")])

    with newsroom.read() as session:
        assert session.get_one(Alias, article_key(link)).article_id == article_id(SITE + "/1")
    found = articles(newsroom)
    assert set(found) == {SITE + "/1", link + "2"}
    assert {article.outlet_key for article in found.values()} == {"lantern"}


def test_one_text_of_an_agency_is_an_article_of_each_outlet(newsroom: Store, clock: Clock) -> None:  # 102
    listed(newsroom, clock, [entry("/wire", "From the wire", guid="agency:1")])
    check, _ = listed(newsroom, clock, [entry("http://beacon.example/wire", "From the wire", guid="agency:1")], BEACON)

    assert check.new == 1
    assert sorted(article.outlet_key for article in articles(newsroom).values()) == ["beacon", "lantern"]


def test_an_edited_article_keeps_its_id_and_when_it_was_first_seen(newsroom: Store, clock: Clock) -> None:  # 103
    began = clock.now()
    listed(newsroom, clock, [entry("/1", "A", guid="1")])
    check, _ = listed(newsroom, clock, [replace(entry("/1", "B", guid="1"), updated_at=TEN + timedelta(hours=2))])

    (article,) = articles(newsroom).values()
    assert (check.new, check.changed, article.title, article.found_at) == (0, 1, "B", began)
    with newsroom.read() as session:
        assert session.scalars(select(Appearance.first_seen_at)).all() == [began]


def test_a_feed_that_flips_between_two_versions_lists_nothing_new(newsroom: Store, clock: Clock) -> None:  # 94
    def version(number: int, *paths: str) -> list[Entry]:
        return [replace(entry(path, f"{path} v{number}"), updated_at=TEN + timedelta(minutes=number)) for path in paths]

    old, new = version(1, "/1", "/2", "/3"), version(2, "/2", "/3", "/4")
    found = [listed(newsroom, clock, entries)[0] for entries in (old, new, old, new, old)]

    assert [check.new for check in found] == [3, 1, 0, 0, 0]
    assert [check.changed for check in found] == [0, 2, 0, 0, 0]


def test_a_feed_cannot_make_anothers_article_an_alias_of_one_that_it_listed(newsroom: Store, clock: Clock) -> None:
    fake = Entry(url=SITE + "/1", title="A title", guid="g", published_at=TEN)
    listed(newsroom, clock, [fake], BEACON)
    listed(newsroom, clock, [replace(fake, url=SITE + "/2")], BEACON)

    assert ids(newsroom) == {article_id(SITE + "/1"), article_id(SITE + "/2")}


def test_an_off_site_link_is_the_article_of_whoever_publishes_there(newsroom: Store, clock: Clock) -> None:  # 120
    listed(newsroom, clock, [entry("http://news.stranger.example/1", "Ours?"), entry("http://blog.lantern.example/2")])

    with newsroom.read() as session:
        key = articles(newsroom)["http://news.stranger.example/1"].outlet_key
        outlet = session.get_one(Outlet, key)
    assert (outlet.name, outlet.listed) == ("news.stranger.example", False)
    assert articles(newsroom)["http://blog.lantern.example/2"].outlet_key == "lantern"


def test_a_second_domain_that_most_of_a_feeds_links_are_on_is_its_outlets_own(newsroom: Store, clock: Clock) -> None:
    listed(newsroom, clock, [entry(f"http://www.lantern-news.example/{n}") for n in range(3)] + [entry("/1")])

    assert {article.outlet_key for article in articles(newsroom).values()} == {"lantern"}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_entries_makes_no_difference(newsroom: Store, clock: Clock, data: st.DataObject) -> None:  # 93
    polls = [
        [
            entry("/1", "A", "g1"),
            entry("/1#live", "A live", "g2"),
            entry("/2", "B", "g3"),
            entry("/3?sid=1", "C", "g4"),
        ],
        [entry("/1", "A", "g1"), entry("/2b", "B", "g3"), entry("/3?sid=2", "C", "g4"), entry("/4", "D", "g3x")],
    ]

    def outcome(shuffle: bool) -> list[tuple[object, ...]]:
        clock.move(TEN + timedelta(hours=2))
        with feed_row(newsroom) as (session, feed):
            for table in (Appearance, Alias, Article):
                session.execute(delete(table))
            feed.answered_at, feed.identity, feed.tokens = None, "guid", []
        for entries in polls:
            listed(newsroom, clock, data.draw(st.permutations(entries)) if shuffle else entries)
        return sorted((one.id, one.url, one.title, one.entry_sha, one.withheld) for one in articles(newsroom).values())

    assert outcome(shuffle=True) == outcome(shuffle=False)


def test_of_a_new_feed_the_newest_are_taken_wherever_they_stand(newsroom: Store, clock: Clock) -> None:  # 93
    entries = [entry(f"/{n}", at=TEN - timedelta(hours=n)) for n in (5, 1, 4, 2, 3)]
    listed(newsroom, clock, entries, limit=2)

    assert {url for url, one in articles(newsroom).items() if not one.withheld} == {SITE + "/1", SITE + "/2"}


# --- dates and texts ---


def test_a_date_that_is_bumped_stays_as_it_was_first_and_the_update_is_kept(
    newsroom: Store, clock: Clock
) -> None:  # 112
    listed(newsroom, clock, [entry("/1")])
    listed(newsroom, clock, [entry("/1", at=TEN + timedelta(hours=2))])

    (article,) = articles(newsroom).values()
    assert (article.published_at, article.order_at) == (TEN, TEN)
    assert article.updated_at == TEN + timedelta(hours=2)


def test_a_feed_that_dates_its_entries_by_the_asking_is_not_believed(newsroom: Store, clock: Clock) -> None:  # 110
    listed(newsroom, clock, [entry("/1"), entry("/2")])
    now = clock.now()
    listed(newsroom, clock, [entry(f"/{n}", at=now - timedelta(seconds=n)) for n in (1, 2, 3)])

    article = articles(newsroom)[SITE + "/3"]
    assert (article.published_at, article.date_note, article.order_at) == (None, "distrusted", now)


def test_what_a_feed_wrote_as_a_date_is_kept_and_a_missing_one_is_never_now(newsroom: Store, clock: Clock) -> None:
    odd = replace(entry("/1", at=None), published_raw="lunes 5 de octubre")
    listed(newsroom, clock, [odd, entry("/2", at=None)])

    first, second = (articles(newsroom)[SITE + path] for path in ("/1", "/2"))
    assert (first.published_raw, first.published_at, first.date_note) == ("lunes 5 de octubre", None, "unreadable")
    assert (second.published_at, second.date_note) == (None, "missing")


def test_the_text_that_a_feed_carries_is_kept_for_pages_that_give_none(newsroom: Store, clock: Clock) -> None:
    long = "<p>" + "word " * 150 + "</p>"
    listed(
        newsroom,
        clock,
        [
            replace(entry("/full"), content_html="<p>All of it.</p>", summary_html=long),
            replace(entry("/long"), summary_html=long),
            replace(entry("/teaser"), summary_html="<p>A teaser.</p>"),
            replace(entry("/huge"), content_html="x" * 600_000),
        ],
    )
    with newsroom.read() as session:
        kept = {row.url: row.feed_html for row in session.execute(select(Article.url, Article.feed_html))}
    assert kept[SITE + "/full"] == b"<p>All of it.</p>"
    assert kept[SITE + "/long"] == long.encode()
    assert kept[SITE + "/teaser"] is None
    assert len(kept[SITE + "/huge"] or b"") == 500_000


def test_an_article_that_was_withdrawn_is_not_told_again(newsroom: Store, clock: Clock) -> None:
    listed(newsroom, clock, [entry("/1", "A")])
    with newsroom.write() as session:
        row = session.get_one(Article, article_id(SITE + "/1"))
        row.withheld, row.title, row.feed_html = "purged", "", None
    listed(newsroom, clock, [replace(entry("/1", "B"), content_html="<p>Text</p>")])

    (article,) = articles(newsroom).values()
    assert (article.title, article.withheld) == ("", "purged")


def test_both_databases_find_again_what_moved_and_what_varies(store: Store, clock: Clock) -> None:
    with store.write() as session:
        sync_outlets(session, OUTLETS, clock)
    for poll, slug in enumerate(("draft", "final", "final")):
        moved = entry(f"/{slug}", "A title", guid="77")
        check, _ = listed(store, clock, [moved, *(entry(f"/s?id={n}&sid={poll}", f"T{n}", at=None) for n in (1, 2, 3))])

    assert (check.new, check.changed, len(ids(store))) == (0, 0, 4)

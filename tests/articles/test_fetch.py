"""Fetching pages from loopback: what is stored, what waits and what is asked for again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import undefer

from aggregator.articles.extract import Extract
from aggregator.articles.fetch import Fetch
from aggregator.articles.hosts import save_hosts
from aggregator.articles.rechecks import LONGEST, forget_rechecks, recheck_wait
from aggregator.articles.revisions import difference
from aggregator.articles.revisions import revisions as list_revisions
from aggregator.articles.urls import article_id
from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.net import Failure, FetchReason, HostState, Reply
from aggregator.settings import FetchSettings, Settings
from aggregator.stage import Tally, drain
from aggregator.store.desk_tables import Glance
from aggregator.store.sessions import Store
from aggregator.store.tables import (
    Alias,
    Appearance,
    Article,
    Attempt,
    Document,
    Feed,
    Membership,
    Outlet,
    Response,
    Slice,
    StoryRow,
)
from aggregator.types import Rights
from tests.articles.site import TEXT, Sites, page_html, served

PATH = "lantern.example/bridge"
URL = f"http://{PATH}"
KEY = article_id(URL)
HOUR = timedelta(hours=1)
WALLED = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'


@pytest.fixture
def sites() -> Iterator[Sites]:
    with served() as found:
        yield found


@pytest.fixture
def settings(sites: Sites) -> Settings:
    return sites.settings()


def add(store: Store, clock: Clock, url: str = URL, outlet: str = "lantern", **more: Any) -> str:
    """An article of an outlet on `outlet`.example."""
    now = clock.now()
    with store.write() as session:
        for key in ("lantern", "beacon"):
            if session.get(Outlet, key) is None:
                session.add(Outlet(key=key, name=key.title(), domains=[f"{key}.example"], language="en"))
        session.flush()
        values = {"title": "Bridge closed", "entry_sha": "e1", **more}
        key = article_id(url)
        session.add(
            Article(id=key, url=url, outlet_key=outlet, origin="feed", found_at=now, order_at=now, **values)  # type: ignore[arg-type]
        )
    return key


def fetch(store: Store, clock: Clock, settings: Settings, *, after: timedelta | None = None) -> Tally:
    """Fetch and extract what is due `after` so long."""
    if after:
        clock.move(clock.now() + after)
    tally = drain(Fetch(settings, clock), store, clock)
    drain(Extract(settings.extract, clock), store, clock)
    return tally


def article(store: Store, key: str = KEY) -> Article:
    with store.read() as session:
        return session.get_one(Article, key)


def revisions(store: Store, key: str = KEY) -> list[Document]:
    with store.read() as session:
        return list(session.scalars(select(Document).where(Document.article_id == key).order_by(Document.revision)))


def response(store: Store, key: str = KEY) -> Response | None:
    with store.read() as session:
        return session.get(Response, key, options=[undefer(Response.html)])


def reasons(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {row.stage: row.reason for row in session.scalars(select(Attempt))}


# silent edits


def test_a_page_that_changed_without_a_word_in_its_feed_becomes_a_new_revision(  # 103
    store: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(store, clock)
    sites.page(PATH, page_html())
    found_at = article(store).found_at
    fetch(store, clock, settings)

    sites.page(PATH, page_html(*TEXT[:2], "The repair is to cost 3 million dollars, not 2 million as told before."))
    fetch(store, clock, settings, after=HOUR)

    old, new = revisions(store)
    assert ("cost 2 million" in old.text, "cost 3 million" in new.text) == (True, True)
    assert (old.current, new.current) == (False, True)
    assert article(store).found_at == found_at
    assert sites.paths == [PATH, PATH]


def test_a_page_is_asked_for_less_and_less_often(sqlite: Store, clock: Clock, sites: Sites, settings: Settings) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    start, asked = clock.now(), []
    for hour in (0, 0.9, 1, 2, 3, 4, 11, 12, 23, 24, 71, 72, 100, 143, 144, 166):
        clock.move(start + hour * HOUR)
        before = len(sites.paths)
        fetch(sqlite, clock, settings)
        asked += [hour] * (len(sites.paths) - before)
    assert asked == [0, 1, 3, 12, 24, 72, 144]
    assert len(revisions(sqlite)) == 1


def test_an_unchanged_page_answers_304_to_the_validators_that_it_gave(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    tag, modified = 'W/"odd tag"', "Sat, 10 Oct 2026 11:00:00 GMT"
    sites.page(PATH, page_html(), ETag=tag, Last_Modified=modified)
    fetch(sqlite, clock, settings)
    before = response(sqlite)
    tally = fetch(sqlite, clock, settings, after=HOUR)

    conditions = [h.get("if-none-match") for where, h in sites.asked if where == PATH]
    assert conditions == [None, tag]
    assert sites.asked[-1][1]["if-modified-since"] == modified
    assert (tally.ok, tally.failed) == (1, 0)
    after = response(sqlite)
    assert (before and before.fetched_at) == (after and after.fetched_at)
    assert article(sqlite).recheck_at == clock.now() + 2 * HOUR


def test_an_article_is_asked_for_again_while_its_story_is_live_or_readers_see_its_page(
    store: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    now = clock.now()
    keys = [add(store, clock, f"{URL}/{n}") for n in range(4)]
    for n in range(4):
        sites.page(f"{PATH}/{n}", page_html())
    fetch(store, clock, settings)
    with store.write() as session:
        session.add(Slice(id=1, day=now.date(), placed_at=now, recipe="x", documents=0, terms={}))
        for n, last in enumerate((now + timedelta(days=20), now, now, now)):
            session.add(
                StoryRow(
                    id=f"s_{n}", founding_article_id=keys[n], made_at=now, first_at=now, last_at=last, size=1,
                    members_sha="",
                )
            )  # fmt: skip
        session.flush()
        for n, key in enumerate(keys):
            session.add(
                Membership(article_id=key, story_id=f"s_{n}", slice_id=1, content_sha="", score=1, joined_at=now)
            )
        for n, status in ((1, "published"), (2, "withdrawn")):
            session.add(
                Glance(
                    page_id=f"s_{n}", version=1, seen=1, state=status, status=status, made_by="machine", made_at=now,
                    reason="", headline="", topic="", coverage={},
                )
            )  # fmt: skip
    sites.asked.clear()
    fetch(store, clock, settings, after=timedelta(days=20))
    assert sorted(sites.paths) == [f"{PATH}/0", f"{PATH}/1"]

    with store.write() as session:
        forget_rechecks(session, clock.now(), timedelta(days=7))
    assert [article(store, key).recheck_at is None for key in keys] == [False, False, True, True]


def test_rechecks_come_after_new_articles_and_take_a_part_of_a_claim(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    for n in range(8):
        add(sqlite, clock, f"http://lantern.example/old/{n}")
        sites.page(f"lantern.example/old/{n}", page_html())
    fetch(sqlite, clock, settings)
    clock.move(clock.now() + HOUR)
    new = {add(sqlite, clock, f"http://lantern.example/new/{n}") for n in range(3)}
    with sqlite.read() as session:
        stage = Fetch(settings, clock)
        found = stage.pending(session, 16)
        assert {item.key for item in found[:3]} == new
        assert [item.recheck for item in found] == [False] * 3 + [True] * 4
        assert [item.key for item in stage.pending(session, 1)] == [found[0].key]


def test_no_page_is_asked_for_again_where_the_operator_says_so(sqlite: Store, clock: Clock, sites: Sites) -> None:
    settings = sites.settings(fetch=FetchSettings(recheck_hours=()))
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    fetch(sqlite, clock, settings, after=timedelta(days=1))
    assert sites.paths == [PATH]


@given(st.lists(st.floats(0.01, 8760), min_size=1, max_size=6, unique=True).map(sorted), st.integers(0, 200))
def test_waits_are_positive_and_end_at_ten_years(hours: list[float], done: int) -> None:
    wait = recheck_wait(hours, done)
    assert wait is not None
    assert timedelta(0) < wait <= LONGEST


# pages that are gone or walled


@pytest.mark.parametrize("status", [404, 410])
def test_an_article_whose_page_is_gone_at_first_is_not_asked_for_again_and_stays_on_record(  # 48
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings, status: int
) -> None:
    add(sqlite, clock)
    sites.status(PATH, status)
    fetch(sqlite, clock, settings)
    fetch(sqlite, clock, settings, after=timedelta(days=1))
    assert (sites.paths, reasons(sqlite)) == ([PATH], {"fetch": f"http-{status}"})
    assert article(sqlite).title == "Bridge closed"


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_goes_later_leaves_its_document_and_that_it_is_gone_is_known(  # 48
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings, status: int
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    sites.status(PATH, status)
    gone_at = clock.now() + HOUR
    tally = fetch(sqlite, clock, settings, after=HOUR)
    fetch(sqlite, clock, settings, after=2 * HOUR)

    assert (tally.failed, article(sqlite).gone_at) == (0, gone_at)
    assert [(row.revision, row.current) for row in revisions(sqlite)] == [(1, True)]
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings, after=9 * HOUR)
    assert article(sqlite).gone_at is None


def test_an_address_that_leads_to_the_front_page_leads_to_no_article(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    other = add(sqlite, clock, f"{URL}/2")
    sites.page(f"{PATH}/2", page_html())
    sites.page("lantern.example/", page_html(*TEXT * 3, title="The Lantern"))
    sites.status(PATH, 302, Location="http://lantern.example/")
    fetch(sqlite, clock, settings)
    assert (response(sqlite), reasons(sqlite)["fetch"]) == (None, "front-page")

    sites.status(f"{PATH}/2", 302, Location="http://lantern.example/")
    fetch(sqlite, clock, settings, after=HOUR)
    assert article(sqlite, other).gone_at == clock.now()
    assert [row.title for row in revisions(sqlite, other)] == ["Bridge closed"]


@pytest.mark.parametrize(
    "wall",
    [
        "<html><body><h1>We value your privacy</h1><p>We and our 812 partners use cookies.</p></body></html>",
        "<html><body><h1>Page not found</h1></body></html>",
        page_html(TEXT[0], TEXT[1], more=WALLED),
    ],
    ids=["consent", "error", "paywall"],
)
def test_a_wall_that_comes_up_later_does_not_replace_what_was_read(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings, wall: str
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    sites.page(PATH, wall)
    fetch(sqlite, clock, settings, after=HOUR)
    (kept,) = revisions(sqlite)
    assert (kept.current, kept.extent, TEXT[2] in kept.text) == (True, "full", True)


def test_a_server_that_is_down_at_a_recheck_costs_nothing_but_that_recheck(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    sites.status(PATH, 503, Retry_After="20000")
    tally = fetch(sqlite, clock, settings, after=HOUR)
    assert (tally.failed, reasons(sqlite), article(sqlite).gone_at) == (0, {}, None)
    waits = article(sqlite).recheck_at
    assert waits is not None
    assert timedelta(seconds=20_000) <= waits - clock.now() <= timedelta(days=1)


# where an address leads


def test_a_redirectors_address_and_the_pages_own_are_one_article(  # 101
    store: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    key = add(store, clock, "http://hop.example/go?id=7")
    sites.status("hop.example/go?id=7", 302, Location=URL)
    sites.page(PATH, page_html())
    fetch(store, clock, settings)
    with store.read() as session:
        aliases = {row.url_key: row.article_id for row in session.scalars(select(Alias))}
    assert aliases == {"lantern.example/bridge": key}
    assert [row.current for row in revisions(store, key)] == [True]


def test_a_redirectors_address_to_a_known_article_is_that_article(  # 101
    store: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(store, clock)
    sites.page(PATH, page_html())
    fetch(store, clock, settings)
    key = add(store, clock, "http://hop.example/go?id=7")
    sites.status("hop.example/go?id=7", 302, Location=URL)
    fetch(store, clock, settings)
    assert article(store, key).withheld == f"the same page as {KEY}"
    assert (response(store, key), article(store).withheld) == (None, "")
    with store.read() as session:
        assert session.get_one(Alias, "hop.example/go?id=7").article_id == KEY


def test_articles_whose_addresses_all_lead_to_one_wall_are_not_taken_for_copies(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    keys = [add(sqlite, clock, f"{URL}/{n}") for n in range(3)]
    for n in range(3):
        sites.status(f"{PATH}/{n}", 302, Location="http://lantern.example/back-soon")
    sites.page("lantern.example/back-soon", "<html><body><p>Back soon.</p></body></html>")
    fetch(sqlite, clock, settings)
    assert [article(sqlite, key).withheld for key in keys] == ["", "", ""]


def test_an_aggregators_link_is_an_article_of_the_outlet_on_whose_host_it_ends(  # 120
    store: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    key = add(store, clock, "http://hop.example/go?id=7", title="SHOCK: bridge!!", summary="so they say")
    sites.status("hop.example/go?id=7", 302, Location="http://beacon.example/bridge")
    sites.page("beacon.example/bridge", page_html())
    fetch(store, clock, settings)
    found = article(store, key)
    assert (found.outlet_key, found.title, found.summary, found.withheld) == ("beacon", "Bridge closed", "", "")
    assert found.url == "http://beacon.example/bridge"


def test_whoever_made_a_redirector_puts_no_words_into_another_outlets_article_later(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    key = add(sqlite, clock, "http://hop.example/go?id=7")
    sites.status("hop.example/go?id=7", 302, Location="http://beacon.example/bridge")
    sites.page("beacon.example/bridge", page_html())
    fetch(sqlite, clock, settings)
    sites.page("hop.example/go?id=7", page_html("What The Beacon never wrote. " * 20))
    fetch(sqlite, clock, settings, after=HOUR)
    assert sites.paths[-1] == "beacon.example/bridge"
    assert len(revisions(sqlite, key)) == 1


def listed_by(store: Store, outlet: str, keys: list[str]) -> None:
    with store.write() as session:
        session.merge(Feed(id=outlet, url=f"http://{outlet}.example/feed", outlet_key=outlet))
        session.flush()
        session.add_all(
            Appearance(feed_id=outlet, article_id=key, entry_sha="e", first_seen_at=article(store, key).found_at)
            for key in keys
        )


def test_what_an_outlets_own_feed_lists_comes_first_and_has_its_own_share_of_the_day(
    store: Store, clock: Clock, sites: Sites
) -> None:
    settings = sites.settings(fetch=FetchSettings(outlet_mb_per_day=0.000_1))
    foreign = [add(store, clock, f"{URL}?copy={n}") for n in range(2)]
    listed_by(store, "beacon", foreign)
    for n in range(2):
        sites.page(f"{PATH}?copy={n}", page_html())
    fetch(store, clock, settings)
    clock.move(clock.now() - HOUR)
    own = add(store, clock)
    listed_by(store, "lantern", [own])
    clock.move(clock.now() + HOUR)
    late = add(store, clock, f"{URL}?copy=2")
    listed_by(store, "beacon", [late])
    with store.read() as session:
        pending = Fetch(settings, clock).pending(session, 5)
    assert [(item.key, item.over_budget) for item in pending] == [(own, False), (late, True)]


def test_outlets_that_nobody_lists_take_one_turn_together(store: Store, clock: Clock, settings: Settings) -> None:
    with store.write() as session:
        session.add_all(Outlet(key=f"s{n}", name="S", domains=[f"s{n}.example"], listed=False) for n in range(8))
    clock.move(clock.now() - HOUR)
    own = [add(store, clock), add(store, clock, "http://beacon.example/1", "beacon")]
    clock.move(clock.now() + HOUR)
    for n in range(8):
        add(store, clock, f"http://s{n}.example/1", f"s{n}")
    with store.read() as session:
        assert set(own) <= {item.key for item in Fetch(settings, clock).pending(session, 3)}


def test_an_outlets_own_address_that_leads_to_another_listed_outlet_is_withheld(  # 120
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    sites.status(PATH, 302, Location="http://beacon.example/bridge")
    sites.page("beacon.example/bridge", page_html())
    fetch(sqlite, clock, settings)
    assert article(sqlite).withheld == "its address leads to a page of beacon"
    assert (response(sqlite), revisions(sqlite)) == (None, [])


def test_an_address_that_later_leads_to_another_outlet_leaves_the_article_as_it_was_read(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    sites.status(PATH, 302, Location="http://beacon.example/bridge")
    sites.page("beacon.example/bridge", page_html("Another text altogether. " * 20))
    fetch(sqlite, clock, settings, after=HOUR)
    assert (article(sqlite).withheld, article(sqlite).gone_at) == ("", clock.now())
    assert len(revisions(sqlite)) == 1


# budgets and reservations


def test_an_outlet_that_has_stored_its_share_of_the_day_waits_for_the_next_and_loses_nothing(
    store: Store, clock: Clock, sites: Sites
) -> None:
    settings = sites.settings(fetch=FetchSettings(outlet_mb_per_day=0.000_1))
    add(store, clock)
    sites.page(PATH, page_html())
    fetch(store, clock, settings)
    late = [add(store, clock, f"{URL}/{n}") for n in range(2)]
    other = add(store, clock, "http://beacon.example/1", "beacon")
    for where in (f"{PATH}/0", f"{PATH}/1", "beacon.example/1"):
        sites.page(where, page_html())
    for _ in range(6):  # more often than a failing page is tried
        with store.write() as session:
            for row in session.scalars(select(Attempt)):
                row.not_before = clock.now()
        fetch(store, clock, settings)
    assert response(store, other) is not None
    assert [response(store, key) for key in late] == [None, None]
    with store.read() as session:
        waiting = session.scalars(select(Attempt).where(Attempt.stage == "fetch")).all()
    midnight = clock.now().replace(hour=0) + timedelta(days=1)
    assert [(row.reason, row.tries, row.buried, row.not_before) for row in waiting] == [
        ("disk-budget", 0, False, midnight)
    ] * 2
    fetch(store, clock, settings, after=midnight - clock.now())
    assert response(store, late[0]) is not None


def answered(monkeypatch: pytest.MonkeyPatch, **reply: Any) -> None:
    """Every page answers with this reply, whatever the server says."""

    def replies(requests: Any, *_: Any, take: Any) -> Any:
        made = [Reply(**{"url": r.url, "final_url": r.url, "status": 200, "headers": {}, **reply}) for r in requests]
        return [take(number, answer) for number, answer in enumerate(made)], ()

    monkeypatch.setattr("aggregator.articles.fetch.fetch_all", replies)


def test_of_a_reserved_page_nothing_is_stored_but_that_it_is_there(
    store: Store, clock: Clock, sites: Sites, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, clock)
    read = add(store, clock, f"{URL}/2")
    sites.page(f"{PATH}/2", page_html())
    sites.status(PATH, 503)
    fetch(store, clock, settings)
    basis = "X-Robots-Tag: noai"
    body = page_html("changed").encode()
    answered(monkeypatch, body=body, rights=Rights.METADATA, rights_basis=basis)
    fetch(store, clock, settings, after=HOUR)
    for key in (KEY, read):
        stored = response(store, key)
        assert stored is not None
        assert (stored.html, stored.rights, stored.rights_basis) == (None, "metadata", basis)
        assert {(row.text, row.rights, row.rights_basis) for row in revisions(store, key)} == {("", "metadata", basis)}
        assert [row.title for row in revisions(store, key) if row.current] == ["Bridge closed"]

    answered(monkeypatch, body=page_html().encode())  # the publisher has thought better of it
    fetch(store, clock, settings, after=3 * HOUR)
    assert [row.rights for key in (KEY, read) for row in revisions(store, key) if row.current] == ["full", "full"]


def test_of_an_outlet_that_allows_headlines_only_no_page_is_stored(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    with sqlite.write() as session:
        session.get_one(Outlet, "lantern").rights = "metadata"
    sites.page(PATH, page_html(), ETag='"1"')
    fetch(sqlite, clock, settings)
    fetch(sqlite, clock, settings, after=HOUR)
    stored = response(sqlite)
    assert stored is not None
    kept = [(row.title, row.text, row.rights_basis) for row in revisions(sqlite)]
    assert (stored.html, kept) == (None, [("Bridge closed", "", "settings of the outlet")])


def test_a_page_that_reserves_itself_is_not_kept_either(  # 137
    store: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(store, clock, feed_html=b"<p>The text.")
    sites.page(PATH, page_html(more='<meta name="robots" content="noindex">'))
    fetch(store, clock, settings)
    stored = response(store)
    assert stored is not None
    assert (stored.html, [(row.text, row.rights) for row in revisions(store)]) == (None, [("", "metadata")])
    with store.read() as session:
        assert session.scalar(select(Article.feed_html)) is None


def test_a_reservation_that_comes_with_a_304_counts(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    answered(monkeypatch, status=304, rights=Rights.METADATA, rights_basis="tdm-reservation: 1")
    fetch(sqlite, clock, settings, after=HOUR)
    stored = response(sqlite)
    assert stored is not None
    assert (stored.html, {row.text for row in revisions(sqlite)}) == (None, {""})


def test_an_outage_of_our_own_line_is_no_pages_failure(
    sqlite: Store, clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sqlite, clock)
    failure = Failure(url=URL, reason=FetchReason.OUTAGE, detail="no host can be reached")

    def outage(requests: Any, *_: Any, take: Any) -> Any:
        return [take(number, failure) for number in range(len(requests))], ()

    monkeypatch.setattr("aggregator.articles.fetch.fetch_all", outage)
    for _ in range(8):
        fetch(sqlite, clock, settings, after=HOUR)
    with sqlite.read() as session:
        row = session.scalars(select(Attempt)).one()
    assert (row.reason, row.tries, row.buried) == ("outage", 0, False)


def test_a_recheck_for_which_nobody_was_asked_is_made_up_for(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    down = Failure(URL, FetchReason.UNREACHABLE, "host is down", retry_after=timedelta(minutes=7), asked=False)

    def left_alone(requests: Any, *_: Any, take: Any) -> Any:
        return [take(number, down) for number in range(len(requests))], ()

    monkeypatch.setattr("aggregator.articles.fetch.fetch_all", left_alone)
    fetch(sqlite, clock, settings, after=HOUR)
    row = article(sqlite)
    assert (row.rechecks, row.recheck_at) == (0, clock.now() + timedelta(minutes=7))


def test_articles_of_a_host_that_is_down_for_long_are_not_given_up_unasked(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    for n in range(6):
        add(sqlite, clock, f"{URL}/{n}")
        sites.page(f"{PATH}/{n}", page_html())
    sites.status("lantern.example/robots.txt", 503)
    for _ in range(8):
        fetch(sqlite, clock, settings, after=HOUR)
    sites.status("lantern.example/robots.txt", 404)
    assert fetch(sqlite, clock, settings, after=HOUR).ok == 6


def test_what_the_operator_recorded_as_permission_goes_with_the_request(
    sqlite: Store, clock: Clock, settings: Settings
) -> None:
    add(sqlite, clock)
    with sqlite.write() as session:
        session.get_one(Outlet, "lantern").tdm_basis = "licence of 2026-01-01"
    with sqlite.read() as session:
        assert [item.tdm_basis for item in Fetch(settings, clock).pending(session, 5)] == ["licence of 2026-01-01"]


# what was changed can be looked at


def test_revisions_tell_what_came_and_went_and_a_diff_where(
    sqlite: Store, clock: Clock, sites: Sites, settings: Settings
) -> None:
    add(sqlite, clock)
    sites.page(PATH, page_html())
    fetch(sqlite, clock, settings)
    sites.page(PATH, page_html(*TEXT[:2], "The repair is to cost 3 million dollars.", title="Bridge shut"))
    fetch(sqlite, clock, settings, after=HOUR)
    with sqlite.read() as session:
        first, second = list_revisions(session, KEY)
        found = difference(session, KEY)
        with pytest.raises(Rejected, match="no two such revisions"):
            difference(session, KEY, newer=1)
        back = difference(session, KEY, older=2, newer=1)
    assert (first.added, first.removed, first.title_changed, first.current) == (first.words, 0, False, False)
    assert (second.title_changed, second.current, second.made_at) == (True, True, clock.now())
    assert second.removed > second.added > 0
    assert (found.older, found.newer, found.title) == (1, 2, ("Bridge closed", "Bridge shut"))
    assert [one.text for one in found.body if one.kind == "new"] == ["The repair is to cost 3 million dollars."]
    assert [one.text for one in back.body if one.kind == "gone"] == ["The repair is to cost 3 million dollars."]


def test_a_host_that_wants_a_minute_between_requests_does_not_keep_a_batch_busy_for_long(
    sqlite: Store, clock: Clock
) -> None:
    for n in range(6):
        add(sqlite, clock, f"{URL}/{n}")
    with sqlite.write() as session:
        save_hosts(session, [HostState("lantern.example", "User-agent: *\nCrawl-delay: 60", 200, clock.now())])
    with sqlite.read() as session:
        assert len(Fetch(Settings(), clock).pending(session, 64)) == 2

"""Fetching pages from loopback: what is stored, where addresses lead, what waits and what is reserved."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.articles.fetch import Fetch
from aggregator.clock import Clock
from aggregator.net import Failure, FetchReason, Reply
from aggregator.setting_sections import FetchSettings
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Appearance, Article, Attempt, Feed, Outlet
from aggregator.types import Rights
from tests.articles.fetching import HOUR, KEY, PATH, URL, add, article, fetch, response, revisions
from tests.articles.site import Sites, page_html

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

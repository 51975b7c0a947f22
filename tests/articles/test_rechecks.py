"""Pages that are asked for again: silent edits, pages that go or are walled, and what their revisions tell."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.fetch import Fetch
from aggregator.articles.hosts import save_hosts
from aggregator.articles.rechecks import LONGEST, forget_rechecks, recheck_wait
from aggregator.articles.revisions import difference
from aggregator.articles.revisions import revisions as list_revisions
from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.net import HostState
from aggregator.setting_sections import FetchSettings
from aggregator.settings import Settings
from aggregator.store.desk_tables import Glance
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, Slice, StoryRow
from tests.articles.fetching import HOUR, KEY, PATH, URL, WALLED, add, article, fetch, reasons, response, revisions
from tests.articles.site import TEXT, Sites, page_html

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

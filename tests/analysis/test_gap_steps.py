"""Each step of the coverage-gap test, on a real database: who counts, when, in whose list, and what voids it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from aggregator.analysis.gap_day import due_days, look_for_gaps, newest_test
from aggregator.analysis.gap_editing import set_aside, take_back
from aggregator.analysis.gap_history import history
from aggregator.analysis.gap_observed import asked_since, observed_outlets, watched
from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.sources.ledger import IMPORT, Change
from aggregator.sources.successions import Former, continue_outlets
from aggregator.store.gap_tables import GapTest
from aggregator.store.page_tables import AnalysisRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document, Feed, FeedCheck, Outlet
from aggregator.types import Lean, RaterKind, Rating
from tests.analysis.test_gap_day import BY, FIRST, LEFT, OVER, RIGHT, TOPICS, filled, newest, page_gap, story_row

DAY = timedelta(days=1)
LONG = """The council of Westmere closed the old iron bridge over the Tarn on Monday after inspectors found cracks in
its girders. Traffic is led over the new bridge until spring, said the mayor, Ada Holm. Repairs are to cost two million
and take until May. Residents had warned of the rust for years: four hundred people signed a petition in 2024, and many
shops on the east bank fear for their trade since half of their customers walk over it. Inspectors who climbed below
came back with photographs of cracks as long as an arm.""".replace("\n", " ")


@pytest.fixture
def newsroom(sqlite: Store) -> Store:
    return filled(sqlite)


def tell(store: Store, story: str, outlets: Sequence[str], at: datetime, *, kind: str = "news", text: str = "") -> None:
    """Each of these outlets tells the story in an article of its own; the story is made where it is new."""
    with store.write() as session:
        if session.get(StoryRow, story) is None:
            session.add(story_row(story, at))
            session.flush()
            session.add(
                AnalysisRow(
                    story_id=story, input_sha="x", recipe="x", evidence_sha="x", topic="garden", made_at=at,
                    content={"sources": []},
                )
            )  # fmt: skip
        for key in outlets:
            name = f"{story}-{key}-{kind}-{at:%d%H}"
            session.add(
                Article(
                    id=name, url=f"https://{key}.example/{name}", outlet_key=key, origin="feed", entry_sha="x",
                    found_at=at, order_at=at,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                Document(
                    article_id=name, revision=1, current=True, input_sha="x", recipe="x", title=text or name,
                    text=text or name, text_sha256=name, content_sha=name, language="en", kind=kind, extent="full",
                    regions=[], authors=[], made_at=at,
                )
            )  # fmt: skip
            session.add(
                Membership(article_id=name, story_id=story, slice_id=1, content_sha=name, score=1, joined_at=at)
            )


def gap_row(store: Store, story: str) -> GapTest:
    with store.read() as session:
        found = newest_test(session, story)
        assert found is not None
        return found


def analysed(store: Store, originals: dict[str, str]) -> None:
    """The analysis of s_new says whose text each article carries."""
    rows = [{"article_id": key, "syndication_id": original} for key, original in originals.items()]
    with store.write() as session:
        session.get_one(AnalysisRow, "s_new").content = {"sources": rows}


def test_a_rating_that_may_not_be_passed_on_moves_no_finding(newsroom: Store, settings: Settings) -> None:
    denied = Rating("R", date(2026, 2, 1), label=Lean.RIGHT, kind=RaterKind.CONTENT, export=False)
    with newsroom.write() as session:
        ledger.append(session, [Change(key, denied, "new") for key in LEFT], FIRST, IMPORT)

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    gap = page_gap(newsroom)
    assert (gap.state, gap.n, gap.k) == ("gap", 12, 0)


def test_copies_of_one_text_are_one_source(newsroom: Store, settings: Settings) -> None:
    analysed(newsroom, dict.fromkeys(LEFT[:12], "left-0"))

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    assert "1 independent source that leans left or right told it in the first 24 hours" in page_gap(newsroom).reason


def test_copies_that_came_in_since_the_analysis_are_found_too(newsroom: Store, settings: Settings) -> None:
    with newsroom.write() as session:
        session.execute(update(Document).values(title="Bridge closed", text=LONG))

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    assert page_gap(newsroom).n == 1


def test_further_articles_of_one_desk_count_once_and_those_of_its_opinion_pages_once_more(
    newsroom: Store, settings: Settings
) -> None:
    tell(newsroom, "s_new", LEFT[:5], FIRST + timedelta(hours=3))
    tell(newsroom, "s_new", LEFT[:2], FIRST + timedelta(hours=3), kind="opinion")

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    carried = newest(newsroom).carried
    assert len(carried) == 14
    assert {"left-0/news", "left-0/opinion"} <= set(carried)


def test_what_was_told_later_than_a_day_after_the_first_report_changes_nothing(
    newsroom: Store, settings: Settings
) -> None:
    tell(newsroom, "s_new", RIGHT, FIRST + timedelta(hours=24, minutes=1))

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    assert (page_gap(newsroom).n, page_gap(newsroom).k) == (12, 0)


def test_earlier_stories_of_which_a_side_could_not_be_asked_say_nothing_of_what_is_usual(
    newsroom: Store, settings: Settings
) -> None:
    with newsroom.write() as session:
        for test in session.scalars(select(GapTest).order_by(GapTest.id).limit(30)):
            test.missing = RIGHT

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    assert "is not known: 90 earlier stories of the last 90 days, 100 are needed" in page_gap(newsroom).reason


def test_all_stories_of_a_day_share_one_list_which_a_later_one_does_not_change(
    newsroom: Store, settings: Settings
) -> None:
    tell(newsroom, "s_even", [*LEFT[:6], *RIGHT[:6]], FIRST + timedelta(hours=1))
    look_for_gaps(newsroom, settings, TOPICS, OVER)
    first, even = page_gap(newsroom), gap_row(newsroom, "s_even")
    assert (first.state, even.state, first.family, even.content["family"]) == ("gap", "none", 2, 2)
    assert first.p is not None
    assert first.q == pytest.approx(2 * first.p, rel=1e-5)

    tell(newsroom, "s_late", LEFT[:12], FIRST + timedelta(hours=2))
    assert look_for_gaps(newsroom, settings, TOPICS, OVER + timedelta(hours=2)) == 0
    assert look_for_gaps(newsroom, settings, TOPICS, OVER + DAY) == 1

    late = gap_row(newsroom, "s_late")
    assert (late.day, late.content["family"]) == (newest(newsroom).day + DAY, 1)
    assert page_gap(newsroom) == first


def test_after_three_days_without_a_batch_each_day_is_tested_with_what_was_before_it(
    newsroom: Store, settings: Settings
) -> None:
    tell(newsroom, "s_next", [*LEFT[:6], *RIGHT[:6]], FIRST + DAY)
    tell(newsroom, "s_third", LEFT[:4], FIRST + 2 * DAY)

    assert look_for_gaps(newsroom, settings, TOPICS, OVER + 2 * DAY) == 3

    found = [gap_row(newsroom, key) for key in ("s_new", "s_next", "s_third")]
    assert [row.day for row in found] == [date(2026, 10, 11), date(2026, 10, 12), date(2026, 10, 13)]
    assert found[0].state == "gap"
    assert [row.content["stories"] for row in found] == [120, 121, 122]


def test_a_story_that_is_due_weeks_late_is_counted_only_and_moves_nothing_in_the_list_it_joins(
    newsroom: Store, settings: Settings
) -> None:
    tell(newsroom, "s_old", LEFT[:9], FIRST - 20 * DAY)
    with newsroom.write() as session:  # the list of this day is over already
        session.execute(update(GapTest).where(GapTest.story_id == "s_0").values(day=date(2026, 10, 10)))

    assert look_for_gaps(newsroom, settings, TOPICS, OVER) == 2

    old = gap_row(newsroom, "s_old")
    assert (old.day, old.state, old.page_sha, len(old.carried)) == (date(2026, 10, 11), "not-tested", "", 9)
    assert (page_gap(newsroom).state, page_gap(newsroom).family) == ("gap", 1)


def test_a_clock_that_jumps_back_tests_nothing_and_one_that_jumps_ahead_tells_nothing(
    newsroom: Store, settings: Settings
) -> None:
    assert look_for_gaps(newsroom, settings, TOPICS, FIRST - 400 * DAY) == 0
    assert look_for_gaps(newsroom, settings, TOPICS, OVER + 400 * DAY) == 0
    assert look_for_gaps(newsroom, settings, TOPICS, OVER) == 1
    before = page_gap(newsroom)

    tell(newsroom, "s_back", LEFT[:12], FIRST - 3 * DAY)
    assert look_for_gaps(newsroom, settings, TOPICS, OVER - 2 * DAY) == 0
    assert page_gap(newsroom) == before


#: when a story's 24 hours end, on which day that is there, and the hour (UTC) of the midnight after it
MIDNIGHTS = [
    ("Europe/Berlin", datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25), 23),  # a day of 25 hours
    ("Europe/Berlin", datetime(2026, 3, 29, 21, 30, tzinfo=UTC), date(2026, 3, 29), 22),  # one of 23
    ("Africa/Cairo", datetime(2026, 4, 23, 21, 30, tzinfo=UTC), date(2026, 4, 23), 22),  # whose end does not exist
    ("Pacific/Apia", datetime(2026, 10, 11, 10, 30, tzinfo=UTC), date(2026, 10, 11), 11),  # 13 hours ahead
]


def test_days_are_those_of_the_site_where_clocks_are_changed_too(newsroom: Store) -> None:
    for zone, end, day, hour in MIDNIGHTS:
        midnight = end.replace(hour=hour, minute=0)
        with newsroom.write() as session:
            session.execute(update(StoryRow).where(StoryRow.id == "s_new").values(first_at=end - DAY))
            session.execute(update(GapTest).values(day=date(2026, 1, 1)))
        with newsroom.read() as session:
            minute = timedelta(minutes=1)
            before, after = (due_days(session, ZoneInfo(zone), now) for now in (midnight - minute, midnight + minute))

        assert (list(before), list(after)) == ([], [day]), zone


VOIDING: dict[str, tuple[str, dict[str, Any], bool]] = {
    "s_merged": ("merged", {"other_id": "s_0", "articles": ["right-0"]}, True),
    "s_split": ("split", {"other_id": "s_0", "articles": ["left-3"]}, True),
    "s_moved": ("moved", {"other_id": "s_0", "article_id": "left-3"}, True),
    "s_removed": ("removed", {"article_id": "left-3"}, True),
    "s_gained": ("moved", {"other_id": "s_gained", "article_id": "right-0"}, True),
    "s_later": ("merged", {"other_id": "s_0", "articles": ["afterwards"]}, False),
    "s_joined": ("joined", {"article_id": "right-0"}, False),
}


def test_a_merge_split_or_move_of_what_was_out_by_then_voids_the_test_and_nothing_else_does(
    newsroom: Store, settings: Settings
) -> None:
    for key in VOIDING:
        tell(newsroom, key, LEFT[:8], FIRST)
    look_for_gaps(newsroom, settings, TOPICS, OVER)
    with newsroom.write() as session:
        late = FIRST + 2 * DAY
        session.add(
            Article(
                id="afterwards", url="https://left-0.example/b", outlet_key="left-0", origin="feed", entry_sha="x",
                found_at=late, order_at=late,
            )
        )  # fmt: skip
        session.flush()
        for key, (kind, more, _) in VOIDING.items():
            of = "s_0" if more.get("other_id") == key else key  # a move is an event of the story that it leaves
            session.add(StoryEvent(at=OVER + timedelta(hours=1), story_id=of, kind=kind, **more))

    assert look_for_gaps(newsroom, settings, TOPICS, OVER + timedelta(hours=2)) == 5

    assert {key: gap_row(newsroom, key).kind == "void" for key in VOIDING} == {
        key: void for key, (_, _, void) in VOIDING.items()
    }


def test_a_split_between_an_editors_two_decisions_voids_the_test_all_the_same(
    newsroom: Store, settings: Settings
) -> None:
    look_for_gaps(newsroom, settings, TOPICS, OVER)
    with newsroom.write() as session:
        number = set_aside(session, Clock(OVER + timedelta(hours=1)), BY, "s_new").id
        at = OVER + timedelta(hours=2)
        session.add(StoryEvent(at=at, story_id="s_new", kind="split", other_id="s_0", articles=["left-3"]))
        session.flush()
        take_back(session, Clock(OVER + timedelta(hours=3)), BY, number)

    look_for_gaps(newsroom, settings, TOPICS, OVER + timedelta(hours=4))

    assert newest(newsroom).kind == "void"


def test_a_feed_that_stands_still_does_not_make_silence_its_habit(newsroom: Store) -> None:
    with newsroom.write() as session:
        for key, still in (
            ("left-1", timedelta(days=9)),
            ("left-2", timedelta(hours=8)),
            ("left-3", timedelta(days=70)),
        ):
            still_since = (FeedCheck.feed_id == key) & (FeedCheck.at > FIRST - still)
            session.execute(update(FeedCheck).where(still_since).values(new=0, state="unchanged"))

    with newsroom.read() as session:
        seen = observed_outlets(watched(session, FIRST, FIRST + DAY), FIRST, FIRST + DAY)

    assert "left-0" in seen
    assert not {"left-1", "left-2", "left-3"} & set(seen)


def test_what_an_outlet_told_before_it_got_another_key_stays_its_habit(newsroom: Store, settings: Settings) -> None:
    old = RIGHT[0]
    with newsroom.read() as session:
        before = history(session, OVER.date(), asked_since(session), OVER)
    with newsroom.write() as session:
        session.add(Outlet(key="renamed", name="Renamed"))
        session.flush()
        session.get_one(Feed, old).outlet_key = "renamed"
        continue_outlets(session, {"renamed": [Former(old)]}, FIRST)
    with newsroom.read() as session:
        after = history(session, OVER.date(), asked_since(session), OVER)

    told = [[unit.replace(f"{old}/", "renamed/") for unit in story.carried] for story in before]
    assert [sorted(units) for units in told] == [list(story.carried) for story in after]
    look_for_gaps(newsroom, settings, TOPICS, OVER)
    assert (page_gap(newsroom).state, page_gap(newsroom).outlets) == ("gap", 14)

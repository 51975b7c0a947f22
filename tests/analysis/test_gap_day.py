"""The coverage-gap test in the pipeline: once a story, after its day, from feeds that answered; void, or set aside."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from aggregator.analysis.gap_day import look_for_gaps, newest_test
from aggregator.analysis.gap_editing import set_aside, take_back
from aggregator.analysis.gap_observed import Poll, Watched
from aggregator.analysis.gap_own import recalibrate_own
from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.setting_sections import SiteSettings
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.store.gap_tables import GapTest
from aggregator.store.page_tables import AnalysisRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, Slice, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document, Feed, FeedCheck, Outlet
from aggregator.stories.editing import By
from aggregator.stories.topics import Topic, Topics
from aggregator.summarise.gaps import check_gap, gap_of
from aggregator.summarise.page import Gap
from aggregator.types import Lean, LeanState, Rating

FIRST = datetime(2026, 10, 10, 12, tzinfo=UTC)
OVER = datetime(2026, 10, 12, 0, 10, tzinfo=UTC)
BY = By("ada", "editor", "the right-leaning outlets tell it under another name")
LEFT, RIGHT = [f"left-{n}" for n in range(14)], [f"right-{n}" for n in range(14)]
TOPICS = Topics((Topic("garden", "Garden"),))


def story_row(key: str, first: datetime = FIRST) -> StoryRow:
    return StoryRow(
        id=key, founding_article_id="left-0", made_at=first, first_at=first, last_at=first, size=1, members_sha="x"
    )


@pytest.fixture
def newsroom(sqlite: Store) -> Store:
    """See `filled`."""
    return filled(sqlite)


@pytest.fixture
def anywhere(store: Store) -> Store:
    """The same on both databases."""
    return filled(store)


def filled(store: Store) -> Store:
    """28 rated outlets that were asked for weeks, 120 earlier stories, and one that twelve of the left told alone."""
    outlets = (*LEFT, *RIGHT)
    with store.write() as session:
        session.add_all(Outlet(key=key, name=key) for key in outlets)
        session.add(Slice(id=1, day=FIRST.date(), placed_at=FIRST, recipe="x", documents=0, terms={}))
        session.flush()
        session.add_all(Feed(id=key, url=f"https://{key}.example/feed", outlet_key=key) for key in outlets)
        session.add_all(
            Article(
                id=key, url=f"https://{key}.example/a", outlet_key=key, origin="feed", entry_sha="x", found_at=FIRST,
                order_at=FIRST,
            )
            for key in outlets
        )  # fmt: skip
        session.flush()
        leans = {key: Lean.LEFT if key in LEFT else Lean.RIGHT for key in outlets}
        said = {key: [Rating("desk", date(2026, 1, 1), LeanState.RATED, lean)] for key, lean in leans.items()}
        ledger.record_all(session, said, FIRST)
        hours = (-2000, *range(-240, 36, 6))
        polls = [
            {"feed_id": key, "at": FIRST + timedelta(hours=h), "state": "ok", "new": 3}
            for key in outlets
            for h in hours
        ]
        session.execute(insert(FeedCheck), polls)
        session.add_all(story_row(f"s_{n}", FIRST - timedelta(days=30)) for n in range(120))
        session.flush()
        for n in range(120):
            told = [f"{key}/news" for m, key in enumerate(outlets) if (m * 7 + n * 5) % 13 < 5]
            session.add(
                GapTest(
                    story_id=f"s_{n}", kind="test", day=date(2026, 9, 11) + timedelta(days=n % 20), made_at=FIRST,
                    state="not-tested", topic="garden", content={}, carried=told, missing=[],
                )
            )  # fmt: skip
        session.add(story_row("s_new"))
        session.flush()
        for key in LEFT[:12]:
            session.add(
                Document(
                    article_id=key, revision=1, current=True, input_sha="x", recipe="x", title=key, text=key,
                    text_sha256=key, content_sha=key, language="en", kind="news", extent="full", regions=[],
                    authors=[], made_at=FIRST,
                )
            )  # fmt: skip
            session.add(
                Membership(article_id=key, story_id="s_new", slice_id=1, content_sha=key, score=1, joined_at=FIRST)
            )
        session.add(
            AnalysisRow(
                story_id="s_new", input_sha="x", recipe="x", evidence_sha="x", topic="garden", made_at=FIRST,
                content={"sources": []},
            )
        )  # fmt: skip
    return store


def newest(store: Store) -> GapTest:
    with store.read() as session:
        found = newest_test(session, "s_new")
        assert found is not None
        return found


def page_gap(store: Store) -> Gap:
    """What the page says, which the validator takes as it is."""
    gap = gap_of(newest(store))
    assert not list(check_gap(gap))
    return gap


def test_a_story_is_tested_once_by_the_first_run_after_its_day(anywhere: Store, settings: Settings) -> None:
    early = OVER - timedelta(minutes=15)

    assert look_for_gaps(anywhere, settings, TOPICS, early) == 0
    assert look_for_gaps(anywhere, settings, TOPICS, OVER) == 1
    assert look_for_gaps(anywhere, settings, TOPICS, OVER + timedelta(days=1)) == 0

    gap = page_gap(anywhere)
    assert (gap.state, gap.side, gap.n, gap.k, gap.family) == ("gap", "right", 12, 0, 1)
    assert "0 of 12 independent left- or right-leaning sources are right-leaning" in gap.text
    assert "first 24 hours, and outlets whose feeds answered: 14 of 14 right-leaning ones. This does not" in gap.text
    assert newest(anywhere).page_sha


def test_the_day_is_that_of_the_site(newsroom: Store, settings: Settings) -> None:
    there = settings.model_copy(update={"site": SiteSettings(timezone="America/New_York")})

    assert look_for_gaps(newsroom, there, TOPICS, OVER) == 0
    assert look_for_gaps(newsroom, there, TOPICS, OVER + timedelta(hours=4)) == 1


def test_with_the_feeds_of_one_side_down_nothing_is_told(newsroom: Store, settings: Settings) -> None:
    with newsroom.write() as session:
        for check in session.scalars(select(FeedCheck).where(FeedCheck.at > FIRST)):
            if check.feed_id in RIGHT[:9]:
                check.state = "http-5xx"

    look_for_gaps(newsroom, settings, TOPICS, OVER)

    gap = page_gap(newsroom)
    assert gap.state == "not-tested"
    assert "of right-leaning ones could be asked; 60% are needed" in gap.reason
    assert not newest(newsroom).page_sha


def test_a_story_that_was_split_afterwards_is_not_told_of_any_more(anywhere: Store, settings: Settings) -> None:
    look_for_gaps(anywhere, settings, TOPICS, OVER)
    with anywhere.write() as session:
        later = OVER + timedelta(hours=1)
        session.add(StoryEvent(at=later, story_id="s_new", kind="split", other_id="s_0", articles=["left-3"]))

    assert look_for_gaps(anywhere, settings, TOPICS, OVER + timedelta(hours=2)) == 1
    assert look_for_gaps(anywhere, settings, TOPICS, OVER + timedelta(hours=3)) == 0

    assert page_gap(anywhere).state == "not-tested"


def test_an_editor_sets_a_gap_aside_and_takes_that_back(newsroom: Store, settings: Settings) -> None:
    clock = Clock(OVER)
    look_for_gaps(newsroom, settings, TOPICS, OVER)
    before = page_gap(newsroom)
    with newsroom.write() as session:
        number = set_aside(session, clock, BY, "s_new").id

    aside = page_gap(newsroom)
    assert (aside.state, aside.overruled, aside.p) == ("none", True, before.p)
    assert BY.reason in aside.reason
    with newsroom.write() as session, pytest.raises(Rejected, match="no coverage gap"):
        set_aside(session, clock, BY, "s_new")

    with newsroom.write() as session:
        take_back(session, clock, By("ada", "editor", "I was wrong"), number)
    assert page_gap(newsroom) == before


def test_a_page_whose_figures_do_not_give_its_finding_is_faulty(newsroom: Store, settings: Settings) -> None:
    look_for_gaps(newsroom, settings, TOPICS, OVER)
    gap = page_gap(newsroom)
    wrong = (
        {"k": 5}, {"p": 0.2}, {"state": "none"}, {"side": "left"}, {"text": "Ignored!"}, {"expected_share": 0.1},
        {"phi": None}, {"limit": 0.00001}, {"version": "gap/0"}, {"state": "not-tested"}, {"observed_share": 0.2},
    )  # fmt: skip

    assert all(list(check_gap(gap.model_copy(update=change))) for change in wrong)


def test_a_day_that_nobody_looked_at_in_time_is_counted_only(newsroom: Store, settings: Settings) -> None:
    look_for_gaps(newsroom, settings, TOPICS, OVER + timedelta(days=10))

    found = newest(newsroom)
    assert (found.state, found.page_sha) == ("not-tested", "")
    assert len(found.carried) == 12


def test_own_stories_are_shuffled_over_what_was_told(newsroom: Store) -> None:
    with newsroom.read() as session:
        found = recalibrate_own(session, OVER, 5)

    assert (found.stories, found.days) == (120, 20)


def test_an_outlet_is_observed_if_its_feeds_answer_and_are_not_silent_against_their_habit() -> None:
    polls = [Poll(FIRST + timedelta(hours=n), answered=n % 4 > 0, new=0) for n in range(24)]
    until = FIRST + timedelta(hours=24)
    earlier = FIRST - timedelta(days=2)

    assert Watched(polls, a_day=2, news_at=FIRST).observed(FIRST, until)
    assert not Watched(polls, a_day=2, news_at=earlier).observed(FIRST, until)
    assert not Watched(polls, a_day=20, news_at=FIRST).observed(FIRST, until)
    assert Watched([*polls, Poll(until, answered=True, new=1)], a_day=20).observed(FIRST, until)
    assert Watched([Poll(FIRST - timedelta(hours=1), answered=True, new=1), *polls], a_day=2).observed(FIRST, until)
    assert not Watched(polls).observed(FIRST, until)  # it has never listed anything
    assert not Watched(polls[:17:4] + polls[1::4], a_day=0, news_at=FIRST).observed(FIRST, until)
    assert not Watched((), a_day=0).observed(FIRST, until)

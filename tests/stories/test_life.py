"""A story's life: a function of its dates and of what was told last; told once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from aggregator.clock import Clock
from aggregator.store.sessions import Store
from aggregator.store.story_tables import StoryEvent, StoryRow
from aggregator.stories.life import Facts, Life, life, tell_lives
from tests.stories.archive import SETTINGS, START, add_article, article_id, place

NOW = datetime(2026, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def at(
    days_ago: float, size: int = 3, *, is_open: bool = False, was: str = "", since: float = 0, then: int = 3
) -> Life:
    facts = Facts(NOW - days_ago * DAY, size, is_open, was, NOW - since * DAY, then)
    return life(facts, NOW, settled=3 * DAY, window=7 * DAY)


@pytest.mark.parametrize(
    ("days_ago", "expected"), [(0.5, "growing"), (3, "growing"), (3.1, "settled"), (7, "settled"), (7.1, "archived")]
)
def test_without_new_articles_a_story_settles_and_is_archived(days_ago: float, expected: Life) -> None:
    assert at(days_ago) == expected


def test_a_story_of_a_day_that_is_not_closed_is_open() -> None:
    assert at(0.5, is_open=True) == "open"


@pytest.mark.parametrize("was", ["settled", "archived"])
def test_an_article_that_comes_after_all_reopens_it(was: Life) -> None:
    assert at(21, size=4, was=was, since=10) == "reopened"
    assert at(21, size=4, was="reopened", since=2, then=4) == "reopened"
    assert at(21, size=4, was="reopened", since=4, then=4) == "archived"


def test_an_article_that_leaves_reopens_nothing() -> None:
    assert at(21, size=2, was="archived", since=10) == "archived"


def test_a_date_that_is_yet_to_come_counts_as_now() -> None:
    assert at(-400) == "growing"


class Told:
    """Runs at some days, and what they told."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock

    def run(self, day: float) -> list[str]:
        self.clock.move(START + timedelta(days=day))
        place(self.store, self.clock)
        with self.store.write() as session:
            tell_lives(session, SETTINGS, self.clock.now())
        with self.store.read() as session:
            kinds = ("open", "growing", "settled", "archived", "reopened")
            return list(session.scalars(select(StoryEvent.kind).where(StoryEvent.kind.in_(kinds))))

    def add(self, number: int, day: float) -> None:
        with self.store.write() as session:
            add_article(session, article_id(number), 0, START + timedelta(days=day), number)


@pytest.fixture
def told(sqlite: Store, clock: Clock) -> Told:
    return Told(sqlite, clock)


def test_each_change_is_told_once_however_often_it_runs(told: Told) -> None:
    told.add(0, 0)
    told.add(1, 0.05)
    seen = [told.run(day) for day in (0.1, 0.2, 1.5, 1.6, 4, 4.1, 9, 9.1, 200)]

    assert seen[1] == []
    assert seen[-1] == ["growing", "settled", "archived"]


def test_an_article_that_stands_alone_ages_without_a_word(told: Told) -> None:
    told.add(0, 0)

    assert [told.run(day) for day in (0.1, 1.5, 4, 9)][-1] == []
    with told.store.read() as session:
        assert [row.life for row in session.scalars(select(StoryRow))] == ["archived"]


def test_an_article_three_weeks_late_reopens_its_story(told: Told) -> None:
    told.add(0, 0)
    for day in (0.1, 9):
        told.run(day)
    told.add(1, 0.1)

    assert told.run(21)[-1] == "reopened"
    assert told.run(22)[-1] == "reopened"
    assert told.run(25)[-1] == "archived"
    with told.store.read() as session:
        assert {row.size for row in session.scalars(select(StoryRow))} == {2}


def test_a_clock_that_ran_far_ahead_ends_no_life(told: Told) -> None:
    told.add(0, 0)
    told.add(1, 0.05)
    for day in (0.1, 1.5, 26_000):
        told.run(day)

    assert told.run(2)[-1] == "growing"
    assert told.run(2.1)[-1] == "growing"
    assert told.run(4)[-1] == "settled"


def test_an_archive_that_is_imported_tells_nothing(told: Told) -> None:
    told.add(0, 0)

    assert told.run(300) == []

"""Editors' decisions bind the machine and each other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.store.sessions import Store
from aggregator.store.tables import Decision, Membership, StoryRow
from aggregator.stories.constraints import pinned_articles
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from tests.stories.archive import START, add_article, add_articles, place

ANN = By("Ann", "editor", "as the sources say")


@pytest.fixture
def archive(store: Store, clock: Clock) -> Store:
    """48 articles of six events in their stories."""
    with store.write() as session:
        add_articles(session, range(48))
    place(store, clock)
    return store


def ids(session: Session) -> list[str]:
    query = select(StoryRow.id).where(StoryRow.size > 0).order_by(StoryRow.made_at, StoryRow.first_at, StoryRow.id)
    return list(session.scalars(query))


def news(store: Store, clock: Clock, days: int = 3) -> None:
    """More of every event, day after day, each day placed and repaired."""
    for day in range(days):
        with store.write() as session:
            for event in range(6):
                number = 100 + 10 * day + event
                add_article(session, f"b_{number}", event, START + timedelta(days=5 + day, hours=event), number)
        place(store, clock)


def test_a_part_that_an_editor_split_off_is_not_brought_back(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        key = ids(session)[0]
        part = members_of(session, key)[:3]
        split = StoryEditor(session, clock, ANN).split(key, part)
        rest = set(members_of(session, key))

    news(archive, clock)

    with archive.read() as session:
        assert set(part) <= set(members_of(session, split.subjects[1]))
        assert rest <= set(members_of(session, key))


def test_stories_that_an_editor_merged_are_not_parted(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        together = {*members_of(session, first), *members_of(session, second)}
        StoryEditor(session, clock, ANN).merge([first, second])

    news(archive, clock)

    with archive.read() as session:
        assert together <= set(members_of(session, first))


def test_an_article_that_an_editor_moved_stays_there(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        article = members_of(session, first)[0]
        StoryEditor(session, clock, ANN).move([article], second)

    news(archive, clock)

    with archive.read() as session:
        assert article in members_of(session, second)


def test_what_was_undone_binds_nobody(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        editor = StoryEditor(session, clock, ANN)
        merge = editor.merge([first, second])
        assert len(pinned_articles(session)) == 16
        editor.undo(merge.id)
        assert pinned_articles(session) == set()


def test_nothing_beyond_the_stories_of_a_decision_changes_by_it(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second, *others = ids(session)
        StoryEditor(session, clock, ANN).merge([first, second])
        before = {key: set(members_of(session, key)) for key in others}

    news(archive, clock)

    with archive.read() as session:
        assert all(before[key] <= set(members_of(session, story_of(session, key).id)) for key in others)


def test_a_decision_that_an_earlier_one_forbids_is_refused_until_that_one_is_undone(
    archive: Store, clock: Clock
) -> None:
    with archive.write() as session:
        first, second, third, fourth = ids(session)[:4]
        editor = StoryEditor(session, clock, ANN)
        merge = editor.merge([first, second])
        were = merge.payload["members"]
        split = editor.split(third, members_of(session, third)[:2])
        moved = members_of(session, fourth)[:1]
        move = editor.move(moved, third)
        refusals: list[tuple[Decision, Callable[[], Decision]]] = [
            (merge, lambda: editor.split(first, were[second])),
            (merge, lambda: editor.remove(were[second])),
            (split, lambda: editor.merge([third, split.subjects[1]])),
            (split, lambda: editor.move(split.payload["articles"][:1], third)),
            (move, lambda: editor.move(moved, first)),
            (move, lambda: editor.remove(moved)),
        ]
        for forbids, refused in refusals:
            with pytest.raises(
                Rejected, match=f"decision {forbids.id} .{forbids.kind}. .*: undo that one first"
            ) as error:
                refused()
            assert error.value.reason == "contradiction"
        assert len(session.scalars(select(Decision)).all()) == 3

        editor.undo(move.id)
        editor.move(moved, first)


def test_an_article_may_leave_a_merged_story_as_long_as_the_stories_stay_one(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        editor = StoryEditor(session, clock, ANN)
        merge = editor.merge([first, second])
        editor.split(first, merge.payload["members"][second][:2])
        assert session.get_one(Membership, merge.payload["members"][second][2]).story_id == first

"""Editors' decisions bind the machine and each other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision, Membership, StoryRow
from aggregator.stories.constraints import pinned_articles
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.identity import Named, Past
from aggregator.stories.ids import members_of, story_of
from aggregator.stories.known import Known
from aggregator.stories.partition import Partition
from aggregator.stories.record import Computed, record_partition
from benchmarks.soundness import faults
from tests.stories.archive import SETTINGS, START, add_article, add_articles, place

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


def regroup(session: Session, clock: Clock, groups: Mapping[str, Sequence[str]], gone: Mapping[str, int]) -> None:
    """A run finds these groups under these ids, into which the stories that are `gone` went."""
    articles = tuple(tuple(group) for group in groups.values())
    scores = {key: 0.4 for group in articles for key in group}
    found = Partition(articles, Named(tuple(groups), gone), scores, frozenset(scores), (), (), {}, {})
    record_partition(session, Computed(found, (), True, "test", "test"), Past(), Known(SETTINGS.index), clock.now())


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


def test_an_article_of_which_a_split_leaves_nothing_where_a_move_put_it_is_not_split_off(
    archive: Store, clock: Clock
) -> None:
    """The smaller part gets the new id, whichever part the editor chose."""
    with archive.write() as session:
        first, second = ids(session)[:2]
        editor = StoryEditor(session, clock, ANN)
        others = members_of(session, second)
        move = editor.move(members_of(session, first)[:1], second)
        with pytest.raises(Rejected, match=f"decision {move.id}"):
            editor.split(second, others)


@pytest.mark.parametrize("kind", ["move", "remove"])
def test_what_is_undone_goes_to_where_a_run_has_taken_its_story_meanwhile(
    archive: Store, clock: Clock, kind: str
) -> None:
    with archive.write() as session:
        first, second, third = ids(session)[:3]
        editor = StoryEditor(session, clock, ANN)
        some = members_of(session, second)[:1]
        decision = editor.move(some, third) if kind == "move" else editor.remove(some)
        together = [*members_of(session, first), *members_of(session, second)]
        regroup(session, clock, {first: together}, {second: 0})
        editor.lock(first)
        with pytest.raises(Rejected, match="unlock it first"):
            editor.undo(decision.id)
        editor.unlock(first)

        editor.undo(decision.id)

        assert set(members_of(session, first)) == {*together, *some}
        assert story_of(session, second).id == first
        assert faults(session) == []


def test_what_would_bring_parts_of_a_split_together_cannot_be_undone(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second, third = ids(session)[:3]
        editor = StoryEditor(session, clock, ANN)
        one = members_of(session, first)[:1]
        split = editor.split(first, one)
        part = split.subjects[1]
        came, *stay = members_of(session, second)
        regroup(session, clock, {second: stay, part: [*one, came]}, {})
        move = editor.move(one, third)
        regroup(session, clock, {first: [*members_of(session, first), came]}, {part: 0})

        with pytest.raises(Rejected, match=f"decision {split.id} .split. parted these articles"):
            editor.undo(move.id)
        assert faults(session) == []

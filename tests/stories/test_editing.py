"""Editors' decisions on stories: what each does, what is refused, what undoing gives back, what holds for ever."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision, Membership, StoryEvent, StoryRow
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from aggregator.stories.rebuild import rebuild, stories
from tests.stories.archive import SETTINGS, START, add_article, add_articles, article_id, place

ANN = By("Ann", "editor", "the same event")


@pytest.fixture
def archive(store: Store, clock: Clock) -> Store:
    """48 articles of six events in their stories."""
    with store.write() as session:
        add_articles(session, range(48))
    place(store, clock)
    return store


def ids(session: Session) -> list[str]:
    """The stories that have members, oldest first."""
    query = select(StoryRow.id).where(StoryRow.size > 0).order_by(StoryRow.made_at, StoryRow.first_at, StoryRow.id)
    return list(session.scalars(query))


def test_merged_stories_are_the_oldest_one_and_the_others_lead_to_it(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second, third = ids(session)[:3]
        every = sorted(m for key in (first, second, third) for m in members_of(session, key))

        decision = StoryEditor(session, clock, ANN).merge([third, first, second])

        assert decision.subjects[0] == first
        assert members_of(session, first) == every
        assert story_of(session, third).id == first
        assert session.get_one(StoryRow, first).size == len(every)
        assert session.get_one(StoryRow, second).size == 0


def test_redirects_resolve_through_later_merges(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second, third = ids(session)[:3]
        editor = StoryEditor(session, clock, ANN)
        editor.merge([second, third])
        editor.merge([first, second])

        assert story_of(session, third).id == first


def test_two_merges_into_each_other_are_one(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        editor = StoryEditor(session, clock, ANN)
        editor.merge([first, second])

        with pytest.raises(Rejected, match="one story already"):
            editor.merge([second, first])


def test_undoing_a_merge_gives_each_its_articles_back_and_keeps_what_came_since(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        before = {key: members_of(session, key) for key in (first, second)}
        merge = StoryEditor(session, clock, ANN).merge([first, second])
        for number in range(48, 60):
            add_article(session, article_id(number), number % 6, START + timedelta(days=2, hours=number - 48), number)
    place(archive, clock)
    with archive.write() as session:
        since = set(members_of(session, first)) - set(before[first]) - set(before[second])

        StoryEditor(session, clock, ANN).undo(merge.id)

        assert since
        assert members_of(session, second) == before[second]
        assert set(members_of(session, first)) == set(before[first]) | since
        assert story_of(session, second).id == second


def test_a_split_leaves_the_id_with_the_larger_part(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        key = ids(session)[0]
        members = members_of(session, key)

        decision = StoryEditor(session, clock, ANN).split(key, members[:-1])

        new = decision.subjects[1]
        assert members_of(session, key) == members[:-1]
        assert members_of(session, new) == members[-1:]
        assert new not in ids(session)[:1]


def test_an_id_that_was_given_is_never_given_again(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        key = ids(session)[0]
        part = members_of(session, key)[-2:]
        editor = StoryEditor(session, clock, ANN)
        once = editor.split(key, part)
        editor.undo(once.id)

        again = editor.split(key, part)

        assert again.subjects[1] != once.subjects[1]
        assert story_of(session, once.subjects[1]).id == key


def test_moved_articles_are_in_the_other_story(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        article = members_of(session, first)[0]

        move = StoryEditor(session, clock, ANN).move([article], second)

        assert article in members_of(session, second)
        assert article not in members_of(session, first)
        StoryEditor(session, clock, ANN).undo(move.id)
        assert article in members_of(session, first)


def test_a_removed_article_is_in_no_story_and_no_run_places_it(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        key = ids(session)[0]
        article = members_of(session, key)[0]
        StoryEditor(session, clock, ANN).remove([article])
        add_articles(session, range(48, 60))

    place(archive, clock)

    with archive.read() as session:
        assert session.get_one(Membership, article).story_id is None
        assert article not in members_of(session, key)


def test_nothing_joins_or_leaves_a_locked_story(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        key, other = ids(session)[:2]
        members = members_of(session, key)
        editor = StoryEditor(session, clock, ANN)
        editor.lock(key)
        refusals: list[Callable[[], Decision]] = [
            lambda: editor.split(key, members[:1]),
            lambda: editor.merge([key, other]),
            lambda: editor.move(members[:1], other),
            lambda: editor.move(members_of(session, other)[:1], key),
            lambda: editor.remove(members[:1]),
            lambda: editor.lock(key),
        ]
        for refused in refusals:
            with pytest.raises(Rejected, match="is locked: unlock it first"):
                refused()
        add_articles(session, range(48, 72))

    place(archive, clock)

    with archive.read() as session:
        assert members_of(session, key) == members


def test_what_cannot_be_is_refused_and_changes_nothing(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        members = members_of(session, first)
        before = stories(session)
        editor = StoryEditor(session, clock, ANN)
        refusals: list[tuple[str, Callable[[], Decision]]] = [
            ("no-story", lambda: editor.merge([first, "s_nothing"])),
            ("same-story", lambda: editor.merge([first, first])),
            ("empty-part", lambda: editor.split(first, members)),
            ("empty-part", lambda: editor.split(first, [])),
            ("not-member", lambda: editor.split(first, members_of(session, second)[:1])),
            ("empty-part", lambda: editor.move(members, second)),
            ("same-story", lambda: editor.move(members[:1], first)),
            ("not-member", lambda: editor.move(["a_nobody"], first)),
            ("empty-part", lambda: editor.remove(members)),
            ("not-locked", lambda: editor.unlock(first)),
            ("too-long", lambda: editor.rename(first, "x" * 10_000)),
            ("no-decision", lambda: editor.undo(99)),
        ]
        for reason, refused in refusals:
            with pytest.raises(Rejected) as error:
                refused()
            assert error.value.reason == reason
        assert stories(session) == before
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_decision_wants_an_actor_and_a_reason(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        for by in (By("", "editor", "why"), By("Ann", "editor", " \u200b ")):
            with pytest.raises(Rejected, match="an actor and a reason"):
                StoryEditor(session, clock, by)


def test_the_last_decision_on_a_story_is_undone_first(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        editor = StoryEditor(session, clock, ANN)
        merge = editor.merge([first, second])
        split = editor.split(first, members_of(session, first)[:1])

        with pytest.raises(Rejected, match=f"decision {split.id} .split. came later"):
            editor.undo(merge.id)
        editor.undo(split.id)
        editor.undo(merge.id)
        with pytest.raises(Rejected, match="undone before"):
            editor.undo(merge.id)


def test_a_decision_that_is_cut_off_in_the_middle_leaves_the_old_state(
    archive: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with archive.read() as session:
        first, second = ids(session)[:2]
        before = stories(session)
    monkeypatch.setattr("aggregator.stories.effects._empty", cut_off)

    with pytest.raises(KeyboardInterrupt), archive.write() as session:
        StoryEditor(session, clock, ANN).merge([first, second])

    with archive.read() as session:
        assert stories(session) == before
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


def cut_off(*_args: object, **_more: object) -> None:
    """The process is ended when the articles have moved and the redirect is not there yet."""
    raise KeyboardInterrupt


def test_names_and_topics_are_kept_and_can_be_taken_back(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        key = ids(session)[0]
        editor = StoryEditor(session, clock, ANN)
        editor.rename(key, "The  harbor\nstrike")
        renamed = editor.rename(key, "The ferry strike")
        editor.set_topic(key, "local")

        editor.undo(renamed.id)

        story = session.get_one(StoryRow, key)
        assert (story.name, story.topic) == ("The harbor strike", "local")


def test_every_change_is_an_event_that_names_its_decision(archive: Store, clock: Clock) -> None:
    with archive.write() as session:
        first, second = ids(session)[:2]
        decision = StoryEditor(session, clock, ANN).merge([first, second])

        decided = StoryEvent.reason.startswith("decision")
        event = session.scalars(select(StoryEvent).where(StoryEvent.kind == "merged", decided)).one()

        assert (event.story_id, event.other_id) == (first, second)
        assert event.reason == f"decision {decision.id}: the same event"


def test_a_slice_that_was_placed_while_an_editor_decided_is_placed_again(archive: Store, clock: Clock) -> None:
    from aggregator.stories.cluster import Placed
    from tests.stories.archive import cluster_stage

    stage = cluster_stage(clock)
    with archive.write() as session:
        add_articles(session, range(48, 54))
    with archive.read() as session:
        loaded = stage.load(session, stage.pending(session, 1))
    placed = [one for one in stage.process(loaded) if isinstance(one, Placed)]
    with archive.write() as session:
        first, second = ids(session)[:2]
        StoryEditor(session, clock, ANN).merge([first, second])

    with archive.write() as session:
        stage.save(session, placed)
        assert session.get(Membership, article_id(48)) is None
    place(archive, clock)

    with archive.read() as session:
        assert session.get(Membership, article_id(48)) is not None
        assert members_of(session, second) == []


def test_stories_are_a_function_of_articles_slices_and_decisions(archive: Store, clock: Clock, tmp_path: Path) -> None:
    chance = random.Random(7)
    taken = refused = 0
    for day in range(6):
        with archive.write() as session:
            add_articles(session, range(48 + 8 * day, 56 + 8 * day))
        place(archive, clock)
        for _ in range(45):
            try:
                with archive.write() as session:
                    _random_decision(session, clock, chance)
                taken += 1
            except Rejected:
                refused += 1
    again = Store(f"sqlite:///{tmp_path / 'again.sqlite'}")
    upgrade(again)

    rebuild(archive, again, SETTINGS.cluster, SETTINGS.embed, ("en",))

    with archive.read() as live, again.read() as made:
        assert stories(made) == stories(live)
    again.close()
    assert taken > 100
    assert refused > 10


def _random_decision(session: Session, clock: Clock, chance: random.Random) -> None:
    editor = StoryEditor(session, clock, ANN)
    present = ids(session)
    story = chance.choice(present)
    members = members_of(session, story)
    some = chance.sample(members, chance.randint(1, len(members)))
    decisions = list(session.scalars(select(Decision.id)))
    match chance.choice(
        ["merge", "split", "split", "move", "remove", "lock", "unlock", "rename", "topic", "undo", "undo"]
    ):
        case "merge":
            editor.merge(chance.choices(present, k=2))
        case "split":
            editor.split(story, some)
        case "move":
            editor.move(some, chance.choice(present))
        case "remove":
            editor.remove(some[:1])
        case "lock":
            editor.lock(story)
        case "unlock":
            editor.unlock(story)
        case "rename":
            editor.rename(story, f"name {chance.random()}")
        case "topic":
            editor.set_topic(story, chance.choice(["local", "politics", ""]))
        case _:
            editor.undo(chance.choice(decisions or [0]))

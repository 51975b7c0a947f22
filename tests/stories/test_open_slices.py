"""Days that are open are computed anew from the last closed slice; what was closed stays, and so does every id."""

import pickle
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from aggregator.clock import Clock
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, Slice, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document
from aggregator.stories.cluster import Cluster, Placed
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from aggregator.stories.rebuild import rebuild, stories
from aggregator.text import sha256
from benchmarks.soundness import faults
from tests.stories.archive import SETTINGS, add_article, cluster_stage

DAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 4
ANN = By("Ann", "editor", "the same event")


def at(day: float, hour: float = 0) -> datetime:
    return DAY + timedelta(days=day, hours=hour)


#: articles of six events over four days, at random times: (key, event, time)
NEWS = [
    (f"a_{number:02}", chance.randrange(6), at(chance.randrange(DAYS), chance.uniform(0, 23.9)))
    for chance in [random.Random(4)]
    for number in range(48)
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    upgrade(store)
    return store


def come(store: Store, news: Sequence[tuple[str, int, datetime]]) -> None:
    with store.write() as session:
        for key, event, when in news:
            add_article(session, key, event, when, int(key[2:]))


def run(store: Store, now: datetime) -> None:
    clock = Clock(now)
    drain(cluster_stage(clock), store, clock)


def homes(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {one.article_id: one.story_id or "" for one in session.scalars(select(Membership))}


def partition(store: Store) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for article, story in homes(store).items():
        groups[story].add(article)
    return {frozenset(group) for group in groups.values()}


def closed_days(store: Store) -> list[tuple[datetime, bool]]:
    with store.read() as session:
        rows = session.scalars(select(Slice).order_by(Slice.id))
        return [((row.day - DAY.date()).days, row.closed_at is not None) for row in rows]  # type: ignore[misc]


def in_portions(store: Store, a_day: int) -> None:
    chance = random.Random(a_day)
    for day in range(DAYS + 1):
        turns = defaultdict(list)
        for one in NEWS:
            if one[2].date() == at(day).date():
                turns[chance.randrange(a_day)].append(one)
        for turn in range(a_day):
            come(store, turns[turn])
            run(store, at(day, 24 * (turn + 1) / a_day - 0.1))
    run(store, at(DAYS + 2))


@pytest.fixture(scope="module")
def in_one_shot(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('once') / 'store.sqlite'}")
    upgrade(store)
    come(store, NEWS)
    run(store, at(DAYS + 2))
    return store


@pytest.mark.parametrize("a_day", [1, 6])
def test_stories_are_the_same_however_their_articles_were_delivered(
    store: Store, in_one_shot: Store, a_day: int
) -> None:
    in_portions(store, a_day)

    assert partition(store) == partition(in_one_shot)
    assert len(partition(store)) >= 6
    with store.read() as session:
        assert faults(session) == []


@pytest.mark.parametrize("seed", range(4))
def test_stories_and_ids_are_the_same_in_whatever_order_articles_came(
    store: Store, in_one_shot: Store, seed: int
) -> None:
    come(store, random.Random(seed).sample(NEWS, len(NEWS)))
    run(store, at(DAYS + 2))

    with store.read() as session, in_one_shot.read() as once:
        assert stories(session) == stories(once)


class Dying(Cluster):
    """A process that ends in the middle of a slice."""

    left = 0

    def save(self, session: object, results: Sequence[Placed]) -> None:
        super().save(session, results)  # type: ignore[arg-type]
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("slices", range(DAYS))
def test_a_run_that_was_killed_within_a_slice_is_taken_up_by_the_next(
    store: Store, in_one_shot: Store, slices: int
) -> None:
    come(store, NEWS)
    clock = Clock(at(DAYS + 2))
    dying = Dying(SETTINGS.cluster, SETTINGS.embed, ("en",), clock)
    dying.left = slices

    with suppress(KeyboardInterrupt):
        drain(dying, store, clock)
    run(store, clock.now())

    with store.read() as session, in_one_shot.read() as once:
        assert stories(session) == stories(once)


def test_a_day_is_open_until_some_hours_after_its_end(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 0, at(1, 1))])
    run(store, at(1, 5.9))
    assert closed_days(store) == [(0, False), (1, False)]
    run(store, at(1, 6.1))
    assert closed_days(store) == [(0, True), (1, False)]
    run(store, at(2, 6.1))
    assert closed_days(store) == [(0, True), (1, True)]


def test_a_run_in_which_nothing_came_computes_nothing(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9))])
    run(store, at(0, 10))
    clock = Clock(at(0, 11))
    with store.read() as session:
        assert cluster_stage(clock).pending(session, 1) == []


def test_ids_stay_when_an_earlier_article_of_an_open_day_comes_later(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 0, at(0, 10))])
    run(store, at(0, 11))
    before = homes(store)
    come(store, [("a_03", 0, at(0, 8))])
    run(store, at(0, 12))
    assert {*homes(store).values()} == {*before.values()}
    with store.read() as session:
        kinds = list(session.scalars(select(StoryEvent.kind).order_by(StoryEvent.id)))
    assert kinds == ["made", "joined", "joined"]


def test_a_story_that_an_open_day_takes_back_leads_to_where_its_articles_went(store: Store) -> None:
    """Two articles look like two events until a third and fourth come between them."""
    middle = [("a_20", 0, at(0, 12)), ("a_21", 0, at(0, 13))]
    with store.write() as session:
        add_article(session, "a_10", 0, at(0, 9), 10, text="harbor mayor bridge alpha beta gamma delta")
        add_article(session, "a_11", 3, at(0, 10), 11, text="harbor ferry council epsilon zeta eta theta")
    run(store, at(0, 11))
    one, other = homes(store)["a_10"], homes(store)["a_11"]
    assert one != other
    come(store, middle)
    run(store, at(0, 14))
    with store.read() as session:
        assert {story_of(session, key).id for key in (one, other)} <= set(homes(store).values())
        for row in session.scalars(select(StoryRow)):
            assert (row.size == 0) == (row.redirect_to is not None)


def test_an_article_edited_while_its_day_is_open_is_placed_by_what_it_says_now(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 0, at(0, 10)), ("a_03", 3, at(0, 10))])
    run(store, at(0, 11))
    with store.write() as session:
        document = session.get_one(Document, ("a_02", 1))
        other = session.get_one(Document, ("a_03", 1))
        document.title, document.text, document.content_sha = other.title, other.text, sha256("edited")
        from aggregator.store.story_tables import EmbeddingRow

        rows = {row.article_id: row for row in session.scalars(select(EmbeddingRow))}
        rows["a_02"].input_sha, rows["a_02"].vector = document.content_sha, rows["a_03"].vector
    run(store, at(0, 12))
    assert homes(store)["a_02"] == homes(store)["a_03"]


def test_late_articles_enter_the_open_slice_and_older_ones_make_one_of_their_own(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 1, at(2, 9))])
    run(store, at(2, 10))
    assert closed_days(store) == [(0, True), (2, False)]
    come(store, [("a_03", 0, at(0, 12)), ("a_04", 3, at(-21, 12)), ("a_05", 3, at(-21, 13))])
    run(store, at(2, 11))
    assert sorted(closed_days(store)) == [(-21, True), (0, True), (2, False)]
    assert homes(store)["a_03"] == homes(store)["a_01"]
    assert homes(store)["a_04"] == homes(store)["a_05"]
    run(store, at(4))
    assert sorted(closed_days(store)) == [(-21, True), (0, True), (2, True)]


def test_a_decision_closes_the_day_that_the_editor_looked_at(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 3, at(0, 10))])
    run(store, at(0, 11))
    with store.write() as session:
        clock = Clock(at(0, 11.5))
        merge = StoryEditor(session, clock, ANN).merge(sorted(set(homes(store).values())))
    come(store, [("a_03", 0, at(0, 8)), ("a_04", 3, at(0, 12))])
    run(store, at(0, 13))
    assert closed_days(store) == [(0, True), (0, False)]
    with store.read() as session:
        assert {"a_01", "a_02"} <= set(members_of(session, merge.subjects[0]))


def test_stories_with_open_days_and_decisions_are_made_again_from_the_record(store: Store, tmp_path: Path) -> None:
    chance = random.Random(3)
    for number, one in enumerate(sorted(NEWS, key=lambda one: one[2])):
        come(store, [one])
        if number % 6 == 5:
            run(store, one[2])
            with store.write() as session:
                story = chance.choice([row.id for row in session.scalars(select(StoryRow)) if row.size > 1])
                StoryEditor(session, Clock(one[2]), ANN).split(story, members_of(session, story)[:1])
    again = Store(f"sqlite:///{tmp_path / 'again.sqlite'}")
    upgrade(again)

    rebuild(store, again, SETTINGS.cluster, SETTINGS.embed, ("en",))

    assert homes(again) == homes(store)
    again.close()


def test_an_article_that_is_withheld_while_its_day_is_open_breaks_nothing(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 0, at(0, 10))])
    run(store, at(0, 11))
    with store.write() as session:
        session.execute(update(Article).where(Article.id == "a_01").values(withheld="purged"))
    come(store, [("a_03", 0, at(0, 12))])
    run(store, at(0, 13))
    come(store, [("a_04", 3, at(2, 12))])
    run(store, at(2, 13))
    assert homes(store)["a_02"] == homes(store)["a_03"]
    assert closed_days(store) == [
        (0, True),
        (0, True),
        (2, False),
    ]  # its own, which holds nothing else, is not left open
    with store.read() as session:
        assert session.get_one(Membership, "a_01").settled_id == homes(store)["a_01"]
        assert all((row.size == 0) == (row.redirect_to is not None) for row in session.scalars(select(StoryRow)))


def test_what_became_a_round_up_while_its_day_was_open_holds_no_story_and_no_slice_open(store: Store) -> None:
    come(store, [("a_00", 0, at(0, 9)), ("a_01", 0, at(0, 10))])
    run(store, at(0, 12))
    with store.write() as session:
        session.execute(update(Document).where(Document.article_id == "a_01").values(kind="round-up"))
    come(store, [("a_02", 3, at(1, 9))])
    run(store, at(3))

    with store.read() as session:
        assert session.scalars(select(Membership.settled_id).where(Membership.settled_id.is_(None))).all() == []
        assert session.scalars(select(Slice.day).where(Slice.closed_at.is_(None))).all() == []
        assert members_of(session, session.get_one(Membership, "a_00").story_id or "") == ["a_00", "a_01"]
        assert faults(session) == []


def test_whether_something_is_to_be_placed_is_found_without_reading_articles_and_texts(sqlite: Store) -> None:
    asked: list[tuple[str, Any]] = []
    with sqlite.read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        assert cluster_stage(Clock(DAY)).pending(session, 1) == []
        plans = [
            row.detail
            for statement, values in list(asked)
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    whole = [line for line in plans if line.startswith("SCAN") and "COVERING INDEX" not in line]
    assert not [line for line in whole if line.split()[1] in {"articles", "documents", "embeddings"}]
    assert len(plans) > 10


def test_another_process_gets_the_stage_without_what_this_one_has_read(store: Store) -> None:
    come(store, [("a_01", 0, at(0, 9)), ("a_02", 0, at(0, 10))])
    clock = Clock(at(0, 11))
    stage = cluster_stage(clock)
    drain(stage, store, clock)
    assert stage.known.nbytes > 0
    assert pickle.loads(pickle.dumps(stage)).known.nbytes == 0

"""Whatever is computed and decided: no id is given twice or leads nowhere, decisions hold, events tell who is where.

The stage is real but for the grouping, which is drawn at random within what `repair` promises: pinned articles stay,
two anchored stories are never united, a locked one neither gains nor loses.
"""

import os
import random
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.setting_sections import ClusterSettings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision, StoryRow
from aggregator.stories import cluster
from aggregator.stories import partition as real
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from aggregator.stories.join import Item, Member, Placement, Table
from aggregator.stories.repair import Repaired, Rules
from aggregator.stories.retrieve import Retrieved
from benchmarks.decisions import broken
from benchmarks.soundness import faults
from tests.stories.archive import SETTINGS, START, add_article, cluster_stage

#: more in the environment, for a longer look
SEEDS = int(os.environ.get("SEEDS", "6"))
ANN = By("Ann", "editor", "at random")


def everything(new: Sequence[Item], window: Sequence[Member], *_: object) -> Retrieved:
    """All of the window is near: whatever stands there may be regrouped."""
    return Retrieved({one.id: () for one in new}, list(window))


class Grouping:
    """`join` and `repair` at random: what they do to the table, within the rules."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def join(
        self, table: Table, _: object, __: ClusterSettings, found: object, closed: frozenset[str]
    ) -> list[Placement]:
        """Each article to any story that is not locked, or to one of its own."""
        done = []
        for one in table.new:
            key = table.items[one].id
            story = self.chance.choice([*sorted(table.members.keys() - closed), "+" + key])
            table.put(one, story)
            table.placed[one] = True
            done.append(Placement(key, story, story == "+" + key, 0.5))
        return done

    def repair(
        self, table: Table, _: Sequence[Placement], __: Mapping[str, str], ___: ClusterSettings, rules: Rules
    ) -> Repaired:
        """Some articles elsewhere, some stories into others; an anchored story keeps one article at least."""
        free = sorted(table.members.keys() - rules.locked)
        for story in self.chance.sample(free, len(free) // 2):
            into = self.chance.choice([*free, f"+{table.items[table.members[story][0]].id}'2"])
            loose = [one for one in table.members[story] if table.items[one].id not in rules.pinned]
            if story in rules.anchored and len(loose) == len(table.members[story]):
                loose = loose[1:]
            if into == story or story in into or (into not in table.members and len(loose) < 2):
                continue
            for one in self.chance.sample(loose, self.chance.choice([len(loose), len(loose) // 2])):
                table.members[story].remove(one)
                table.put(one, into)
            if not table.members[story]:
                del table.members[story]
                free.remove(story)
        return Repaired({table.items[one].id: 0.5 for one in range(len(table.items))})


def decide(session: Session, clock: Clock, chance: random.Random) -> None:
    editor = StoryEditor(session, clock, ANN)
    every = session.scalars(select(StoryRow.id).order_by(StoryRow.id)).all()
    story, other = chance.choice(every), chance.choice(every)
    members = members_of(session, story_of(session, story).id)
    some = chance.sample(members, chance.randint(1, len(members)))
    numbers = session.scalars(select(Decision.id)).all() or [0]
    locked = session.scalars(select(StoryRow.id).where(StoryRow.locked)).all() or [story]
    chance.choice([
        lambda: editor.merge([story, other]), lambda: editor.split(story, some), lambda: editor.move(some, other),
        lambda: editor.remove(some[:1]), lambda: editor.lock(story), lambda: editor.unlock(chance.choice(locked)),
        lambda: editor.undo(chance.choice(numbers)), lambda: editor.undo(numbers[-1]),
    ])()  # fmt: skip


class Dying(cluster.Cluster):
    def save(self, session: Session, results: Sequence[cluster.Placed]) -> None:
        super().save(session, results)
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "store.sqlite"
    store = Store(f"sqlite:///{file}")
    upgrade(store)
    with store.write() as session:
        add_article(session, "a_000", 0, START, 0)
    store.close()
    return file


@pytest.mark.parametrize("seed", range(SEEDS))
def test_ids_events_and_decisions_hold_whatever_is_computed(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    grouping = Grouping(chance)
    monkeypatch.setattr(real, "retrieve", everything)
    monkeypatch.setattr(real, "join", grouping.join)
    monkeypatch.setattr(real, "repair", grouping.repair)
    store = Store(f"sqlite:///{shutil.copy(empty, tmp_path / 'store.sqlite')}")
    clock, number, given = Clock(START), 1, dict[str, str]()
    for _ in range(8):
        with store.write() as session:
            for _ in range(chance.randint(0, 4)):
                at = clock.now() - timedelta(hours=chance.randint(0, 60))
                add_article(session, f"a_{number:03}", 0, at, number)
                number += 1
        if chance.random() < 0.2:
            with suppress(KeyboardInterrupt):
                drain(Dying(SETTINGS.cluster, SETTINGS.embed, ("en",), clock), store, clock)
        drain(cluster_stage(clock), store, clock)
        for _ in range(2):
            with suppress(Rejected), store.write() as session:
                decide(session, clock, chance)
        with store.read() as session:
            founders = {row.id: row.founding_article_id for row in session.scalars(select(StoryRow))}
            assert faults(session) == []
            assert broken(session) == []
        assert founders.items() >= given.items()
        given = founders
        clock.move(clock.now() + timedelta(hours=chance.choice([1, 6, 30])))
    store.close()

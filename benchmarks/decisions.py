"""Random decisions on a replay of a real archive, then stories rebuilt: `python -m benchmarks.decisions DATA`.

The archive is embedded once (`--cache`), then placed and repaired day by day with decisions between the days. Printed:
how many were taken of each kind, how many refused and why, whether every live one still holds at the end, whether
stories made again from articles, slices and decisions are the same (ids, members, redirects), and how many stories are
others than without any decision although no decision was about them or one that is near them.
"""

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock, parse_time
from aggregator.errors import Rejected
from aggregator.settings import EmbedSettings, Settings, load_settings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Decision, Membership, NearMiss, Slice, StoryRow
from aggregator.stories.cluster import Cluster
from aggregator.stories.decisions import undone
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from aggregator.stories.rebuild import rebuild, stories
from benchmarks.archives import ROOT
from benchmarks.cut import cached_vectors, month_range, read
from benchmarks.deliveries import come, copied, fill, in_one_shot, partition

BY = By("benchmark", "chief", "at random")
KINDS = ("merge", "split", "move", "remove", "lock", "unlock", "undo")


def main() -> None:
    """Replay, decide, rebuild, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    parser.add_argument("--decisions", type=int, default=300)
    parser.add_argument("--first", default="2018-09")
    parser.add_argument("--last", default="2019-06")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = month_range(read(options.data / "allsides_stories" / "stream.jsonl.gz"), options.first, options.last)
        fill(folder / "base.sqlite", rows, cached_vectors(EmbedSettings(), options.cache))
        with copied(folder / "base.sqlite") as undecided:
            in_one_shot(undecided, rows)
            before = partition(undecided)
        store = Store(f"sqlite:///{folder / 'base.sqlite'}")
        come(store, [row["id"] for row in rows])
        again = Store(f"sqlite:///{folder / 'again.sqlite'}")
        upgrade(again)
        settings = load_settings(ROOT / "config")
        replay(store, settings, options.decisions, random.Random(options.seed))
        rebuild(store, again, settings.cluster, settings.embed, settings.extract.languages)
        with store.read() as live, again.read() as made:
            same = stories(live) == stories(made)
            print(f"{live.scalar(select(func.count()).select_from(StoryRow))} stories; rebuilt the same: {same}")
            print(f"decisions that no longer hold: {broken(live) or 'none'}")
            print(f"stories changed beyond the neighbourhood of a decision: {beyond(live, before, partition(store))}")
        store.close()
        again.close()


def replay(store: Store, settings: Settings, wanted: int, chance: random.Random) -> None:
    """Place slice by slice; take decisions between the slices, as many after each as make `wanted` in the end."""
    clock = Clock(parse_time("2026-01-01T00:00:00Z"))
    stage = Cluster(settings.cluster, settings.embed, settings.extract.languages, clock)
    counts: Counter[str] = Counter()
    with store.read() as session:
        days = session.scalar(select(func.count(func.distinct(func.date(Article.order_at))))) or 1
    while drain(stage, store, clock, stop=Once()).ok:
        with store.read() as session:
            number = session.scalar(select(func.max(Slice.id))) or 0
        while sum(counts[kind] for kind in KINDS) < wanted * number / days:
            kind = chance.choice(KINDS)
            try:
                with store.write() as session:
                    decide(session, clock, kind, chance)
                counts[kind] += 1
            except Rejected as error:
                counts[f"refused: {error.reason}"] += 1
    print(", ".join(f"{name} {n}" for name, n in sorted(counts.items())))


class Once:
    """Stops a drain after its first slice."""

    asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked > 1


def decide(session: Session, clock: Clock, kind: str, chance: random.Random) -> None:
    """One decision at random among recent stories."""
    editor = StoryEditor(session, clock, BY)
    recent = select(StoryRow.id).where(StoryRow.size > 0).order_by(StoryRow.last_at.desc(), StoryRow.id).limit(60)
    present = session.scalars(recent).all()
    story, other = chance.choice(present), chance.choice(present)
    members = members_of(session, story)
    some = chance.sample(members, chance.randint(1, max(1, len(members) - 1)))
    if kind == "merge":
        editor.merge([story, other])
    elif kind == "split":
        editor.split(story, some)
    elif kind == "move":
        editor.move(some, other)
    elif kind == "remove":
        editor.remove(some[:1])
    elif kind == "lock":
        editor.lock(story)
    elif kind == "unlock":
        editor.unlock(session.scalar(select(StoryRow.id).where(StoryRow.locked).limit(1)) or story)
    else:
        editor.undo(chance.choice(session.scalars(select(Decision.id)).all() or [0]))


def beyond(session: Session, before: set[frozenset[str]], after: set[frozenset[str]]) -> int:
    """How many stories are others than without decisions, have no article of a story that a decision was about, and
    were near (`NearMiss`) none that has."""
    home = {article: group for group in after | before for article in group}
    stories_of = dict(iter(session.execute(select(Membership.article_id, Membership.story_id)).all()))
    about = {key for one in session.scalars(select(Decision)) for key in one.subjects}
    near = {key for key, story in stories_of.items() if story in about}
    for one in session.scalars(select(Decision)):
        near.update(one.payload.get("articles", ()), one.payload.get("rest", ()))
        near.update(article for members in one.payload.get("members", {}).values() for article in members)
    for _ in range(2):
        links = session.execute(select(NearMiss.article_id, NearMiss.story_id)).all()
        stories = {stories_of.get(key) for key in near}
        near |= {key for key, story in links if story in stories} | {
            key for key, story in stories_of.items() if story in {to for article, to in links if article in near}
        }
        near |= {other for key in near for other in home.get(key, ())}
        near |= {key for group in before | after if group & near for key in group}
    return sum(1 for group in after - before if not group & near)


def broken(session: Session) -> list[int]:
    """Live decisions whose effect is gone although no later decision is about the same articles or stories."""
    every = session.scalars(select(Decision).order_by(Decision.id)).all()
    gone = undone(every)
    found = []
    for at, one in enumerate(every):
        later = {subject for other in every[at + 1 :] for subject in other.subjects}
        if one.id in gone or one.undoes is not None or later & set(one.subjects):
            continue
        home = {key: session.get_one(Membership, key).story_id for key in one.payload.get("articles", ())}
        holds = {
            "merge": lambda one=one: all(story_of(session, key).id == one.subjects[0] for key in one.subjects),
            "split": lambda one=one, home=home: set(home.values()) == {one.subjects[1]},
            "move": lambda one=one, home=home: set(home.values()) == {one.subjects[1]},
            "remove": lambda home=home: set(home.values()) == {None},
            "lock": lambda one=one: session.get_one(StoryRow, one.subjects[0]).locked,
            "unlock": lambda one=one: not session.get_one(StoryRow, one.subjects[0]).locked,
        }
        if not holds[one.kind]():
            found.append(one.id)
    return found


if __name__ == "__main__":
    main()

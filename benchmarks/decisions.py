"""Random decisions on a replay of a real archive, then stories rebuilt: `python -m benchmarks.decisions DATA`.

The archive is embedded once (`--cache`), then placed and repaired day by day with decisions between the days. Printed:
how many were taken of each kind, how many refused and why, whether every live one still holds at the end, whether
stories made again from articles, slices and decisions are the same (ids, members, redirects), and how many stories are
others than without any decision although no decision was about them or one that is near them. Ends with 1 where a claim
does not hold.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock, parse_time
from aggregator.errors import Rejected
from aggregator.setting_sections import EmbedSettings
from aggregator.settings import Settings, load_settings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision, Membership, NearMiss, Slice, StoryRow
from aggregator.store.tables import Article
from aggregator.stories.cluster import Cluster
from aggregator.stories.decisions import undone
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from aggregator.stories.rebuild import rebuild, stories
from benchmarks.archives import ROOT
from benchmarks.cut import cached_vectors, month_range, read
from benchmarks.deliveries import come, copied, fill, in_one_shot, partition
from benchmarks.soundness import faults

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
            after = partition(store)
            near = neighbourhood(live, before, after)
            beyond = [group for group in after - before if not group & near]
            lost, unsound = broken(live), faults(live)
        print(f"{len(after)} stories; made again from the record they are the same: {same}")
        print(f"standing decisions that do not hold: {lost or 'none'}")
        print(f"broken ids, untold changes: {unsound[:5] or 'none'}")
        print(f"{len(after - before)} stories are others than without decisions, {len(beyond)} of them beyond the")
        print(f"neighbourhood of a decision, in which {len(near)} of {len(rows)} articles are")
        store.close()
        again.close()
    failed = not same or bool(lost or unsound or beyond)
    print("VERDICT: " + ("fails" if failed else "every claim holds"))
    raise SystemExit(failed)


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
    large = [key for key in present if len(members_of(session, key)) > 1]
    story = chance.choice(large if large and kind in ("split", "move", "remove") else present)
    other = chance.choice(present)
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


def neighbourhood(session: Session, before: set[frozenset[str]], after: set[frozenset[str]]) -> set[str]:
    """The articles that a decision may bear on: those that it names, those of its stories, and twice on from these
    those of stories that near misses link, with or without decisions."""
    stories_of = dict(iter(session.execute(select(Membership.article_id, Membership.story_id)).all()))
    links = session.execute(select(NearMiss.article_id, NearMiss.story_id)).all()
    near: set[str] = set()
    for one in session.scalars(select(Decision)):
        near.update(one.payload.get("articles", ()), one.payload.get("rest", ()))
        near.update(article for members in one.payload.get("members", {}).values() for article in members)
        near.update(key for key, story in stories_of.items() if story in one.subjects)
    for _ in range(2):
        stories = {stories_of.get(key) for key in near}
        towards = {story for key, story in links if key in near}
        near |= {key for key, story in links if story in stories}
        near |= {key for key, story in stories_of.items() if story in towards}
        near |= {key for group in before | after if group & near for key in group}
    return near


def broken(session: Session) -> list[int]:
    """Standing decisions that do not hold, each taken by itself.

    A split: its parts have met. A merge: nothing is left together. A move: its articles are not where the story leads.
    A removal: they are somewhere. A lock: it is off.
    """
    every = session.scalars(select(Decision).order_by(Decision.id)).all()
    gone = undone(every)
    standing = [one for one in every if one.id not in gone and one.undoes is None]
    home = dict(iter(session.execute(select(Membership.article_id, Membership.story_id)).all()))
    return [one.id for number, one in enumerate(standing) if not _holds(session, one, standing[number + 1 :], home)]


def _holds(session: Session, one: Decision, later: Sequence[Decision], home: Mapping[str, str | None]) -> bool:
    articles = [home[key] for key in one.payload.get("articles", ())]
    if one.kind == "split":
        return not ({*articles} & {home[key] for key in one.payload["rest"]}) - {None}
    if one.kind == "merge":
        kept, *others = ({home[key] for key in one.payload["members"][story]} - {None} for story in one.subjects)
        return bool(kept & set().union(*others))
    if one.kind == "move":
        return {*articles} - {None} <= {story_of(session, one.subjects[1]).id}
    if one.kind == "remove":
        return {*articles} == {None}
    if any(other.kind in ("lock", "unlock") and other.subjects == one.subjects for other in later):
        return True
    return session.get_one(StoryRow, one.subjects[0]).locked == (one.kind == "lock")


if __name__ == "__main__":
    main()

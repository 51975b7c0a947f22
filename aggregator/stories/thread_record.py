"""Where each story stands is stored: threads keep their ids, what changed is an event, what did not is left alone.

A thread goes with the group that has most of its stories; of several in one group the oldest gives its id, and the
others lead to it (`identity`, as for stories). A story that is left alone keeps its thread, which nobody sees then.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from aggregator.store.story_tables import StoryEvent
from aggregator.store.thread_tables import ThreadRow, ThreadStory
from aggregator.stories.identity import Past, name_groups
from aggregator.stories.thread_subjects import features_sha
from aggregator.stories.threads import Link, Subject
from aggregator.text import short_hash


@dataclass(frozen=True, eq=False)
class Threaded:
    """Changed stories (`states`: what each was placed by) as they are now, and the links of all that were placed."""

    states: Mapping[str, str]
    changed: Sequence[Subject]
    earlier: Sequence[Subject]
    new: Sequence[Subject]
    links: Sequence[Link]
    decision: int


def record_threads(session: Session, result: Threaded, recipe: str, now: datetime) -> None:
    """Bring the database to what was computed, in the transaction of the caller."""
    links = {link.story_id: link for link in result.links}
    gone = [one for one in result.changed if one.features is None and not one.pin]
    threads = _named(session, result, links, {one.id for one in gone}, recipe, now)
    for one in result.changed:
        row = session.get(ThreadStory, one.id)
        if row is None:
            row = _row(one)
            session.add(row)
        row.input_sha, row.recipe = result.states[one.id], recipe
        row.first_at, row.last_at, row.founder = one.first_at, one.last_at, one.founder
        if row.features_sha != (sha := features_sha(one, recipe)):
            row.features_sha = sha
            row.terms, row.vector = (dict(one.features.terms), one.features.vector) if one.features else ({}, None)
    session.flush()
    left: dict[str, Counter[str]] = defaultdict(Counter)
    for key in sorted(threads):
        row, link = session.get_one(ThreadStory, key), links.get(key)
        to = threads[key]
        if row.thread_id != to:
            if row.thread_id is not None:
                left[row.thread_id][to or ""] += 1
            _tell(session, row, to, link, now)
            row.thread_id = to
        if link is not None or to is None:
            row.previous_id = link.previous_id if link else None
            row.score = link.score if link else None
    session.flush()
    for key, went in sorted(left.items()):
        if session.scalar(select(ThreadStory.story_id).where(ThreadStory.thread_id == key).limit(1)) is None:
            most = max(sorted(went), key=lambda to, of=went: of[to])  # type: ignore[misc]
            session.get_one(ThreadRow, key).redirect_to = most or None
    session.flush()


def _row(one: Subject) -> ThreadStory:
    return ThreadStory(
        story_id=one.id, input_sha="", recipe="", first_at=one.first_at, last_at=one.last_at, founder=one.founder,
        features_sha="", terms={}, vector=None,
    )  # fmt: skip


def _named(
    session: Session, result: Threaded, links: Mapping[str, Link], gone: set[str], recipe: str, now: datetime
) -> dict[str, str | None]:
    """The thread of each story that was placed or left its own; those that stay alone without one are not told."""
    stood = {one.id: one.thread for one in (*result.earlier, *result.new, *result.changed) if one.thread}
    groups: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
    known = {one.id: one for one in (*result.earlier, *result.new)}
    for one in known.values():
        link = links.get(one.id)
        group = link.group if link else one.thread or one.id
        groups[one.id if one.is_alone else group].append((*one.order, one.id))
    out_of_reach = select(ThreadStory.story_id, ThreadStory.thread_id, ThreadStory.first_at, ThreadStory.founder)
    # those by another recipe wait to be placed anew themselves, and have no say
    same = and_(ThreadStory.recipe == recipe, ThreadStory.thread_id.in_(set(stood.values())))
    for row in session.execute(out_of_reach.where(same)):
        if row.story_id not in known and row.story_id not in gone and row.thread_id is not None:
            stood[row.story_id] = row.thread_id
            groups[row.thread_id].append((row.first_at, row.founder, row.story_id))
    alone = {one.id for one in known.values() if one.is_alone}
    ordered = sorted(sorted(group) for name, group in groups.items() if name not in alone)
    members = [[story for _, _, story in group] for group in ordered]
    old = session.scalars(select(ThreadRow).where(ThreadRow.id.in_(set(stood.values()))))
    ages = {thread.id: (thread.made_at, thread.made_at, thread.id) for thread in old}
    names = name_groups(members, Past(settled=stood, ages=ages)).names
    threads: dict[str, str | None] = dict.fromkeys([*gone, *alone])
    for some, name in zip(members, names, strict=True):
        thread = name or (_new(session, some[0], now) if len(some) > 1 else None)
        if name:
            session.get_one(ThreadRow, name).redirect_to = None
        threads.update(dict.fromkeys(some, thread))
    return threads


def _new(session: Session, founder: str, now: datetime) -> str:
    """A thread under an id that none has or had."""
    first = "t_" + short_hash(founder)
    names = itertools.chain([first], (f"{first}-{n}" for n in itertools.count(2)))
    key = next(name for name in names if session.get(ThreadRow, name) is None)
    session.add(ThreadRow(id=key, founding_story_id=founder, made_at=now))
    session.flush()
    return key


def _tell(session: Session, row: ThreadStory, to: str | None, link: Link | None, now: datetime) -> None:
    """An event for a story that came into a thread, went into another, or left one."""
    kind, reason = ("threaded", f"thread {to}") if to else ("unthreaded", f"thread {row.thread_id}")
    other, score = (link.previous_id, link.score) if link and to else (None, None)
    session.add(StoryEvent(at=now, story_id=row.story_id, kind=kind, other_id=other, score=score, reason=reason))

"""What must hold of stories at any time: no id leads nowhere, and the record of events tells who is where.

Read by the benchmarks after each replay, and by the tests.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.story_tables import Membership, StoryEvent, StoryRow


def faults(session: Session) -> list[str]:
    """All that is not as it should be; nothing where all is well."""
    return [*broken_ids(session), *untold(session), *unexplained(session)]


def broken_ids(session: Session) -> Iterator[str]:
    """Stories without articles that lead nowhere or in a circle, and stories with articles that lead elsewhere."""
    rows = {row.id: row for row in session.scalars(select(StoryRow).order_by(StoryRow.id))}
    members = dict.fromkeys(rows, 0)
    for story in session.scalars(select(Membership.story_id).where(Membership.story_id.is_not(None))):
        members[str(story)] += 1
    for key, row in rows.items():
        if row.size != members[key]:
            yield f"{key} says it has {row.size} articles and has {members[key]}"
        if (row.redirect_to is None) != (row.size > 0):
            yield f"{key} has {row.size} articles and leads to {row.redirect_to}"
        way = [key]
        while (to := rows[way[-1]].redirect_to) is not None and to not in way:
            way.append(to)
        if to is not None:
            yield f"{key} leads in a circle: {way}"


def untold(session: Session) -> Iterator[str]:
    """Articles that are not where the events, told from the beginning, leave them."""
    told: dict[str, str | None] = {}
    for event in session.scalars(select(StoryEvent).order_by(StoryEvent.id)):
        if event.kind == "merged":
            told.update(dict.fromkeys(event.articles or (), event.story_id))
        elif event.kind == "split":
            told.update(dict.fromkeys(event.articles or (), event.other_id))
        elif event.article_id is not None:
            told[event.article_id] = {"moved": event.other_id, "removed": None}.get(event.kind, event.story_id)
    for one in session.scalars(select(Membership).order_by(Membership.article_id)):
        if told.get(one.article_id, "nowhere") != one.story_id:
            yield f"{one.article_id} is in {one.story_id}, but by its events in {told.get(one.article_id, 'nowhere')}"


def unexplained(session: Session) -> Iterator[str]:
    """Events without a reason, and those of the machine without a score."""
    for event in session.scalars(select(StoryEvent).order_by(StoryEvent.id)):
        by_editor = event.reason.startswith("decision ")
        if not event.reason or (event.score is None and not by_editor):
            yield f"event {event.id} ({event.kind}) has reason {event.reason!r} and score {event.score}"

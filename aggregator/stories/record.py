"""What was computed is stored: memberships, stories, redirects and events change only where the result differs.

Articles that are no longer where they were are events: a story that nothing is left of was merged, and redirects to
where most of its articles went; a part that makes a new story was split off; the others moved.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from aggregator.store.story_tables import Membership, NearMiss, Slice, StoryEvent, StoryRow
from aggregator.stories.identity import Past
from aggregator.stories.ids import mark_stories, unused_story_id
from aggregator.stories.join import Item
from aggregator.stories.known import Known
from aggregator.stories.partition import Partition
from aggregator.stories.score import DECIMALS

JOINED, REPAIRED, MADE, ANEW = "average link", "repair", "no story was near enough", "an open day was computed anew"


@dataclass(frozen=True, eq=False)
class Computed:
    """A partition with its slices, whether they are closed by it, and from what it was computed."""

    partition: Partition
    days: Sequence[tuple[date, Sequence[Item]]]
    closes: bool
    input_sha: str
    recipe: str


def record_partition(session: Session, computed: Computed, past: Past, known: Known, now: datetime) -> None:
    """Bring the database to what was computed, in the transaction of the caller."""
    items = {one.id: one for _, articles in computed.days for one in articles}
    names, made = _stories(session, computed.partition, now)
    story_of = {key: names[n] for n, group in enumerate(computed.partition.groups) for key in group}
    numbers = _slices(session, computed, past, known, now)
    fresh, moves, before = _memberships(session, computed, items, story_of, names, numbers, now)
    _rate(session, computed, before | set(names))
    _near_misses(session, computed.partition, items, story_of)
    session.flush()
    touched = before | set(names) | {key for pair in moves for key in pair}
    mark_stories(session, touched)
    session.flush()
    emptied = _redirect(session, touched, moves)
    _tell(session, computed.partition, items, story_of, fresh, moves, made, emptied, now)
    _drop_old_slices(session, computed, numbers, now)


def _stories(session: Session, found: Partition, now: datetime) -> tuple[list[str], dict[str, str]]:
    """The story of each group, and the founders of those that were made for it."""
    names, made = [], {}
    for group, name in zip(found.groups, found.named.names, strict=True):
        key = name or unused_story_id(session, group[0])
        if session.get(StoryRow, key) is None:
            made[key] = group[0]
            session.add(
                StoryRow(
                    id=key, founding_article_id=group[0], made_at=now, first_at=now, last_at=now, size=0, members_sha=""
                )
            )
            session.flush()
        names.append(key)
    return names, made


def _slices(session: Session, computed: Computed, past: Past, known: Known, now: datetime) -> dict[str, int]:
    """Store the slices; the number of that of each article."""
    number = session.scalar(select(func.max(Slice.id))) or 0
    number_of: dict[str, int] = {}
    for (day, articles), terms in zip(computed.days, computed.partition.terms, strict=True):
        number += 1
        so_far = known.checkpoint(session, terms, len(articles)) if computed.closes else None
        session.add(
            Slice(
                id=number,
                day=day,
                placed_at=now,
                closed_at=now if computed.closes else None,
                input_sha=computed.input_sha,
                recipe=computed.recipe,
                documents=len(articles),
                terms=dict(sorted(terms.items())),
                terms_so_far=so_far,
                stood={one.id: past.stands[one.id] for one in articles if one.id in past.stands},
            )
        )
        number_of.update((one.id, number) for one in articles)
    session.flush()
    return number_of


#: the articles that went from one story to another, and how well each fits: as was computed now, or else before
_Moves = Mapping[tuple[str, str], Mapping[str, float]]


def _memberships(
    session: Session,
    computed: Computed,
    items: Mapping[str, Item],
    story_of: Mapping[str, str],
    names: Sequence[str],
    numbers: Mapping[str, int],
    now: datetime,
) -> tuple[Set[str], _Moves, Set[str]]:
    """Add and change memberships; which articles have none so far, which others went from where to where, and which
    stories an open slice that is computed anew had changed."""
    found = computed.partition
    gone = {story: names[number] for story, number in found.named.gone.items()}
    rows = {row.article_id: row for row in _concerned(session, sorted(story_of), sorted(gone))}
    moves: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    open_rows = [row for row in rows.values() if row.article_id in items or row.settled_id != row.story_id]
    before = {story for row in open_rows for story in (row.story_id, row.settled_id) if story is not None}
    for key in sorted(rows):
        row = rows[key]
        if row.story_id is None:
            continue
        base = row.settled_id or row.story_id
        to = story_of.get(key) or gone.get(base, base)
        if row.story_id != to:
            moves[(row.story_id, to)][key] = found.scores.get(key, row.score)
            row.story_id = to
        if key in items or (computed.closes and row.settled_id is not None):
            row.settled_id = to if computed.closes else None
        if key in items:
            row.slice_id, row.content_sha, row.score = numbers[key], items[key].sha, found.scores[key]
    fresh = items.keys() - rows.keys()
    for key in sorted(fresh):
        session.add(
            Membership(
                article_id=key,
                story_id=story_of[key],
                settled_id=story_of[key] if computed.closes else None,
                slice_id=numbers[key],
                content_sha=items[key].sha,
                score=found.scores[key],
                joined_at=now,
            )
        )
    session.flush()
    return fresh, moves, before


def _rate(session: Session, computed: Computed, stories: Set[str]) -> None:
    """Store how sure each article of changed stories stands rightly. Those of a story that an open slice had changed,
    and now does not, are as sure as when the last slice was closed."""
    sure = computed.partition.confidences
    ids = sorted(stories)
    for start in range(0, len(ids), 1000):
        for row in session.scalars(select(Membership).where(Membership.story_id.in_(ids[start : start + 1000]))):
            if row.article_id in sure:
                row.confidence = sure[row.article_id]
            elif row.settled_id is not None:
                row.confidence = row.settled_confidence
            if computed.closes and row.settled_id is not None:
                row.settled_confidence = row.confidence
    session.flush()


def _concerned(session: Session, articles: Sequence[str], gone: Sequence[str]) -> Sequence[Membership]:
    """The memberships of the articles, of stories that were merged, and of what an open slice had changed before."""
    found: list[Membership] = []
    for start in range(0, len(articles), 1000):
        some = articles[start : start + 1000]
        found += session.scalars(select(Membership).where(Membership.article_id.in_(some)))
    moved = Membership.story_id != Membership.settled_id
    follow = or_(Membership.story_id.in_(gone), Membership.settled_id.in_(gone))
    found += session.scalars(select(Membership).where(or_(moved, follow)))
    return found


def _near_misses(session: Session, found: Partition, items: Mapping[str, Item], story_of: Mapping[str, str]) -> None:
    keys = sorted(items)
    for start in range(0, len(keys), 1000):
        session.execute(delete(NearMiss).where(NearMiss.article_id.in_(keys[start : start + 1000])))
    best: dict[tuple[str, str], float] = {}
    for near in found.near:
        other = story_of.get(near.other_id)
        if other is None:
            other = session.get_one(Membership, near.other_id).story_id
        if other is not None and other != story_of[near.article_id]:
            pair = (near.article_id, other)
            best[pair] = max(near.score, best.get(pair, 0.0))
    session.add_all(NearMiss(article_id=key, story_id=story, score=score) for (key, story), score in best.items())


def _redirect(session: Session, touched: Set[str], moves: _Moves) -> dict[str, str]:
    """Stories without articles lead to where most of theirs went; one that has articles again leads nowhere."""
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for (old, to), articles in moves.items():
        went[old][to] += len(articles)
    emptied: dict[str, str] = {}
    for key in sorted(touched):
        story = session.get_one(StoryRow, key)
        if story.size:
            story.redirect_to = None
        elif key in went:
            emptied[key] = max(sorted(went[key]), key=lambda to, of=went[key]: of[to])  # type: ignore[misc]
            story.redirect_to = emptied[key]
    session.flush()
    return emptied


def _tell(
    session: Session,
    found: Partition,
    items: Mapping[str, Item],
    story_of: Mapping[str, str],
    fresh: Set[str],
    moves: _Moves,
    made: Mapping[str, str],
    emptied: Mapping[str, str],
    now: datetime,
) -> None:
    """An event for each article that has a story for the first time, and for each change."""

    def tell(kind: str, story: str, reason: str, **more: object) -> None:
        session.add(StoryEvent(at=now, story_id=story, kind=kind, reason=reason, **more))  # type: ignore[arg-type]

    for key in sorted(fresh, key=lambda key: items[key].order):
        story = story_of[key]
        if made.get(story) == key:
            tell("made", story, MADE, article_id=key, score=1.0)
        else:
            reason = REPAIRED if key in found.repaired else JOINED
            tell("joined", story, reason, article_id=key, score=found.scores[key])
    for (old, to), articles in sorted(moves.items()):
        score = round(sum(articles.values()) / len(articles), DECIMALS)
        reason = REPAIRED if articles.keys() & found.scores.keys() else ANEW
        if emptied.get(old) == to:
            tell("merged", to, reason, other_id=old, score=score, articles=list(articles))
        elif to in made:
            tell("split", old, reason, other_id=to, score=score, articles=list(articles))
        else:
            for key, fits in articles.items():
                tell("moved", old, reason, article_id=key, other_id=to, score=fits)


def _drop_old_slices(session: Session, computed: Computed, numbers: Mapping[str, int], now: datetime) -> None:
    """Open slices that were computed anew are gone, but for articles that may not be placed any more, as when they were
    withheld: they stay where they are, add no terms, and count as closed once their day is over."""
    session.flush()
    new = set(numbers.values())
    for old in session.scalars(select(Slice).where(Slice.closed_at.is_(None), Slice.id.not_in(new))).all():
        its = select(Membership).where(Membership.slice_id == old.id)
        left = session.scalars(its.limit(1 if computed.closes else None)).all()
        if not left:
            session.delete(old)
        elif not computed.closes:  # all that is open was computed, and these were not in it
            old.terms, old.documents = {}, 0
            if old.day < computed.days[0][0]:
                old.closed_at = now
                for row in left:
                    row.settled_id, row.settled_confidence = row.story_id, row.confidence
    session.flush()

"""Stories made again from the record: articles, the slices in which they were found, and editors' decisions.

Nothing else decides what a story is. Made in another database, so that the live one stays as it is and both can be
compared.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session, undefer

from aggregator.clock import Clock
from aggregator.setting_sections import ClusterSettings, EmbedSettings
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision, EmbeddingRow, Membership, Slice, StoryRow
from aggregator.store.tables import Article, Base, Document, Outlet
from aggregator.stories.cluster import Cluster, Placed, SliceInput
from aggregator.stories.decisions import last_decision
from aggregator.stories.effects import apply
from aggregator.stories.slices import Due

_CHUNK = 500


def rebuild(
    source: Store, target: Store, settings: ClusterSettings, embed: EmbedSettings, languages: Sequence[str]
) -> None:
    """Make the stories of `source` again in `target`, an empty database with the tables made: ids, members, redirects.

    Slice by slice, with the decisions taken between them. Groups are the same; so are their ids, but for stories that
    were made and merged again while a slice was open: those are in the event log alone. Documents and vectors are those
    of today: an article that was edited since is placed by its present text.
    """
    with source.read() as read, target.write() as write:
        for table in (Outlet, Article, Document, EmbeddingRow):
            _copy(read, write, table)
        slices = read.scalars(select(Slice).options(undefer(Slice.stood)).order_by(Slice.id)).all()
        members: dict[int, list[str]] = defaultdict(list)
        for article, number in read.execute(select(Membership.article_id, Membership.slice_id)):
            members[number].append(article)
        decisions: dict[int, list[Decision]] = defaultdict(list)
        for decision in read.scalars(select(Decision).order_by(Decision.id)):
            decisions[decision.payload.get("after_slice", 0)].append(decision)
        _decide(write, decisions[0])
        closed = [one for one in slices if one.closed_at is not None]
        for one in closed:
            stage = Cluster(settings, embed, languages, Clock(one.closed_at))
            _compute(write, stage, [one], members, closes=True)
            _decide(write, decisions[one.id])
        if still_open := [one for one in slices if one.closed_at is None]:
            stage = Cluster(settings, embed, languages, Clock(still_open[0].placed_at))
            _compute(write, stage, still_open, members, closes=False)


def _compute(
    session: Session, stage: Cluster, slices: Sequence[Slice], members: Mapping[int, Sequence[str]], *, closes: bool
) -> None:
    """Slices as they were computed; the ids that their articles had while they were open are kept as they were then."""
    days = tuple((one.day, tuple(sorted(members[one.id]))) for one in slices)
    wanted = Due(closes, days, last_decision(session), slices[0].input_sha)
    loaded = stage.load(session, [SliceInput(wanted.input_sha, wanted)])
    stood = {article: story for one in slices for article, story in one.stood.items()}
    items = [replace(item, past=replace(item.past, stands={**item.past.stands, **stood})) for item in loaded]
    stage.save(session, [done for done in stage.process(items) if isinstance(done, Placed)])


def stories(session: Session) -> dict[str, Any]:
    """What the stories are, to compare two databases, by id; articles that were removed from any stand under ""."""
    members: dict[str, list[str]] = defaultdict(list)
    query = select(Membership.article_id, Membership.story_id).order_by(Membership.article_id)
    for article, story in session.execute(query):
        members[story or ""].append(article)
    found: dict[str, Any] = {"": members[""]}
    for row in session.scalars(select(StoryRow)):
        found[row.id] = (
            members[row.id],
            row.redirect_to,
            row.locked,
            row.name,
            row.topic,
            row.thread_with,
            row.size,
            row.members_sha,
        )
    return found


def _decide(session: Session, decisions: Sequence[Decision]) -> None:
    """Take the recorded decisions again. Those on pages are only copied, since nothing here has pages."""
    for decision in decisions:
        session.execute(insert(Decision).values(_values(decision)))
        about_stories = "after_slice" in decision.payload
        if about_stories and decision.undoes is None:
            apply(session, decision)
        elif about_stories and "after_slice" in (undone := session.get_one(Decision, decision.undoes)).payload:
            apply(session, decision, undone)


def _copy(read: Session, write: Session, table: type[Base]) -> None:
    rows = read.scalars(select(table)).yield_per(_CHUNK)
    for part in rows.partitions(_CHUNK):
        write.execute(insert(table), [_values(row) for row in part])


def _values(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}

"""The ids of stories, where one leads, and bringing a story's row to its present members."""

import itertools
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.errors import Rejected
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article
from aggregator.stories.confidence import DECIMALS
from aggregator.text import sha256, short_hash

#: the members_sha of a story without members
NOBODY = sha256("")


def story_id(founder: str) -> str:
    """The id of the story that an article founds: from that article's id alone."""
    return "s_" + short_hash(founder)


def unused_story_id(session: Session, founder: str) -> str:
    """The id of a story that an article founds: with a suffix if its own was ever used."""
    return next(key for key in _candidate_ids(founder) if session.get(StoryRow, key) is None)


def story_of(session: Session, key: str) -> StoryRow:
    """The story of that id, or the one that it was merged into. Raises Rejected("no-story")."""
    story = session.get(StoryRow, key)
    while story is not None and story.redirect_to is not None:
        story = session.get(StoryRow, story.redirect_to)
    if story is None:
        raise Rejected("no-story", f"there is no story {key}")
    return story


def members_of(session: Session, key: str) -> list[str]:
    """The ids of a story's articles, in order."""
    query = select(Membership.article_id).where(Membership.story_id == key).order_by(Membership.article_id)
    return list(session.scalars(query))


def mark_stories(session: Session, ids: Iterable[str]) -> None:
    """Bring size, span, confidence and `members_sha` of stories to their present members."""
    for key in sorted(ids):
        rows = session.execute(
            select(Article.id, Membership.content_sha, Article.order_at, Membership.confidence)
            .join(Membership, Membership.article_id == Article.id)
            .where(Membership.story_id == key)
            .order_by(Article.id)
        ).all()
        story = session.get_one(StoryRow, key)
        times = [row.order_at for row in rows] or [story.first_at, story.last_at]
        story.first_at, story.last_at, story.size = min(times), max(times), len(rows)
        story.members_sha = sha256("\n".join(f"{row.id} {row.content_sha}" for row in rows))
        known = [row.confidence for row in rows if row.confidence is not None]
        story.confidence = round(sum(known) / len(known), DECIMALS) if known else None


def _candidate_ids(founder: str) -> Iterator[str]:
    yield story_id(founder)
    yield from (f"{story_id(founder)}-{n}" for n in itertools.count(2))

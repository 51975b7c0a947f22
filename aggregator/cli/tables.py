"""What commands print of stories: a line each, or all of one."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.analysis.apart import Apart, told_apart
from aggregator.clock import rfc3339
from aggregator.publish.render import plural
from aggregator.store.story_tables import Membership, NearMiss, StoryRow
from aggregator.store.tables import Article
from aggregator.stories.confidence import EDITOR
from aggregator.stories.decisions import about
from aggregator.stories.thread_view import thread_of


def story_lines(session: Session, at_least: int = 1) -> list[str]:
    """Id, day, size, outlets and first headline of each story, the largest first."""
    stories = session.scalars(
        select(StoryRow)
        .where(StoryRow.size >= at_least, StoryRow.redirect_to.is_(None))
        .order_by(StoryRow.size.desc(), StoryRow.first_at, StoryRow.id)
    ).all()
    lines = []
    for story in stories:
        outlets = set(
            session.scalars(
                select(Article.outlet_key)
                .join(Membership, Membership.article_id == Article.id)
                .where(Membership.story_id == story.id)
            )
        )
        title = session.scalar(select(Article.title).where(Article.id == story.founding_article_id)) or ""
        day = rfc3339(story.first_at)[:10]
        lines.append(f"{story.id}  {day}  {story.size:3} articles  {len(outlets):2} outlets  {title[:80]}")
    return lines


def story_report(session: Session, story: StoryRow, now: datetime) -> Iterator[str]:
    """A story's state, who tells it, its articles with score and confidence, what nearly joined, and its decisions.

    What nearly joined: below an article the stories that it did, and at the end articles of other stories.
    """
    sure = f"confidence {story.confidence:.2f}" if story.confidence is not None else ""
    marks = [sure, "locked" if story.locked else "", f"topic {story.topic}" if story.topic else ""]
    about_it = " ".join(filter(None, marks))
    yield f"{story.id}  {story.size} articles  {rfc3339(story.first_at)} to {rfc3339(story.last_at)}  {about_it}"
    if story.name:
        yield f"name: {story.name}"
    if story.life:
        yield f"{story.life} since {rfc3339(story.life_at)[:16] if story.life_at else '?'}"
    yield from _thread(session, story)
    apart = told_apart(session, [story.id], now).get(story.id)
    if apart:
        yield _counts(apart)
    yield from _articles(session, story, apart)
    yield from _reused(apart) if apart else ()
    near = select(Article, NearMiss).join(NearMiss, NearMiss.article_id == Article.id)
    for article, miss in session.execute(near.where(NearMiss.story_id == story.id).order_by(NearMiss.score.desc())):
        yield f"  {article.id}  nearly joined {miss.score:.2f}  {article.outlet_key}: {article.title[:80]}"
    for one in about(session, story.id):
        yield f"decision {one.id}  {rfc3339(one.at)}  {one.kind}  {one.actor} ({one.role}): {one.reason}"


def _thread(session: Session, story: StoryRow) -> Iterator[str]:
    thread = thread_of(session, story.id)
    if thread.stories:
        yield f"thread {thread.id}{' (by an editor)' if story.thread_with else ''}"
    for other in thread.stories:
        score = f" {other.score:.2f}" if other.score is not None else ""
        mark = "*" if other.id == story.id else " "
        yield f" {mark} {rfc3339(other.first_at)[:10]}  {other.id}{score}  {other.name[:80]}"


def _articles(session: Session, story: StoryRow, apart: Apart | None) -> Iterator[str]:
    away = _away(session, story.id)
    members = select(Article, Membership).join(Membership, Membership.article_id == Article.id)
    for article, member in session.execute(members.where(Membership.story_id == story.id).order_by(Article.order_at)):
        how = "founded" if article.id == story.founding_article_id else f"joined {member.score:.2f}"
        where = f"{article.id}  {rfc3339(article.order_at)[:16]}"
        yield f"  {where}  {how:12}  {_sure(member):15}  {article.outlet_key}: {article.title[:80]}"
        if apart and article.id in apart.copies:
            yield f"      the text of {apart.copies[article.id]}"
        for miss in away.get(article.id, ()):
            yield f"      nearly joined {miss.story_id} {miss.score:.2f}"


def _away(session: Session, story: str) -> dict[str, list[NearMiss]]:
    """The other stories that articles of this one nearly joined, by article, the nearest first."""
    query = (
        select(NearMiss)
        .join(Membership, Membership.article_id == NearMiss.article_id)
        .join(StoryRow, StoryRow.id == NearMiss.story_id)
        .where(Membership.story_id == story, NearMiss.story_id != story, StoryRow.redirect_to.is_(None))
        .order_by(NearMiss.score.desc(), NearMiss.story_id)
    )
    found: dict[str, list[NearMiss]] = defaultdict(list)
    for miss in session.scalars(query):
        found[miss.article_id].append(miss)
    return found


def _sure(member: Membership) -> str:
    if member.confidence is None:
        return ""
    return "editor" if member.confidence == EDITOR else f"confidence {member.confidence:.2f}"


def _counts(apart: Apart) -> str:
    told = apart.coverage
    unknown = f" ({told.owners_unknown} not known)" if told.owners_unknown else ""
    sources, owners = plural(told.sources, "source"), plural(told.owners, "owner")
    return f"told by {sources}, {told.independent} independent, {owners}{unknown}"


def _reused(apart: Apart) -> Iterator[str]:
    for key, origin in apart.origins.items():
        yield f"  {key}  text of {origin.name}, which has no copy of it here"
    for one in apart.reuses:
        how = "possible copy of" if one.kind == "possible-copy" else "has text of"
        yield f"  {one.article_id}  {how} {one.of} ({100 * one.share:.0f} % of the shorter text)"

"""What commands print of stories: a line each, or all of one."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import rfc3339
from aggregator.store.tables import Article, Membership, NearMiss, StoryRow
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


def story_report(session: Session, story: StoryRow) -> Iterator[str]:
    """A story's state, its articles with the score of each, articles that nearly joined, and decisions about it."""
    marks = [mark for mark in ("locked" if story.locked else "", f"topic {story.topic}" if story.topic else "") if mark]
    yield f"{story.id}  {story.size} articles  {rfc3339(story.first_at)} to {rfc3339(story.last_at)}  {' '.join(marks)}"
    if story.name:
        yield f"name: {story.name}"
    if story.life:
        yield f"{story.life} since {rfc3339(story.life_at)[:16] if story.life_at else '?'}"
    thread = thread_of(session, story.id)
    if thread.stories:
        yield f"thread {thread.id}{' (by an editor)' if story.thread_with else ''}"
    for other in thread.stories:
        score = f" {other.score:.2f}" if other.score is not None else ""
        mark = "*" if other.id == story.id else " "
        yield f" {mark} {rfc3339(other.first_at)[:10]}  {other.id}{score}  {other.name[:80]}"
    members = select(Article, Membership).join(Membership, Membership.article_id == Article.id)
    for article, member in session.execute(members.where(Membership.story_id == story.id).order_by(Article.order_at)):
        how = "founded" if article.id == story.founding_article_id else f"joined {member.score:.2f}"
        yield f"  {article.id}  {rfc3339(article.order_at)[:16]}  {how:12}  {article.outlet_key}: {article.title[:80]}"
    near = select(Article, NearMiss).join(NearMiss, NearMiss.article_id == Article.id)
    for article, miss in session.execute(near.where(NearMiss.story_id == story.id).order_by(NearMiss.score.desc())):
        yield f"  {article.id}  nearly joined {miss.score:.2f}  {article.outlet_key}: {article.title[:80]}"
    for one in about(session, story.id):
        yield f"decision {one.id}  {rfc3339(one.at)}  {one.kind}  {one.actor} ({one.role}): {one.reason}"

"""What commands print of stories: a line each."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import rfc3339
from aggregator.store.tables import Article, Membership, StoryRow


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

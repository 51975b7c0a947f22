"""Finding stories by words: in their names, in the headlines of their pages, and in the titles of their articles.

Words are compared without case and accents, from their beginning; all of them stand in one name, headline or title.
What was typed is compared here and never becomes part of a query.
"""

import re
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.analysis.words import fold
from aggregator.store.desk_tables import Glance
from aggregator.store.tables import Article, Membership, StoryRow

_MOST_WORDS, _MOST_CHARS = 12, 200


def matching(session: Session, text: str) -> set[str] | None:
    """The ids of the stories that match; None if `text` has no word to look for."""
    words = [f" {word}" for word in _words(text[:_MOST_CHARS]).split()[:_MOST_WORDS]]
    if not words:
        return None
    named = session.execute(select(StoryRow.id, StoryRow.id + " " + StoryRow.name)).all()
    headlines = session.execute(select(Glance.page_id, Glance.headline)).all()
    titles = session.execute(
        select(Membership.story_id, Article.title)
        .join(Article, Article.id == Membership.article_id)
        .where(Membership.story_id.is_not(None))
    ).all()
    listed = [(key, said) for rows in (named, headlines, titles) for key, said in rows]
    return {key for key, said in listed if key and all(word in _words(said) for word in words)}


@lru_cache(maxsize=100_000)
def _words(text: str) -> str:
    """The words of a text, folded, each with a space before it."""
    return "".join(f" {word}" for word in re.findall(r"\w+", fold(text)))

"""Finding stories by words: in their names, in the headlines of their pages, and in the titles of their articles.

Words are compared without case and accents, from their beginning; all of them stand in one name, headline or title.
The database only leaves out what cannot match, by plain containment; whether the rest does is looked at here.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import Session

from aggregator.analysis.words import fold
from aggregator.store.desk_tables import Glance
from aggregator.store.tables import Article, Membership, StoryRow

_Text: TypeAlias = SQLColumnExpression[str]
_Condition: TypeAlias = ColumnElement[bool]
_MOST_WORDS, _MOST_CHARS = 12, 200


def matching(session: Session, text: str) -> set[str] | None:
    """The ids of the stories that match; None if `text` has no word to look for."""
    words = [f" {word}" for word in _words(text[:_MOST_CHARS]).split()[:_MOST_WORDS]]
    if not words:
        return None
    odd = _has_odd_letters(session)
    name = StoryRow.id + " " + StoryRow.name
    in_stories = Membership.article_id == Article.id
    queries = (
        select(StoryRow.id, name).where(*_may_hold(name, words, odd)),
        select(Glance.page_id, Glance.headline).where(*_may_hold(Glance.headline, words, odd)),
        select(Membership.story_id, Article.title)
        .join(Article, in_stories)
        .where(*_may_hold(Article.title, words, odd)),
    )
    listed = [(key, said) for query in queries for key, said in session.execute(query)]
    return {key for key, said in listed if key and all(word in _words(said) for word in words)}


def _may_hold(text: _Text, words: Sequence[str], odd: Callable[[_Text], _Condition]) -> Iterator[_Condition]:
    """Conditions that every text meets which holds the words, whatever its case and accents."""
    for word in (word.strip() for word in words):
        yield text.icontains(word, autoescape=True) | odd(text) if word.isascii() else odd(text)


def _has_odd_letters(session: Session) -> Callable[[_Text], _Condition]:
    """A condition: that a text has letters which might be folded into others. Typographic marks are none."""
    if session.get_bind().dialect.name == "sqlite":
        return lambda text: text.op("GLOB")("*[^ -~’‘“”–—]*")
    return lambda text: text.op("~")("[^ -~’‘“”–—]")


@lru_cache(maxsize=100_000)
def _words(text: str) -> str:
    """The words of a text, folded, each with a space before it."""
    return "".join(f" {word}" for word in re.findall(r"\w+", fold(text)))

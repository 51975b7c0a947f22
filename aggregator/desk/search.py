"""Finding stories by words: in their names, in the headlines of their pages, and in the titles of their articles.

Words are compared without case and accents, from their beginning; all of them stand in one name, headline or title.
The database only leaves out what cannot match, by plain containment; whether the rest does is looked at here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from sqlalchemy import ColumnElement, LargeBinary, Row, SQLColumnExpression, cast, func, select
from sqlalchemy.orm import Session

from aggregator.analysis.words import fold
from aggregator.store.desk_tables import Glance
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article

_Text: TypeAlias = SQLColumnExpression[str]
_Condition: TypeAlias = ColumnElement[bool]
_MOST_WORDS, _MOST_CHARS, _CHUNK = 12, 200, 10_000


def matching(session: Session, text: str) -> set[str] | None:
    """The ids of the stories that match; None if `text` has no word to look for."""
    words = [f" {word}" for word in _words(text[:_MOST_CHARS]).split()[:_MOST_WORDS]]
    if not words:
        return None
    odd = _has_odd_letters(session)
    name = StoryRow.id + " " + StoryRow.name
    named = session.execute(select(StoryRow.id, name).where(*_may_hold(name, words, odd)))
    headlines = session.execute(select(Glance.page_id, Glance.headline).where(*_may_hold(Glance.headline, words, odd)))
    titles = session.execute(select(Article.id, Article.title).where(*_may_hold(Article.title, words, odd)))
    return _holding(named, words) | _holding(headlines, words) | _homes(session, sorted(_holding(titles, words)))


def _holding(rows: Iterable[Row[str, str]], words: Sequence[str]) -> set[str]:
    return {key for key, said in rows if all(word in _words(said) for word in words)}


def _homes(session: Session, articles: Sequence[str]) -> set[str]:
    """The stories that articles are in."""
    found: set[str] = set()
    for start in range(0, len(articles), _CHUNK):
        part = articles[start : start + _CHUNK]
        homes = session.scalars(select(Membership.story_id).where(Membership.article_id.in_(part)))
        found |= {key for key in homes if key is not None}
    return found


def _may_hold(text: _Text, words: Sequence[str], odd: Callable[[_Text], _Condition]) -> Iterator[_Condition]:
    """Conditions that every text meets which holds the words, whatever its case and accents."""
    for word in (word.strip() for word in words):
        yield text.icontains(word, autoescape=True) | odd(text) if word.isascii() else odd(text)


def _has_odd_letters(session: Session) -> Callable[[_Text], _Condition]:
    """A condition: that a text is not all ASCII, so that folding may make other letters of it."""
    if session.get_bind().dialect.name == "sqlite":
        return lambda text: func.length(text) != func.length(cast(text, LargeBinary))
    return lambda text: func.length(text) != func.octet_length(text)


@lru_cache(maxsize=100_000)
def _words(text: str) -> str:
    """The words of a text, folded, each with a space before it."""
    return "".join(f" {word}" for word in re.findall(r"\w+", fold(text)))

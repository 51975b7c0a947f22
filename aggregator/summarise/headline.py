"""The headline: of the sources' titles the one nearest to all of them that tells plainly what happened."""

import re
from collections.abc import Container, Sequence

from aggregator.analysis.model import SourceText
from aggregator.summarise.compose import Draft, Passage, taken
from aggregator.summarise.exact import check_title
from aggregator.summarise.figures import Development
from aggregator.summarise.selection import Story, title_likeness
from aggregator.summarise.wording import is_plain_title
from aggregator.types import Kind

_LOW, _HIGH = 8, 16
_LABEL = re.compile(r"^(?:BREAKING|Breaking|Exclusive|EXCLUSIVE|Update|UPDATE|Just in|JUST IN): ")
#: what looks like a citation, or like markup
_MARKER = re.compile(r"\[\d+\]|[<>{}]")
_BREAK = re.compile(r";\s+|\s+[—–|]\s+|\s+-\s+")
_VERBLESS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|to|may|can|could|would|says?|said|wins?|loses?|cuts?|puts?|sets?|hits?|"
    r"makes?|takes?|gets?|keeps?|holds?|meets?|leads?|sees?|gives?|finds?|falls?|rises?|won|lost|made|took|gave|fell|"
    r"rose|held|met|led|saw|kept|found|broke|hurt|dead|[a-z]{3,}(?:ed|es|s))\b",
    re.IGNORECASE,
)


def headline(
    story: Story, development: Development, prefer: Sequence[SourceText], cited: Container[str]
) -> Draft | None:
    """The best title, whole or cut at a clause boundary; None if no source has a title.

    `prefer`: in a developing story, the articles with the newest figures; `cited`: those that have a card.
    """
    titled = [s for s in story.analysis.sources if s.kind is Kind.NEWS and s.title.strip() and s.article_id in cited]
    scored: list[tuple[float, str, Draft]] = []
    for source in titled:
        for start, end in _stretches(source.title):
            text = source.title[start:end]
            if _MARKER.search(text) or check_title(text, source.title):
                continue
            passage = Passage(source, 0, len(source.title), "title", 1.0, "title")
            worth = _score(text, source, story, development, prefer)
            scored.append((worth, text, Draft((taken(text, passage),))))
    if not scored:
        return None
    return max(scored, key=lambda item: (item[0], item[1]))[2]


def _stretches(title: str) -> list[tuple[int, int]]:
    """The whole title, and what stands before or behind a clause boundary in it."""
    end = len(title.rstrip().rstrip("."))
    label = _LABEL.match(title)
    found = [(label.end() if label else 0, end)]
    for match in _BREAK.finditer(title[:end]):
        found += [(0, match.start()), (match.end(), end)]
    return [(a, b) for a, b in found if len(title[a:b].split()) >= 5]


def _score(
    text: str, source: SourceText, story: Story, development: Development, prefer: Sequence[SourceText]
) -> float:
    words = len(text.split())
    score = title_likeness(text, story.title_words)
    score -= 0.35 * max(0, _LOW - words) + 0.35 * max(0, words - _HIGH)
    score -= 2.0 * (not is_plain_title(text)) + 1.0 * (not _VERBLESS.search(text))
    score -= 2.0 * story.opinion.get(source.article_id, 0.0)
    score -= 3.0 * (source.article_id in story.comments)
    score -= 2.0 * bool(development.is_stale(text))
    score += 1.5 * (bool(prefer) and source in prefer)
    return score

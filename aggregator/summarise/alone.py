"""What only one outlet tells: said only where every other article was seen whole and holds nothing near."""

from aggregator.analysis.model import SourceText
from aggregator.analysis.words import content_words, names, numbers
from aggregator.summarise.selection import Candidate, Story
from aggregator.types import Extent

#: a sentence of another article as near in meaning, or with as many words in common, may tell the same
_NEAR, _SHARED = 0.5, 0.4
#: the least sources of a story in which "only" means something, and the least words that can be looked for elsewhere
_SOURCES, _WORDS = 4, 5


def is_told_alone(story: Story, candidate: Candidate, text: str) -> bool:
    """Whether no other article of the story tells `text`, a cut of a report, or gives one of its figures.

    Asked of what can be looked for: a fact with a name or a figure.
    """
    own = candidate.source
    others = [source for source in story.analysis.sources if source.outlet_key != own.outlet_key]
    words = set(content_words(text))
    if len(others) < _SOURCES - 1 or len(words) < _WORDS or not all(_is_seen(source, own, story) for source in others):
        return False
    figures = {number.value for number in numbers(text)}
    if not figures and not names(text):
        return False
    for row, (source, sentence) in enumerate(story.rows):
        if source.outlet_key == own.outlet_key:
            continue
        if story.cosine(candidate.row, row) >= _NEAR:
            return False
        if len(words & set(content_words(sentence.text))) > _SHARED * len(words):
            return False
        if figures and any(number.value in figures for number in numbers(sentence.text)):
            return False
    return True


def _is_seen(source: SourceText, own: SourceText, story: Story) -> bool:
    """Whether an article was read whole and is no copy of the sentence's own."""
    copy = bool(own.syndication_id) and source.syndication_id == own.syndication_id
    return not copy and source.extent is Extent.FULL and source in story.sources and source.vectors is not None

"""Whether a whole article argues although its outlet calls it news: analysis, explainers with a verdict, columns.

Counted are the article's own sentences that judge, ask, or speak of "we" and "you", and how seldom it says who said
what: reports are made of attributed sentences. The bounds were set by reading sixty real stories.
"""

import re

from aggregator.analysis.model import SourceText
from aggregator.summarise.narrator import is_aside, is_narrated, is_opinionated
from aggregator.summarise.wording import FIRST_PERSON, is_attributed, is_loaded

#: fewer sentences of its own than these say nothing about an article
_LEAST = 4
#: an article that argues this much is commentary; or this much, and seldom says who said what
_COMMENTARY, _ARGUING, _SOURCED = 0.3, 0.2, 0.3
#: with a title that argues, this much is enough; and so is a narrator who shows through this often, in a longer text
_TITLED, _TITLED_SOURCED = 0.1, 0.35
_NARRATED, _NARRATED_SOURCED, _LONG = 0.1, 0.25, 12
_MUST = re.compile(r"\b(?:must|should|ought to|needs? to|has to|have to|deserves?)\b", re.IGNORECASE)


def opinion_share(source: SourceText) -> float:
    """How much an article argues: the share of its own sentences that judge, ask, or speak of "we"."""
    own = _own(source)
    return sum(map(_argues, own)) / len(own) if len(own) >= _LEAST else 0.0


def is_commentary(source: SourceText) -> bool:
    """Whether an article argues rather than reports, by its own sentences and by how seldom it names a speaker."""
    own = _own(source)
    if len(own) < _LEAST:
        return False
    texts = [sentence.text for sentence in source.sentences]
    sourced = sum(is_attributed(text) or "“" in text or '"' in text for text in texts) / len(texts)
    share = opinion_share(source)
    if share > _COMMENTARY and (sourced < _SOURCED + 0.1 or sum(map(is_opinionated, own)) > _COMMENTARY * len(own)):
        return True
    if share > _ARGUING and sourced < _SOURCED:
        return True
    if share > _TITLED and sourced < _TITLED_SOURCED and _title_argues(source.title):
        return True
    narrated = sum(map(is_narrated, own)) / len(own)
    return len(own) >= _LONG and narrated >= _NARRATED and sourced < _NARRATED_SOURCED


def _own(source: SourceText) -> list[str]:
    return [sentence.text for sentence in source.sentences if sentence.region is None]


def _argues(text: str) -> bool:
    return is_opinionated(text) or is_narrated(text) or is_aside(text)


def _title_argues(title: str) -> bool:
    """Whether a headline judges, demands, asks or speaks of "us"."""
    bare = re.sub(r"[‘'“\"].*?[’'”\"](?!\w)", " ", title)
    argues = is_loaded(bare) or is_narrated(bare) or "?" in bare or _MUST.search(bare) or FIRST_PERSON.search(bare)
    return bool(argues)

"""Whether a whole article argues although its outlet calls it news: analysis, explainers with a verdict, columns.

Counted are the article's own sentences that judge, ask, or speak of "we" and "you", and how seldom it says who said
what: reports are made of attributed sentences. The bounds were set by reading sixty real stories.
"""

import re
from collections import Counter
from dataclasses import dataclass

from aggregator.analysis.model import SourceText
from aggregator.summarise.narrator import is_aside, is_narrated, is_opinionated
from aggregator.summarise.wording import FIRST_PERSON, is_attributed, is_loaded

#: fewer sentences of its own than these say nothing about an article
_LEAST = 4
#: an article that argues this much is commentary; or this much, and seldom says who said what
_COMMENTARY, _OFTEN_SOURCED, _ARGUING, _SOURCED = 0.3, 0.4, 0.2, 0.3
#: with a title that argues, this much is enough; and so is a narrator who shows through this often, in a longer text
_TITLED, _TITLED_SOURCED = 0.1, 0.35
_TITLED_ARGUING, _TITLED_OFTEN_SOURCED = 0.2, 0.5
_NARRATED, _NARRATED_SOURCED, _LONG = 0.1, 0.25, 12
_MUST = re.compile(r"\b(?:must|should|ought to|needs? to|has to|have to|deserves?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How much an article argues, the share of its own sentences, and whether that makes it commentary."""

    share: float
    is_commentary: bool


def judge(source: SourceText) -> Judgement:
    """How much an article argues, and whether it argues rather than reports."""
    own = _own(source)
    if len(own) < _LEAST:
        return Judgement(0.0, False)
    opinions = [is_opinionated(text) for text in own]
    narrated = [is_narrated(text) for text in own]
    argues = [one or other or is_aside(text) for one, other, text in zip(opinions, narrated, own, strict=True)]
    size, share = len(own), sum(argues) / len(own)
    texts = [sentence.text for sentence in source.sentences]
    sourced = sum(is_attributed(text) or "“" in text or '"' in text for text in texts) / len(texts)
    titled = share > _TITLED and _title_argues(source.title)
    return Judgement(
        share,
        (share > _COMMENTARY and (sourced < _OFTEN_SOURCED or sum(opinions) > _COMMENTARY * size))
        or (share > _ARGUING and sourced < _SOURCED)
        or (titled and sourced < _TITLED_SOURCED)
        or (titled and share > _TITLED_ARGUING and sourced < _TITLED_OFTEN_SOURCED)
        or (size >= _LONG and sum(narrated) >= _NARRATED * size and sourced < _NARRATED_SOURCED),
    )


def _own(source: SourceText) -> list[str]:
    """An article's own sentences, without the questions that an explainer sets as headings."""
    alone = Counter(sentence.paragraph for sentence in source.sentences)
    own = (sentence for sentence in source.sentences if sentence.region is None)
    return [one.text for one in own if not (one.text.endswith("?") and alone[one.paragraph] == 1)]


def _title_argues(title: str) -> bool:
    """Whether a headline judges, demands, asks or speaks of "us"."""
    bare = re.sub(r"[‘'“\"].*?[’'”\"](?!\w)", " ", title)
    argues = is_loaded(bare) or is_narrated(bare) or "?" in bare or _MUST.search(bare) or FIRST_PERSON.search(bare)
    return bool(argues)

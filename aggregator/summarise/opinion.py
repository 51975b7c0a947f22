"""Opinion pieces: at most one short quotation of each, with its author and outlet, in a paragraph of its own.

Never as report, and no word of satire.
"""

import re

from aggregator.analysis.model import Sentence, SourceText
from aggregator.summarise.compose import Draft, Passage, own, taken
from aggregator.summarise.narrator import is_aside
from aggregator.summarise.parts import authors_of
from aggregator.summarise.plan import STANCE, Plan
from aggregator.summarise.references import refers_back
from aggregator.summarise.selection import title_likeness
from aggregator.summarise.wording import has_main_clause
from aggregator.types import Kind

_MOST, _FEWEST_WORDS, _TRIED = 3, 8, 6
#: a sentence belongs to the story from this cosine to what its articles open with
_RELEVANT = 0.25
_MARKS = re.compile(r"[“”\"?!…\[\]:;()]|https?:|\.\.\.")
_AUTHOR = re.compile(r"[^\W\d_][\w’'.-]*(?: [^\W\d_][\w’'.-]*){1,4}")
#: a line that names no person
_DESK = re.compile(
    r"\b(?:editors?|editorial|board|staff|desk|team|newsroom|service|agenc(?:y|ies)|press|news)\b", re.IGNORECASE
)


def write_opinions(plan: Plan) -> None:
    """What opinion pieces of the story argue, each in its author's words."""
    paragraph: list[Draft] = []
    for source in plan.story.sources:
        author = _author(source) if source.kind is Kind.OPINION else ""
        if author and len(paragraph) < _MOST:
            _quote(plan, paragraph, source, author)
    if paragraph:
        plan.body.append(paragraph)


def _author(source: SourceText) -> str:
    """The author, if the card names one person; "" otherwise: of two nobody can tell who wrote a sentence."""
    named = authors_of(", ".join(source.authors))
    one = named[0] if len(named) == 1 and _AUTHOR.fullmatch(named[0]) else ""
    return "" if _DESK.search(one) or source.outlet in one else one


def _quote(plan: Plan, paragraph: list[Draft], source: SourceText, author: str) -> None:
    """Add the sentence that takes the clearest stand on the story."""
    whole = [
        (_worth(plan, source, sentence), sentence) for sentence in source.sentences if _is_quotable(plan, sentence)
    ]
    whole = [(worth, one) for worth, one in whole if worth is not None]
    for _, sentence in sorted(whole, key=lambda item: (-(item[0] or 0.0), item[1].index))[:_TRIED]:
        draft = opined(source, sentence, author)
        if draft.keys[0] not in plan.banned and plan.take(paragraph, draft):
            return


def opined(source: SourceText, sentence: Sentence, author: str) -> Draft:
    """ "In an opinion piece, Author of Outlet writes: “…”." """
    bare = sentence.text.rstrip(". ")
    passage = Passage(source, sentence.start, sentence.end)
    lead = own(f"In an opinion piece, {author} of {source.outlet} writes: ")
    return Draft((lead, taken(f"“{bare}”", passage), own(".")), keys=(f"{source.article_id}:{bare}",))


def _is_quotable(plan: Plan, sentence: Sentence) -> bool:
    """Whether a sentence is whole, short and clear by itself."""
    text = sentence.text
    return (
        sentence.region is None
        and _FEWEST_WORDS <= len(text.split()) <= plan.context.limits.quotation
        and text[:1].isupper()
        and text.endswith(".")
        and not _MARKS.search(text)
        and has_main_clause(text)
        and not refers_back(text)
        and not is_aside(text)
        and not plan.people.stranger(text)
    )


def _worth(plan: Plan, source: SourceText, sentence: Sentence) -> float | None:
    """How clearly a sentence argues about the story; None if it is about something else."""
    row = plan.story.row_of.get((source.article_id, sentence.index), -1)
    relevance = plan.story.relevance(row)
    if row >= 0 and relevance < _RELEVANT:
        return None
    likeness = title_likeness(sentence.text, plan.story.title_words)
    return relevance + 0.3 * likeness + 0.4 * min(2, len(STANCE.findall(sentence.text)))

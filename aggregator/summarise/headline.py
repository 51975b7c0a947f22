"""The headline: of the sources' titles the one that tells the event of the dek in words that others use as well."""

import re
from collections.abc import Sequence

from aggregator.analysis.model import SourceText
from aggregator.analysis.words import content_words
from aggregator.summarise.compose import Draft, Passage, taken
from aggregator.summarise.contested import clash
from aggregator.summarise.exact import check_title
from aggregator.summarise.plan import Plan, framing
from aggregator.summarise.selection import Story
from aggregator.summarise.spans import is_finite, tokens
from aggregator.summarise.wording import is_loaded, is_plain_title
from aggregator.types import Kind

_LOW, _HIGH = 8, 16
_LABEL = re.compile(r"^(?:BREAKING|Breaking|Exclusive|EXCLUSIVE|Update|UPDATE|Just in|JUST IN): ")
#: what looks like a citation, or like markup
_MARKER = re.compile(r"\[\d+\]|[<>{}]")
#: where a title may end: at a break between clauses, before what the outlet makes of the event
_BREAK = re.compile(r";\s+|\s+[—–|]\s+|\s+-\s+")
_TAIL = re.compile(
    r",\s+(?=(?:\w+ing|[Ww]hile|[Aa]s|[Aa]fter|[Aa]nd [Ww]ith)\b)|\s+(?=(?:as|As|after|After|amid|Amid)\s)"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|to|may|can|could|would|says?|said|wins?|loses?|cuts?|puts?|sets?|hits?|"
    r"makes?|takes?|gets?|keeps?|holds?|meets?|leads?|sees?|gives?|finds?|falls?|rises?|won|lost|made|took|gave|fell|"
    r"rose|held|met|led|saw|kept|found|broke|hurt|dead|[a-z]{3,}(?:ed|es|s))\b",
    re.IGNORECASE,
)
#: marks of a narrator: advice, talk, an afterthought, a tease, a second sentence, letters left out
_ATTITUDE = re.compile(
    r"\b(?:should|shouldn[’']t|must|needs? to|has to|have to|better|real|really|reasons?|truth|lessons?|myths?|"
    r"way possible|means? for|what it means|explained|facts?|know about|fact[- ]check\w*|problem|mess|mind|box|"
    r"secret|weird|spectacular\w*|finally|never|ever|just|even|still|again|so|too|whose?|who else|if)\b|"
    r"\w[’'](?:t|re|ll|ve)\b|\b(?:it|that|here|there|he|she|what)[’']s\b|[.…] +\w|[.…]{2}|^(?:With|In|On|For|To|At|And|"
    r"But|So|Yes|No|Don|Sorry|Permission|Where|Can|Will|Does|Is|Are|Could|Should|If)\b",
    re.IGNORECASE,
)
#: what a title loses by being no plain news, by being talk, by having no verb, a word too long or too short
_NOT_PLAIN, _TALKS, _VERBLESS, _LENGTH = 1.5, 0.35, 0.5, 0.12
#: what a step from the center of the scale costs a title, which speaks in nobody's name
_FRAMING = 0.06
_HEAD = 8
#: a title of few words says little however many use them
_SHORT = 2
#: a title that calls its article something else than news
_COMMENT = re.compile(
    r"(?:Analysis|Opinion|Commentary|Column|Editorial|Essay|Review|Perspective|Fact[- ]check)\b", re.I
)
#: a verdict on the event: "… Is Meritless"; what has happened to somebody is none
_VERDICT = re.compile(
    r"\b(?:is|are|was|were) (?:(?:a|an|so|too|not|just|\w+ly) )*"
    r"(?!(?:dead|safe|open|closed|unclear|unknown|missing|over|out|guilty|alive|underway|free|back|next|here)$)"
    r"[a-z’'-]+(?<!ed)(?<!en)(?<!ing)$",
    re.IGNORECASE,
)
#: a bill by its number tells nobody what it is
_CODE = re.compile(
    r"\b(?:SB|HB|AB|HR|H\.R\.|S\.|HF|SF|LD|Prop(?:osition)?\.?|Bill|Measure|Issue|Section|Question) ?\d+"
)


def headline(plan: Plan) -> Draft | None:
    """The best title of a cited news source, whole or cut at a clause boundary; None if no such source has one.

    Words that other sources use as well tell the event, the rest is what one outlet makes of it. A title with a figure
    that was overtaken, that most sources contradict or that the dek contradicts is left out while there is another.
    """
    cited = {passage.source.article_id for draft in plan.drafts() for passage in draft.passages}
    titled = [s for s in plan.analysis.sources if s.kind is Kind.NEWS and s.title.strip() and s.article_id in cited]
    shared = _shared_words(plan.story)
    dek = " ".join(draft.text for draft in plan.dek[:1])
    scored: list[tuple[bool, float, str, Draft]] = []
    for source in titled:
        for start, end in _stretches(source.title):
            text = source.title[start:end]
            if _MARKER.search(text) or check_title(text, source.title):
                continue
            passage = Passage(source, 0, len(source.title), "title", 1.0, "title")
            sound = not (plan.development.is_stale(text) or plan.contested.is_doubtful(text) or clash(text, dek))
            worth = _told(text, source, shared, dek) - _faults(text, source, plan.story)
            worth += 1.5 * (source in plan.newest)
            scored.append((sound, worth, text, Draft((taken(text, passage),))))
    return max(scored, key=lambda item: item[:3])[3] if scored else None


def _stretches(title: str) -> list[tuple[int, int]]:
    """The whole title, and what stands before or behind a clause boundary in it."""
    end = len(title.rstrip().rstrip("."))
    label = _LABEL.match(title)
    start = label.end() if label else 0
    found = [(start, end)]
    for match in _BREAK.finditer(title[:end]):
        found += [(start, match.start()), (match.end(), end)]
    for match in _TAIL.finditer(title[:end]):
        if match.group().startswith(",") or _is_clause(title[match.end() : end]):
            found.append((start, match.start()))
    return [(a, b) for a, b in found if len(title[a:b].split()) >= 5]


def _is_clause(rest: str) -> bool:
    """Whether what is left out is a clause with its verb: "as" may also say what somebody is called."""
    found = tokens(rest)
    return any(is_finite(one) or one.word.endswith("s") for one in found[2:]) and len(found) > 3


def _shared_words(story: Story) -> dict[str, set[str]]:
    """By content word, the independent texts that have it in their title or their first sentences."""
    found: dict[str, set[str]] = {}
    for source in story.analysis.sources:
        text = f"{source.title} {' '.join(sentence.text for sentence in source.sentences[:_HEAD])}"
        for word in set(content_words(text)):
            found.setdefault(word, set()).add(source.syndication_id or source.article_id)
    return found


def _told(text: str, source: SourceText, shared: dict[str, set[str]], dek: str) -> float:
    """How much of the event a title tells: the mean share of the other texts that use its words, and its likeness
    to the dek; less where it opens with what no other tells, or leaves out what others tell."""
    words, event = content_words(text), set(content_words(dek))
    if not words:
        return 0.0
    own = source.syndication_id or source.article_id
    agreed = _agreed(words, own, shared)
    if not _agreed(words[:2], own, shared):
        agreed -= 0.5
    left_out = [word for word in content_words(source.title) if word not in words]
    same = len(event.intersection(words))
    told = agreed + same / len(set(words)) + 0.5 * same / max(6, len(event.union(words)))
    return told - 2 * _agreed(left_out, own, shared)


def _agreed(words: Sequence[str], own: str, shared: dict[str, set[str]]) -> float:
    """The mean share of the other texts that use some words, damped where the words are few."""
    others = max(1, len(set().union(*shared.values()) - {own}))
    return sum(len(shared.get(word, set()) - {own}) for word in set(words)) / (others * (_SHORT + len(set(words))))


def _faults(text: str, source: SourceText, story: Story) -> float:
    """What speaks against a title as the plain headline of a page."""
    words = len(text.split())
    faults = _LENGTH * (max(0, _LOW - words) + max(0, words - _HIGH))
    faults += _NOT_PLAIN * (not is_plain_title(text)) + _VERBLESS * (not _VERB.search(text))
    faults += _NOT_PLAIN * bool(_VERDICT.search(text)) + _TALKS * min(2, len(_ATTITUDE.findall(text)))
    faults += 2.0 * story.opinion.get(source.article_id, 0.0) + 2.0 * (source.article_id in story.comments)
    faults += 2 * _TALKS * ("?" in text or is_loaded(text)) + 3 * _TALKS * bool(_COMMENT.match(text))
    faults += _TALKS * bool(_CODE.search(text))
    return faults + _FRAMING * framing(source)

"""An editor's own words, held to the sources: a headline or dek that was edited by hand.

Nothing can prove a paraphrase; what can be disproved is refused: a quotation that is nowhere, or nobody's; a figure or
a name that no cited passage has; eight words in a row of a source outside quotation marks; a sentence that shares
almost nothing with any passage. The editor answers for the rest.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from aggregator.analysis.model import Sentence as SourceSentence
from aggregator.analysis.numbers import Number, numbers
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.words import content_words, fold, names
from aggregator.summarise.exact import check_quotation
from aggregator.summarise.page import Evidence, Part, Sentence, Source
from aggregator.summarise.parts import Complaint, DocumentText, Wording, clip, is_named
from aggregator.text import sha256
from aggregator.types import Kind, RegionKind, Rights

METHOD = "editor"
_QUOTATION = re.compile(r"“[^“”]+”|\"[^\"]+\"")
#: least share of the content words of a sentence that its passages must have
_COVERED = 0.4
_PASSAGES, _LEAST_SHARED = 4, 2


#: article id to revision and text
Readable = Mapping[str, tuple[int, DocumentText]]


def edited_headline(text: str, cards: Sequence[Source], documents: Readable) -> list[Evidence]:
    """The passages that come nearest to a headline."""
    return passages_for(text, cards, documents)


def edited_sentences(
    text: str, cards: Sequence[Source], documents: Readable, needed: Collection[int] = ()
) -> list[Sentence]:
    """`text` as sentences of the page with the passages that come nearest, to be checked by `check_paraphrase`.

    `needed`: numbers of cards that no other sentence cites; each gets a passage where one shares enough words.
    """
    found = []
    for sentence in split_sentences(text):
        evidence = passages_for(sentence.text, cards, documents, needed)
        found.append(
            Sentence(
                text=sentence.text,
                kind="paraphrase",
                parts=list(_parts(sentence.text, evidence)),
                citations=sorted({one.n for one in evidence}),
                evidence=evidence,
            )
        )
    return found


def _parts(text: str, evidence: Sequence[Evidence]) -> Iterator[Part]:
    """Own words, and quotations as taken ones with the passage that holds them."""
    at = 0
    for quotation in _QUOTATION.finditer(text):
        holds = (k for k, one in enumerate(evidence) if not check_quotation(quotation.group()[1:-1], one.quote)[0])
        passage = next(holds, None)
        if passage is None:
            continue
        if quotation.start() > at:
            yield Part(text=text[at : quotation.start()], own=True)
        yield Part(text=quotation.group(), own=False, evidence=passage)
        at = quotation.end()
    if at < len(text):
        yield Part(text=text[at:], own=True)


def passages_for(
    text: str, cards: Sequence[Source], documents: Readable, needed: Collection[int] = ()
) -> list[Evidence]:
    """At most four sentences of the cards' articles that together hold most of the words, figures and quotations.

    First one of each `needed` card, where it has two of the words.
    """
    quotations = {one.group()[1:-1].rstrip(".,") for one in _QUOTATION.finditer(text)}
    missing, pool = _features(text) | quotations, []
    for card in cards:
        revision, document = documents[card.article_id]
        if document.rights is not Rights.FULL or document.kind is not Kind.NEWS:
            continue
        for sentence in document.sentences:
            if sentence.region in (None, RegionKind.QUOTATION):
                held = {quotation for quotation in quotations if quotation in sentence.text}
                pool.append((card, revision, sentence, (_features(sentence.text) & missing) | held))
    found = []
    for n in sorted(needed):
        best = max(
            (one for one in pool if one[0].n == n), key=lambda one: (_worth(one[3]), -one[2].start), default=None
        )
        if best is not None and _worth(best[3]) >= _LEAST_SHARED:
            missing = missing - best[3]
            found.append(best)
    while pool and len(found) < _PASSAGES:
        best = max(pool, key=lambda one: (_worth(one[3] & missing), -one[0].n, -one[2].start))
        if _worth(best[3] & missing) < (_LEAST_SHARED if found else 1):
            break
        missing = missing - best[3]
        found.append(best)
    return [_evidence(card, revision, sentence) for card, revision, sentence, _ in found]


def _evidence(card: Source, revision: int, sentence: SourceSentence) -> Evidence:
    return Evidence(
        n=card.n,
        article_id=card.article_id,
        revision=revision,
        start=sentence.start,
        end=sentence.end,
        quote=clip(sentence.text),
        sha256=sha256(sentence.text),
        method=METHOD,
        score=1.0,
    )


def _features(text: str) -> set[str]:
    return {*content_words(text), *map(_figure, numbers(text))}


def _figure(number: Number) -> str:
    """A figure as it is compared: with its unit where that is part of the value, since nouns are easily worded anew."""
    unit = number.unit if number.unit.isupper() or number.unit in ("percent", "points", "date", "time") else ""
    return f"#{number.value:g} {unit}"


def _worth(features: set[str]) -> int:
    return sum(3 if feature.startswith("#") or " " in feature else 1 for feature in features)


def check_paraphrase(
    text: str, evidence: Sequence[Evidence], wording: Wording, *, title: bool = False
) -> Iterator[Complaint]:
    """(rule, complaint) of all that the passages disprove. `title`: its words are capitalised, which hides names."""
    if not evidence:
        yield 2, "no passage of a source supports it"
        return
    passages = [wording.passage(one) for one in evidence]
    bare = _QUOTATION.sub(" ", text)
    yield from _quotations(text, bare, passages, wording)
    if copied := wording.copied(bare):
        yield 7, f"copies a source: {copied!r}"
    figures = {_figure(number) for passage in passages for number in numbers(passage)}
    for number in numbers(text):
        if _figure(number) not in figures:
            yield 4, f"the figure {number.text!r} is in none of the passages"
    cited = {one.article_id for one in evidence}
    whole = [doc for (article, _), doc in wording.documents.items() if article in cited]
    outlets = " ".join(card.outlet for card in wording.cards.values())
    known = fold(" ".join([outlets, *(f"{document.title} {document.text}" for document in whole)]))
    for name in [] if title else names(bare):
        if fold(name.text).split()[-1] not in known:
            yield 4, f"the name {name.text!r} is in none of the cited articles"
    words = set(content_words(text))
    covered = len(words & {word for passage in passages for word in content_words(passage)})
    if words and covered < _COVERED * len(words):
        yield 4, f"only {covered} of its {len(words)} content words are in the passages"


def _quotations(text: str, bare: str, passages: Sequence[str], wording: Wording) -> Iterator[Complaint]:
    if re.search(r"[“”\"«»]", bare):
        yield 5, "a quotation mark without its partner"
    for quotation in _QUOTATION.findall(text):
        words = quotation[1:-1].rstrip(".,")
        if len(words.split()) > wording.limits.quotation:
            yield 7, f"a quotation of more than {wording.limits.quotation} words"
        holding = [passage for passage in passages if not check_quotation(words, passage)[0]]
        if not holding:
            yield 5, f"the quotation {quotation} is in none of the passages"
        elif not any(is_named(name.text, _QUOTATION.sub(" ", passage)) for passage in holding for name in names(bare)):
            yield 5, f"the quotation {quotation} has no speaker who is named beside it in its passage"

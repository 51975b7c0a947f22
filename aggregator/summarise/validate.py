"""The citation rules of a page (docs/method.md): a page that breaks one is held back.

1 numbers and cards · 2 every sentence cited or counted · 3 markers · 4 evidence is true · 5 quotations and speakers ·
6 evidence or basis for the rest, camps, omissions · 7 own and taken words, limits of copying · 8 what is not the outlet
speaking. Rule 0 is the form of the page itself. The words of a sentence are checked in `parts`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from aggregator.analysis.words import content_words
from aggregator.summarise.attention import check_attention
from aggregator.summarise.cards import check_cards, check_coverage, check_lists
from aggregator.summarise.context import CopyLimits
from aggregator.summarise.exact import check_quotation, check_title
from aggregator.summarise.gaps import check_gap
from aggregator.summarise.page import Evidence, Holder, PageQuote, Sentence, StoryPage, Tombstone
from aggregator.summarise.paraphrase import check_paraphrase
from aggregator.summarise.parts import (
    Documents,
    DocumentText,
    Wording,
    check_opening,
    check_sentence,
    clip,
    is_named,
    not_the_outlet,
    synthesis_numbers,
    texts_of,
)
from aggregator.summarise.templates import ABSENCES, LABELS, Known, understand
from aggregator.text import sha256
from aggregator.types import Extent, Kind, Rights

__all__ = ["DocumentText", "Documents", "Fault", "clip", "faults", "held", "warnings"]

#: how a passage was found: words were taken from it, it is a title, it names the speaker, it says the same, an editor's
#: words rest on it
METHODS = frozenset(("words", "title", "names", "agrees", "editor"))
_MARKER = re.compile(r"\[\d+\]")
_WORDS = re.compile(r"[\w’'-]+")
_NUMBER = re.compile(r"\d[\d,.]*")
_ELEMENTS = ("perspectives", "not_represented", "why_it_matters", "viewpoints")
#: least and most words of an element on a page of six or more sources: told as warnings, never a reason to pad
LENGTHS = {
    "headline": (8, 16), "dek": (25, 45), "perspectives": (15, 30), "why_it_matters": (35, 55), "body": (70, 95),
    "stance": (10, 16), "viewpoints": (50, 75), "not_represented": (12, 22),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule: which, where in the page (`body[0][2].evidence[0]`), what, and of which page."""

    rule: int
    place: str
    text: str
    page: str = ""

    def __str__(self) -> str:
        return f"{self.page}: rule {self.rule} at {self.place}: {self.text}"


def faults(page: StoryPage | Tombstone, documents: Documents, limits: CopyLimits | None = None) -> list[Fault]:
    """Every citation rule that `page` breaks, in the order of the page; empty if it may be published.

    `documents` holds, by (article id, revision), at least every document that the page cites.
    """
    found = _tombstone(page) if isinstance(page, Tombstone) else _Check(page, documents, limits or CopyLimits()).run()
    name = f"{page.id} v{page.version}"
    return [Fault(one.rule, one.place, one.text, name) for one in found]


def held(found: Sequence[Fault], most: int = 3) -> str:
    """Why a page is held back, in one line."""
    more = f" (and {len(found) - most} more)" if len(found) > most else ""
    return "; ".join(map(str, found[:most])) + more


def warnings(page: StoryPage) -> list[Fault]:
    """Where a page is shorter or longer than the model page, as faults of rule 0 that hold nothing back."""
    lengths = [("headline", "headline", page.headline), ("dek", "dek", " ".join(one.text for one in page.dek))]
    lengths += [("perspectives", f"perspectives[{k}]", one.sentence.text) for k, one in enumerate(page.perspectives)]
    lengths += [("not_represented", f"not_represented[{k}]", one.text) for k, one in enumerate(page.not_represented)]
    if page.why_it_matters:
        lengths.append(("why_it_matters", "why_it_matters", " ".join(one.text for one in page.why_it_matters)))
    for kind, name, groups in (
        ("body", "body", page.body),
        ("viewpoints", "viewpoints", [one.sentences for one in page.viewpoints]),
    ):
        lengths += [(kind, f"{name}[{k}]", " ".join(one.text for one in group)) for k, group in enumerate(groups)]
    lengths += [("stance", f"viewpoints[{k}].stance", one.stance.text) for k, one in enumerate(page.viewpoints)]
    found = []
    for kind, place, text in lengths:
        least, most = LENGTHS[kind]
        if not least <= (words := len(text.split())) <= most:
            found.append(Fault(0, place, f"{words} words instead of {least} to {most}", f"{page.id} v{page.version}"))
    return found


def _tombstone(page: Tombstone) -> Iterator[Fault]:
    if (page.status == "merged") != bool(page.merged_into):
        yield Fault(0, "merged_into", "a merged page names the page that it went into, and no other does")
    if _MARKER.search(page.headline):
        yield Fault(3, "headline", "a marker in the text")


class _Check:
    """One run over one page."""

    def __init__(self, page: StoryPage, documents: Documents, limits: CopyLimits) -> None:
        self.page, self.documents, self.limits = page, documents, limits
        self.cards = {card.n: card for card in page.sources}
        labels = [name for one in page.perspectives for name in (one.label, one.holder.name)]
        labels += [name for one in page.viewpoints for name in (one.name, one.holder.name)]
        dates = {card.n: _dates(card.published_at) for card in page.sources}
        self.wording = Wording(documents, self.cards, limits, frozenset(labels), dates)

    def run(self) -> Iterator[Fault]:
        """All faults."""
        yield from self._form()
        yield from self._numbering()
        yield from self._headline()
        for place, sentence, holder in self._sentences():
            yield from self._sentence(place, sentence, holder)
        yield from self._camps()
        yield from self._not_represented()
        yield from self._omitted()
        yield from self._copying()
        yield from self._claims()
        yield from self._quotes()
        for rule, place, text in (
            *check_cards(self.page, self.documents),
            *check_lists(self.page),
            *check_coverage(self.page),
            *check_gap(self.page.coverage.gap),
            *check_attention(self.page.coverage.attention),
        ):
            yield Fault(rule, place, text)

    def _sentences(self) -> Iterator[tuple[str, Sentence, Holder | None]]:
        """Every sentence with its place and holder, in the order of numbering."""
        page = self.page
        for p, paragraph in enumerate(page.body):
            yield from ((f"body[{p}][{s}]", sentence, None) for s, sentence in enumerate(paragraph))
        yield from ((f"dek[{s}]", sentence, None) for s, sentence in enumerate(page.dek))
        yield from (
            (f"perspectives[{k}].sentence", one.sentence, one.holder) for k, one in enumerate(page.perspectives)
        )
        yield from ((f"why_it_matters[{s}]", sentence, None) for s, sentence in enumerate(page.why_it_matters))
        for k, one in enumerate(page.viewpoints):
            yield f"viewpoints[{k}].stance", one.stance, one.holder
            yield from ((f"viewpoints[{k}].sentences[{s}]", each, one.holder) for s, each in enumerate(one.sentences))

    def _form(self) -> Iterator[Fault]:
        page = self.page
        if page.status in ("withdrawn", "merged"):
            yield Fault(0, "status", f"a page that is {page.status} is a tombstone, not a page")
        if page.merged_into is not None:
            yield Fault(0, "merged_into", "only a tombstone is merged into another page")
        if not page.headline.strip():
            yield Fault(0, "headline", "is empty")
        if not page.dek:
            yield Fault(0, "dek", "is empty")
        if not page.body or not all(page.body):
            yield Fault(0, "body", "is empty, or a paragraph of it is")
        for place, text in self._texts():
            if _MARKER.search(text):
                yield Fault(3, place, "a marker in the text; markers are rendered from citations")

    def _texts(self) -> Iterator[tuple[str, str]]:
        page = self.page
        yield "headline", page.headline
        yield from ((place, sentence.text) for place, sentence, _ in self._sentences())
        yield from ((f"perspectives[{k}].label", one.label) for k, one in enumerate(page.perspectives))
        yield from ((f"viewpoints[{k}].name", one.name) for k, one in enumerate(page.viewpoints))
        yield from ((f"not_represented[{k}].text", one.text) for k, one in enumerate(page.not_represented))

    def _numbering(self) -> Iterator[Fault]:
        if [card.n for card in self.page.sources] != list(range(1, len(self.page.sources) + 1)):
            yield Fault(1, "sources", "cards are not numbered 1, 2, 3 … in this order")
        for article, times in Counter(card.article_id for card in self.page.sources).items():
            if times > 1:
                yield Fault(1, "sources", f"article {article} has {times} cards")
        seen: list[int] = []
        for place, sentence, _ in self._sentences():
            for n in dict.fromkeys(sentence.citations):
                if n not in self.cards:
                    yield Fault(1, f"{place}.citations", f"[{n}] has no card")
                elif n not in seen:
                    seen.append(n)
                    if n != len(seen):
                        yield Fault(1, f"{place}.citations", f"[{n}] comes before [{len(seen)}] is used")
        unused = [(k, card.n) for k, card in enumerate(self.page.sources) if card.n not in seen]
        yield from (Fault(1, f"sources[{k}]", f"[{n}] is never cited") for k, n in unused)

    def _headline(self) -> Iterator[Fault]:
        page = self.page
        for k, evidence in enumerate(page.headline_evidence):
            yield from self._evidence(f"headline_evidence[{k}]", evidence)
            if evidence.field != "title" and "headline" not in page.provenance.edited:
                yield Fault(7, f"headline_evidence[{k}].field", "a headline is the title of a source")
        if not page.headline_evidence:
            yield Fault(6, "headline_evidence", "is empty")
            return
        if "headline" in page.provenance.edited:
            told = check_paraphrase(page.headline, page.headline_evidence, self.wording, title=True)
            yield from (Fault(rule, "headline", text) for rule, text in told)
            return
        first = page.headline_evidence[0]
        document = self.wording.document(first)
        if document is None:
            return
        if document.kind is not Kind.NEWS:
            yield Fault(8, "headline_evidence[0]", f"the title of a piece of {document.kind.value}")
        if reason := check_title(page.headline, self.wording.passage(first)):
            yield Fault(7, "headline", reason)
        if first.start != 0 or first.end != len(document.title):
            yield Fault(7, "headline_evidence[0]", "the passage is not the whole title")

    def _sentence(self, place: str, sentence: Sentence, holder: Holder | None) -> Iterator[Fault]:
        if sentence.text != "".join(part.text for part in sentence.parts):
            yield Fault(7, f"{place}.text", "is not its parts joined")
        if any(not part.text for part in sentence.parts):
            yield Fault(7, f"{place}.parts", "a part is empty")
        if sentence.citations != sorted(set(sentence.citations)):
            yield Fault(3, f"{place}.citations", "are not sorted, or not free of repeats")
        if set(sentence.citations) != {evidence.n for evidence in sentence.evidence}:
            yield Fault(3, f"{place}.citations", "are not the numbers of the evidence")
        yield from self._kind(place, sentence)
        for k, evidence in enumerate(sentence.evidence):
            yield from self._evidence(f"{place}.evidence[{k}]", evidence)
            document = self.wording.document(evidence)
            if document is not None:
                yield from (
                    Fault(rule, f"{place}.evidence[{k}]", text) for rule, text in not_the_outlet(document, evidence)
                )
        if sentence.kind == "paraphrase":
            told = check_paraphrase(sentence.text, sentence.evidence, self.wording)
            yield from (Fault(rule, place, text) for rule, text in told)
            return
        for inner, rule, text in check_sentence(sentence, self.wording, holder):
            yield Fault(rule, place + inner, text)

    def _kind(self, place: str, sentence: Sentence) -> Iterator[Fault]:
        taken = [part for part in sentence.parts if not part.own]
        cited = place.startswith(("body", "viewpoints"))
        if sentence.kind == "paraphrase":
            if not (place.startswith("dek") and "dek" in self.page.provenance.edited):
                yield Fault(7, f"{place}.kind", "a paraphrase that no editor wrote wants a verifier, and there is none")
        elif sentence.kind == "synthesis":
            if taken:
                yield Fault(7, f"{place}.parts", "a synthesis takes no words from a source")
            yield from self._figures(place, synthesis_numbers(sentence, self.wording), sentence.figures)
        else:
            if not sentence.evidence:
                yield Fault(2 if cited else 6, place, "is neither cited nor a synthesis")
            if not taken:
                yield Fault(7, f"{place}.parts", "nothing in it is taken from its evidence")
            elif not any(part.evidence == 0 for part in taken):
                yield Fault(4, f"{place}.evidence[0]", "no words come from it")
            if sentence.figures is not None:
                yield Fault(6, f"{place}.figures", "only a synthesis has figures")

    def _figures(self, place: str, numbers: Sequence[float], figures: Mapping[str, Any] | None) -> Iterator[Fault]:
        """Whether every number that was computed stands among the figures, or counts the page's cards or outlets."""
        if not figures:
            yield Fault(2, f"{place}.figures", "the numbers behind the sentence are missing")
            return
        known = {
            *_numbers_in(figures),
            float(len(self.cards)),
            float(len({card.outlet for card in self.cards.values()})),
        }
        known |= {float(round(100 * value)) for value in known if 0 < value < 1}
        for number in numbers:
            if number not in known:
                yield Fault(6, f"{place}.figures", f"{number:g} is not among the figures")

    def _evidence(self, place: str, evidence: Evidence) -> Iterator[Fault]:
        card = self.cards.get(evidence.n)
        if card is None:
            yield Fault(1, f"{place}.n", f"[{evidence.n}] has no card")
        elif card.article_id != evidence.article_id:
            yield Fault(1, f"{place}.article_id", f"[{evidence.n}] is the card of another article")
        document = self.wording.document(evidence)
        if document is None:
            yield Fault(4, place, f"there is no revision {evidence.revision} of {evidence.article_id}")
            return
        whole = document.title if evidence.field == "title" else document.text
        if not 0 <= evidence.start < evidence.end <= len(whole):
            yield Fault(4, place, f"[{evidence.start}, {evidence.end}) is not in the {evidence.field}")
            return
        passage = whole[evidence.start : evidence.end]
        if evidence.sha256 != sha256(passage):
            yield Fault(4, f"{place}.sha256", "is not that of the passage")
        if evidence.quote != clip(passage):
            yield Fault(4, f"{place}.quote", "is not the passage")
        if evidence.method not in METHODS or not 0 <= evidence.score <= 1:
            yield Fault(4, place, "has no known method, or no score from 0 to 1")
        if evidence.field == "text" and document.rights is Rights.METADATA:
            yield Fault(8, place, "the article allows nothing but its title")

    def _camps(self) -> Iterator[Fault]:
        page = self.page
        if len(page.perspectives) == 1:
            yield Fault(6, "perspectives", "one alone is a bias: at least two or none")
        camps: list[tuple[str, str, Holder, Sentence]] = []
        for k, each in enumerate(page.perspectives):
            camps.append((f"perspectives[{k}]", each.label, each.holder, each.sentence))
        for place, _, holder, sentence in camps:
            yield from (
                Fault(rule, f"{place}.sentence", text) for rule, text in check_opening(sentence, self.wording, holder)
            )
        camps += [(f"viewpoints[{k}]", one.name, one.holder, one.stance) for k, one in enumerate(page.viewpoints)]
        for place, label, holder, sentence in camps:
            yield from self._holder(f"{place}.holder", holder)
            known = self.wording.known([*sentence.evidence, *holder.evidence])
            known = Known(known.passages, known.documents, labels=frozenset([holder.name]))
            if understand(label, known, LABELS) is None:
                yield Fault(7, f"{place}.{'label' if 'persp' in place else 'name'}", f"{label!r} is from no template")

    def _holder(self, place: str, holder: Holder) -> Iterator[Fault]:
        for k, evidence in enumerate(holder.evidence):
            yield from self._evidence(f"{place}.evidence[{k}]", evidence)
        if not holder.evidence:
            yield Fault(6, place, "has no evidence")
        elif not any(is_named(holder.name, self.wording.passage(evidence)) for evidence in holder.evidence):
            yield Fault(5, f"{place}.name", f"{holder.name!r} is not named in its evidence")

    def _not_represented(self) -> Iterator[Fault]:
        for k, one in enumerate(self.page.not_represented):
            place = f"not_represented[{k}]"
            figures = one.basis.get("figures")
            if not one.basis.get("kind") or not isinstance(figures, Mapping) or not figures:
                yield Fault(6, f"{place}.basis", "wants a kind and figures")
                continue
            known = Known(documents=self.wording.texts, values=texts_of(one.basis))
            own = understand(one.text, known, ABSENCES)
            if own is None:
                yield Fault(7, f"{place}.text", "is from no template")
            yield from self._figures(place, own.numbers if own else [], figures)
            if copied := self.wording.copied(one.text):
                yield Fault(7, f"{place}.text", f"copies a source: {copied!r}")

    def _omitted(self) -> Iterator[Fault]:
        told = {one.element: one.reason for one in self.page.omitted}
        for element in _ELEMENTS:
            if not getattr(self.page, element) and not told.get(element, "").strip():
                yield Fault(6, "omitted", f"does not say why there is no {element}")
            elif getattr(self.page, element) and element in told:
                yield Fault(6, "omitted", f"names {element}, which the page has")

    def _copying(self) -> Iterator[Fault]:
        words: Counter[str] = Counter()
        for _, sentence, _ in self._sentences():
            for part in sentence.parts:
                if not part.own and part.evidence is not None and 0 <= part.evidence < len(sentence.evidence):
                    words[sentence.evidence[part.evidence].article_id] += len(part.text.split())
        length = {article: len(document.text.split()) for (article, _), document in sorted(self.documents.items())}
        by_outlet: dict[str, list[int]] = {}
        for k, card in enumerate(self.page.sources):
            most = self.limits.of_article(length.get(card.article_id, 0), len(self.page.sources))
            taken = words[card.article_id]
            if taken > most:
                yield Fault(7, f"sources[{k}]", f"{taken} words are taken from it, of at most {most}")
            counts = by_outlet.setdefault(card.outlet_key or card.outlet, [0, 0, k])
            counts[0] += taken
            counts[1] = max(counts[1], int(self.limits.outlet * most))
        for outlet, (taken, most, k) in by_outlet.items():
            if taken > most:
                yield Fault(7, f"sources[{k}].outlet", f"{taken} words are taken from {outlet}, of at most {most}")

    def _claims(self) -> Iterator[Fault]:
        extents = {article: document.extent for (article, _), document in sorted(self.documents.items())}
        for k, claim in enumerate(self.page.claims):
            lists = (claim.reported_by, claim.contradicted_by, claim.not_mentioned_by, claim.not_observed)
            named = [n for each in lists for n in each]
            if missing := sorted(set(named) - set(self.cards)):
                yield Fault(1, f"claims[{k}]", f"{missing} have no card")
            if len(named) != len(set(named)):
                yield Fault(6, f"claims[{k}]", "a source both says and does not say it")
            if not claim.reported_by:
                yield Fault(6, f"claims[{k}].reported_by", "nobody reports it")
            for n in claim.not_mentioned_by:
                card = self.cards.get(n)
                full = card is not None and card.extent == Extent.FULL.value
                if card is not None and not (full and extents.get(card.article_id) is Extent.FULL):
                    yield Fault(8, f"claims[{k}].not_mentioned_by", f"the full text of [{n}] was not seen")

    def _quotes(self) -> Iterator[Fault]:
        for k, quote in enumerate(self.page.quotes):
            place = f"quotes[{k}]"
            for j, evidence in enumerate(quote.evidence):
                yield from self._evidence(f"{place}.evidence[{j}]", evidence)
            if not quote.evidence or quote.evidence[0].n != quote.n:
                yield Fault(1, f"{place}.n", "is not the number of its evidence")
                continue
            yield from (Fault(rule, place, text) for rule, text in self._spoken(quote))

    def _spoken(self, quote: PageQuote) -> Iterator[tuple[int, str]]:
        first = quote.evidence[0]
        document, passage = self.wording.document(first), self.wording.passage(first)
        if document is None:
            return
        if reason := check_quotation(quote.text, passage)[0]:
            yield 5, reason
        if not any(is_named(quote.speaker, self.wording.passage(one)) for one in quote.evidence):
            yield 5, f"{quote.speaker!r} is not named in its passage"
        printed = _bare(document.text)
        if quote.verb and _bare(quote.verb) not in printed:
            yield 5, f"the article does not say {quote.verb!r}"
        if quote.role and not any(_has(text, quote.role) for text in (document.text, *self.wording.texts)):
            yield 5, f"no article calls anybody {quote.role!r}"
        yield from not_the_outlet(document, first)
        card = self.cards.get(quote.n)
        author = card is not None and is_named(quote.speaker, card.author or "")
        if not document.kind.is_read or (document.kind is Kind.OPINION and not author):
            yield 8, f"a quotation out of {document.kind.value}"


@lru_cache(maxsize=64)
def _has(text: str, role: str) -> bool:
    """Whether a role that says something stands in a text, in whole words."""
    return bool(content_words(role)) and _bare(role) in _bare(text)


def _bare(text: str) -> str:
    """The words of a text as they are compared: lower case, without marks, each between single spaces."""
    return f" {' '.join(_WORDS.findall(text.lower()))} "


def _numbers_in(values: object) -> Iterator[float]:
    if isinstance(values, bool):
        return
    if isinstance(values, int | float):
        yield float(values)
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from _numbers_in(value)
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _numbers_in(value)
    elif isinstance(values, str):
        yield from (float(number.strip(".,").replace(",", "")) for number in _NUMBER.findall(values))


def _dates(published_at: str | None) -> frozenset[str]:
    """How a template may write the day of an article: it, and the days beside it where a time zone moves it."""
    try:
        day = datetime.fromisoformat(published_at).date() if published_at else None
    except ValueError:
        return frozenset()
    if day is None:
        return frozenset()
    return frozenset(text for days in (-1, 0, 1) for text in _forms(day + timedelta(days)))


def _forms(day: date) -> Iterator[str]:
    month = day.strftime("%B")
    yield from (
        f"{month} {day.day}",
        f"{day.day} {month}",
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
    )
    yield from (day.strftime("%A"), day.isoformat())

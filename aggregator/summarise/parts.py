"""Rules 5, 7 and 8 of a page: where the words of a sentence come from, part by part.

Each sentence of a page is its parts joined. A part is the page's own (an instance of a template), a quotation in
quotation marks, or a cut of one source sentence. What a cut leaves out of who said it, the page's own words before it
must give back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from aggregator.analysis.lexicon import OF_HEADS, word_set
from aggregator.analysis.model import Sentence as SourceSentence
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.verbs import VERB as SPEAKS
from aggregator.analysis.words import content_words
from aggregator.summarise.context import CopyLimits
from aggregator.summarise.exact import Reported, check_cut, check_quotation, check_reported
from aggregator.summarise.page import Evidence, Holder, Part, Sentence, Source
from aggregator.summarise.speech import NEUTRAL, OPENINGS, VERBS, Verb, licensed
from aggregator.summarise.templates import CALLS, OPENS, Known, Own, understand
from aggregator.types import Extent, Kind, Region, RegionKind, Rights

COPIED_WORDS = 8
QUOTE_WORDS = 60
_QUOTATION = re.compile(r"(?:“[^“”]+”|\"[^\"]+\")")
_WORDS = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_SAID_OF = re.compile(
    r"\b(?:call|describ|label|dub|brand|term|characteri[sz])(?:e|s|es|ed|ing|ling|led|bed)?\b", re.IGNORECASE
)
_COPULA = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|as)|[’']s)(?: (?:just|simply|nothing less than|a|an|the))*[ “\"]*$"
)
_PRONOUNS = word_set("he she they it")


@dataclass(frozen=True)
class DocumentText:
    """A revision of an article, as far as a page is checked against it."""

    title: str
    text: str
    regions: tuple[Region, ...] = ()
    kind: Kind = Kind.NEWS
    extent: Extent = Extent.FULL
    rights: Rights = Rights.FULL

    @cached_property
    def sentences(self) -> tuple[SourceSentence, ...]:
        """The sentences of the text."""
        return split_sentences(self.text, self.regions)

    @cached_property
    def words(self) -> str:
        """The words of title and text in lower case, each between single spaces."""
        return " " + " ".join(_WORDS.findall(f"{self.title}\n{self.text}".replace("’", "'").lower())) + " "


Documents = Mapping[tuple[str, int], DocumentText]


@dataclass(frozen=True)
class Wording:
    """What the words of a page are checked against."""

    documents: Documents
    cards: Mapping[int, Source]
    limits: CopyLimits
    labels: frozenset[str] = frozenset()
    dates: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def document(self, evidence: Evidence) -> DocumentText | None:
        """The document that a passage is in."""
        return self.documents.get((evidence.article_id, evidence.revision))

    def passage(self, evidence: Evidence) -> str:
        """The words of a passage, from the document itself; empty if there is none."""
        document = self.document(evidence)
        if document is None:
            return ""
        return (document.title if evidence.field == "title" else document.text)[evidence.start : evidence.end]

    def known(self, evidence: Sequence[Evidence], values: frozenset[str] = frozenset()) -> Known:
        """What the page's own words around this evidence may name; without evidence, what the articles name."""
        cards = [self.cards[one.n] for one in evidence if one.n in self.cards]
        cited = [document for one in evidence if (document := self.document(one)) is not None]
        passages = [*map(self.passage, evidence), *(document.title for document in cited)]
        return Known(
            passages=tuple(dict.fromkeys(passages)) or self.texts,
            documents=self.texts,
            outlets=frozenset(card.outlet for card in cards),
            authors=frozenset(author for card in cards for author in authors_of(card.author)),
            labels=self.labels,
            dates=frozenset().union(*(self.dates.get(card.n, frozenset()) for card in cards)),
            values=values,
        )

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts of the articles that have a card."""
        cards = {card.article_id for card in self.cards.values()}
        return tuple(document.text for (article, _), document in self.documents.items() if article in cards)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the articles that have a card, as `DocumentText.words`."""
        cards = {card.article_id for card in self.cards.values()}
        return tuple(document.words for (article, _), document in self.documents.items() if article in cards)

    def copied(self, text: str) -> str:
        """The first 8 words in a row that `text` shares with an article that has a card; empty if there are none."""
        words = [word.replace("’", "'").lower() for word in _WORDS.findall(text)]
        for at in range(len(words) - COPIED_WORDS + 1):
            run = " ".join(words[at : at + COPIED_WORDS])
            if any(f" {run} " in words for words in self.words):
                return run
        return ""


#: rule and complaint
Complaint = tuple[int, str]


def clip(passage: str) -> str:
    """A passage as the page shows it: cut after its 60th word."""
    words = list(re.finditer(r"\S+", passage))
    return passage if len(words) <= QUOTE_WORDS else passage[: words[QUOTE_WORDS - 1].end()]


def check_sentence(
    sentence: Sentence, wording: Wording, holder: Holder | None = None
) -> Iterator[tuple[str, int, str]]:
    """(place within the sentence, rule, complaint) of every fault in the words of `sentence`.

    `holder` is whose view the sentence gives, if it stands in a perspective or a viewpoint.
    """
    known = wording.known([*sentence.evidence, *(holder.evidence if holder else ())], texts_of(sentence.figures))
    own: list[Own | None] = [None] * len(sentence.parts)
    for first, last in _runs(sentence.parts):
        text = "".join(part.text for part in sentence.parts[first:last])
        own[last - 1] = understand(text, known)
        yield from ((f".parts[{first}]", rule, why) for rule, why in _check_own(text, own[last - 1], wording))
    for at, part in enumerate(sentence.parts):
        if part.own and part.evidence is not None:
            yield f".parts[{at}].evidence", 7, "own words name a passage"
        elif not part.own:
            frame = _Frame(sentence, at, own[:at], holder, wording)
            yield from ((f".parts[{at}]", rule, text) for rule, text in frame.check(part))


def synthesis_numbers(sentence: Sentence, wording: Wording) -> list[float]:
    """The numbers that a computed sentence gives."""
    own = understand(sentence.text, wording.known(sentence.evidence, texts_of(sentence.figures)))
    return own.numbers if own else []


def check_opening(sentence: Sentence, wording: Wording, holder: Holder) -> Iterator[Complaint]:
    """Whether the sentence of a perspective opens with a verb of the closed table."""
    known = wording.known([*sentence.evidence, *holder.evidence])
    runs = list(_runs(sentence.parts))
    opened = None
    if runs and runs[0][0] == 0:
        opened = understand("".join(part.text for part in sentence.parts[: runs[0][1]]), known)
    if opened is None or (opened.template + " " not in OPENINGS and opened.template not in (*CALLS, *OPENS)):
        yield 7, "does not open with a verb of speech from the table"


def texts_of(values: object) -> frozenset[str]:
    if isinstance(values, str):
        return frozenset([values])
    if isinstance(values, Mapping):
        return frozenset().union(*map(texts_of, values.values()))
    if isinstance(values, list | tuple):
        return frozenset().union(*map(texts_of, values))
    return frozenset()


def _check_own(text: str, own: Own | None, wording: Wording) -> Iterator[Complaint]:
    if re.search(r"[“”\"«»]", text):
        yield 5, "quotation marks in own words"
    elif own is None:
        yield 7, f"own words from no template: {text!r}"
    if copied := wording.copied(text):
        yield 7, f"own words copy a source: {copied!r}"


def _runs(parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """[first, last) of the own parts that stand together: they are read as one."""
    first = None
    for at, part in enumerate(parts):
        if part.own and first is None:
            first = at
        elif not part.own and first is not None:
            yield first, at
            first = None
    if first is not None:
        yield first, len(parts)


@dataclass(frozen=True)
class _Frame:
    """A taken part with the words of its sentence that stand before it."""

    sentence: Sentence
    at: int
    before: Sequence[Own | None]
    holder: Holder | None
    wording: Wording

    def check(self, part: Part) -> Iterator[Complaint]:
        """What is wrong with the part."""
        if part.evidence is None or not 0 <= part.evidence < len(self.sentence.evidence):
            yield 7, "taken words name no passage"
            return
        evidence = self.sentence.evidence[part.evidence]
        document, passage = self.wording.document(evidence), self.wording.passage(evidence)
        if document is None:
            return  # told by rule 4
        if evidence.field == "text" and document.rights is not Rights.FULL:
            yield 8, f"the rights of the article are {document.rights.value!r}: nothing is taken from its text"
        if not document.kind.is_read:
            yield 8, f"taken from {document.kind.value}"
        if _QUOTATION.fullmatch(part.text):
            yield from self._check_quotation(part.text[1:-1], evidence, document, passage)
        elif part.text.count("“") != part.text.count("”") or part.text.count('"') % 2:
            yield 5, "a quotation mark without its partner"
        else:
            yield from self._check_cut(part.text, evidence, document)

    def _check_quotation(
        self, words: str, evidence: Evidence, document: DocumentText, passage: str
    ) -> Iterator[Complaint]:
        if len(words.split()) > self.wording.limits.quotation:
            yield 7, f"a quotation of more than {self.wording.limits.quotation} words"
        reason, spoken = check_quotation(words, passage)
        if reason:
            yield 5, reason
            return
        spoken = spoken or _in_quotation(document, evidence, passage.find(words))
        narration = self._narration(evidence)
        if document.kind is Kind.OPINION or not spoken:
            yield from self._check_written(evidence, document)
            return
        if not self._speaks(narration) or not SPEAKS.search(narration):
            yield 5, "no speaker who is named beside a verb of speech in the passages"
        yield from self._check_verb(narration, words, passage)

    def _check_written(self, evidence: Evidence, document: DocumentText) -> Iterator[Complaint]:
        """Words of the outlet in quotation marks: they want its name, or its author's if it is opinion."""
        card = self.wording.cards.get(evidence.n)
        said = self.sentence.text + " " + (self.holder.name if self.holder else "")
        authors = authors_of(card.author) if card else []
        named = any(author and author.split()[-1] in said for author in authors)
        if document.kind is Kind.OPINION and not named:
            yield 8, "taken from opinion without its author"
        elif not named and card and card.outlet not in said:
            yield 5, "words of an outlet in quotation marks without its name"

    def _check_cut(self, cut: str, evidence: Evidence, document: DocumentText) -> Iterator[Complaint]:
        if document.kind is Kind.OPINION:
            yield 8, "taken from opinion as if it were report"
        if evidence.field == "title":
            if reason := check_cut(cut, document.title):
                yield 7, reason
            return
        within = [s for s in document.sentences if s.start >= evidence.start and s.end <= evidence.end]
        whole = bool(within) and evidence.start == within[0].start and evidence.end == within[-1].end
        if not whole:
            yield 7, "the passage is not made of whole sentences of the document"
            return
        reason = ""
        for sentence in within:
            reason = check_cut(cut, sentence.text)
            if not reason:
                yield from _inside_quotation(document, sentence)
                yield from self._check_report(evidence)
                return
            one = check_reported(cut, sentence.text)
            if isinstance(one, Reported):
                yield from _inside_quotation(document, sentence)
                yield from self._check_returned(one, evidence)
                return
        yield 7, f"not a cut of one sentence of its passage: {reason}"

    def _check_report(self, evidence: Evidence) -> Iterator[Complaint]:
        """A plain cut is the outlet's report: words before it may credit the outlet, not put it into a mouth."""
        own = self.before[-1] if self.before else None
        if own is None:
            return
        card = self.wording.cards.get(evidence.n)
        if own.values("outlet") and card and card.outlet not in own.values("outlet"):
            yield 5, f"credited to another outlet than {card.outlet}"
        if own.template.startswith("Only ") and (told := self._told_elsewhere(evidence)):
            yield 8, told
        if own.template + " " in OPENINGS or (
            own.values("person") and (own.values("says") or "ccording to" in own.template)
        ):
            yield 5, "the outlet's report is given as somebody's words"

    def _told_elsewhere(self, evidence: Evidence) -> str:
        """Why it cannot be said that one outlet alone tells a passage: another card may, or was not seen whole."""
        outlet = self.wording.cards[evidence.n].outlet
        words = set(content_words(self.sentence.parts[self.at].text))
        for card in self.wording.cards.values():
            if card.outlet == outlet:
                continue
            if any(one.n == card.n for one in self.sentence.evidence):
                return f"[{card.n}] tells it as well"
            for (article, _), document in self.wording.documents.items():
                if article != card.article_id:
                    continue
                if document.extent is not Extent.FULL:
                    return f"the full text of [{card.n}] was not seen"
                if any(2 * len(words & set(content_words(one.text))) > len(words) for one in document.sentences):
                    return f"[{card.n}] may tell it as well"
        return ""

    def _check_returned(self, one: Reported, evidence: Evidence) -> Iterator[Complaint]:
        """A reported clause wants its speaker back, with no stronger verb."""
        own = self.before[-1] if self.before else None
        verb = _verb_of(own) if own else None
        neutral = own is not None and "ccording to {person}" in own.template
        if own is None or (verb is None and not neutral):
            yield 5, "words that a speaker is said to have said stand without him"
            return
        if verb is not None and not licensed(verb, one.verb):
            yield 7, f"{verb.present!r} stands for {one.verb!r}"
        subject = {word.lower() for word in _WORDS.findall(one.speaker)[-3:]}
        pronoun = bool(subject & _PRONOUNS)  # "Speaking on Monday, he also": the passages around it say who
        if not self._speaks(one.speaker) and not (pronoun and self._speaks(self._narration(evidence))):
            yield 5, f"the speaker in the source is {one.speaker!r}"

    def _narration(self, evidence: Evidence) -> str:
        """What the passages of this sentence from the same article say outside quotation marks."""
        same = [one for one in self.sentence.evidence if one.article_id == evidence.article_id]
        if self.holder:
            same += [one for one in self.holder.evidence if one.article_id == evidence.article_id]
        return " ".join(_QUOTATION.sub(" ", self.wording.passage(one)) for one in dict.fromkeys(same))

    def _speaks(self, narration: str) -> bool:
        """Whether the speaker that the page names is named in `narration`."""
        for own in reversed(self.before):
            if own is not None and own.values("person"):
                return is_named(own.values("person")[-1], narration)
        if self.holder is not None:
            names = [self.holder.name, *re.findall(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*", self.holder.role)]
            return any(is_named(name, narration) for name in names)
        taken = [part.text for part in self.sentence.parts[: self.at] if not part.own]
        words = {word for text in taken for word in _WORDS.findall(_QUOTATION.sub(" ", text)) if word[:1].isupper()}
        return any(is_named(word, narration) for word in words)

    def _check_verb(self, narration: str, words: str, passage: str) -> Iterator[Complaint]:
        own = self.before[-1] if self.before else None
        if own is None:
            return
        verb = _verb_of(own)
        spoken = {word.lower() for word in _WORDS.findall(narration)}
        if verb is not None and verb.base != NEUTRAL and not any(form.split(" ")[0] in spoken for form in verb.forms):
            yield 7, f"{verb.present!r} is not what the source says"
        calls = own.template in CALLS or "call" in own.template or "describe" in own.template
        if calls and not _SAID_OF.search(narration):
            at = passage.find(words[:40])
            if not _COPULA.search(passage[max(0, at - 40) : at]):
                yield 7, "the source does not say that the speaker called it so"


def authors_of(line: str | None) -> list[str]:
    """The authors that a card names in one line."""
    return [name.strip() for name in re.split(r",| and ", line or "") if name.strip()]


def _verb_of(own: Own) -> Verb | None:
    """The verb with which own words introduce what comes after them."""
    if opening := OPENINGS.get(own.template + " "):
        return opening
    said = own.values("says")
    return next((verb for verb in VERBS if said and said[-1] in (verb.present, verb.base, verb.past)), None)


def is_named(person: str, narration: str) -> bool:
    """Whether the name `person` stands in `narration`: whole, or its last word unless that is "Association" or such."""
    name = person.split(",")[0].removesuffix("’s").removeprefix("the ").removeprefix("The ").split()
    while name and name[-1].rstrip(".") in ("Jr", "Sr", "II", "III"):
        name.pop()
    if not name:
        return False
    wanted = " ".join(name) if name[-1].lower() in OF_HEADS else name[-1]
    return bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", narration, re.IGNORECASE))


def not_the_outlet(document: DocumentText, evidence: Evidence) -> Iterator[Complaint]:
    if evidence.field == "title":
        return
    for region in document.regions:
        overlaps = region.start < evidence.end and region.end > evidence.start
        if overlaps and region.kind is not RegionKind.QUOTATION:
            yield 8, f"the passage lies in a region of kind {region.kind.value!r}"
            return


def _in_quotation(document: DocumentText, evidence: Evidence, at: int) -> bool:
    """Whether the place `at` of a passage lies in a quotation that began in an earlier sentence."""
    place = evidence.start + at
    return (
        evidence.field == "text"
        and at >= 0
        and any(
            region.kind is RegionKind.QUOTATION and region.start <= place < region.end for region in document.regions
        )
    )


def _inside_quotation(document: DocumentText, sentence: SourceSentence) -> Iterator[Complaint]:
    """A sentence of the outlet may hold a quotation with its marks, not be a piece of one."""
    text = sentence.text
    uneven = text.count("“") != text.count("”") or text.count('"') % 2 == 1
    for region in document.regions:
        if region.kind is RegionKind.QUOTATION and region.start < sentence.end and region.end > sentence.start:
            marked = document.text[region.start] in '“"«„‘「『' and region.start >= sentence.start
            uneven = uneven or not marked or region.end > sentence.end
    if uneven:
        yield 8, "the inside of a quotation given as report"

"""Sentences in the making: own and taken words with the passages that they come from, before sources have numbers.

A draft is built by closed operations only: a cut of one source sentence, a quotation with its speaker, a clause that a
speaker is said to have said, and templates of own words around them (summarise/templates.py).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from aggregator.analysis.lexicon import COUNTRIES, word_set
from aggregator.analysis.model import SourceText
from aggregator.analysis.words import names
from aggregator.summarise.context import CopyLimits
from aggregator.summarise.page import Evidence, Part, Sentence
from aggregator.summarise.spans import is_finite, tokens
from aggregator.text import sha256

_SHOWN_WORDS = 60


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch [start, end) of a source's text or title that words are taken from or that says the same."""

    source: SourceText
    start: int
    end: int
    method: str = "words"
    score: float = 1.0
    field: Literal["text", "title"] = "text"

    @property
    def text(self) -> str:
        """The words of the passage."""
        whole = self.source.text if self.field == "text" else self.source.title
        return whole[self.start : self.end]

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What makes two passages the same."""
        return (self.source.article_id, self.field, self.start, self.end)

    def evidence(self, n: int) -> Evidence:
        """The passage as the page stores it."""
        text = self.text
        return Evidence(
            n=n,
            article_id=self.source.article_id,
            revision=self.source.revision,
            field=self.field,
            start=self.start,
            end=self.end,
            quote=first_words(text, _SHOWN_WORDS),
            sha256=sha256(text),
            method=self.method,
            score=round(self.score, 3),
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence: the page's own (no passage), or taken from a passage."""

    text: str
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence in the making. `support` are further passages: they corroborate, or name the speaker."""

    pieces: tuple[Piece, ...]
    support: tuple[Passage, ...] = ()
    kind: Literal["composed", "synthesis"] = "composed"
    figures: Mapping[str, Any] | None = None
    #: which statements and sentences it was made from
    keys: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence as it is printed."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def words(self) -> int:
        """How long it is, in words."""
        return len(self.text.split())

    @property
    def passages(self) -> list[Passage]:
        """All passages, those that words come from first, each once."""
        taken = [piece.passage for piece in self.pieces if piece.passage is not None]
        return list({passage.key: passage for passage in (*taken, *self.support)}.values())

    def taken(self) -> Counter[str]:
        """Words taken from each article, by its id."""
        counts: Counter[str] = Counter()
        for piece in self.pieces:
            if piece.passage is not None:
                counts[piece.passage.source.article_id] += len(piece.text.split())
        return counts

    def with_support(self, passages: Iterable[Passage]) -> "Draft":
        """The draft with further passages that say the same."""
        return replace(self, support=(*self.support, *passages))

    def sentence(self, numbers: Mapping[str, int]) -> Sentence:
        """The sentence in the page's form; `numbers` maps article ids to the numbers of source cards."""
        passages = self.passages
        index = {passage.key: k for k, passage in enumerate(passages)}
        parts = [
            Part(
                text=piece.text,
                own=piece.passage is None,
                evidence=None if piece.passage is None else index[piece.passage.key],
            )
            for piece in _joined(self.pieces)
        ]
        evidence = [passage.evidence(numbers[passage.source.article_id]) for passage in passages]
        return Sentence(
            text=self.text,
            kind=self.kind,
            parts=parts,
            citations=sorted({one.n for one in evidence}),
            evidence=evidence,
            figures=dict(self.figures) if self.figures is not None else None,
        )


class Budget:
    """Counts the words taken from each article and outlet, and says whether more may be taken."""

    def __init__(self, sources: Iterable[SourceText], limits: CopyLimits) -> None:
        listed = list(sources)
        self._limits = limits
        self._outlet = {source.article_id: source.outlet_key for source in listed}
        self._cap = {source.article_id: limits.of_article(len(source.text.split()), len(listed)) for source in listed}
        self._outlet_cap: dict[str, int] = {}
        for source in listed:
            cap = int(limits.outlet * self._cap[source.article_id])
            self._outlet_cap[source.outlet_key] = max(cap, self._outlet_cap.get(source.outlet_key, 0))
        self._spent: Counter[str] = Counter()
        self._spent_outlet: Counter[str] = Counter()

    def left(self, article_id: str) -> int:
        """Words that may still be taken from an article."""
        outlet = self._outlet[article_id]
        return min(
            self._cap[article_id] - self._spent[article_id], self._outlet_cap[outlet] - self._spent_outlet[outlet]
        )

    def allows(self, *drafts: Draft) -> bool:
        """Whether all these drafts together stay within the limits."""
        taken: Counter[str] = Counter()
        for draft in drafts:
            taken.update(draft.taken())
        outlets: Counter[str] = Counter()
        for article_id, words in taken.items():
            outlets[self._outlet[article_id]] += words
            if self._spent[article_id] + words > self._cap[article_id]:
                return False
        return all(self._spent_outlet[key] + words <= self._outlet_cap[key] for key, words in outlets.items())

    def spend(self, *drafts: Draft) -> None:
        """Count what these drafts take."""
        for draft in drafts:
            for article_id, words in draft.taken().items():
                self._spent[article_id] += words
                self._spent_outlet[self._outlet[article_id]] += words


def first_words(text: str, count: int) -> str:
    """`text` up to the end of its word number `count`."""
    end = 0
    for _ in range(count):
        while end < len(text) and text[end].isspace():
            end += 1
        if end >= len(text):
            return text
        while end < len(text) and not text[end].isspace():
            end += 1
    return text[:end]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with own words that stand together made one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and piece.passage is None and found[-1].passage is None:
            found[-1] = Piece(found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)
    return found


def own(text: str) -> Piece:
    """The page's own words."""
    return Piece(text)


def taken(text: str, passage: Passage) -> Piece:
    """Words of a passage."""
    return Piece(text, passage)


_COUNT = re.compile(
    r"(?:Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Eleven|Twelve|(?:Thir|Four|Fif|Six|Seven|Eigh|Nine)teen|"
    r"(?:Twen|Thir|For|Fif|Six|Seven|Eigh|Nine)ty(?:-[a-z]+)?)"
)


def lowered(text: str, whole: str) -> str:
    """`text` with a small first letter, unless its first word is a name by the way `whole`, the article, writes it."""
    match = re.match(r"[^\W\d_][\w’'-]*", text)
    if not match or _is_place(text, match.group()) or match.group()[1:] != match.group()[1:].lower():
        return text
    if _COUNT.fullmatch(match.group()):
        return text[:1].lower() + text[1:]
    if re.match(r"\.| [A-Z]", text[match.end() :]):
        opening = next((name.text for name in names(text) if name.start == 0 and " " in name.text), "")
        if match.group().lower() not in _SMALL or (opening and whole.count(opening) > 1):
            return text
    word = match.group().removesuffix("’s").removesuffix("'s")
    if word.lower() not in _SMALL and _is_name(word, text[len(word) :], whole):
        return text
    if word.lower() in _SMALL:
        return text[:1].lower() + text[1:]
    small = len(re.findall(rf"(?<![\w’'-]){re.escape(word.lower())}(?![\w’'])", whole))
    found = re.finditer(rf"(?<![\w’'-])(?P<before>[\w’'-]+),? {re.escape(word)}(?![\w])", whole)
    capital = sum(match["before"][0].islower() for match in found)
    seen = len(re.findall(rf"(?<![\w’'-]){re.escape(word)}(?![\w])", whole))
    if not capital and word.endswith(("ed", "ing")) and seen < 2:
        return text[:1].lower() + text[1:]
    if small > capital or (not capital and (seen < 2 or not any(name.start == 0 for name in names(text)))):
        return text[:1].lower() + text[1:]
    return text


def _is_place(text: str, word: str) -> bool:
    """Whether a text opens with "I", a country, a place of two words, or something that goes by a number."""
    return word == "I" or word.lower() in COUNTRIES or bool(_PLACE.match(text))


_PLACE = re.compile(
    r"(?:New|North|South|West|East|Saudi|Hong|Sri) [A-Z]|"
    r"(?:Local|Section|Article|Route|Flight|Highway|Interstate|District|Proposition|Title|Channel) \d"
)


def _is_name(word: str, rest: str, whole: str) -> bool:
    """Whether a first word is a name although nothing else of the article shows it: "Local 92", "Katie’s".

    A word that the article never writes small is one before a number or a possessive, by the form of a people's name,
    or as a singular without an article before its verb.
    """
    if word.endswith(("ed", "ing")) or re.search(rf"(?<![\w’'-]){re.escape(word.lower())}(?![\w’'])", whole):
        return False
    following = tokens(rest)[:1]
    alone = not word.endswith(("s", "ly")) and bool(following) and is_finite(following[0])
    return alone or bool(re.match(r" \d|[’']s\b", rest)) or bool(_PEOPLES.fullmatch(word))


_PEOPLES = re.compile(
    r"\w+(?:ian|ean|can|rat|ese)s?|Democratic|British|French|German|Irish|Spanish|Turkish|Swedish|Polish|Jewish|Muslims?|Iraqis?|"
    r"Israelis?|Pakistanis?|Afghans?|Californians?"
)
_SMALL = word_set("""
the a an this that these those his her its their our in on at by for from with after before during since until when
while as if although though because despite some many most several all both each every one two three four five six
seven eight nine ten more fewer no not there it he she they we about under over between among people officials
police critics supporters opponents smaller larger local federal state national senior former top big small large
new young old foreign public private early late recent current investigators prosecutors authorities residents
students teachers workers doctors experts analysts economists researchers scientists lawmakers voters parents
patients drivers families shares sources documents records within inside outside across around near against without
under toward towards among amid despite following according given only just even once now today yesterday last next
earlier later meanwhile still yet also
""")

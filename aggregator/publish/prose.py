"""Sentences of a page as they are printed: own words, extracts and quotations told apart, markers, and the evidence.

A marker stands before the full stop of its sentence; after a paragraph's last full stop follows the list of its
markers. A paragraph that rests on one source has one marker at its end and no list.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from aggregator.summarise.page import Evidence, Part, Sentence, Source

_END = re.compile(r"[.!?…]+$")
_QUOTED = re.compile(r"(“[^“”]*”|\"[^\"]*\")")
#: words with what stands inside them, and all that lies between words
_TOKEN = re.compile(r"\w(?:[\w'’.,:$%-]*\w)?|\W+?(?=\w|$)")
#: a passage is at most 60 words; what is longer is not a passage but an attack on the reader
_MOST_TOKENS, _MOST_CHARS = 200, 3000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: `own`, `extract` or `quotation`, and whose words the taken ones are."""

    kind: str
    text: str
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence: its pieces, the markers before its full stop, and the full stop."""

    pieces: tuple[Piece, ...]
    markers: tuple[int, ...]
    end: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a source; `runs` are stretches of its text and whether their words were taken."""

    source: Source
    field: str
    runs: tuple[tuple[str, bool], ...]
    more: bool
    taken: bool
    #: what it is there for, where no words of it were taken: who speaks, or that others say the same
    role: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What one statement rests on: passages, or the figures that a sentence was computed from."""

    text: str
    passages: tuple[Passage, ...]
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with the list of its markers (empty where one marker says it all) and its proofs."""

    lines: tuple[Line, ...]
    listed: tuple[int, ...]
    proofs: tuple[Proof, ...]


def paragraph(sentences: Sequence[Sentence], sources: Mapping[int, Source]) -> Paragraph:
    """A paragraph of the body or of a viewpoint."""
    cited = sorted({n for sentence in sentences for n in sentence.citations})
    if len(cited) != 1:
        lines = tuple(line(sentence, sources) for sentence in sentences)
        return Paragraph(lines, tuple(cited), proofs(sentences, sources))
    last = max(i for i, sentence in enumerate(sentences) if sentence.citations)
    lines = tuple(line(sentence, sources, marked=i == last) for i, sentence in enumerate(sentences))
    return Paragraph(lines, (), proofs(sentences, sources))


def line(sentence: Sentence, sources: Mapping[int, Source], *, marked: bool = True) -> Line:
    """A sentence in pieces, its full stop split off so that markers can stand before it."""
    parts = [(part, part.text) for part in sentence.parts] or [(Part(text=sentence.text, own=True), sentence.text)]
    last, text = parts[-1]
    found = _END.search(text)
    end = found.group() if found else ""
    parts[-1] = (last, text[: len(text) - len(end)])
    pieces = tuple(piece for part, text in parts for piece in _pieces(part, text, _outlet(part, sentence, sources)))
    return Line(pieces, tuple(sentence.citations) if marked else (), end)


def proofs(sentences: Iterable[Sentence], sources: Mapping[int, Source]) -> tuple[Proof, ...]:
    """The proof of each sentence that has one."""
    found = []
    for sentence in sentences:
        taken: dict[int, list[str]] = {}
        for part in sentence.parts:
            if not part.own and part.evidence is not None:
                taken.setdefault(part.evidence, []).append(part.text)
        passages = tuple(
            passage(evidence, sources[evidence.n], taken.get(k, []))
            for k, evidence in enumerate(sentence.evidence)
            if evidence.n in sources
        )
        if passages or sentence.figures:
            found.append(Proof(sentence.text, passages, figures(sentence.figures or {})))
    return tuple(found)


def proof(text: str, evidence: Sequence[Evidence], sources: Mapping[int, Source]) -> Proof:
    """The proof of a headline, a quotation or a holder: `text` is what was taken."""
    return Proof(text, tuple(passage(each, sources[each.n], [text]) for each in evidence if each.n in sources))


def passage(evidence: Evidence, source: Source, taken: Sequence[str]) -> Passage:
    """The passage with the words that were taken from it set apart."""
    tokens = _TOKEN.findall(evidence.quote[:_MOST_CHARS])[:_MOST_TOKENS]
    words = [i for i, token in enumerate(tokens) if token[0].isalnum()]
    marked: set[int] = set()
    for text in taken:
        wanted = [token.casefold() for token in _TOKEN.findall(text[:_MOST_CHARS]) if token[0].isalnum()]
        matcher = SequenceMatcher(None, [tokens[i].casefold() for i in words], wanted[:_MOST_TOKENS], autojunk=False)
        for block in matcher.get_matching_blocks():
            found = words[block.a : block.a + block.size]
            marked.update(range(found[0], found[-1] + 1) if found else ())
    more = evidence.end - evidence.start > sum(map(len, tokens))
    runs = groupby(range(len(tokens)), key=marked.__contains__)
    stretches = tuple(("".join(tokens[i] for i in run), taken_run) for taken_run, run in runs)
    role = "" if marked else "where the name stands" if evidence.method == "names" else "which says so too"
    return Passage(source, evidence.field, stretches, more, bool(marked), role)


def figures(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Names and values of what was counted, as they are printed; nested values are written out flat."""
    rows: list[tuple[str, str]] = []
    for name, value in sorted(values.items()):
        if isinstance(value, Mapping):
            within = "" if name == "figures" else f"{_words(name)}: "
            rows += [(within + inner, said) for inner, said in figures(value)]
        else:
            rows.append((_words(name), _said(value)))
    return tuple(rows)


def _pieces(part: Part, text: str, outlet: str) -> Iterable[Piece]:
    if part.own:
        if text:
            yield Piece("own", text)
        return
    for stretch in _QUOTED.split(text):
        if stretch:
            yield Piece("quotation" if _QUOTED.fullmatch(stretch) else "extract", stretch, outlet)


def _outlet(part: Part, sentence: Sentence, sources: Mapping[int, Source]) -> str:
    if part.own or part.evidence is None or part.evidence >= len(sentence.evidence):
        return ""
    source = sources.get(sentence.evidence[part.evidence].n)
    return source.outlet if source else ""


def _words(name: str) -> str:
    return str(name).replace("_", " ").replace("-", " ")


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(_said(each) for each in value) or "none"
    return str(value) if value is not None else "none"

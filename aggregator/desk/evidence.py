"""A page's sentences with what each rests on, shown inside the text of its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.publish import prose
from aggregator.store.tables import Document
from aggregator.summarise.page import Evidence, Sentence, Source, StoryPage

#: title and text of a kept revision, by article and revision
Texts: TypeAlias = Mapping[tuple[str, int], tuple[str, str]]
#: so many characters of the source are shown on each side of a passage
_AROUND = 280


@dataclass(frozen=True)
class Exhibit:
    """A passage in its source: what stands before and after it, and of its own words those that were taken."""

    source: Source
    field: str
    before: str
    runs: tuple[tuple[str, bool], ...]
    rest: str
    after: str
    taken: bool
    kept: bool


@dataclass(frozen=True)
class Said:
    """A sentence of the page, or another statement of it, with its exhibits or the figures behind it."""

    place: str
    line: prose.Line
    exhibits: tuple[Exhibit, ...]
    figures: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The statement as one string."""
        return "".join(piece.text for piece in self.line.pieces) + self.line.end


@dataclass(frozen=True)
class Block:
    """A part of the page: its heading and its statements; a body paragraph is a block of its own."""

    heading: str
    said: tuple[Said, ...]


def texts_of(session: Session, page: StoryPage) -> Texts:
    """The documents that a page cites, as far as they are kept."""
    cited = {(one.article_id, one.revision) for one in page.every_evidence()}
    query = select(Document.article_id, Document.revision, Document.title, Document.text)
    rows = session.execute(query.where(Document.article_id.in_({article for article, _ in cited}))).all()
    return {(row.article_id, row.revision): (row.title, row.text) for row in rows if (row[0], row[1]) in cited}


def blocks(page: StoryPage, texts: Texts) -> list[Block]:
    """All that the page says, in the order in which readers meet it. Without `texts` no exhibit has surroundings."""
    by_n = {source.n: source for source in page.sources}
    show = _Showing(by_n, texts)
    made = [
        Block("Headline", (show.statement("headline", page.headline, page.headline_evidence),)),
        Block("Dek", show.all("dek", page.dek)),
        Block("Perspectives", tuple(show.one(f"perspectives, {each.label}", each.sentence, f"{each.label}: ")
                                    for each in page.perspectives)),
        Block("What’s not represented", tuple(_computed("not represented", each.text, each.basis)
                                              for each in page.not_represented)),
        Block("Why this matters", show.all("why it matters", page.why_it_matters)),
    ]  # fmt: skip
    for number, paragraph in enumerate(page.body, 1):
        made.append(Block(f"The story, paragraph {number}", show.all(f"paragraph {number}", paragraph)))
    for view in page.viewpoints:
        made.append(
            Block(f"Viewpoint: {view.name}", show.all(f"viewpoint {view.name}", [view.stance, *view.sentences]))
        )
    return [block for block in made if block.said]


class _Showing:
    def __init__(self, by_n: Mapping[int, Source], texts: Texts) -> None:
        self.by_n, self.texts = by_n, texts

    def all(self, place: str, sentences: Sequence[Sentence]) -> tuple[Said, ...]:
        return tuple(self.one(place, sentence) for sentence in sentences)

    def one(self, place: str, sentence: Sentence, before: str = "") -> Said:
        taken: dict[int, list[str]] = {}
        for part in sentence.parts:
            if not part.own and part.evidence is not None:
                taken.setdefault(part.evidence, []).append(part.text)
        exhibits = tuple(self._exhibits(sentence.evidence, taken))
        line = prose.line(sentence, self.by_n)
        if before:
            line = prose.Line((prose.Piece("own", before), *line.pieces), line.markers, line.end)
        return Said(place, line, exhibits, prose.figures(sentence.figures or {}))

    def statement(self, place: str, text: str, evidence: Sequence[Evidence]) -> Said:
        """A headline: where it is one source's title, its words are taken."""
        credit = evidence[0] if evidence else None
        source = self.by_n.get(credit.n) if credit is not None and credit.field == "title" else None
        piece = prose.Piece("extract", text, source.outlet) if source else prose.Piece("own", text)
        exhibits = tuple(self._exhibits(evidence, {k: [text] for k in range(len(evidence))}))
        return Said(place, prose.Line((piece,), tuple(sorted({one.n for one in evidence})), ""), exhibits)

    def _exhibits(self, evidence: Sequence[Evidence], taken: Mapping[int, Sequence[str]]) -> Iterator[Exhibit]:
        for k, one in enumerate(evidence):
            if one.n in self.by_n:
                yield _exhibit(one, self.by_n[one.n], taken.get(k, ()), self.texts.get((one.article_id, one.revision)))


def _exhibit(one: Evidence, source: Source, taken: Sequence[str], document: tuple[str, str] | None) -> Exhibit:
    passage = prose.passage(one, source, taken)
    said = "".join(words for words, _ in passage.runs)
    whole = document[0 if one.field == "title" else 1] if document else ""
    start = whole.find(said, one.start, one.end + len(said)) if said else -1
    if start < 0:  # the text is kept no longer: what the page keeps of it is all there is
        rest = " …" if passage.more else ""
        return Exhibit(source, one.field, "", passage.runs, rest, "", passage.taken, kept=False)
    shown = start + len(said)
    return Exhibit(
        source,
        one.field,
        _tail(whole[:start]),
        passage.runs,
        whole[shown : one.end],
        _head(whole[max(shown, one.end) :]),
        passage.taken,
        kept=True,
    )


def _computed(place: str, text: str, basis: Mapping[str, object]) -> Said:
    return Said(place, prose.Line((prose.Piece("own", text),), (), ""), (), prose.figures(basis))


def _tail(text: str) -> str:
    cut = text[-_AROUND:]
    return cut if len(text) <= _AROUND else "… " + cut.partition(" ")[2]


def _head(text: str) -> str:
    cut = text[:_AROUND]
    return cut if len(text) <= _AROUND else cut.rpartition(" ")[0] + " …"

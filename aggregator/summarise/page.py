"""The page: the contract with everybody who reads our JSON.

Fields are added freely; renaming or removing one needs a new schema version and a line in the changelog of
docs/feeds.md. Texts hold no markers: they are rendered from `citations`. `start` and `end` are half-open offsets in
Unicode code points into the document text (or title) of that article's revision. Times are RFC 3339 with zone, or a
full date where the source gives only that.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from aggregator.summarise.page_base import Label, Number, PageModel
from aggregator.summarise.page_coverage import (
    Attention,
    Coverage,
    Gap,
    PartialReuse,
    SideCount,
)

__all__ = [
    "ENDED",
    "SCHEMA_VERSION",
    "SEEN",
    "Attention",
    "Coverage",
    "Gap",
    "Label",
    "PageModel",
    "PartialReuse",
    "SideCount",
    "StoryPage",
]

SCHEMA_VERSION = 1

#: what an editor may word himself
Edited = Literal["headline", "dek"]
Status = Literal["draft", "held", "approved", "published", "corrected", "withdrawn", "merged"]
#: what readers may see, at least as a tombstone
SEEN = ("published", "corrected", "withdrawn", "merged")
#: of these only a tombstone is shown
ENDED = ("withdrawn", "merged")


class Evidence(PageModel):
    """A passage of a source. `quote` is field[start:end], cut after 60 words; `sha256` that of the whole passage."""

    n: Number
    article_id: str
    revision: Number
    field: Literal["text", "title"] = "text"
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    quote: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    method: str
    score: float


class Part(PageModel):
    """A stretch of a sentence. Own words come from templates or are names; taken ones name their passage."""

    text: str
    own: bool
    evidence: int | None = None


class Sentence(PageModel):
    """A sentence of the page; `text` is its parts joined. `figures` are what a synthesis was computed from."""

    text: str
    kind: Literal["composed", "paraphrase", "synthesis"]
    parts: list[Part]
    citations: list[Number] = []
    evidence: list[Evidence] = []
    figures: dict[str, Any] | None = None


class Holder(PageModel):
    """Who holds a view: named beside the verb in the evidence."""

    name: str
    role: str = ""
    kind: Literal["person", "group", "organisation", "office"]
    evidence: list[Evidence]


class Perspective(PageModel):
    """A camp's position in one sentence that opens with a verb."""

    label: str
    holder: Holder
    sentence: Sentence
    leans: list[Label] = []


class NotRepresented(PageModel):
    """Who is missing and why that matters, with the figures that say so."""

    text: str
    basis: dict[str, Any]


class Viewpoint(PageModel):
    """A holder's case in depth."""

    name: str
    holder: Holder
    stance: Sentence
    sentences: list[Sentence]
    leans: list[Label] = []


class RaterLabel(PageModel):
    """What one rater said of a source's outlet."""

    rater: str
    label: str
    rated_on: str
    method: str = ""
    id: str = ""
    reason: str = ""
    url: str | None = None
    attribution: str = ""
    scale_of: str = ""


class SourceLean(PageModel):
    """A source's lean with who says so, by which rule, as known when, for articles of which day.

    `low` and `high` are the range in which another rater's label would probably be; of a disputed one how far the
    raters are apart. `scale_of` is the country on whose scale it is, where that is not the outlet's own. `of_unit` is
    the unit that was rated, where the source's own unit (an edition, a part of the opinion pages) has no rating.
    """

    label: Label
    raters: list[RaterLabel]
    rule: str
    as_of: str
    day: str | None = None
    low: Label | None = None
    high: Label | None = None
    families: int = 0
    why_unrated: str = ""
    scale_of: str = ""
    of_unit: str = ""


class Origin(PageModel):
    """Who wrote a text whose copies alone are among the sources; the key if that is an outlet known here."""

    name: str
    outlet_key: str = ""


class Source(PageModel):
    """A source card. All that carry one text have one `syndication_id`: the article of that card which stands for it.

    `origin` says who wrote the text where that outlet or agency has no card of it. `found_at` is when it was first seen
    here, given where it has no date of its own. `owner_kind`: private, public, state, non-profit, think tank, academic.
    """

    n: Number
    article_id: str
    outlet: str
    outlet_key: str = ""
    unit: str = "news"
    lean: SourceLean
    title: str
    url: str
    published_at: str | None
    author: str | None = None
    kind: str
    extent: str = "full"
    syndication_id: str | None = None
    origin: Origin | None = None
    country: str = ""
    owner: str = ""
    owner_kind: str = ""
    found_at: str | None = None


class PageClaim(PageModel):
    """A claim and which sources state, contradict or leave it out; `not_observed`: their full text was not seen."""

    id: str
    text: str
    reported_by: list[Number]
    contradicted_by: list[Number] = []
    not_mentioned_by: list[Number] = []
    not_observed: list[Number] = []


class PageQuote(PageModel):
    """Words of a speaker, verbatim."""

    text: str
    speaker: str
    role: str = ""
    verb: str = ""
    n: Number
    evidence: list[Evidence]


class HeadlineEntry(PageModel):
    """A source's headline beside its lean."""

    n: Number
    title: str
    lean: Label


class TimelineEntry(PageModel):
    """When something was first reported, and by whom."""

    at: str
    n: Number
    text: str


class Related(PageModel):
    """Another page of the topic."""

    id: str
    topic: str
    headline: str
    url: str
    source_count: int
    independent_count: int | None = None


class Omitted(PageModel):
    """An element that the page does not have, and why."""

    element: str
    reason: str


class Topic(PageModel):
    """The shelf a story stands on."""

    slug: str
    name: str


def main_first(main: Topic, topics: Iterable[Topic]) -> list[Topic]:
    """The topics of a page, each once."""
    return [main, *(one for one in topics if one.slug != main.slug)]


class Correction(PageModel):
    """What was put right, when, in words for readers."""

    at: str
    kind: str
    note: str


class Provenance(PageModel):
    """How the page was made."""

    engine: str
    model: str | None = None
    edition: str
    reviewed: bool = False
    reviewed_by_role: str | None = None
    #: what an editor wrote in his own words
    edited: list[Edited] = []
    settings: dict[str, Any] = {}


class StoryPage(PageModel):
    """One version of a story's page."""

    schema_: str = Field(alias="schema")
    form: Literal["story"] = "story"
    id: str
    version: Number
    url: str
    language: str
    published_at: str
    updated_at: str
    rank: int = 0
    licence: str
    topic: Topic
    #: all its topics, `topic` first; empty in pages written when there was only one
    topics: list[Topic] = []
    headline: str
    headline_evidence: list[Evidence]
    dek: list[Sentence]
    perspectives: list[Perspective] = []
    not_represented: list[NotRepresented] = []
    why_it_matters: list[Sentence] = []
    body: list[list[Sentence]]
    viewpoints: list[Viewpoint] = []
    sources: list[Source]
    coverage: Coverage
    claims: list[PageClaim] = []
    quotes: list[PageQuote] = []
    headlines: list[HeadlineEntry] = []
    timeline: list[TimelineEntry] = []
    related: list[Related] = []
    omitted: list[Omitted] = []
    status: Status
    merged_into: str | None = None
    corrections: list[Correction] = []
    provenance: Provenance

    @property
    def shelves(self) -> list[Topic]:
        """All its topics, each once, the main one first."""
        return main_first(self.topic, self.topics)

    def as_json(self) -> dict[str, Any]:
        """Plain values, as every output writes them."""
        return self.model_dump(mode="json", by_alias=True)

    def every_evidence(self) -> Iterator[Evidence]:
        """All passages that the page refers to, in no particular order."""
        sentences = [*self.dek, *self.why_it_matters, *(each for paragraph in self.body for each in paragraph)]
        sentences += [view.sentence for view in self.perspectives]
        sentences += [each for case in self.viewpoints for each in (case.stance, *case.sentences)]
        yield from self.headline_evidence
        holders = [view.holder for view in self.perspectives] + [case.holder for case in self.viewpoints]
        holding: list[Sentence | Holder | PageQuote] = [*sentences, *holders, *self.quotes]
        for one in holding:
            yield from one.evidence


class Tombstone(PageModel):
    """What stays of a page that was withdrawn or merged."""

    schema_: str = Field(alias="schema")
    form: Literal["story"] = "story"
    id: str
    version: Number
    url: str
    published_at: str
    updated_at: str
    headline: str
    status: Literal["withdrawn", "merged"]
    merged_into: str | None = None
    corrections: list[Correction] = []

    def as_json(self) -> dict[str, Any]:
        """Plain values, as every output writes them."""
        return self.model_dump(mode="json", by_alias=True)


def buried(page: StoryPage) -> StoryPage | Tombstone:
    """As it leaves the installation: of a withdrawn or merged page only the tombstone."""
    return tombstone(page) if page.status in ENDED else page


def tombstone(page: BaseModel) -> Tombstone:
    """What stays of a page, whole or its head."""
    kept = page.model_dump(mode="json", by_alias=True, include=set(Tombstone.model_fields))
    return Tombstone.model_validate(kept)

"""The nouns of analysis: a story's texts, cut into sentences, and what was found in them.

Offsets are half-open ranges of Unicode code points into the document text of the named revision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.store.columns import Vector
from aggregator.stories.syndication import Reuse
from aggregator.types import Extent, Kind, LeanTag, Region, RegionKind, Rights


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document. `region` is the kind of region that it lies in or opens inside, None if the outlet
    itself speaks; `zone` counts sentences from the top, over the whole document."""

    index: int
    start: int
    end: int
    text: str
    paragraph: int
    region: RegionKind | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose text it is where the outlet that wrote it has no copy here: its name, and its key if it is an outlet that
    is known here."""

    name: str
    outlet_key: str = ""


@dataclass(frozen=True, eq=False)
class SourceText:
    """An article of a story as analysis sees it: current document, outlet, lean, and its sentences with vectors.

    `vectors` is (number of sentences, dimension), unit rows, or None where they were not made. Texts whose rights are
    not `full` have no sentences: they are counted and listed, never quoted beyond their title.
    """

    article_id: str
    revision: int
    outlet_key: str
    outlet: str
    unit: str
    lean: LeanTag
    country: str
    title: str
    text: str
    url: str
    published_at: datetime | None
    found_at: datetime
    authors: tuple[str, ...]
    kind: Kind
    extent: Extent
    rights: Rights
    language: str
    wire: str
    regions: tuple[Region, ...]
    sentences: tuple[Sentence, ...]
    vectors: Vector | None = None
    #: of articles that carry one text, the id of the original; the article's own id otherwise
    syndication_id: str = ""
    #: who wrote it, if not the outlet of that article
    origin: Origin | None = None
    #: who owns the outlet; empty if that is not known
    owner: str = ""
    #: private, public, state, non-profit, think tank, academic; empty if that is not known
    owner_kind: str = ""

    @property
    def order_at(self) -> datetime:
        """When it counts as published."""
        return self.published_at or self.found_at


@dataclass(frozen=True, slots=True)
class Quote:
    """Words between quotation marks with their speaker. [start, end) are the words without the marks; [context_start,
    context_end) the sentence or sentences that name the speaker beside a verb of speech."""

    article_id: str
    start: int
    end: int
    text: str
    speaker: str
    role: str
    verb: str
    how: str  #: explicit | continued | pronoun
    sentence: int
    context_start: int
    context_end: int


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said without quotation marks: a speaker, a verb of speech, and the clause [start, end)."""

    article_id: str
    sentence: int
    speaker: str
    role: str
    kind: str  #: person | group | organisation | office
    verb: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Sentences of several sources that say the same. `members` are (article id, sentence index), best first."""

    id: str
    text: str
    members: tuple[tuple[str, int], ...]
    reported_by: tuple[str, ...]
    contradicted_by: tuple[str, ...] = ()
    not_mentioned_by: tuple[str, ...] = ()
    not_observed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SideCount:
    """Outlets of one lean: all, and those of them whose texts are no copies."""

    sources: int
    independent: int


@dataclass(frozen=True)
class Coverage:
    """Who tells the story. `by_lean` has only the five labels; what is off the scale stands beside it.

    `owners` counts each outlet whose owner is not known as one of its own; those are `owners_unknown`.
    """

    articles: int
    sources: int
    independent: int
    by_lean: Mapping[str, SideCount]
    unrated: int = 0
    mixed: int = 0
    disputed: int = 0
    owners: int = 0
    owners_unknown: int = 0
    first: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """Everything that was found in a story; the input of every engine. `sources` are in the order of publication."""

    story_id: str
    sources: tuple[SourceText, ...]
    coverage: Coverage
    claims: tuple[Claim, ...]
    quotes: tuple[Quote, ...]
    said: tuple[Said, ...]
    #: slugs, the main one first
    topics: tuple[str, ...] = ()
    reuses: tuple[Reuse, ...] = ()

    def source(self, article_id: str) -> SourceText:
        """The source with this article id. Raises KeyError."""
        for source in self.sources:
            if source.article_id == article_id:
                return source
        raise KeyError(article_id)

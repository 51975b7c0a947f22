"""The pages that readers may see: of each what others show of it, at once, and the whole of it when it is asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from aggregator.summarise.page import (
    ENDED,
    Correction,
    Label,
    Related,
    SideCount,
    Status,
    StoryPage,
    Tombstone,
    Topic,
    main_first,
    tombstone,
)
from aggregator.summarise.page_base import Number
from aggregator.text import sha256


@dataclass(frozen=True, slots=True)
class HeadSentence:
    """The words of a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class HeadLean:
    """The lean of a source, and on whose scale."""

    label: Label
    scale_of: str = ""


@dataclass(frozen=True, slots=True)
class HeadSource:
    """Whose text a source is."""

    n: Number
    lean: HeadLean
    outlet_key: str = ""
    unit: str = "news"


@dataclass(frozen=True, slots=True)
class HeadCoverage:
    """How many tell the story, and from which sides."""

    sources: int
    independent: int
    by_lean: dict[Label, SideCount]
    unrated: int = 0
    mixed: int = 0
    disputed: int = 0
    owners: int | None = None
    owners_unknown: int = 0


class Head(BaseModel):
    """What lists, feeds and other pages show of a page: a small part of `StoryPage`, by the same names."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    schema_: str = Field(alias="schema")
    id: str
    version: Number
    url: str
    language: str
    published_at: str
    updated_at: str
    topic: Topic
    topics: tuple[Topic, ...] = ()
    headline: str
    dek: tuple[HeadSentence, ...]
    sources: tuple[HeadSource, ...]
    coverage: HeadCoverage
    related: tuple[Related, ...] = ()
    status: Status
    merged_into: str | None = None
    corrections: tuple[Correction, ...] = ()

    @property
    def shelves(self) -> list[Topic]:
        """All its topics, each once, the main one first."""
        return main_first(self.topic, self.topics)

    @property
    def ended(self) -> bool:
        """Whether only its tombstone is shown."""
        return self.status in ENDED

    def __repr__(self) -> str:
        """Short, and another one for a head that says anything else."""
        return f"Head({self.id!r}, {sha256(self.model_dump_json())})"

    def buried(self) -> Tombstone:
        """What stays of it where it is withdrawn or merged."""
        return tombstone(self)


@dataclass(frozen=True)
class Pages:
    """Pages by id: their heads, and what each is made from, as a hash.

    `whole` reads one that has not ended; `before` the version that readers saw before it and that reads otherwise.
    """

    heads: Sequence[Head]
    made_from: Mapping[str, str]
    whole: Callable[[str], StoryPage]
    before: Callable[[StoryPage], StoryPage | None]

    @classmethod
    def of(cls, pages: Iterable[StoryPage], before: Mapping[str, StoryPage] | None = None) -> "Pages":
        """Pages that are at hand; `before` by id."""
        whole, earlier = {page.id: page for page in pages}, before or {}
        heads = [Head.model_validate(page.as_json()) for page in whole.values()]
        made_from = {key: sha256(repr((page, earlier.get(key)))) for key, page in whole.items()}
        return cls(heads, made_from, whole.__getitem__, lambda page: earlier.get(page.id))

"""What a page needs that is not in the story: its id, dates, shelf and limits."""

from dataclasses import dataclass, field

from aggregator.analysis.gap_words import YOUNG
from aggregator.summarise.attention import YOUNG as NOT_YET
from aggregator.summarise.page import Attention, Gap, Related, Status, Topic

#: the licence line of a page, unless the operator chose another
LICENCE = "CC-BY-4.0 for the page's own words; quotations and extracts belong to their outlets"


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """How many words may be taken from one article and from one outlet, over the whole page without its headline.

    Attributes:
        words, share: at most so many words, and at most this share of the article, in a story of few sources.
        words_of_many, share_of_many: the same from `many` sources on.
        outlet: an outlet with several articles may give this many times as much as one article.
        quotation: the longest quotation, in words.
    """

    words: int = 150
    share: float = 0.25
    words_of_many: int = 120
    share_of_many: float = 0.20
    many: int = 5
    outlet: float = 1.5
    quotation: int = 25

    def of_article(self, length: int, sources: int) -> int:
        """The words that may be taken from an article of `length` words in a story of `sources` sources."""
        few = sources < self.many
        words, share = (self.words, self.share) if few else (self.words_of_many, self.share_of_many)
        return min(words, int(share * length))


@dataclass(frozen=True, slots=True)
class GroupShare:
    """In how many comparable stories a group is quoted, as a share of them, and its share of all stories."""

    group: str
    stories: int
    share: float
    usual: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What stories like this one have: of an archive of so many `articles`, `stories` were near enough.

    `groups` are those that are common there and not everywhere; `reason` says why there was no comparison, if so.
    """

    articles: int = 0
    stories: int = 0
    groups: tuple[GroupShare, ...] = ()
    reason: str = "there is no archive to compare with"


@dataclass(frozen=True)
class PageContext:
    """The frame of a page. Times are RFC 3339; `as_of` is the day of the lean registry that was used."""

    page_id: str
    url: str
    published_at: str
    updated_at: str
    as_of: str
    version: int = 1
    language: str = "en"
    topic: Topic = field(default_factory=lambda: Topic(slug="news", name="News"))
    topics: tuple[Topic, ...] = ()
    edition: str = "1"
    licence: str = LICENCE
    schema: str = "https://example.org/schema/story/1"
    related: tuple[Related, ...] = ()
    limits: CopyLimits = field(default_factory=CopyLimits)
    #: more articles than this are counted and listed, but not read for sentences
    read_at_most: int = 40
    status: Status = "draft"
    comparison: Comparison = field(default_factory=Comparison)
    #: countries from which an outlet that is asked by itself answers: only these can be missing
    reachable: frozenset[str] = frozenset()
    #: what the coverage-gap test found
    gap: Gap = field(default_factory=lambda: Gap(state="not-tested", reason=YOUNG))
    #: how much of each side's attention the story had
    attention: Attention = field(default_factory=lambda: Attention(state="not-yet", reason=NOT_YET))

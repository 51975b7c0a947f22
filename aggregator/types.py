"""The nouns of the trade: plain, frozen, picklable values that stages pass to each other.

What is stored is in `store/tables.py`; what a page looks like is in `publish`. Offsets are half-open ranges of Unicode
code points; times are aware datetimes in UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Lean(StrEnum):
    """An outlet's place on the five-point scale, as it is printed."""

    LEFT = "Left"
    LEAN_LEFT = "Lean Left"
    CENTER = "Center"
    LEAN_RIGHT = "Lean Right"
    RIGHT = "Right"

    @property
    def position(self) -> int:
        """-2 (Left) to +2 (Right)."""
        return list(Lean).index(self) - 2

    @property
    def side(self) -> str:
        """left, center or right: what Left and Lean Left are together, and so on."""
        return SIDES[(self.position > 0) - (self.position < 0) + 1]


#: the three sides of the scale
SIDES = ("left", "center", "right")


class LeanState(StrEnum):
    """Whether a rating, or all ratings together, give a place on the scale. Nothing defaults to Center."""

    RATED = "rated"
    MIXED = "mixed"
    UNRATED = "unrated"
    DISPUTED = "disputed"


class Kind(StrEnum):
    """What sort of text an article is; only news counts as report.

    Satire, live blogs, round-ups, newsletters and media (video, audio, gallery, quiz) are not read for what they say: a
    live blog is many reports of different hours, a round-up and a newsletter tell of many events, the text of a medium
    is its caption. That an outlet has one is coverage all the same, unless it is satire.
    """

    NEWS = "news"
    OPINION = "opinion"
    SATIRE = "satire"
    LIVE = "live-blog"
    ROUND_UP = "round-up"
    NEWSLETTER = "newsletter"
    MEDIA = "media"

    @property
    def is_read(self) -> bool:
        """Whether statements and quotations are taken from it."""
        return self in READ_KINDS

    @property
    def is_of_one_event(self) -> bool:
        """Whether it may be put into a story."""
        return self not in MANY_EVENTS


READ_KINDS = (Kind.NEWS, Kind.OPINION)
MANY_EVENTS = (Kind.ROUND_UP, Kind.NEWSLETTER)


class Extent(StrEnum):
    """How much of an article was seen: "does not mention" may only be said of `full`."""

    FULL = "full"
    TEASER = "teaser"


class RegionKind(StrEnum):
    """Why a stretch of a document is not the outlet speaking."""

    QUOTATION = "quotation"
    EMBED = "embed"
    LIST = "list"
    CAPTION = "caption"
    NOTICE = "notice"


class Rights(StrEnum):
    """What may be done with a document: everything within the quoting limits, quote only, or metadata only."""

    FULL = "full"
    QUOTE = "quote"
    METADATA = "metadata"


def strictest(*rights: Rights) -> Rights:
    """The one of several rights that allows least."""
    return max(rights, key=list(Rights).index)


class DateTrust(StrEnum):
    """Where an article's date comes from, best first."""

    FEED = "feed"
    PAGE = "page"
    GUESSED = "guessed"
    NONE = "none"


#: how `withheld` of an article begins whose text was removed for good
PURGED = "purged: "


class FeedState(StrEnum):
    """What the last poll of a feed found.

    OK, UNCHANGED, EMPTY, STALE (nothing new for long) and UNDATED (no entry has a usable date) mean that the outlet
    answered; after all others it could not be asked.
    """

    NEVER = "never"
    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    STALE = "stale"
    UNDATED = "undated"
    NOT_A_FEED = "not-a-feed"
    TIMEOUT = "timeout"
    TLS = "tls"
    DNS = "dns"
    UNREACHABLE = "unreachable"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    ROBOTS = "robots"
    GONE = "gone"
    REDIRECT = "redirect-loop"
    TOO_LARGE = "too-large"
    LOGIN = "login"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    #: our own resolver or line is down: nobody's failure
    OUTAGE = "outage"
    FORBIDDEN = "forbidden-address"

    @property
    def answered(self) -> bool:
        """Whether the outlet could be asked at all: a coverage gap may only be told of outlets that answered."""
        return self in _ANSWERED


_ANSWERED = frozenset({FeedState.OK, FeedState.UNCHANGED, FeedState.EMPTY, FeedState.STALE, FeedState.UNDATED})


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch [start, end) of a document's text in which the outlet is not speaking."""

    start: int
    end: int
    kind: RegionKind


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a feed, before it is an article. `url` is absolute http(s); texts are plain, not HTML."""

    url: str
    title: str
    guid: str = ""
    summary: str = ""
    content_html: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    categories: tuple[str, ...] = ()
    #: the time of publication as the feed wrote it; `summary_html` is its summary where that is HTML
    published_raw: str = ""
    summary_html: str = ""


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as read: its own title, the site it says it is of, and its entries in the order given.

    `dropped` counts entries without an address and those beyond the newest; `partial` says that the document breaks
    off, so that nothing follows from what it does not list. `ttl_minutes` and `update_minutes` are how long the feed
    says that it stays as it is; at `skip_hours` (UTC) and on `skip_days` (Monday is 0) it says that it has nothing new.
    """

    format: str
    title: str = ""
    site: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    dropped: int = 0
    partial: bool = False
    ttl_minutes: int | None = None
    update_minutes: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """An article's page as fetched, with what its feed said: what extraction works on."""

    url: str
    html: bytes
    content_type: str = ""
    title: str = ""
    published_at: datetime | None = None
    language: str = ""
    section: str = ""
    satire: bool = False
    #: whether its outlet says that it is of its opinion pages
    opinion: bool = False
    #: the text that the feed carried, as HTML: it serves where the page gives none
    feed_html: str = ""
    #: no article of it is younger
    fetched_at: datetime | None = None
    #: what headers and the host's own statements leave us, and which statement says so
    rights: Rights = Rights.FULL
    rights_basis: str = ""
    #: on what the operator may use texts although mining is reserved
    tdm_basis: str = ""
    #: the name by which rules for robots know us
    robot: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of an article as its page declares it: an http(s) address, never fetched and never shown."""

    url: str
    credit: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The readable text of a page. `text` is NFC with newline-separated paragraphs; `regions` are sorted, disjoint."""

    title: str
    text: str
    language: str
    kind: Kind
    extent: Extent
    regions: tuple[Region, ...] = ()
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    date_trust: DateTrust = DateTrust.NONE
    canonical_url: str = ""
    section: str = ""
    wire: str = ""
    rights: Rights = Rights.FULL
    rights_basis: str = ""
    image: Picture | None = None
    #: how far two extractors agree on the text, 0 to 1; None where there was no second opinion
    agreement: float | None = None


class RaterKind(StrEnum):
    """How a rater comes by its rating. Only what is judged from content, and the desk's own word, make a label."""

    CONTENT = "content"
    DESK = "desk"
    AUDIENCE = "audience"
    MODEL = "model"


class WhyUnrated(StrEnum):
    """Why an outlet's unit has no label although nobody disputes it."""

    NO_RATING = "no rating"
    OFF_SCALE = "no place on the scale"
    AUDIENCE = "audience only"
    #: there are ratings, but none that may be passed on
    LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class Rating:
    """One statement by one rater about one unit of an outlet: its news, its opinion pages, a regional edition.

    `country` is that in whose politics the rater measures; empty: the outlet's own. `family` is empty for a rater that
    copies nobody and that nobody copies. It is valid from `valid_from` (`rated_on` if None) until the day before
    `valid_to`. `low` and `high` are the rater's own range. `export` says whether it may be passed on; the defaults are
    those of the desk's own rating. `raw` and `crosswalk` are what a file said, and by which table it was read.
    """

    rater: str
    rated_on: date
    state: LeanState = LeanState.RATED
    label: Lean | None = None
    unit: str = "news"
    method: str = ""
    reason: str = ""
    url: str = ""
    kind: RaterKind = RaterKind.DESK
    family: str = ""
    scale: str = "five places"
    country: str = ""
    raw: str = ""
    crosswalk: str = ""
    low: Lean | None = None
    high: Lean | None = None
    confidence: str = ""
    licence: str = ""
    attribution: str = ""
    export: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    #: given by the ledger; two statements that say the same are equal whatever their ids are
    id: str = field(default="", compare=False, repr=False)
    recorded_at: datetime | None = field(default=None, compare=False, repr=False)

    @property
    def one_family(self) -> str:
        """What it counts under: raters that copy one another count once."""
        return (self.family or self.rater).casefold()

    def counts_on(self, day: date) -> bool:
        """Whether it is valid then."""
        return (self.valid_from or self.rated_on) <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class LeanTag:
    """What all current ratings of a unit say together, and which they are (`raters` in name order).

    With `rule`, `known_at` and `day` it can be made again: the ratings known at that moment and valid on that day,
    put together by that rule. `scale_of` is the country on whose scale it is, where that is not the outlet's own.
    """

    state: LeanState
    label: Lean | None = None
    low: Lean | None = None
    high: Lean | None = None
    raters: tuple[Rating, ...] = field(default=())
    why_unrated: WhyUnrated | None = field(default=None, compare=False)
    #: how many families of raters the label rests on
    families: int = field(default=0, compare=False)
    scale_of: str = ""
    rule: str = field(default="", compare=False)
    known_at: datetime | None = field(default=None, compare=False)
    day: date | None = field(default=None, compare=False)
    #: the unit whose ratings these are, where an edition or a part of the opinion pages was asked for that has none
    of_unit: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """As it is printed: one of the five labels, or Unrated, Mixed, Disputed."""
        return self.label.value if self.label else self.state.value.title()

    @property
    def ratings(self) -> tuple[str, ...]:
        """The ids of the ratings behind it."""
        return tuple(rating.id for rating in self.raters)

"""The part of a page that says who covers its story: counts, first reports, arrivals, attention, the coverage gap."""

from typing import Literal

from pydantic import Field

from aggregator.summarise.page_base import Label, Number, PageModel

Side = Literal["left", "center", "right"]
Precision = Literal["time", "day", "found"]


class SideCount(PageModel):
    """How many outlets of one lean tell the story, and how many of them with a text that is no copy."""

    sources: int
    independent: int


class Gap(PageModel):
    """Whether one side's coverage is missing, by a test (`version`); `not-tested` with its reason otherwise.

    Of `n` independent sources that lean left or right `k` lean right, where `expected_share` is usual. `side` is that
    with less than usual, `observed` its sources, `expected` how many are usual. p is beta-binomial (n, expected_share,
    phi), `q` that among the `family` tests of the day, to be at most `limit`; `observed_share` is the part of a side's
    usual coverage that comes from outlets whose feeds answered, of the side with less of it.
    """

    state: Literal["gap", "none", "not-tested"]
    reason: str = ""
    side: str | None = None
    n: int | None = None
    expected: float | None = None
    observed: int | None = None
    observed_share: float | None = None
    p: float | None = None
    q: float | None = None
    text: str = ""
    k: int | None = None
    expected_share: float | None = None
    phi: float | None = None
    family: int | None = None
    limit: float | None = None
    topic: str = ""
    answered: int | None = None
    outlets: int | None = None
    overruled: bool = False
    version: str = ""


class PartialReuse(PageModel):
    """A source that has part of its text from another: `share` of the shorter text, in runs of four words.

    Both count. `possible-copy`: only the beginning of one of them was seen, and nearly all of that is in the other.
    """

    n: Number
    of: Number
    share: float = Field(ge=0, le=1)
    kind: Literal["partial", "possible-copy"]


class SideShare(SideCount):
    """The same of a side; `share` is its part of the independent outlets of all three, null where those are few."""

    share: float | None = Field(default=None, ge=0, le=1)


class Group(SideCount):
    """The same of the outlets of one country, kind or owner, with how many independent ones are of each side."""

    sides: dict[Side, int] = {}


class CountryCount(Group):
    """Outlets (editions, where those have their own) of one country; empty where that is not known."""

    country: str


class KindCount(Group):
    """Outlets of one kind of owner: `private`, `public`, `state` and so on, or `unknown`."""

    kind: str


class OwnerCount(Group):
    """Outlets of one owner, of which several cover the story."""

    owner: str


class FirstReport(PageModel):
    """The first independent report, of all or of one side. `precision` says what `at` is.

    `time`: of publication; `day`: its day (UTC), no time is given; `found`: when it was first seen here, published then
    or earlier. `after` is how many seconds it came after the first report of all, where both have a time. Sources in
    `maybe_earlier` may have been earlier: their own time is not known well enough.
    """

    n: Number
    article_id: str
    at: str
    precision: Precision
    after: int | None = None
    maybe_earlier: list[Number] = []


class Arrival(PageModel):
    """An outlet comes in with its first article. `side` is null where the lean has no place on the scale."""

    n: Number
    at: str
    precision: Precision
    side: Side | None = None
    copied: bool = False


class SideAttention(PageModel):
    """Of `articles` that a side's `outlets` published in the window, those `on_story`, by `outlets_on_story`."""

    side: Side
    outlets: int = Field(ge=0)
    articles: int = Field(ge=0)
    outlets_on_story: int = Field(ge=0)
    on_story: int = Field(ge=0)
    share: float | None = Field(default=None, ge=0, le=1)


class Attention(PageModel):
    """How much of what each side published in the 24 hours from the first report is about the story, copies included.

    Only outlets whose feeds answered and that published anything. Counted once, when the hours were over; `not-yet`
    where the page was written before that.
    """

    state: Literal["counted", "not-yet", "not-counted"]
    reason: str = ""
    since: str | None = None
    until: str | None = None
    sides: list[SideAttention] = []
    text: str = ""


class Coverage(PageModel):
    """Who covered the story. `articles` counts cards, `sources` outlets, `independent` whose texts they carry.

    `owners` counts an outlet whose owner is not known as one of its own, `owners_unknown` says how many those are; null
    on pages made before owners were counted, as is `sides` on those made before sides were.
    """

    articles: int
    sources: int
    independent: int
    owners: int | None = None
    owners_unknown: int = 0
    by_lean: dict[Label, SideCount]
    unrated: int = 0
    mixed: int = 0
    disputed: int = 0
    first: dict[Label, str] = {}
    partial_reuse: list[PartialReuse] = []
    gap: Gap
    sides: dict[Side, SideShare] | None = None
    beside: dict[Label, SideCount] = {}
    by_country: list[CountryCount] = []
    by_kind: list[KindCount] = []
    by_owner: list[OwnerCount] = []
    broke: FirstReport | None = None
    first_of_side: dict[Side, FirstReport] = {}
    arrivals: list[Arrival] = []
    attention: Attention | None = None

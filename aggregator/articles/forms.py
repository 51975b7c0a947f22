"""Articles that are not one report: live blogs, round-ups, newsletters, and pages that hold a medium.

Signs are what the page declares (schema.org, OpenGraph), the parts of its address that are no slug, its section, how
its title opens or ends, and how its text is built. A story whose headline has one of the words in it is not meant.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from aggregator.articles.body import Paragraph
from aggregator.types import Kind

_I = re.IGNORECASE
_LIVE_TYPES = frozenset(("liveblogposting",))
_MEDIA_TYPES = frozenset((
    "videoobject", "audioobject", "imagegallery", "mediagallery", "videogallery", "imageobject", "podcastepisode",
    "radioepisode", "tvepisode", "quiz", "video.other", "video.episode", "video.movie", "music.song",
))  # fmt: skip
_LIVE_PART = re.compile(
    r"live(?:-?blogs?|-?updates?|-?ticker|-?coverage|-?stor(?:y|ies)|-?news|-?reporting)?|minute-?by-?minute|en-direct"
    r"|en-vivo",
    _I,
)
_LIVE_SLUG = re.compile(
    r"(?:^|-)(?:live-?(?:updates?|blog|ticker)|as-it-happened|minute-by-minute|liveblog)(?:-|$)", _I
)
_LIVE_TITLE = re.compile(
    r"\W{0,2}(?:live(?:[ -]?(?:blog|updates?|ticker|coverage|news))?|as it happened|newsblog|en direct|en vivo|direct)"
    r"\s*[:|–—•]"
    r"|.*\blive (?:updates|blog)\b\W*$|.*\b(?:as it happened|minute by minute|liveticker|live-ticker)\W*$"
    r"|.*\s[|:–—-]\s(?:live|liveblog|live updates|as it happened)\W*$",
    _I,
)
_NEWSLETTER_PART = re.compile(r"newsletters?(?:-[\w-]+)?|\w+-newsletters?", _I)
_NEWSLETTER_TITLE = re.compile(r".*(?:^|[:|–—(])\s*(?:[\w’' -]{0,40}\s)?newsletter\s*(?:$|[:|–—)])", _I)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_SPAN = rf"(?:morning|afternoon|evening|midday|nightly|daily|weekly|weekend|week|{_DAY})"
_ROUND_UP_PART = re.compile(
    rf"(?:(?:{_SPAN}|news|world|sports?|business|police|crime)-)?(?:round-?ups?|briefings?|briefs?|in-brief|digests?)",
    _I,
)
_ROUND_UP_TITLE = re.compile(
    rf"\W{{0,2}}(?:(?:the|your|our|{_DAY}(?:['’]s)?) )?{_SPAN}(?:['’]s)? (?:news )?(?:briefing|brief|round-?up|digest"
    r"|headlines|wrap(?:-up)?|recap|rundown|top stories)\b"
    r"|\W{0,2}(?:the )?(?:news|world|sports?|business|police|crime|court|local|state|national) (?:in brief|briefs"
    r"|round-?up|digest)\b"
    r"|\W{0,2}(?:the )?week in (?:review|brief|news)\b"
    r"|\W{0,2}(?:top|today['’]s|latest) (?:\w+ )?(?:stories|headlines)\b"
    r"|(?:.*\W)?(?:\d{1,2}|three|five|six|seven|ten) (?:things|stories) (?:\w+ ){0,4}?(?:you (?:need to|should|must|may"
    r"|might)|to) (?:know|read|watch)\b.{0,20}\b(?:today|tonight|this (?:morning|evening|week|weekend)|for "
    rf"{_DAY}|on {_DAY}|{_DAY}|tomorrow)\b"
    r"|.*[:|–—-]\s*(?:\w+ )?(?:news )?round-?up\W*$|.*\bnews in brief\W*$",
    _I,
)
_MEDIA_PART = re.compile(
    r"videos?|watch|(?:photo-?)?galler(?:y|ies)|photos?|photo-?essays?|pictures|in-pictures|slide-?shows?|podcasts?|audio"
    r"|listen|quiz(?:zes)?|bildstrecken?|fotostrecken?|mediathek|diaporamas?|fotogaler[ií]as?|infographics?|cartoons?",
    _I,
)
_MEDIA_TITLE = re.compile(
    r"\W{0,2}(?:watch|video|photos?|in pictures|pictures|gallery|photo gallery|slideshow|listen|podcast|quiz|cartoon"
    r"|weekly quiz|news quiz)\s*[:|–—]"
    r"|.*\s[(\[|–—-]\s?(?:video|photos?|podcast|gallery|quiz)[)\]]?\W*$|.*\b(?:news|weekly|world) quiz\b",
    _I,
)
#: a medium with so much text beside it is a report
_MEDIA_CHARS = 1500
_STAMP = re.compile(
    r"\W{0,2}(?:(?:updated|posted)\W{0,2})?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)(?!\d)(?:\s?(?P<half>[ap])\.?\s?m\b)?"
    r"|\s?(?P<full>[ap])\.?m\b)",
    _I,
)
_STAMPS = 4


def find_form(
    *,
    titles: Sequence[str],
    parts: Sequence[str],
    slug: str = "",
    types: Collection[str] = (),
    paragraphs: Sequence[Paragraph] = (),
) -> Kind | None:
    """Which of these an article is; None for all others.

    `parts` are the folders of its address and its sections, `types` what it declares to be, in lower case.
    """
    titles = [title for title in titles if title]
    if _LIVE_TYPES & set(types) or _any(_LIVE_PART, parts) or _LIVE_SLUG.search(slug) or _opens(_LIVE_TITLE, titles):
        return Kind.LIVE
    if _any(_NEWSLETTER_PART, parts) or _opens(_NEWSLETTER_TITLE, titles):
        return Kind.NEWSLETTER
    if _any(_ROUND_UP_PART, parts) or _opens(_ROUND_UP_TITLE, titles):
        return Kind.ROUND_UP
    return Kind.LIVE if _is_live(paragraphs) else None


def is_medium(
    *, titles: Sequence[str], parts: Sequence[str], types: Collection[str], paragraphs: Sequence[Paragraph]
) -> bool:
    """Whether the page is there for a video, a sound, pictures or a quiz: it has little text beside it."""
    if sum(len(paragraph.text) for paragraph in paragraphs) >= _MEDIA_CHARS:
        return False
    return bool(_MEDIA_TYPES & set(types) or _any(_MEDIA_PART, parts) or _opens(_MEDIA_TITLE, titles))


def _any(pattern: re.Pattern[str], parts: Iterable[str]) -> bool:
    return any(pattern.fullmatch(part) for part in parts)


def _opens(pattern: re.Pattern[str], titles: Iterable[str]) -> bool:
    return any(pattern.match(title[:300]) for title in titles)


def _is_live(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the text is a run of updates in one direction, each under the time of day at which it was written."""
    stamps = [(at, _STAMP.match(one.text)) for at, one in enumerate(paragraphs) if len(one.text) < 60]
    found = [(at, _minutes(match)) for at, match in stamps if match]
    steps = [(b - a, after - before) for (a, before), (b, after) in pairwise(found)]
    if len(found) < _STAMPS or sum(apart > 1 for apart, _ in steps) < _STAMPS - 1:
        return False
    down = sum(step <= 0 for _, step in steps)
    # one turn is midnight
    return min(down, len(steps) - down) <= 1


def _minutes(stamp: re.Match[str]) -> int:
    """Minutes since midnight."""
    half = (stamp["half"] or stamp["full"] or "").lower()
    hour = int(stamp["hour"]) % 12 + 12 * (half == "p") if half else int(stamp["hour"])
    return 60 * hour + int(stamp["minute"] or 0)

"""How each sample outlet looks from outside: its layout, its URLs, its robots.txt, and what is broken about it.

The variety is the point: these are the differences between real sites that a fetcher and an extractor have to bear.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from aggregator.types import Kind

DATED = "/{year}/{month}/{day}/{slug}"
SHELVED = "/{section}/{year}/{month}/{slug}/"
NUMBERED = "/story/{number}/{slug}"
HTML = "/news/{slug}-{number}.html"
QUERY = "/article?id={number}"
POST = "/p/{slug}"

ROBOTS = "User-agent: *\nDisallow: /search\nDisallow: /private/\n"
NO_DELAY = ROBOTS + "Crawl-delay: 0\n"


@dataclass(frozen=True, slots=True)
class Look:
    """One outlet's outside.

    `paths` is the form of its URLs; `tracked`: its feeds put tracking parameters behind links; `canonical`: its pages
    carry rel=canonical; `robots` is the text of /robots.txt, None if there is none; `feed_down`: its feeds answer 503.
    """

    layout: str = "broadsheet"
    paths: str = DATED
    tracked: bool = False
    canonical: bool = True
    robots: str | None = ROBOTS
    charset: str = "utf-8"
    feed_down: bool = False


_LOOKS = {
    "lantern": Look("magazine", DATED, tracked=True),
    "workbench": Look("magazine", SHELVED, canonical=False),
    "harbor-tribune": Look("broadsheet", SHELVED, tracked=True),
    "civic-ledger": Look("explainer", DATED),
    "northgate-post": Look("regional", HTML, tracked=True),
    "evening-signal": Look("regional", DATED, feed_down=True),
    "meridian-wire": Look("agency", NUMBERED, canonical=False, robots=NO_DELAY),
    "plainview-courier": Look("regional", QUERY),
    "gazetteer": Look("broadsheet", DATED, robots=None),
    "statehouse-report": Look("agency", NUMBERED, robots=NO_DELAY),
    "fjordside-herald": Look("herald", HTML, canonical=False, charset="iso-8859-1"),
    "capital-standard": Look("broadsheet", NUMBERED, tracked=True),
    "market-beacon": Look("broadsheet", DATED),
    "prairie-dispatch": Look("radio", HTML, canonical=False),
    "freehold-review": Look("magazine", POST),
    "ironwood-sentinel": Look("tabloid", SHELVED, tracked=True),
    "lakeshore-radio": Look("radio", DATED),
    "crossroads": Look("newsletter", POST),
    "stackline": Look("newsletter", POST, tracked=True, canonical=False),
    "brass-pickle": Look("tabloid", SHELVED),
    "noticias-del-valle": Look("valle", SHELVED, tracked=True),
}


def look_of(outlet: str) -> Look:
    """The look of an outlet; a plain broadsheet for one that has none of its own."""
    return _LOOKS.get(outlet, Look())


def article_path(look: Look, slug: str, published: datetime, section: str, kind: Kind) -> str:
    """The path (and query) of an article's page. What is no news shows it: `/opinion/…`, `/satire/…`."""
    shelf = section if kind is Kind.NEWS else kind.value
    number = 1_000_000 + int(hashlib.sha256(slug.encode()).hexdigest()[:10], 16) % 9_000_000
    path = look.paths.format(
        section=shelf,
        slug=slug,
        number=number,
        year=f"{published.year:04}",
        month=f"{published.month:02}",
        day=f"{published.day:02}",
    )
    return path if kind is Kind.NEWS or "{section}" in look.paths else f"/{shelf}{path}"

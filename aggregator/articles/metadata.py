"""What a page declares about itself: JSON-LD (schema.org), OpenGraph, `meta` and link elements, in that order.

One pass over one tree. Nothing is guessed where it is not declared: a tool that does so invents an author on half of
the pages that name none.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from aggregator.articles import dates
from aggregator.articles.authors import read_authors
from aggregator.articles.jsonld import find_article, is_free, read_items, schema_types
from aggregator.articles.markup import host_and_path, key, lines, names, squeeze
from aggregator.articles.pictures import read_picture
from aggregator.net.reservations import from_metas, narrowest
from aggregator.sources.domains import site
from aggregator.text import one_line
from aggregator.types import DateTrust, Picture, Rights

_DATE_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.created", "dcterms.date", "pubdate", "publishdate", "publish-date", "publication_date",
    "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime", "og:published_time",
    "datecreated", "originalpublicationdate", "displaydate",
)  # fmt: skip
_SECTION_METAS = ("article:section", "parsely-section", "section", "cxenseparse:recs:category")
_SUFFIX = re.compile(r"\s+[|–—·•»:‹«-]{1,2}\s+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was declared. `titles` are all candidates as written; `types` and `sections` are lower-case."""

    title: str = ""
    titles: tuple[str, ...] = ()
    site: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    date_trust: DateTrust = DateTrust.NONE
    canonical_url: str = ""
    section: str = ""
    sections: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    free: bool | None = None
    body: str = ""
    rights: Rights = Rights.FULL
    rights_basis: str = ""
    image: Picture | None = None


def read_metadata(tree: etree._Element, url: str, *, robot: str = "", tdm_basis: str = "") -> Metadata:
    """Everything that `tree` declares about the article at `url`. Never raises on what a page says.

    `robot` is the name by which rules for robots know us; `tdm_basis` says on what a reservation of mining is lifted.
    """
    items = list(read_items(tree))
    article = find_article(items)
    metas = _metas(tree, robot.lower())
    site = one_line(metas.get("og:site_name", ""), 100)
    candidates = _title_candidates(tree, article, metas)
    published_at, trust = _published(tree, article, metas, url)
    sections = _sections(article, metas)
    body = article.get("articleBody")
    rights, basis = narrowest(from_metas(metas, robot), tdm_basis)
    return Metadata(
        title=_title(tree, candidates, site, host_and_path(url)[0]),
        titles=tuple(candidates),
        site=site,
        authors=read_authors(tree, article, metas, items, site),
        published_at=published_at,
        date_trust=trust,
        canonical_url=_canonical(tree, metas, url),
        section=sections[0] if sections else "",
        sections=tuple(section.lower() for section in sections),
        types=frozenset(schema_types(article)),
        free=is_free(items),
        body=body if isinstance(body, str) else "",
        rights=rights,
        rights_basis=basis,
        image=read_picture(items, article, metas, url),
    )


# --- title -----------------------------------------------------------------------------------------------------------


def _title_candidates(tree: etree._Element, article: Mapping[str, Any], metas: Mapping[str, str]) -> list[str]:
    values = (
        article.get("headline"),
        metas.get("og:title"),
        metas.get("twitter:title"),
        tree.findtext(".//title"),
        article.get("name"),
    )
    texts = (one_line(html.unescape(value)) for value in values if isinstance(value, str))
    return [text for text in dict.fromkeys(texts) if text]


def _title(tree: etree._Element, candidates: list[str], site: str, host: str) -> str:
    """The headline: an `h1` where a declared title agrees with it, else the declared title without its outlet."""
    headings = [one_line(" ".join(lines(heading))) for heading in tree.iter("h1")]
    headings = list(dict.fromkeys(heading for heading in headings if heading))
    for heading in headings[:5]:
        wanted = key(heading)
        if len(wanted) > 9 and any(wanted in key(title) or key(title)[:25] == wanted[:25] for title in candidates):
            return heading
    if candidates:
        return _without_outlet(candidates[0], (site, host), candidates[1:])
    return headings[0] if headings else ""


def _without_outlet(title: str, outlet: tuple[str, str], others: Iterable[str]) -> str:
    """`title` without a last part that names the outlet: " – Outlet", " | Section | Outlet"."""
    site, host = (key(name) for name in outlet)
    for match in reversed(list(_SUFFIX.finditer(title))):
        tail = key(title[match.end() :])
        if len(title[: match.start()]) > 10 and ((site and site in tail) or (len(tail) > 2 and tail in host)):
            return title[: match.start()].strip()
    shorter = [
        other for other in others if len(other) > 15 and title.startswith(other) and _SUFFIX.match(title[len(other) :])
    ]
    if shorter:
        return shorter[0]
    head, bar, _ = title.partition(" | ")
    return head.strip() if bar and len(head) > 20 else title


# --- people, dates, places -------------------------------------------------------------------------------------------


def _metas(tree: etree._Element, robot: str) -> dict[str, str]:
    """The first non-empty content of each `meta`, by lower-case name, property or itemprop; robots rules are joined."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        # `value` is a mistake that real pages make
        value = (element.get("content") or element.get("value") or "").strip()[:4096]
        if name in ("robots", robot) and name in found:
            found[name] += "," + value
        elif name and value:
            found.setdefault(name, value)
    return found


def _published(
    tree: etree._Element, article: Mapping[str, Any], metas: Mapping[str, str], url: str
) -> tuple[datetime | None, DateTrust]:
    """The date of publication: a declared one with its zone is the page's word, everything else is a guess."""
    declared = [article.get("datePublished"), *(metas.get(name) for name in _DATE_METAS), article.get("dateCreated")]
    read = [dates.read_date(value) for value in declared if isinstance(value, str)]
    known = [moment for moment in read if moment]
    if known:
        moment, zoned = next((each for each in known if each[1] and each[0].date() == known[0][0].date()), known[0])
        return moment, DateTrust.PAGE if zoned else DateTrust.GUESSED
    times = [element.get("datetime") or " ".join(lines(element)) for element in tree.iter("time")][:20]
    marked = [dates.read_date(value) for value in times if value]
    guesses = [moment[0] for moment in marked if moment] + [dates.url_date(url)] + [_near_title(tree)]
    guess = next((moment for moment in guesses if moment), None)
    return guess, DateTrust.GUESSED if guess else DateTrust.NONE


def _near_title(tree: etree._Element) -> datetime | None:
    """A date in an element that is named after dates or bylines."""
    for element in tree.iter("div", "span", "p", "li", "small", "em", "td"):
        if re.search(r"date|time|publi|posted|byline|meta\b|stamp", names(element), re.IGNORECASE):
            text = " ".join(lines(element)[:8])
            if len(text) <= 200 and (moment := dates.read_date(text[:80]) or _spelled(text)):
                return moment[0]
    return None


def _spelled(text: str) -> tuple[datetime, bool] | None:
    moment = dates.spelled_date(text)
    return (moment, False) if moment else None


def _sections(article: Mapping[str, Any], metas: Mapping[str, str]) -> list[str]:
    value = article.get("articleSection")
    values = [*(value if isinstance(value, list) else [value]), *(metas.get(name) for name in _SECTION_METAS)]
    return [text for text in (one_line(html.unescape(v), 80) for v in values if isinstance(v, str)) if text][:12]


def _canonical(tree: etree._Element, metas: Mapping[str, str], url: str) -> str:
    """The page's own name for itself, on the same site and not its home page: pages also name others' addresses."""
    links = [
        link.get("href", "") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for candidate in (*links[:1], metas.get("og:url", "")):
        try:
            target = urlsplit(urljoin(url, squeeze(candidate))) if candidate.strip() else None
            if target is None or target.scheme not in ("http", "https") or "@" in target.netloc:
                continue
            if len(target.geturl()) <= 2048 and target.path.strip("/") and site(target.geturl()) == site(url):
                return target._replace(fragment="").geturl()
        except ValueError:
            continue
    return ""

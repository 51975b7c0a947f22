"""What a story's page shows beside its own fields: print, proofs, charts, and the page as linked data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aggregator.publish import charts, made, prose
from aggregator.publish.arrivals import arrivals_chart, firsts
from aggregator.publish.files import SiteInfo
from aggregator.publish.places import tables
from aggregator.publish.render import address, title, titled, web_address
from aggregator.summarise.page import Holder, Sentence, Source, StoryPage, TimelineEntry

_OLD_ARTICLE = timedelta(days=14)
#: IPTC digital source types as schema.org names them: without and with a language model
_ALGORITHM = "https://schema.org/AlgorithmicMediaDigitalSource"
_MODEL = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"


@dataclass(frozen=True, slots=True)
class Moment:
    """What one source reported first at one time."""

    at: str
    n: int
    texts: tuple[str, ...]


def story_values(page: StoryPage, before: StoryPage | None = None) -> dict[str, Any]:
    """The values that the template of a story needs beside the page; `before` is the version that readers saw last."""
    by_n = {source.n: source for source in page.sources}
    quotes = [(each, (prose.proof(f"“{each.text}”", each.evidence, by_n),)) for each in page.quotes if each.n in by_n]
    return {
        "by_n": by_n,
        "bar": charts.coverage_bar(page.coverage),
        "rows": charts.coverage_rows(page.coverage, page.sources),
        "firsts": firsts(page.coverage, by_n),
        "arrivals": arrivals_chart(page.coverage.arrivals),
        "tables": tables(page.coverage, page.language),
        "matrix": charts.claim_matrix(page.claims, page.sources),
        "headlines": charts.by_side(page.headlines, lambda entry: entry.lean),
        "quotes": charts.by_side(quotes, lambda entry: by_n[entry[0].n].lean.label),
        "copies": _copies(page.sources),
        "old": _old(page),
        "moments": _moments(page.timeline),
        "limits": made.limits(page.provenance.settings),
        "before": before,
        "changes": made.changes(before, page) if before else (),
        **_said(page, by_n),
    }


def linked_data(page: StoryPage, site: SiteInfo, canonical: str) -> dict[str, Any]:
    """The page as schema.org has it (NewsArticle): above all what it is based on, and that software made it."""
    us = {"@type": "Organization", "name": site.title, "url": address(site.base_url)}
    based = [
        {
            "@type": "NewsArticle",
            "headline": title(source.title),
            "url": source.url,
            "publisher": {"@type": "Organization", "name": title(source.outlet)},
        }
        for source in page.sources
        if web_address(source.url)
    ]
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title(page.headline),
        "description": " ".join(sentence.text for sentence in page.dek),
        "url": canonical,
        "datePublished": page.published_at,
        "dateModified": page.updated_at,
        "inLanguage": page.language,
        "articleSection": page.topic.name,
        "author": us,
        "publisher": us,
        "isAccessibleForFree": True,
        "copyrightNotice": page.licence,
        "digitalSourceType": _MODEL if page.provenance.model else _ALGORITHM,
        "publishingPrinciples": address(site.base_url, "method/index.html"),
        "isBasedOn": based,
        **({"correction": [each.note for each in page.corrections]} if page.corrections else {}),
    }


def _said(page: StoryPage, by_n: Mapping[int, Source]) -> dict[str, Any]:
    """The page's sentences in print, with the proof of each."""
    headline = prose.proof(page.headline, page.headline_evidence, by_n)
    credit = page.headline_evidence[0] if page.headline_evidence else None
    return {
        "head_proofs": (headline, *prose.proofs(page.dek, by_n)),
        "credit": by_n.get(credit.n) if credit and credit.field == "title" else None,
        "dek": [prose.line(sentence, by_n, marked=False) for sentence in page.dek],
        "perspectives": [
            (each, prose.line(each.sentence, by_n), _with_holder(each.holder, [each.sentence], by_n))
            for each in page.perspectives
        ],
        "not_represented": [(each.text, made.basis(each.basis, page.sources)) for each in page.not_represented],
        "why": prose.paragraph(page.why_it_matters, by_n),
        "body": [prose.paragraph(sentences, by_n) for sentences in page.body],
        "viewpoints": [
            (each, prose.line(each.stance, by_n), prose.paragraph(each.sentences, by_n),
             _with_holder(each.holder, [each.stance, *each.sentences], by_n))
            for each in page.viewpoints
        ],
    }  # fmt: skip


def _with_holder(holder: Holder, sentences: Iterable[Sentence], by_n: Mapping[int, Source]) -> tuple[prose.Proof, ...]:
    name, role = holder.name, holder.role
    named = f"{role} {name}" if titled(role) else f"{name}, {role}" if role else name
    return (*prose.proofs(sentences, by_n), prose.proof(named, holder.evidence, by_n))


def _moments(timeline: Sequence[TimelineEntry]) -> list[Moment]:
    """The timeline with what one source reported at one time put together, so that its time stands there once."""
    grouped: dict[tuple[str, int], list[str]] = {}
    for entry in timeline:
        grouped.setdefault((entry.at, entry.n), []).append(entry.text)
    return [Moment(at, n, tuple(texts)) for (at, n), texts in grouped.items()]


def _copies(sources: Sequence[Source]) -> dict[int, int | None]:
    """Which sources print another's text: the number of the first source of the same text, None if it is not here."""
    by_article = {source.article_id: source.n for source in sources}
    first: dict[str, int] = {}
    copies: dict[int, int | None] = {}
    for source in sources:
        group = source.syndication_id
        if not group or group == source.article_id:
            continue
        original = by_article.get(group, first.get(group))
        first.setdefault(group, source.n)
        copies[source.n] = original
    return copies


def _old(page: StoryPage) -> int:
    """How many sources are more than two weeks older than the page."""
    made = _moment(page.published_at)
    dates = [_moment(source.published_at) for source in page.sources if source.published_at]
    return sum(1 for at in dates if made and at and made - at > _OLD_ARTICLE)


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value[:10])
    except ValueError:
        return None

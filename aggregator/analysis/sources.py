"""A story's texts out of the database, as analysis and summaries read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from aggregator.analysis.model import Origin, SourceText
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.vectors import unpack
from aggregator.sources.ledger import KnownRatings
from aggregator.store.columns import Vector
from aggregator.store.page_tables import SentenceVectorsRow
from aggregator.store.story_tables import Membership
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.syndication import Carried, Reuse, find_copies, outlet_name
from aggregator.text import sha256
from aggregator.types import Extent, Kind, LeanTag, Region, RegionKind, Rights

_Vectors = Mapping[str, Vector]


def load_sources(
    session: Session, story_id: str, as_of: datetime, *, vector_recipe: str = "", cut: bool = True
) -> tuple[SourceText, ...]:
    """The current documents of a story's members in order of publication; see `load_articles`."""
    members = session.scalars(select(Membership.article_id).where(Membership.story_id == story_id)).all()
    return load_articles(session, members, as_of, vector_recipe=vector_recipe, cut=cut)


def load_articles(
    session: Session, article_ids: Sequence[str], as_of: datetime, *, vector_recipe: str = "", cut: bool = True
) -> tuple[SourceText, ...]:
    """The current documents of articles in order of publication, with their outlets' leans as known then.

    Each has the lean that readers may see, by the ratings valid on its own day; an opinion piece that of its outlet's
    opinion unit, an article of an edition that edition's, and its country. With a `vector_recipe` the sentences come
    with their vectors, where those are of the present text; `syndication_id` is the article's own until
    `with_syndication`. Where only counts are asked for, without `cut`, no text is cut into sentences.
    """
    query = (
        select(Article, Document, Outlet)
        .join(Document, (Document.article_id == Article.id) & Document.current)
        .join(Outlet, Outlet.key == Article.outlet_key)
        .where(Article.id.in_(article_ids), Article.withheld == "")
    )
    rows = [(article, document, outlet) for article, document, outlet in session.execute(query)]
    leans = KnownRatings(session, (outlet.key for _, _, outlet in rows), as_of)
    vectors = _vectors(session, [document for _, document, _ in rows], vector_recipe) if vector_recipe else {}
    sources = [_source(article, document, outlet, leans, vectors, cut) for article, document, outlet in rows]
    return tuple(sorted(sources, key=lambda source: (source.order_at, source.article_id)))


def _source(
    article: Article,
    document: Document,
    outlet: Outlet,
    leans: KnownRatings,
    vectors: _Vectors,
    cut: bool,
) -> SourceText:
    kind, rights = Kind(document.kind), Rights(document.rights)
    place = leans.place(outlet.key, kind, article.url, article.section)
    day = (article.published_at or article.found_at).date()
    regions = tuple(Region(one["start"], one["end"], RegionKind(one["kind"])) for one in document.regions)
    sentences = split_sentences(document.text, regions) if cut and rights is Rights.FULL else ()
    found = vectors.get(article.id)
    return SourceText(
        article_id=article.id,
        revision=document.revision,
        outlet_key=outlet.key,
        outlet=outlet.name,
        unit=place.unit,
        lean=leans.tag(outlet.key, place.unit, day),
        country=place.country,
        title=document.title,
        text=document.text,
        url=article.url,
        published_at=article.published_at,
        found_at=article.found_at,
        authors=tuple(document.authors),
        kind=kind,
        extent=Extent(document.extent),
        rights=rights,
        language=document.language,
        wire=document.wire,
        regions=regions,
        sentences=sentences,
        vectors=found if found is not None and len(found) == len(sentences) else None,
        syndication_id=article.id,
        owner=outlet.owner,
        owner_kind=outlet.kind,
    )


def _vectors(session: Session, documents: Sequence[Document], recipe: str) -> _Vectors:
    present = {document.article_id: (document.revision, document.content_sha) for document in documents}
    query = (
        select(SentenceVectorsRow)
        .options(undefer(SentenceVectorsRow.vectors))
        .where(SentenceVectorsRow.article_id.in_(present), SentenceVectorsRow.recipe == recipe)
    )
    return {
        row.article_id: unpack(row)
        for row in session.scalars(query)
        if present[row.article_id] == (row.revision, row.content_sha)
    }


def with_syndication(sources: Sequence[SourceText]) -> tuple[tuple[SourceText, ...], tuple[Reuse, ...]]:
    """`sources` with whose text each carries, and which take part of another's; texts that may not be read stand alone.

    An agency that is credited and has no copy here is the origin, as an outlet if others of its articles are here.
    """
    carried = {
        one.article_id: Carried(
            one.title, _told(one), one.order_at, one.wire, one.outlet, whole=one.extent is Extent.FULL
        )
        for one in sources
        if one.rights is Rights.FULL
    }
    found = find_copies(carried)
    keys = {outlet_name(one.outlet): one.outlet_key for one in sources}
    origins = {key: Origin(name, keys.get(outlet_name(name), "")) for key, name in found.credits.items()}
    return with_originals(sources, found.originals, origins), found.reuses


def _told(source: SourceText) -> str:
    """The text without the notices that are marked in it: each outlet has its own, and prints them below everything."""
    text = source.text
    for region in reversed(source.regions):
        if region.kind is RegionKind.NOTICE:
            text = text[: region.start] + text[region.end :]
    return text


def with_originals(
    sources: Iterable[SourceText], originals: Mapping[str, str], origins: Mapping[str, Origin]
) -> tuple[SourceText, ...]:
    """`sources` with the given ids of their originals, their own where none is given; `origins` by these ids."""
    known = [(one, originals.get(one.article_id, one.article_id)) for one in sources]
    return tuple(replace(one, syndication_id=original, origin=origins.get(original)) for one, original in known)


def evidence_sha(sources: Iterable[SourceText]) -> str:
    """The hash of all that is made of these sources and could be printed: it changes when a page may have to."""
    parts = [
        (
            *(one.article_id, one.revision, sha256(f"{one.title}\n{one.text}"), one.outlet, one.unit, one.country),
            *(one.url, one.order_at.isoformat(), one.authors, one.kind.value, one.extent.value, one.rights.value),
            *(
                one.wire,
                one.owner,
                one.owner_kind,
                [(region.start, region.end, region.kind.value) for region in one.regions],
                _lean(one.lean),
            ),
        )
        for one in sources
    ]
    return sha256(repr(parts))


def _lean(tag: LeanTag) -> str:
    raters = [(r.id, r.rater, r.rated_on.isoformat(), r.state.value, r.label, r.method) for r in tag.raters]
    of_unit = (tag.of_unit,) if tag.of_unit else ()
    return repr((tag.text, tag.why_unrated, tag.scale_of, tag.rule, raters, *of_unit))

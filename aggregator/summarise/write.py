"""Summarise: an analysed story becomes a version of its page, whenever its evidence has changed.

Versions are immutable. A page that breaks a citation rule is held back with the reason, and the version before it stays
published; a page that an editor holds or has withdrawn stays so, whatever the machine writes.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, and_, cast, func, literal, select
from sqlalchemy.orm import Session, undefer

from aggregator.analysis.model import Analysis
from aggregator.analysis.sources import load_sources
from aggregator.analysis.stored import analysis_from_json
from aggregator.analysis.vectors import has_emptied, sentence_recipe
from aggregator.clock import Clock, rfc3339
from aggregator.errors import ItemError, Rejected
from aggregator.settings import Settings
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.page_tables import AnalysisRow, PageRow, PageSlug
from aggregator.store.tables import Feed, Outlet
from aggregator.store.upsert import upsert
from aggregator.stories.embed import embed_recipe
from aggregator.stories.topics import Topics
from aggregator.summarise.comparable import Archive
from aggregator.summarise.context import CopyLimits, PageContext
from aggregator.summarise.extractive import ExtractiveEngine
from aggregator.summarise.page import ENDED, SCHEMA_VERSION, SEEN, Correction, Related, StoryPage, Topic
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.validate import Documents, faults, held
from aggregator.text import sha256
from aggregator.types import FeedState

MACHINE, EDITOR = "machine", "editor"
#: cards of the same topic on a page, and how many pages are looked at for them: some are held or withdrawn
_RELATED, _RELATED_TRIED = 4, 12
_READABLE = ("approved", "published", "corrected")
_SLUG_LENGTH = 80
#: between an editor's reason and what the machine found in a version that it wrote meanwhile
_AND_BROKEN = " | the newest version breaks "


@dataclass(frozen=True, eq=False)
class ToWrite:
    """A story whose page is to be written; all but key and hash is filled in once it is leased."""

    key: str
    input_sha: str
    evidence: str = ""
    analysis: Analysis | None = None
    context: PageContext | None = None
    corrections: tuple[Correction, ...] = ()
    #: why an editor holds the page, if one does
    hold: str = ""


@dataclass(frozen=True, eq=False)
class Draft:
    """A version as written, and why it is held back, if it is."""

    input_sha: str
    page: StoryPage
    reason: str
    by: str


class Summarise(Stage[ToWrite, Draft]):
    """Analyses become versions of pages."""

    name = "summarise"
    batch_size = 4
    lease = timedelta(minutes=30)

    def __init__(self, settings: Settings, topics: Topics, clock: Clock) -> None:
        self.settings, self.topics, self.clock = settings, topics, clock
        self.limits = copy_limits(settings)
        self.engine = ExtractiveEngine()
        self.archive = Archive(embed_recipe(settings.embed))
        self.recipe = f"summarise/1 {self.engine.name} {self.limits!r}"

    def pending(self, session: Session, limit: int) -> Sequence[ToWrite]:
        """Analysed stories whose newest page was written from other evidence, or otherwise; newest first."""
        newest = newest_versions()
        fresh = and_(PageRow.input_sha == AnalysisRow.evidence_sha, PageRow.recipe == self.recipe)
        state = AnalysisRow.evidence_sha + ":" + cast(literal(sha256(self.recipe)[:12]), Text)
        query = (
            select(AnalysisRow.story_id, state)
            .outerjoin(newest, newest.c.id == AnalysisRow.story_id)
            .outerjoin(PageRow, and_(PageRow.id == newest.c.id, PageRow.version == newest.c.version))
            .where(func.coalesce(PageRow.status, "").not_in(ENDED), PageRow.id.is_(None) | ~fresh)
            .where(~has_emptied(AnalysisRow.story_id, self.settings.extract.languages))
            .where(leases.available(self.name, AnalysisRow.story_id, state, self.clock.now()))
            .order_by(AnalysisRow.made_at.desc(), AnalysisRow.story_id)
            .limit(limit)
        )
        return [ToWrite(key, sha) for key, sha in session.execute(query)]

    def load(self, session: Session, items: Sequence[ToWrite]) -> Sequence[ToWrite]:
        """Each story's analysis with its texts, and the frame of its next version."""
        self.archive.refresh(session)
        reachable = reachable_countries(session)
        return [self._load(session, item, reachable) for item in items]

    def _load(self, session: Session, item: ToWrite, reachable: frozenset[str]) -> ToWrite:
        row = session.get_one(AnalysisRow, item.key, options=[undefer(AnalysisRow.content)])
        recipe = sentence_recipe(self.settings.embed)
        sources = load_sources(session, item.key, self.clock.now(), vector_recipe=recipe)
        analysis = analysis_from_json(item.key, row.content, sources)
        every = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == item.key)
        versions = session.scalars(every.order_by(PageRow.version)).all()
        last = versions[-1] if versions else None
        now = rfc3339(self.clock.now())
        first = versions[0].content["published_at"] if versions else now
        topic = self.topics.get(row.topic)
        context = PageContext(
            page_id=item.key,
            url=page_url(self.settings, item.key),
            published_at=first,
            updated_at=now,
            as_of=now,
            version=last.version + 1 if last else 1,
            language=self.settings.site.language,
            topic=Topic(slug=topic.slug, name=topic.name),
            edition=now[:13],
            schema=f"{self.settings.site.base_url.rstrip('/')}/feeds/schema/story-{SCHEMA_VERSION}.json",
            related=related_pages(session, item.key, topic.slug),
            limits=self.limits,
            status="published",
            comparison=self.archive.compare(item.key),
            reachable=reachable,
        )
        corrections = tuple(Correction(**one) for one in last.content["corrections"]) if last else ()
        hold = last.reason.split(_AND_BROKEN)[0] if last and last.status == "held" and last.made_by == EDITOR else ""
        return replace(
            item, evidence=row.evidence_sha, analysis=analysis, context=context, corrections=corrections, hold=hold
        )

    def process(self, batch: Sequence[ToWrite]) -> Sequence[Draft | ItemError]:
        """Write each page and check it against every citation rule."""
        return [self._write(item) for item in batch]

    def _write(self, item: ToWrite) -> Draft | ItemError:
        if item.analysis is None or item.context is None:
            raise ValueError(f"{item.key} was not loaded")
        independent = item.analysis.coverage.independent
        if independent < self.settings.pages.min_outlets:
            return Rejected("one-source", f"{independent} independent source: the others carry the same text")
        page = self.engine.write(item.analysis, item.context)
        if isinstance(page, ItemError):
            return page
        address = {"url": f"{item.context.url}/{slug_of(page.headline)}", "corrections": list(item.corrections)}
        page = page.model_copy(update=address)
        broken = held(faults(page, _documents(item.analysis), self.limits))
        reason = _AND_BROKEN.join(text for text in (item.hold, broken) if text)
        page = page.model_copy(update={"status": "held"}) if reason else page
        return Draft(item.evidence, page, reason, EDITOR if item.hold else MACHINE)

    def save(self, session: Session, results: Sequence[Draft]) -> None:
        """Store each page as its newest version, and its address among those ever used."""
        for draft in results:
            save_version(
                session,
                draft.page,
                self.clock,
                input_sha=draft.input_sha,
                recipe=self.recipe,
                reason=draft.reason,
                by=draft.by,
            )


def save_version(
    session: Session, page: StoryPage, clock: Clock, *, input_sha: str, recipe: str, reason: str = "", by: str = MACHINE
) -> None:
    """Append `page` as a version, and remember its readable address."""
    content = page.as_json()
    now = clock.now()
    session.add(
        PageRow(
            id=page.id,
            version=page.version,
            content=content,
            sha256=sha256(json.dumps(content, sort_keys=True, ensure_ascii=False)),
            edition=page.provenance.edition,
            status=page.status,
            input_sha=input_sha,
            recipe=recipe,
            made_at=now,
            made_by=by,
            reason=reason,
        )
    )
    slug = page.url.rpartition("/")[2]
    upsert(session, PageSlug, [{"page_id": page.id, "slug": slug, "first_used_at": now}], update=False)
    session.flush()


def newest_versions() -> Any:
    """`id` and highest `version` of each page."""
    return select(PageRow.id, func.max(PageRow.version).label("version")).group_by(PageRow.id).subquery()


def seen_version(session: Session, page_id: str) -> int | None:
    """The version of a page that readers see: the newest not held back; None while an editor holds the page."""
    query = select(PageRow.version, PageRow.status, PageRow.made_by).where(PageRow.id == page_id)
    row = shown(session.execute(query.order_by(PageRow.version.desc())).all())
    return row.version if row else None


def shown(versions: Sequence[Any]) -> Any:
    """The one of a page's versions (rows, newest first) that readers see, or None."""
    if not versions or (versions[0].status == "held" and versions[0].made_by == EDITOR):
        return None
    return next((row for row in versions if row.status in SEEN), None)


def page_url(settings: Settings, page_id: str) -> str:
    """A page's permanent address, to which a readable part may be added."""
    return f"{settings.site.base_url.rstrip('/')}/story/{page_id}"


def slug_of(headline: str) -> str:
    """The readable part of an address: lower-case ASCII words of the headline joined by hyphens; "story" if none."""
    plain = unicodedata.normalize("NFKD", headline).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > _SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "story"


def copy_limits(settings: Settings) -> CopyLimits:
    """What the operator allows to be taken."""
    return CopyLimits(words=settings.pages.max_words, share=settings.pages.max_share)


def reachable_countries(session: Session) -> frozenset[str]:
    """The countries of the listed outlets that answered at their last poll, satire left out."""
    answering = (FeedState.OK.value, FeedState.UNCHANGED.value)
    query = select(Outlet.country).join(Feed, Feed.outlet_key == Outlet.key)
    query = query.where(Outlet.listed, ~Outlet.satire, Outlet.country != "", Feed.active, Feed.state.in_(answering))
    return frozenset(session.scalars(query.distinct()))


def related_pages(session: Session, page_id: str, topic: str) -> tuple[Related, ...]:
    """The newest other pages of a topic as readers see them: of a page held back its version before that."""
    written = func.max(PageRow.made_at)
    newest_first = (
        select(PageRow.id)
        .join(AnalysisRow, AnalysisRow.story_id == PageRow.id)
        .where(AnalysisRow.topic == topic, PageRow.id != page_id, PageRow.status.in_(_READABLE))
        .group_by(PageRow.id)
        .order_by(written.desc(), PageRow.id)
        .limit(_RELATED_TRIED)
    )
    found: list[Related] = []
    for other in session.scalars(newest_first):
        version = seen_version(session, other)
        row = session.get(PageRow, (other, version), options=[undefer(PageRow.content)]) if version else None
        if row is None or row.status not in _READABLE:
            continue
        content = row.content
        found.append(
            Related(
                id=row.id,
                topic=content["topic"]["slug"],
                headline=content["headline"],
                url=content["url"],
                source_count=content["coverage"]["sources"],
            )
        )
        if len(found) == _RELATED:
            break
    return tuple(found)


def _documents(analysis: Analysis) -> Documents:
    found: Mapping[tuple[str, int], DocumentText] = {
        (one.article_id, one.revision): DocumentText(one.title, one.text, one.regions, one.kind, one.extent, one.rights)
        for one in analysis.sources
    }
    return found

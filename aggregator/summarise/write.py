"""Summarise: an analysed story becomes a version of its page, whenever its evidence has changed.

Versions are immutable. A page that breaks a citation rule is held back with the reason, and the version before it stays
published; a page that an editor holds or has withdrawn stays so, whatever the machine writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Text, and_, cast, func, literal, select
from sqlalchemy.orm import Session, undefer

from aggregator.analysis.gap_day import newest_test
from aggregator.analysis.model import Analysis
from aggregator.analysis.sources import load_sources
from aggregator.analysis.stored import analysis_from_json
from aggregator.analysis.vectors import has_emptied, is_settled, sentence_recipe, stories_worth_a_page
from aggregator.clock import Clock, rfc3339
from aggregator.errors import ItemError, Rejected, Retryable
from aggregator.settings import Settings
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.page_tables import AnalysisRow, PageRow
from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Feed, Outlet
from aggregator.stories.decisions import about
from aggregator.stories.embed import embed_recipe
from aggregator.stories.topics import Topics
from aggregator.summarise.attention import attention_of
from aggregator.summarise.comparable import Archive
from aggregator.summarise.context import CopyLimits, PageContext
from aggregator.summarise.edits import Broken, edited
from aggregator.summarise.endings import diminished_pages, ending, merged_pages
from aggregator.summarise.extractive import ExtractiveEngine
from aggregator.summarise.gaps import gap_of, page_input
from aggregator.summarise.page import ENDED, SCHEMA_VERSION, Correction, Related, StoryPage, Topic
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.standing import UNTOUCHED, Standing, standing
from aggregator.summarise.validate import Documents, faults, held
from aggregator.summarise.versions import EDITOR, MACHINE, newest_versions, save_version, seen_version, slug_of
from aggregator.text import sha256
from aggregator.types import FeedState

#: cards of the same topic on a page, and how many pages are looked at for them: some are held or withdrawn
_RELATED, _RELATED_TRIED = 4, 12
_READABLE = ("published", "corrected")
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
    standing: Standing = UNTOUCHED
    #: the page as it ends: its story was merged into another, or too little is left of it
    ended: StoryPage | None = None


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
        self.recipe = f"summarise/2 {self.engine.name} {self.limits!r}"

    def pending(self, session: Session, limit: int) -> Sequence[ToWrite]:
        """Analysed stories whose newest page was written from other evidence, or otherwise; newest first."""
        if gone := self._ended(session, limit):
            return gone
        newest = newest_versions()
        evidence = page_input()
        fresh = and_(PageRow.input_sha == evidence, PageRow.recipe == self.recipe)
        by_machine = and_(PageRow.made_by == MACHINE, PageRow.input_sha.in_(ENDED))
        pages = self.settings.pages
        worthy = stories_worth_a_page(self.settings.extract.languages, pages.min_articles, pages.min_outlets)
        state = evidence + ":" + cast(literal(sha256(self.recipe)[:12]), Text)
        query = (
            select(AnalysisRow.story_id, state)
            .outerjoin(newest, newest.c.id == AnalysisRow.story_id)
            .outerjoin(PageRow, and_(PageRow.id == newest.c.id, PageRow.version == newest.c.version))
            .join(StoryRow, StoryRow.id == AnalysisRow.story_id)
            .join(worthy, worthy.c.story_id == StoryRow.id)
            .where(StoryRow.redirect_to.is_(None), is_settled(worthy))
            .where(func.coalesce(PageRow.status, "").not_in(ENDED) | by_machine, PageRow.id.is_(None) | ~fresh)
            .where(~has_emptied(AnalysisRow.story_id, self.settings.extract.languages))
            .where(leases.available(self.name, AnalysisRow.story_id, state, self.clock.now()))
            .order_by(AnalysisRow.made_at.desc(), AnalysisRow.story_id)
            .limit(limit)
        )
        return [ToWrite(key, sha) for key, sha in session.execute(query)]

    def _ended(self, session: Session, limit: int) -> list[ToWrite]:
        """Pages whose story was merged into another, or left too small for a page."""
        found = [ToWrite(key, f"merged {into}") for key, into in merged_pages(session)]
        found += [ToWrite(key, "withdrawn") for key in diminished_pages(session, self.settings)]
        free = [one for one in found if self._is_free(session, one)]
        return free[:limit]

    def _is_free(self, session: Session, item: ToWrite) -> bool:
        state, key = literal(item.input_sha), literal(item.key)
        return bool(session.scalar(select(leases.available(self.name, key, state, self.clock.now()))))

    def load(self, session: Session, items: Sequence[ToWrite]) -> Sequence[ToWrite]:
        """Each story's analysis with its texts, and the frame of its next version."""
        self.archive.refresh(session)
        reachable = reachable_countries(session)
        ends = ("merged", "withdrawn")
        return [
            replace(item, ended=ending(session, item.key, item.input_sha, self.clock))
            if item.input_sha.startswith(ends)
            else self._load(session, item, reachable)
            for item in items
        ]

    def _load(self, session: Session, item: ToWrite, reachable: frozenset[str]) -> ToWrite:
        row = session.get_one(AnalysisRow, item.key, options=[undefer(AnalysisRow.content)])
        recipe = sentence_recipe(self.settings.embed)
        sources = load_sources(session, item.key, self.clock.now(), vector_recipe=recipe)
        try:
            analysis = analysis_from_json(item.key, row.content, sources)
        except Retryable:
            return item
        every = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == item.key)
        versions = session.scalars(every.order_by(PageRow.version)).all()
        last = versions[-1] if versions else None
        now = rfc3339(self.clock.now())
        first = versions[0].content["published_at"] if versions else now
        tested = newest_test(session, item.key)
        found = dict.fromkeys(map(self.topics.get, (row.topic, *analysis.topics)))
        topic, *_ = topics = [Topic(slug=one.slug, name=one.name) for one in found]
        context = PageContext(
            page_id=item.key,
            url=page_url(self.settings, item.key),
            published_at=first,
            updated_at=now,
            as_of=now,
            version=last.version + 1 if last else 1,
            language=self.settings.site.language,
            topic=topic,
            topics=tuple(topics),
            edition=now[:13],
            schema=f"{self.settings.site.base_url.rstrip('/')}/feeds/schema/story-{SCHEMA_VERSION}.json",
            related=related_pages(session, item.key, topic.slug, self.clock.now()),
            limits=self.limits,
            status="published",
            comparison=self.archive.compare(item.key),
            reachable=reachable,
            gap=gap_of(tested),
            attention=attention_of(tested),
        )
        corrections = tuple(Correction(**one) for one in last.content["corrections"]) if last else ()
        return replace(
            item,
            evidence=row.evidence_sha + (tested.page_sha if tested else ""),
            analysis=analysis,
            context=context,
            corrections=corrections,
            standing=standing(about(session, item.key)),
        )

    def process(self, batch: Sequence[ToWrite]) -> Sequence[Draft | ItemError]:
        """Write each page and check it against every citation rule."""
        return [self._write(item) for item in batch]

    def _write(self, item: ToWrite) -> Draft | ItemError:
        if item.ended is not None:
            return Draft(item.ended.status, item.ended, item.input_sha, MACHINE)
        if item.analysis is None or item.context is None:
            return Retryable("analysis-outdated", "the story's documents are not those that were analysed")
        independent = item.analysis.coverage.independent
        if independent < self.settings.pages.min_outlets:
            return Rejected("one-source", f"{independent} independent source: the others carry the same text")
        page = self.engine.write(item.analysis, item.context)
        if isinstance(page, ItemError):
            return page
        address = {"url": f"{item.context.url}/{slug_of(page.headline)}", "corrections": list(item.corrections)}
        documents = _documents(item.analysis)
        page, notes = self._with_edits(page.model_copy(update=address), item.standing, documents)
        broken = held(faults(page, documents, self.limits))
        hold = item.standing.withdrawn or item.standing.hold
        reason = _AND_BROKEN.join(text for text in (hold, broken) if text)
        waits = item.standing.touched or self.settings.publish.of(page.topic.slug) == "review"
        status = "withdrawn" if item.standing.withdrawn else "held" if reason else "draft" if waits else "published"
        page = page.model_copy(update={"status": status})
        return Draft(item.evidence, page, reason or "; ".join(notes), EDITOR if hold else MACHINE)

    def _with_edits(self, page: StoryPage, standing: Standing, documents: Documents) -> tuple[StoryPage, list[str]]:
        """The page with what editors wrote; an edit that no longer holds is left out, and that is noted."""
        notes = []
        cited = {(one.article_id, one.revision) for one in page.every_evidence()}
        its_own = {key: document for key, document in documents.items() if key in cited}
        for name, text in standing.edits.items():
            try:
                page = edited(page, name, text, its_own, self.limits)
            except Broken as error:
                notes.append(f"the edited {name} does not hold for these sources: {error.detail}")
        return page, notes

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


def page_url(settings: Settings, page_id: str) -> str:
    """A page's permanent address, to which a readable part may be added."""
    return f"{settings.site.base_url.rstrip('/')}/story/{page_id}"


def copy_limits(settings: Settings) -> CopyLimits:
    """What the operator allows to be taken."""
    return CopyLimits(words=settings.pages.max_words, share=settings.pages.max_share)


def reachable_countries(session: Session) -> frozenset[str]:
    """The countries of the listed outlets that answered at their last poll, satire left out."""
    answering = tuple(state.value for state in FeedState if state.answered and state is not FeedState.EMPTY)
    query = select(Outlet.country).join(Feed, Feed.outlet_key == Outlet.key)
    query = query.where(Outlet.listed, ~Outlet.satire, Outlet.country != "", Feed.active, Feed.state.in_(answering))
    return frozenset(session.scalars(query.distinct()))


def related_pages(session: Session, page_id: str, topic: str, now: datetime) -> tuple[Related, ...]:
    """The newest other pages of a topic as readers see them: of a page held back its version before that.

    Each as it was before `now`, unless readers see it no more: on a clock that stands, a run that was cut short and
    goes on names what it would have named uncut, and not what it wrote itself before the cut.
    """
    written = func.max(PageRow.made_at)
    newest_first = (
        select(PageRow.id)
        .join(AnalysisRow, AnalysisRow.story_id == PageRow.id)
        .where(AnalysisRow.topic == topic, PageRow.id != page_id, PageRow.status.in_(_READABLE))
        .where(PageRow.made_at < now)
        .group_by(PageRow.id)
        .order_by(written.desc(), PageRow.id)
        .limit(_RELATED_TRIED)
    )
    found: list[Related] = []
    for other in session.scalars(newest_first):
        row = _readable(session, other, seen_version(session, other, before=now))
        if row is None or _readable(session, other, seen_version(session, other)) is None:
            continue
        content = row.content
        found.append(
            Related(
                id=row.id,
                topic=content["topic"]["slug"],
                headline=content["headline"],
                url=content["url"],
                source_count=content["coverage"]["sources"],
                independent_count=content["coverage"]["independent"],
            )
        )
        if len(found) == _RELATED:
            break
    return tuple(found)


def _readable(session: Session, page_id: str, version: int | None) -> PageRow | None:
    row = session.get(PageRow, (page_id, version), options=[undefer(PageRow.content)]) if version else None
    return row if row is not None and row.status in _READABLE else None


def _documents(analysis: Analysis) -> Documents:
    found: Mapping[tuple[str, int], DocumentText] = {
        (one.article_id, one.revision): DocumentText(one.title, one.text, one.regions, one.kind, one.extent, one.rights)
        for one in analysis.sources
    }
    return found

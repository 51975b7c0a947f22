"""Where one article stands, and why it stopped there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.articles.urls import article_id, article_key
from aggregator.clock import rfc3339
from aggregator.errors import Rejected
from aggregator.settings import Settings
from aggregator.sources.ledger import KnownRatings
from aggregator.store.story_tables import EmbeddingRow, Membership, NearMiss, StoryRow
from aggregator.store.tables import Alias, Appearance, Article, Attempt, Document, Feed, Outlet, Response
from aggregator.stories.embed import embed_recipe
from aggregator.types import MANY_EVENTS, Rights


@dataclass(frozen=True)
class Step:
    """A stage's part in an article's way: done, pending, waiting, buried, not needed."""

    stage: str
    state: str
    detail: str = ""


@dataclass
class Trace:
    """An article's way through the pipeline."""

    id: str
    title: str
    facts: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


def trace_article(session: Session, which: str, settings: Settings, now: datetime) -> Trace | None:
    """The way of the article with this id or URL; None if none is known by it."""
    article = find_article(session, which)
    if article is None:
        return None
    outlet = session.get_one(Outlet, article.outlet_key)
    trace = Trace(article.id, article.title)
    trace.facts = {
        "url": article.url or "(none)",
        "outlet": outlet.name,
        "published": _published(article),
        "found": rfc3339(article.found_at) + f" ({article.origin})",
    }
    trace.facts["lean"] = _lean(session, article, now)
    if article.external_id:
        trace.facts["external id"] = article.external_id
    if article.gone_at:
        trace.facts["gone"] = f"its page was no longer there on {rfc3339(article.gone_at)}; what was read stays"
    if article.recheck_at and not article.withheld:
        trace.facts["asked again"] = f"{article.rechecks} times, next from {rfc3339(article.recheck_at)} on"
    if article.withheld:
        trace.facts["withheld"] = article.withheld
        return trace
    trace.steps = [
        _polled(session, article),
        _fetched(session, article),
        *_read(session, article, settings),
    ]
    return trace


def _lean(session: Session, article: Article, now: datetime) -> str:
    """What readers see, and from what it can be made again."""
    current = (Document.article_id == article.id, Document.current)
    kind = session.scalar(select(Document.kind).where(*current)) or ""
    known = KnownRatings(session, [article.outlet_key], now)
    unit = known.place(article.outlet_key, kind, article.url, article.section).unit
    tag = known.tag(article.outlet_key, unit, (article.published_at or article.found_at).date())
    scale = f" ({tag.scale_of} scale)" if tag.scale_of else ""
    why = f" ({tag.why_unrated})" if tag.why_unrated else ""
    named = f" from {', '.join(tag.ratings)}" if tag.raters else ""
    return f"{tag.text}{scale}{why}: its outlet's {unit} on {tag.day}, as known {rfc3339(now)}, by {tag.rule}{named}"


def _published(article: Article) -> str:
    """When, and why the date of its feed was not taken as it stands."""
    when = rfc3339(article.published_at) if article.published_at else "not known"
    raw = f" {article.published_raw!r}" if article.published_raw else ""
    return when + (f" (date in the feed{raw}: {article.date_note})" if article.date_note else "")


def find_article(session: Session, which: str) -> Article | None:
    """The article with this id, external id or URL, under whichever of its addresses; None if none is known by it."""
    if (by_id := session.get(Article, which)) is not None:
        return by_id
    imported = select(Article).where(Article.external_id == which).order_by(Article.id).limit(1)
    if which and (by_external_id := session.scalar(imported)) is not None:
        return by_external_id
    try:
        key, identity = article_key(which), article_id(which)
    except Rejected:
        return None
    alias = session.get(Alias, key)
    return session.get(Article, alias.article_id if alias else identity)


def _polled(session: Session, article: Article) -> Step:
    if article.origin == "import":
        return Step("poll", "not needed", "imported")
    query = select(Feed.url).join(Appearance, Appearance.feed_id == Feed.id)
    feeds = session.scalars(query.where(Appearance.article_id == article.id).order_by(Feed.url)).all()
    return Step("poll", "done", "listed by " + ", ".join(feeds))


def _fetched(session: Session, article: Article) -> Step:
    response = session.get(Response, article.id)
    if article.origin == "import":
        crawled = f", crawled {rfc3339(response.fetched_at)}" if response is not None else ""
        return Step("fetch", "not needed", f"imported{crawled}")
    if response is not None and response.input_sha == article.entry_sha:
        return Step("fetch", "done", f"read {rfc3339(response.fetched_at)} from {response.final_url}")
    return _not_done(session, "fetch", article.id, article.entry_sha)


def _read(session: Session, article: Article, settings: Settings) -> list[Step]:
    recipe = embed_recipe(settings.embed)
    response = session.get(Response, article.id)
    document = session.scalar(select(Document).where(Document.article_id == article.id, Document.current))
    if document is None or (response is not None and document.input_sha != response.html_sha):
        if response is None:
            return []
        return [_not_done(session, "extract", article.id, response.html_sha)]
    words = len(document.text.split())
    what = f"revision {document.revision}: {words} words, {document.language}, {document.kind}, {document.extent}"
    what += "".join(f"; {fact}" for fact in _of_document(document))
    steps = [Step("extract", "done" if response is not None else "not needed", what)]
    if document.language not in settings.extract.languages:
        return [*steps, Step("embed", "stopped", f"language-unsupported: {document.language or 'unknown'}")]
    if document.kind in MANY_EVENTS:
        return [*steps, Step("embed", "stopped", f"many-events: a {document.kind} tells of many events")]
    vector = session.get(EmbeddingRow, (article.id, recipe))
    if vector is None or vector.input_sha != document.content_sha:
        return [*steps, _not_done(session, "embed", article.id, document.content_sha)]
    steps.append(Step("embed", "done", f"in space {vector.space} by {vector.engine}"))
    return [*steps, _placed(session, article)]


def _of_document(document: Document) -> Iterator[str]:
    """How sure its text is, what its publisher leaves us of it and who says so, and its picture."""
    if document.agreement is not None:
        yield f"two extractors agree by {document.agreement:.0%}"
    if document.rights != Rights.FULL or document.rights_basis:
        yield f"rights {document.rights}" + (f" ({document.rights_basis})" if document.rights_basis else "")
    if document.image:
        yield f"picture {document.image['url']}" + (f" by {credit}" if (credit := document.image["credit"]) else "")


def _placed(session: Session, article: Article) -> Step:
    member = session.get(Membership, article.id)
    if member is None:
        return Step("cluster", "pending", "waits for its slice")
    if member.story_id is None:
        return Step("cluster", "removed", "by an editor: it belongs to no story")
    story = session.get_one(StoryRow, member.story_id)
    others = session.scalars(
        select(NearMiss).where(NearMiss.article_id == article.id).order_by(NearMiss.score.desc(), NearMiss.story_id)
    ).all()
    near = "".join(f"; nearly joined {other.story_id} ({other.score:.2f})" for other in others)
    how = "founded" if story.founding_article_id == article.id else f"joined with score {member.score:.2f}"
    return Step("cluster", "done", f"{how} {story.id}, {story.size} articles{near}")


def _not_done(session: Session, stage: str, key: str, input_sha: str) -> Step:
    attempt = session.get(Attempt, (stage, key))
    if attempt is None or attempt.input_sha != input_sha or not attempt.reason:
        return Step(stage, "pending", "held by a worker" if attempt is not None and attempt.token else "")
    why = f"{attempt.reason}: {attempt.detail}" if attempt.detail else attempt.reason
    if attempt.buried:
        return Step(stage, "buried", f"{why} (after {attempt.tries} tries)")
    again = rfc3339(attempt.not_before) if attempt.not_before else "soon"
    return Step(stage, "waiting", f"{why}; tried {attempt.tries} times, again at {again}")

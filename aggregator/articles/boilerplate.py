"""What an outlet prints on page after page: walls instead of articles, and paragraphs that stand on many of them.

Both are found out by counting documents as they are saved, and what was saved before is then put right, so that in the
end the order in which pages came does not matter. Of an outlet with feeds only what its own feeds list is counted: else
another outlet's feed could silence an article by listing it under five addresses.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from aggregator.articles.listing import listed_by_its_own
from aggregator.articles.markup import key
from aggregator.store.tables import Article, Document, Feed, ParagraphCount
from aggregator.text import short_hash
from aggregator.types import RegionKind

REPEATED = "repeated-page"
#: so many addresses with one text are a wall
REPEATS = 3
#: a paragraph on so many articles of an outlet is boilerplate
COMMON = 5
MAX_CHARS = 400
#: a shorter line may well be said twice
_MIN_CHARS = 20
#: paragraphs from the beginning and from the end of a document that are looked at: boilerplate stands there
_ENDS = 150
#: more paragraphs than this are not looked for by the database
_ASKED_FOR = 10


def withhold_repeated(session: Session, article: Article, document: Document) -> bool:
    """Withhold `article` and all that have its text, where an outlet shows one text under three addresses.

    That is a request for consent, a geographical block or a login, whatever its words; copies of one article, which
    all have its title, are none. What other outlets carry does not matter here.
    """
    if not document.text:
        return False
    query = (
        select(Article)
        .join(Document, (Document.article_id == Article.id) & Document.current)
        .where(Document.text_sha256 == document.text_sha256, Article.outlet_key == article.outlet_key)
        .where(Article.origin == "feed", Article.withheld.in_(("", REPEATED)))
    )
    same = session.scalars(query).all()
    if len(same) < REPEATS:
        return False
    counted = session.scalars(query.where(_counts())).all()
    if len(counted) < REPEATS or len({key(one.title) for one in counted}) < 2:
        return False
    for one in same:
        one.withheld = REPEATED
    return True


def mark_boilerplate(session: Session, article: Article, document: Document, now: datetime, *, count: bool) -> None:
    """Mark as notices the paragraphs of `document` that stand on five articles of its outlet or more.

    `count`: the article is new, and its paragraphs count. Where one thereby becomes common, the documents that have it
    already are marked too. Nothing is taken out: the text and all offsets in it stay as they are.
    """
    texts = [text for text in document.text.split("\n") if _MIN_CHARS <= len(text) <= MAX_CHARS]
    paragraphs = {_sha(text): text for text in (*texts[:_ENDS], *texts[-_ENDS:])}
    if not paragraphs:
        return
    if count and session.scalar(select(Article.id).where(Article.id == article.id, _counts())) is not None:
        seen = _counted(session, article.outlet_key, sorted(paragraphs), now)
        new = [paragraphs[sha] for sha in sorted(seen) if seen[sha] == COMMON]
    else:
        query = select(ParagraphCount.sha, ParagraphCount.seen).where(
            ParagraphCount.outlet_key == article.outlet_key, ParagraphCount.sha.in_(paragraphs)
        )
        seen, new = dict(session.execute(query).all()), []
    _mark(document, [paragraphs[sha] for sha, times in seen.items() if times >= COMMON])
    for other in _with(session, article.outlet_key, new):
        _mark(other, new)


def _counts() -> ColumnElement[bool]:
    """SQL condition on Article: it says something about its outlet's pages."""
    has_feeds = exists().where(Feed.outlet_key == Article.outlet_key).correlate(Article)
    return or_(Article.origin != "feed", ~has_feeds, listed_by_its_own())


def _counted(session: Session, outlet: str, shas: Sequence[str], now: datetime) -> dict[str, int]:
    """One more article for each paragraph, and on how many each stands now; all in one order, against deadlocks."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(ParagraphCount).values(
        [{"outlet_key": outlet, "sha": sha, "seen": 1, "last_at": now} for sha in shas]
    )
    counted = statement.on_conflict_do_update(
        index_elements=["outlet_key", "sha"],
        set_={"seen": ParagraphCount.seen + 1, "last_at": statement.excluded.last_at},
    ).returning(ParagraphCount.sha, ParagraphCount.seen)
    return dict(session.execute(counted).all())


def _with(session: Session, outlet: str, paragraphs: Sequence[str]) -> Iterator[Document]:
    """The current documents of an outlet's pages that have one of the paragraphs at least."""
    if not paragraphs:
        return
    query = (
        select(Document)
        .join(Article, Article.id == Document.article_id)
        .where(Article.outlet_key == outlet, Article.origin == "feed", Document.current)
        .order_by(Document.article_id)
    )
    if len(paragraphs) <= _ASKED_FOR:
        query = query.where(or_(*(Document.text.contains(text, autoescape=True) for text in paragraphs)))
    wanted = set(paragraphs)
    for document in session.scalars(query.execution_options(yield_per=100)):
        if not wanted.isdisjoint(document.text.split("\n")):
            yield document


def _mark(document: Document, common: Sequence[str]) -> None:
    """Make each of the paragraphs one region, in place of those that lie in it; a longer one that holds it stays."""
    wanted, spans, end = set(common), [], -1
    for line in document.text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if line in wanted:
            spans.append((start, end))
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    held: set[int] = set()
    for one in document.regions:
        held.update(range(bisect_left(starts, one["start"]), bisect_right(ends, one["end"])))
    spans = [span for number, span in enumerate(spans) if number not in held]
    ends = [end for _, end in spans]

    def gives_way(start: int, end: int) -> bool:
        after = bisect_right(ends, start)
        return after < len(spans) and spans[after][0] < end

    regions = [one for one in document.regions if not gives_way(one["start"], one["end"])]
    regions += [{"start": start, "end": end, "kind": RegionKind.NOTICE.value} for start, end in spans]
    document.regions = sorted(regions, key=lambda one: one["start"])


def _sha(text: str) -> str:
    return short_hash(text, 16)

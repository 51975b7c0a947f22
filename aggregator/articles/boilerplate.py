"""What an outlet prints on page after page: walls instead of articles, and paragraphs that stand on many of them.

Both are found out by counting documents as they are saved, and what was saved before is then put right, so that in the
end the order in which pages came does not matter.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from aggregator.articles.markup import key
from aggregator.store.tables import Article, Document, ParagraphCount
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
    if len(same) < REPEATS or len({key(one.title) for one in same}) < 2:
        return False
    for one in same:
        one.withheld = REPEATED
    return True


def mark_boilerplate(session: Session, article: Article, document: Document, now: datetime, *, count: bool) -> None:
    """Mark as notices the paragraphs of `document` that stand on five articles of its outlet or more.

    `count`: the article is new, and its paragraphs count. Where one thereby becomes common, the documents that have it
    already are marked too. Nothing is taken out: the text and all offsets in it stay as they are.
    """
    paragraphs = {_sha(text): text for text in document.text.split("\n") if _MIN_CHARS <= len(text) <= MAX_CHARS}
    if not paragraphs:
        return
    if count:
        seen = _counted(session, article.outlet_key, sorted(paragraphs), now)
    else:
        query = select(ParagraphCount.sha, ParagraphCount.seen).where(
            ParagraphCount.outlet_key == article.outlet_key, ParagraphCount.sha.in_(paragraphs)
        )
        seen = dict(session.execute(query).all())
    common = sorted(sha for sha, times in seen.items() if times >= COMMON)
    _mark(document, [paragraphs[sha] for sha in common])
    for sha in common:
        if count and seen[sha] == COMMON:
            for other in _with(session, article.outlet_key, paragraphs[sha]):
                _mark(other, [paragraphs[sha]])


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


def _with(session: Session, outlet: str, paragraph: str) -> Sequence[Document]:
    """The current documents of an outlet's pages that have the paragraph."""
    query = (
        select(Document)
        .join(Article, Article.id == Document.article_id)
        .where(Article.outlet_key == outlet, Article.origin == "feed", Document.current)
        .where(Document.text.contains(paragraph, autoescape=True))
        .order_by(Document.article_id)
    )
    return session.scalars(query).all()


def _mark(document: Document, common: Sequence[str]) -> None:
    """Make each of the paragraphs one region, in place of those that lie in it; a longer one that holds it stays."""
    wanted = set(common)
    ends = [-1, *(at for at, char in enumerate(document.text) if char == "\n"), len(document.text)]
    regions = list(document.regions)
    for before, end in pairwise(ends):
        start = before + 1
        if document.text[start:end] not in wanted or any(
            one["start"] <= start and end <= one["end"] for one in regions
        ):
            continue
        regions = [one for one in regions if one["end"] <= start or end <= one["start"]]
        regions.append({"start": start, "end": end, "kind": RegionKind.NOTICE.value})
    document.regions = sorted(regions, key=lambda one: one["start"])


def _sha(text: str) -> str:
    return short_hash(text, 16)

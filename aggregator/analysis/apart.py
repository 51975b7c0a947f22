"""Copies told apart for whoever shows counts of stories that may have no page: the desk, the shell, exports.

What a story's analysis says is taken if it is of the same documents; else the texts are compared here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.analysis.coverage import coverage, is_original
from aggregator.analysis.model import Coverage, Origin, SourceText
from aggregator.analysis.sources import load_articles, with_syndication
from aggregator.analysis.stored import coverage_of, origins_of, reuses_of
from aggregator.store.page_tables import AnalysisRow
from aggregator.store.story_tables import Membership
from aggregator.store.tables import Article, Document
from aggregator.stories.syndication import Reuse


@dataclass(frozen=True)
class Apart:
    """A story's counts and whose texts it has.

    `copies` has the original of each article that is a copy; `origins` who wrote a text of which only copies are here.
    """

    coverage: Coverage
    copies: Mapping[str, str]
    origins: Mapping[str, Origin]
    reuses: tuple[Reuse, ...]


def told_apart(
    session: Session, story_ids: Collection[str], as_of: datetime, *, most: int | None = None
) -> dict[str, Apart]:
    """By story what is known of its texts, in a fixed number of queries. Articles without a document are not counted.

    Stories of more than `most` articles are left out unless their analysis answers.
    """
    members: dict[str, dict[str, int]] = defaultdict(dict)
    present = (
        select(Membership.story_id, Document.article_id, Document.revision)
        .join(Document, (Document.article_id == Membership.article_id) & Document.current)
        .join(Article, Article.id == Membership.article_id)
        .where(Membership.story_id.in_(story_ids), Article.withheld == "")
    )
    for story, article, revision in session.execute(present):
        members[str(story)][article] = revision
    stored = select(AnalysisRow.story_id, AnalysisRow.content).where(AnalysisRow.story_id.in_(list(members)))
    found = {key: _stored(content) for key, content in session.execute(stored) if _is_of(content, members[key])}
    rest = [key for key in members if key not in found and (most is None or len(members[key]) <= most)]
    loaded = load_articles(session, [one for key in rest for one in members[key]], as_of, cut=False) if rest else ()
    for key in rest:
        found[key] = _compared([one for one in loaded if one.article_id in members[key]])
    return found


def _is_of(content: Mapping[str, Any], members: Mapping[str, int]) -> bool:
    return "reuses" in content and {row["article_id"]: row["revision"] for row in content["sources"]} == members


def _stored(content: Mapping[str, Any]) -> Apart:
    originals = {row["article_id"]: row["syndication_id"] for row in content["sources"]}
    copies = {key: original for key, original in originals.items() if original != key}
    return Apart(coverage_of(content["coverage"]), copies, origins_of(content), reuses_of(content))


def _compared(sources: Sequence[SourceText]) -> Apart:
    known, reuses = with_syndication(sources)
    copies = {one.article_id: one.syndication_id for one in known if not is_original(one)}
    return Apart(coverage(known), copies, {one.syndication_id: one.origin for one in known if one.origin}, reuses)

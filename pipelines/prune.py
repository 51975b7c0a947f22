"""Pruning: bodies that are no longer needed are emptied; rows stay, so that nothing is fetched again."""

from datetime import timedelta

from sqlalchemy import delete, exists, func, select, update

from aggregator.analysis.vectors import is_settled, stories_worth_a_page
from aggregator.articles.boilerplate import COMMON
from aggregator.articles.rechecks import forget_rechecks
from aggregator.clock import Clock, wall
from aggregator.setting_sections import KeepSettings
from aggregator.settings import Settings
from aggregator.sources.contest_filing import forget_senders
from aggregator.store.page_tables import AnalysisRow, PageRow, SentenceVectorsRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article, Attempt, Host, ParagraphCount, Response
from aggregator.summarise.gaps import page_input
from pipelines.room import done_with

#: rare paragraphs are forgotten after so long; boilerplate is remembered
PARAGRAPH_DAYS = 90
#: a host whose robots.txt was not asked for in so long is forgotten
HOST_DAYS = timedelta(days=30)


def prune(store: Store, clock: Clock, keep: KeepSettings) -> int:
    """Empty the HTML that is older than `[keep] html_days` and was read, or cannot be; how many pages that were."""
    before = clock.now() - timedelta(days=keep.html_days)
    with store.write() as session:
        emptied = session.scalars(
            update(Response)
            .where(Response.fetched_at < before, done_with())
            .values(html=None)
            .returning(Response.article_id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(emptied)


def prune_leftovers(store: Store, clock: Clock, settings: Settings) -> None:
    """Empty the texts that feeds carried after `[keep] html_days`; forget paragraphs that stood on few articles and not
    lately, rechecks that nobody needs, hosts that were not asked lately, and from where contests came a day ago.
    """
    now = clock.now()
    before, long_ago = now - timedelta(days=settings.keep.html_days), now - timedelta(days=PARAGRAPH_DAYS)
    with store.write() as session:
        session.execute(
            update(Article)
            .where(Article.found_at < before, Article.feed_html.is_not(None))
            .values(feed_html=None)
            .execution_options(synchronize_session=False)
        )
        rare = (ParagraphCount.last_at < long_ago, ParagraphCount.seen < COMMON)
        session.execute(delete(ParagraphCount).where(*rare))
        quiet = Host.down_until.is_(None) | (Host.down_until < now)
        session.execute(
            delete(Host).where(quiet, func.coalesce(Host.robots_at, Host.down_until, now) < now - HOST_DAYS)
        )
        forget_senders(session, wall())
        forget_rechecks(session, now, timedelta(days=settings.cluster.window_days))


def prune_vectors(store: Store, clock: Clock, settings: Settings) -> int:
    """Empty the sentence vectors of stories that take no more articles and whose page stands; of how many articles.

    Old is a story whose last article left `[cluster] window_days` more than `[keep] vectors_days` ago, and vectors that
    were made as long ago. The rows stay, so that nothing is embedded again while the articles are the same.
    """
    margin = timedelta(days=settings.keep.vectors_days)
    before = clock.now() - margin
    pages = settings.pages
    worthy = stories_worth_a_page(settings.extract.languages, pages.min_articles, pages.min_outlets)
    analysed = AnalysisRow.story_id == StoryRow.id
    written = exists().where(analysed, PageRow.id == StoryRow.id, PageRow.input_sha == page_input())
    given_up = exists().where(Attempt.stage == "summarise", Attempt.key == StoryRow.id, Attempt.buried)
    old = (
        select(Membership.article_id)
        .join(StoryRow, StoryRow.id == Membership.story_id)
        .join(worthy, worthy.c.story_id == StoryRow.id)
        .where(StoryRow.last_at < before - timedelta(days=settings.cluster.window_days))
        .where(is_settled(worthy), written | given_up)
    )
    with store.write() as session:
        emptied = session.scalars(
            update(SentenceVectorsRow)
            .where(SentenceVectorsRow.made_at < before, func.length(SentenceVectorsRow.vectors) > 0)
            .where(SentenceVectorsRow.article_id.in_(old))
            .values(vectors=b"")
            .returning(SentenceVectorsRow.article_id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(emptied)

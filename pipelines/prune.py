"""Pruning: bodies that are no longer needed are emptied; rows stay, so that nothing is fetched again."""

from datetime import timedelta

from sqlalchemy import exists, update

from aggregator.clock import Clock
from aggregator.settings import KeepSettings
from aggregator.store.sessions import Store
from aggregator.store.tables import Attempt, Document, Response


def prune(store: Store, clock: Clock, keep: KeepSettings) -> int:
    """Empty the HTML that is older than `[keep] html_days` and was read, or cannot be; how many pages that were."""
    before = clock.now() - timedelta(days=keep.html_days)
    read = exists().where(
        Document.article_id == Response.article_id, Document.current, Document.input_sha == Response.html_sha
    )
    given_up = exists().where(Attempt.stage == "extract", Attempt.key == Response.article_id, Attempt.buried)
    old = (Response.fetched_at < before, Response.html.is_not(None))
    with store.write() as session:
        emptied = session.scalars(
            update(Response)
            .where(*old, read | given_up)
            .values(html=None)
            .returning(Response.article_id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(emptied)

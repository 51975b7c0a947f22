"""The state of an instance: which feeds rest, which answer oddly, and when feeds are asked next."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from aggregator.cli.inspect import _schedule
from aggregator.sources.outlets import sync_outlets
from aggregator.store.tables import Feed
from pipelines.status import read_status
from tests.newsroom import sample_instance


def test_feeds_that_rest_or_answer_oddly_are_named_with_their_next_check(tmp_path: Path) -> None:
    with sample_instance(tmp_path / "data") as instance:
        now = instance.clock.now()
        with instance.store.write() as session:
            sync_outlets(session, instance.outlets, instance.clock)
            fine, gone, lost, stale, *_ = session.scalars(select(Feed).order_by(Feed.url))
            for feed, state, wait in ((fine, "ok", 0.5), (gone, "gone", 170), (lost, "dns", 400), (stale, "stale", 6)):
                feed.state, feed.checked_at, feed.next_at = state, now, now + timedelta(hours=wait)
            gone.muted, lost.failures, stale.detail = True, 120, "nothing new since 2026-09-01"
            feeds = session.query(Feed).count()
        found = read_status(instance, {})

    assert [(feed["state"], feed["rest"]) for feed in found["failing_feeds"]] == [("gone", "muted"), ("dns", "dormant")]
    assert [(feed["state"], feed["detail"]) for feed in found["odd_feeds"]] == [
        ("stale", "nothing new since 2026-09-01")
    ]
    schedule = found["feed_schedule"]
    assert schedule == {
        "due": feeds - 4, "within_an_hour": 1, "muted": 1, "dormant": 1, "next_at": "2026-10-06T12:30:00Z",
    }  # fmt: skip
    assert _schedule(schedule).endswith("1 within an hour, 1 muted, 1 dormant; the next at 2026-10-06T12:30:00Z")

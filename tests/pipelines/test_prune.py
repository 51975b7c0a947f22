"""Pruning: what has served is emptied, what is still needed stays."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import undefer

from aggregator.clock import Clock, wall
from aggregator.settings import Settings
from aggregator.sources.contest_filing import Sender, file_contest
from aggregator.store.contest_tables import ContestSender
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Host, Outlet, ParagraphCount
from pipelines.prune import prune_leftovers


def test_texts_of_feeds_are_emptied_in_time_and_rare_paragraphs_needless_rechecks_and_old_hosts_forgotten(
    store: Store, clock: Clock
) -> None:
    now = clock.now()
    with store.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern"))
        session.flush()
        for key, days in (("old", 15), ("new", 3)):
            at = now - timedelta(days=days)
            session.add(
                Article(
                    id=f"a_{key}", url=key, outlet_key="lantern", origin="feed", found_at=at, order_at=at, entry_sha="",
                    feed_html=b"<p>text", recheck_at=at + timedelta(hours=1),
                )
            )  # fmt: skip
        for sha, seen, days in (("rare", 4, 91), ("often", 5, 91), ("of late", 1, 89)):
            at = now - timedelta(days=days)
            session.add(ParagraphCount(outlet_key="lantern", sha=sha, seen=seen, last_at=at))
        down = now + timedelta(hours=1)
        for host, days, until in (("long.ago", 31, None), ("of.late", 29, None), ("down", 31, down)):
            session.add(Host(host=host, robots_at=now - timedelta(days=days), down_until=until))
    prune_leftovers(store, clock, Settings())
    with store.read() as session:
        rows = session.scalars(select(Article).options(undefer(Article.feed_html)).order_by(Article.id)).all()
        assert [(row.id, row.feed_html, row.recheck_at is None) for row in rows] == [
            ("a_new", b"<p>text", False),
            ("a_old", None, True),
        ]
        assert set(session.scalars(select(ParagraphCount.sha))) == {"often", "of late"}
        assert set(session.scalars(select(Host.host))) == {"of.late", "down"}


def test_from_where_contests_came_is_forgotten_after_a_day_of_the_machine(sqlite: Store, clock: Clock) -> None:
    with sqlite.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern"))
        for number, hours in enumerate((23, 25)):
            sender = Sender(f"hash {number}", wall() - timedelta(hours=hours))
            text = f"It was sold in May, as contest {number} says."
            file_contest(session, "lantern", "news", "other", text, clock.now(), sender)
    prune_leftovers(sqlite, clock, Settings())
    with sqlite.read() as session:
        assert session.scalars(select(ContestSender.who)).all() == ["hash 0"]

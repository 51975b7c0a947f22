"""The cards of other pages of a topic."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.store.page_tables import AnalysisRow, PageRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Article, Outlet
from aggregator.summarise.write import EDITOR, MACHINE, related_pages

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def add_page(store: Store, story: str, hours: int, *versions: tuple[str, str], topic: str = "garden") -> None:
    """A page of a topic with its versions: (status, made by), an hour apart."""
    at = NOW + timedelta(hours=hours)
    with store.write() as session:
        if session.get(Outlet, "courier") is None:
            session.add(Outlet(key="courier", name="Courier"))
            session.flush()
        shared: dict[str, Any] = {"found_at": at, "order_at": at, "outlet_key": "courier", "origin": "feed"}
        session.add(Article(id=f"a_{story}", url=f"https://courier.example/{story}", entry_sha="", **shared))
        session.flush()
        times: dict[str, Any] = {"made_at": at, "first_at": at, "last_at": at}
        session.add(StoryRow(id=story, founding_article_id=f"a_{story}", size=1, members_sha="", **times))
        session.flush()
        hashes: dict[str, Any] = {"input_sha": "", "recipe": "", "made_at": at}
        session.add(AnalysisRow(story_id=story, evidence_sha="", topic=topic, content={}, **hashes))
        for k, (status, by) in enumerate(versions):
            content = {
                "topic": {"slug": topic, "name": topic}, "headline": f"{story} v{k + 1}",
                "url": f"https://news.example/story/{story}", "coverage": {"sources": 3, "independent": 2},
            }  # fmt: skip
            made: dict[str, Any] = {**hashes, "made_at": at + timedelta(hours=k)}
            session.add(
                PageRow(
                    id=story, version=k + 1, content=content, sha256="", edition="", status=status, made_by=by, **made
                )
            )


def headlines(store: Store, topic: str = "garden", hours: int = 24) -> list[str]:
    """The cards of a page of the topic that is written after so many hours."""
    with store.read() as session:
        return [one.headline for one in related_pages(session, "s_me", topic, NOW + timedelta(hours=hours))]


def test_the_four_newest_pages_of_the_topic_are_named_newest_first(store: Store) -> None:
    for k in range(6):
        add_page(store, f"s_{k}", k, ("published", MACHINE))
    add_page(store, "s_other", 9, ("published", MACHINE), topic="sea")
    assert headlines(store) == ["s_5 v1", "s_4 v1", "s_3 v1", "s_2 v1"]


def test_of_a_page_whose_newest_version_is_held_back_the_one_before_is_named(store: Store) -> None:
    add_page(store, "s_1", 1, ("published", MACHINE), ("held", MACHINE))
    assert headlines(store) == ["s_1 v1"]


def test_pages_that_readers_do_not_see_are_not_named(store: Store) -> None:
    add_page(store, "s_1", 1, ("published", MACHINE), ("held", EDITOR))
    add_page(store, "s_2", 2, ("published", MACHINE), ("withdrawn", EDITOR))
    add_page(store, "s_3", 3, ("held", MACHINE))
    assert headlines(store) == []


def test_a_page_is_not_related_to_itself(store: Store) -> None:
    add_page(store, "s_me", 1, ("published", MACHINE))
    assert headlines(store) == []


def test_what_the_same_run_wrote_is_not_named_so_that_it_may_be_cut_anywhere(store: Store) -> None:
    add_page(store, "s_1", 1, ("published", MACHINE))
    add_page(store, "s_2", 2, ("published", MACHINE), ("published", MACHINE))
    assert headlines(store, hours=3) == ["s_2 v1", "s_1 v1"]
    assert headlines(store, hours=1) == []


def test_what_the_same_run_ended_is_not_named(store: Store) -> None:
    add_page(store, "s_1", 1, ("published", MACHINE), ("merged", MACHINE))
    add_page(store, "s_2", 1, ("published", MACHINE), ("held", EDITOR))
    assert headlines(store, hours=2) == []

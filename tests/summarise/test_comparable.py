"""The archive that a story is compared with."""

from datetime import UTC, datetime, timedelta

import numpy as np

from aggregator.store.columns import Vector
from aggregator.store.page_tables import StoryProfile
from aggregator.store.sessions import Store
from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Article, Outlet
from aggregator.summarise.comparable import Archive, Profile, compare

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
UP: Vector = np.array([1.0, 0.0], np.float32)
ASIDE: Vector = np.array([0.0, 1.0], np.float32)


def archive(near: int, far: int, articles: int = 10, quoting: int = 10) -> dict[str, Profile]:
    """A story "mine", `near` stories like it of which `quoting` quote doctors, and `far` others that quote police."""
    profiles = {"mine": Profile(3, UP, frozenset())}
    for k in range(near):
        profiles[f"near{k:02}"] = Profile(articles, UP, frozenset(["Doctors"] if k < quoting else []))
    for k in range(far):
        profiles[f"far{k:02}"] = Profile(articles, ASIDE, frozenset(["Police"]))
    return profiles


def compared(profiles: dict[str, Profile]) -> tuple[str, list[tuple[str, float]]]:
    cosines = {key: float(one.centroid @ UP) for key, one in profiles.items()}
    found = compare(profiles, "mine", cosines)
    return found.reason, [(one.group, one.share) for one in found.groups]


def test_a_group_that_is_common_in_near_stories_and_rare_elsewhere_is_told() -> None:
    assert compared(archive(25, 80)) == ("", [("Doctors", 0.4)])


def test_a_group_that_is_common_everywhere_is_none_that_a_story_lacks() -> None:
    assert compared(archive(100, 0, quoting=100)) == ("", [])


def test_a_small_archive_is_not_compared_with() -> None:
    reason, groups = compared(archive(25, 10))
    assert "350 articles" in reason
    assert not groups


def test_too_few_near_stories_are_not_compared_with() -> None:
    reason, groups = compared(archive(5, 200))
    assert "only 5 stories" in reason
    assert not groups


def profile(store: Store, story: str, at: datetime, groups: list[str]) -> None:
    with store.write() as session:
        if session.get(Outlet, "courier") is None:
            session.add(Outlet(key="courier", name="Courier"))
            session.flush()
        if session.get(StoryRow, story) is None:
            article = f"a_{story}"
            session.add(
                Article(
                    id=article, url=f"https://courier.example/{story}", outlet_key="courier", origin="feed",
                    found_at=at, order_at=at, entry_sha="",
                )
            )  # fmt: skip
            session.flush()
            session.add(
                StoryRow(
                    id=story, founding_article_id=article, made_at=at, first_at=at, last_at=at, size=1, members_sha=""
                )
            )
            session.flush()
        session.merge(
            StoryProfile(story_id=story, space="embed/1", articles=600, centroid=UP, groups=groups, made_at=at)
        )


def test_a_process_reads_only_what_was_written_since_and_takes_what_was_replaced(store: Store) -> None:
    profile(store, "s_1", NOW, ["Police"])
    known = Archive("embed/1")
    with store.read() as session:
        known.refresh(session)
    profile(store, "s_2", NOW + timedelta(hours=1), ["Unions"])
    profile(store, "s_1", NOW + timedelta(hours=2), ["Farmers"])
    with store.read() as session:
        known.refresh(session)
    assert {key: sorted(one.groups) for key, one in known.profiles.items()} == {"s_1": ["Farmers"], "s_2": ["Unions"]}
    assert "600 articles" in known.compare("s_1").reason


def test_profiles_of_another_space_are_not_read(store: Store) -> None:
    profile(store, "s_1", NOW, ["Police"])
    other = Archive("embed/2")
    with store.read() as session:
        other.refresh(session)
    assert not other.profiles

"""Threads as readers see them: what a page names, the thread's own page, and what is in the feeds."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Article, Outlet
from aggregator.store.thread_tables import ThreadRow, ThreadStory
from aggregator.summarise.actions import act
from tests.publish.test_publish import Newsroom, newsroom

__all__ = ["newsroom"]
THREAD = "t_saga"


class Saga:
    """Published stories of one thread, a day apart, the first one oldest."""

    def __init__(self, newsroom: Newsroom, count: int) -> None:
        self.newsroom, self.keys = newsroom, [f"s_part{n}" for n in range(count)]
        with newsroom.store.write() as session:
            session.add(Outlet(key="post", name="The Post"))
            session.flush()
            for number, key in enumerate(self.keys):
                at = newsroom.clock.now() + timedelta(days=number - count)
                session.add(
                    Article(
                        id=f"a{number}", url="", outlet_key="post", origin="import", found_at=at, order_at=at,
                        entry_sha="",
                    )
                )  # fmt: skip
                session.flush()
                session.add(
                    StoryRow(
                        id=key, founding_article_id=f"a{number}", made_at=at, first_at=at, last_at=at, size=3,
                        members_sha=key, life="settled",
                    )
                )  # fmt: skip
                session.flush()
                if not number:
                    session.add(ThreadRow(id=THREAD, founding_story_id=key, made_at=at))
                    session.flush()
                session.add(
                    ThreadStory(
                        story_id=key, thread_id=THREAD, input_sha="", recipe="", first_at=at, last_at=at,
                        founder=f"a{number}", features_sha="", terms={}, vector=None,
                    )
                )  # fmt: skip
        for number, key in enumerate(self.keys):
            newsroom.keep(1, key=key, headline=f"Part {number}", url=f"https://news.example.org/story/{key}/part")
        newsroom.publish()

    def named(self, key: str) -> list[str]:
        """The stories that the page of `key` names as earlier ones, in its order."""
        html = self.newsroom.html(f"story/{key}").partition('<h2 id="earlier">')[2].partition("</section>")[0]
        return self.linked(html.partition("<ol")[2].partition("</ol>")[0])

    def listed(self) -> list[str]:
        return self.linked(self.newsroom.html(f"thread/{THREAD}").partition("<main")[2])

    def linked(self, html: str) -> list[str]:
        return [part.partition("/")[0] for part in html.split("story/")[1:] if part.startswith("s_")]

    def decide(self, kind: str, key: str) -> None:
        with self.newsroom.store.write() as session:
            act(session, key, kind, actor="Ann", reason="because of a doubt", clock=self.newsroom.clock)
        self.newsroom.publish()

    def go(self, thread: str | None, keys: Sequence[str]) -> None:
        """Where some stories stand from now on."""
        with self.newsroom.store.write() as session:
            for key in keys:
                session.get_one(ThreadStory, key).thread_id = thread
        self.newsroom.publish()


@pytest.fixture
def saga(newsroom: Newsroom) -> Saga:
    return Saga(newsroom, 3)


def test_a_page_names_the_earlier_ones_newest_first_and_leads_to_the_latest(saga: Saga) -> None:
    assert saga.named("s_part2") == ["s_part1", "s_part0"]
    assert saga.named("s_part0") == []
    assert "Later in this story" in saga.newsroom.html("story/s_part0")
    assert "It went on" in saga.newsroom.html("story/s_part1")
    assert "It went on" not in saga.newsroom.html("story/s_part2")


def test_a_thread_has_a_page_of_its_stories_over_time(saga: Saga) -> None:
    assert saga.listed() == ["s_part2", "s_part1", "s_part0"]
    assert f"thread/{THREAD}/" in (saga.newsroom.data / "site" / "sitemap.xml").read_text("utf-8")


def test_held_and_withdrawn_pages_are_named_nowhere(saga: Saga) -> None:
    saga.decide("hold", "s_part1")
    assert saga.named("s_part2") == ["s_part0"]
    saga.decide("withdraw", "s_part0")

    assert "Earlier in this story" not in saga.newsroom.html("story/s_part2")
    assert "Part " not in saga.newsroom.html(f"thread/{THREAD}")
    assert "no longer kept" in saga.newsroom.html(f"thread/{THREAD}")


def test_a_thread_that_went_into_another_leads_there(saga: Saga) -> None:
    with saga.newsroom.store.write() as session:
        at = saga.newsroom.clock.now()
        session.add(ThreadRow(id="t_older", founding_story_id="s_part0", made_at=at))
        session.get_one(ThreadRow, THREAD).redirect_to = "t_older"
    saga.go("t_older", saga.keys)

    assert "thread/t_older/" in saga.newsroom.html(f"thread/{THREAD}")
    assert "Part 2" in saga.newsroom.html("thread/t_older")


def test_a_story_that_leaves_changes_no_page_version_only_the_lists(saga: Saga) -> None:
    saga.go(None, ["s_part1"])

    assert saga.named("s_part2") == ["s_part0"]
    assert {item["_story"]["version"] for item in saga.newsroom.items()} == {1}


def test_feeds_tell_thread_life_and_what_came_before(saga: Saga) -> None:
    thread = {item["_story"]["id"]: item["_thread"] for item in saga.newsroom.items()}

    assert thread["s_part1"]["id"] == THREAD
    assert thread["s_part1"]["url"] == f"{saga.newsroom.settings.site.base_url.rstrip('/')}/thread/{THREAD}/"
    assert thread["s_part1"]["life"] == "settled"
    assert [one["id"] for one in thread["s_part1"]["earlier"]] == ["s_part0"]
    assert thread["s_part0"]["earlier"] == []


def test_a_change_of_life_is_shown_without_another_version(saga: Saga) -> None:
    assert "no new reports" in saga.newsroom.html("story/s_part2")
    with saga.newsroom.store.write() as session:
        session.get_one(StoryRow, "s_part2").life = "reopened"
    saga.newsroom.publish()

    assert "new reports after a pause" in saga.newsroom.html("story/s_part2")
    assert saga.newsroom.publish().changed == 0


def test_a_thread_of_stories_that_nobody_can_read_renders_nothing_anew(
    saga: Saga, monkeypatch: pytest.MonkeyPatch
) -> None:
    with saga.newsroom.store.write() as session:
        session.add(ThreadRow(id="t_unread", founding_story_id="s_part0", made_at=saga.newsroom.clock.now()))
    monkeypatch.setattr("aggregator.publish.publish.render_feeds", None)

    assert saga.newsroom.publish().changed == 0

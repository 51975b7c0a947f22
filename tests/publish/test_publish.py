"""Publishing what the database holds: rows made by hand, real files."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.clock import Clock
from aggregator.publish.publish import Published, publish
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.stories.topics import Topics
from aggregator.summarise.actions import act
from aggregator.summarise.page import StoryPage
from aggregator.summarise.versions import MACHINE, save_version
from tests.publish.site_pages import raw_story

KEY = "s_licence"
SLUG = "council-votes-to-license-open-weights"
BASE = "https://news.example.org"


class Newsroom:
    """A database with pages, and what was published of it."""

    def __init__(self, store: Store, data: Path, clock: Clock) -> None:
        self.store, self.data, self.clock = store, data, clock
        self.settings = Settings()

    def keep(self, version: int, status: str = "published", by: str = MACHINE, key: str = KEY, **more: Any) -> None:
        page = StoryPage.model_validate(raw_story(key, version=version, status=status, **more))
        with self.store.write() as session:
            save_version(session, page, self.clock, input_sha="e", recipe="r", by=by)

    def act(self, kind: str, reason: str = "because of a doubt") -> None:
        self.clock.move(self.clock.now() + timedelta(minutes=1))
        with self.store.write() as session:
            act(session, KEY, kind, actor="Ann", reason=reason, clock=self.clock)

    def publish(self) -> Published:
        return publish(self.store, self.settings, Topics(), self.data, self.clock)

    def html(self, path: str) -> str:
        return (self.data / "site" / path / "index.html").read_text(encoding="utf-8")

    def items(self) -> list[dict[str, Any]]:
        feed: dict[str, Any] = json.loads((self.data / "feeds" / "all.json").read_text(encoding="utf-8"))
        return list(feed["items"])


@pytest.fixture
def newsroom(sqlite: Store, tmp_path: Path, clock: Clock) -> Newsroom:
    return Newsroom(sqlite, tmp_path / "data", clock)


def test_nothing_to_publish_makes_an_empty_site_with_empty_feeds(newsroom: Newsroom) -> None:
    done = newsroom.publish()

    assert done.pages == 0
    assert newsroom.items() == []
    assert json.loads((newsroom.data / "feeds" / "index.json").read_text("utf-8"))["state"] == "empty"
    assert "<h1" in newsroom.html("")
    assert newsroom.publish() == Published(0, 0, done.changed)


def test_the_method_is_published_with_its_pictures(newsroom: Newsroom) -> None:
    newsroom.publish()

    sources = re.findall(r'<img src="([^"]+)"', newsroom.html("method"))
    assert sources
    assert all((newsroom.data / "site" / "method" / name).is_file() for name in sources)


def test_a_version_that_the_machine_holds_back_leaves_the_older_one_standing(newsroom: Newsroom) -> None:
    newsroom.keep(1, headline="The Older Headline")
    before = newsroom.publish()
    newsroom.keep(2, "held", headline="A Headline That Breaks a Rule")

    after = newsroom.publish()

    assert (after.pages, after.changed) == (before.pages, 0)
    assert "The Older Headline" in newsroom.html(f"story/{KEY}")
    assert [item["_story"]["version"] for item in newsroom.items()] == [1]


def test_every_slug_ever_used_leads_to_the_newest(newsroom: Newsroom) -> None:
    newsroom.keep(1, url=f"{BASE}/story/{KEY}/first")
    newsroom.keep(2, url=f"{BASE}/story/{KEY}/second")
    newsroom.keep(3, url=f"{BASE}/story/{KEY}/first")
    newsroom.publish()

    assert "Harbor Falls" in newsroom.html(f"story/{KEY}/first")
    assert "Harbor Falls" in newsroom.html(f"story/{KEY}")
    assert "refresh" in newsroom.html(f"story/{KEY}/second")
    assert "../first/" in newsroom.html(f"story/{KEY}/second") or "/first/" in newsroom.html(f"story/{KEY}/second")


def test_the_text_of_a_held_page_is_gone_and_its_addresses_say_why(newsroom: Newsroom) -> None:
    newsroom.keep(1, url=f"{BASE}/story/{KEY}/first")
    newsroom.keep(2)
    newsroom.publish()
    newsroom.act("hold")

    assert newsroom.publish().pages == 0

    for path in (f"story/{KEY}", f"story/{KEY}/{SLUG}", f"story/{KEY}/first"):
        assert "under review" in newsroom.html(path)
        assert "Harbor Falls" not in newsroom.html(path)
        assert "because of a doubt" not in newsroom.html(path)  # the reason of a hold is for the record
        assert "noindex" in newsroom.html(path)
    assert newsroom.items() == []
    site = newsroom.data / "site"
    assert not [str(file) for file in site.rglob("*.*") if "Harbor Falls" in file.read_text("utf-8")]
    assert newsroom.publish().changed == 0


def test_a_held_page_comes_back_when_it_is_published(newsroom: Newsroom) -> None:
    newsroom.keep(1)
    newsroom.publish()
    newsroom.act("hold")
    newsroom.publish()
    newsroom.act("publish")

    assert newsroom.publish().pages == 1

    assert "Harbor Falls" in newsroom.html(f"story/{KEY}/{SLUG}")
    assert [item["_story"]["version"] for item in newsroom.items()] == [3]


def test_a_page_that_readers_never_saw_leaves_no_trace(newsroom: Newsroom) -> None:
    newsroom.keep(1, "held")
    newsroom.publish()
    newsroom.act("hold")
    newsroom.publish()

    assert not (newsroom.data / "site" / "story").exists()
    assert newsroom.items() == []


def test_a_withdrawn_page_leaves_its_tombstone_in_the_feeds_of_every_topic_it_stood_in(newsroom: Newsroom) -> None:
    newsroom.keep(1, topic={"slug": "city", "name": "City"}, topics=[{"slug": "port", "name": "Port"}])
    newsroom.keep(2)
    newsroom.publish()
    newsroom.act("withdraw", "The report was false.")
    newsroom.publish()

    for name in ("all", "topic/city", "topic/port", "topic/ai"):
        (item,) = json.loads((newsroom.data / "feeds" / f"{name}.json").read_text("utf-8"))["items"]
        assert item["_story"]["status"] == "withdrawn"
        assert item["_story"]["corrections"][-1]["note"] == "The report was false."
        assert "body" not in item["_story"]
    assert "The report was false." in newsroom.html(f"story/{KEY}/{SLUG}")
    assert "licence from" not in newsroom.html(f"story/{KEY}")


def test_where_nothing_has_changed_nothing_is_rendered(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.keep(1)
    newsroom.keep(2)
    first = newsroom.publish()
    newsroom.clock.move(newsroom.clock.now() + timedelta(days=1))
    for name in ("render_site", "render_feeds", "read_shelf"):
        monkeypatch.setattr(f"aggregator.publish.publish.{name}", None)

    assert newsroom.publish() == Published(1, 0, first.changed)


@pytest.mark.parametrize("harm", ["gone", "longer", "touched", "more"])
def test_a_file_that_somebody_changed_is_put_right(newsroom: Newsroom, harm: str) -> None:
    newsroom.keep(1)
    newsroom.publish()
    file = newsroom.data / "site" / "story" / KEY / "index.html"
    before = file.read_text("utf-8")
    if harm == "gone":
        file.unlink()
    elif harm == "longer":
        file.write_text(before + "x", "utf-8")
    elif harm == "touched":
        file.write_text(before.replace("Harbor", "Xarbor"), "utf-8")
    else:
        file.with_name("index.html.part-written").write_text("half a", "utf-8")
    newsroom.publish()

    assert file.read_text("utf-8") == before
    assert not list((newsroom.data / "site").rglob("*.part-written"))


def test_other_settings_and_other_topics_are_a_change(newsroom: Newsroom) -> None:
    newsroom.keep(1)
    newsroom.publish()
    site = newsroom.settings.site.model_copy(update={"title": "Another Name"})
    newsroom.settings = newsroom.settings.model_copy(update={"site": site})

    assert newsroom.publish().changed > 0
    assert "Another Name" in newsroom.html("")
    (newsroom.data / ".published").write_text("{", "utf-8")
    assert newsroom.publish().changed == 0


def test_of_older_versions_only_the_last_that_readers_saw_otherwise_is_read(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.keep(1, topic={"slug": "city", "name": "City"})
    newsroom.keep(2, headline="The council bans leaf blowers")
    newsroom.keep(3)
    newsroom.keep(4, "held")
    read: list[int] = []
    whole = StoryPage.model_validate
    monkeypatch.setattr(StoryPage, "model_validate", lambda row: read.append(row["version"]) or whole(row))
    newsroom.publish()

    assert read == [3, 2, 3]  # for the page, and for its entry in the feeds
    assert (newsroom.data / "site" / "topic" / "city" / "index.html").is_file()

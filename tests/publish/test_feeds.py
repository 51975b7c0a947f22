"""Feeds: what is in them, and that readers nobody here wrote and a consumer written from the docs can follow them."""

import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import feedparser
import pytest
import reader as feed_reader
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from aggregator.clock import rfc3339
from aggregator.publish import feeds, outlet_json
from aggregator.publish.feeds import render_feeds
from aggregator.publish.files import File, SiteInfo, write_files
from aggregator.publish.kept import Kept
from aggregator.publish.pages import Pages
from aggregator.publish.site import render_site
from aggregator.sources.feeds import read_feed
from aggregator.summarise import page as model
from aggregator.summarise.page import StoryPage, Tombstone, Topic
from aggregator.text import sha256
from tests.publish.site_pages import story, syndicated, tombstone

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "feeds.md").read_text("utf-8")
NOW = datetime(2026, 10, 22, 6, tzinfo=UTC)
AI, LOCAL = Topic(slug="ai", name="Artificial Intelligence"), Topic(slug="local", name="Local")
NO_FEEDS = (feeds.INDEX, feeds.SCHEMA, outlet_json.INDEX, outlet_json.SCHEMA)
ATOM = {"a": "http://www.w3.org/2005/Atom"}

Given = Sequence[StoryPage | Tombstone]


def site(base: str = "https://news.example.org", **changes: Any) -> SiteInfo:
    values = {"title": "Harbor Falls Compared", "language": "en", "timezone": "UTC", "now": NOW, **changes}
    return SiteInfo(base_url=base, **values)


def rendered(
    pages: Given, *, at: SiteInfo | None = None, topics: Sequence[Topic] = (AI,), **more: Any
) -> dict[str, bytes]:
    files = made(pages, at or site(), topics, **more)
    assert len({file.path for file in files}) == len(files)
    return {file.path: file.content for file in files}


def made(pages: Given, at: SiteInfo, topics: Sequence[Topic], **more: Any) -> list[File]:
    with TemporaryDirectory() as folder:
        files = list(render_feeds(Pages.of(pages), at, topics, Kept(Path(folder)), **more))
    return [file for file in files if isinstance(file, File)]


def items(files: dict[str, bytes], path: str = "feeds/all.json") -> list[dict[str, Any]]:
    """All items of a feed, by `next_url` to the end."""
    found, passed = [], set()
    while path:
        assert path not in passed
        passed.add(path)
        feed = json.loads(files[path])
        found += feed["items"]
        path = urlsplit(feed.get("next_url", "")).path.lstrip("/")
    return found


def many(count: int) -> list[StoryPage]:
    """Small pages, one an hour."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    small = story("s_", perspectives=[], viewpoints=[], corrections=[], claims=[], quotes=[], headlines=[], timeline=[])
    small = small.model_copy(update={"body": small.body[:1], "sources": small.sources[:2]})
    times = [rfc3339(start + timedelta(hours=i)) for i in range(count)]
    return [
        small.model_copy(update={"id": f"s_{i:04}", "published_at": at, "updated_at": at}) for i, at in enumerate(times)
    ]


# --- what is in the feeds ---------------------------------------------------------------------------------------------


ITEM = {
    "id", "url", "title", "content_html", "summary", "date_published", "date_modified", "authors", "tags", "language",
}  # fmt: skip


def check_json_feed(feed: dict[str, Any]) -> None:
    """The rules of jsonfeed.org/version/1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert "expired" not in feed
    texts = ("title", "home_page_url", "feed_url", "description", "next_url", "language")
    assert all(isinstance(feed[key], str) and feed[key] for key in texts if key in feed)
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    known = {*texts, "version", "authors", "items"}
    for item in feed["items"]:
        assert item["id"].startswith("https://")
        assert isinstance(item["content_html"], str)
        assert item["content_html"]
        for key in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[key]).tzinfo is not None
        check_extensions(item, ITEM)
        for author in item["authors"]:
            assert set(author) <= {"name", "url", "avatar"}
    check_extensions(feed, known)


def check_extensions(value: dict[str, Any], allowed: set[str]) -> None:
    for key in value.keys() - allowed:
        assert re.fullmatch(r"_[A-Za-z0-9]+", key)
        assert value[key]["about"].startswith("https://")


def test_every_json_feed_keeps_to_the_specification() -> None:
    files = rendered((*many(130), tombstone("s_gone"), tombstone("s_told", "merged", "s_0001")), topics=[AI, LOCAL])

    feeds_only = [path for path in files if path.endswith(".json") and path not in NO_FEEDS]
    assert {"feeds/all.json", "feeds/all/1.json", "feeds/topic/ai.json", "feeds/topic/local.json"} <= set(feeds_only)
    for path in feeds_only:
        check_json_feed(json.loads(files[path]))


def test_an_item_carries_the_whole_page_and_is_known_by_an_address_without_slug() -> None:
    page = story("s_licence")

    [item] = items(rendered([page]))

    carried = {key: value for key, value in item["_story"].items() if key != "about"}
    assert StoryPage.model_validate(carried) == page
    assert item["id"] == "https://news.example.org/story/s_licence/"
    assert item["url"] == page.url
    assert item["title"] == page.headline
    assert item["summary"] == page.dek[0].text
    assert item["tags"] == ["Artificial Intelligence"]
    assert (item["date_published"], item["date_modified"]) == ("2026-10-21T18:00:00Z", "2026-10-21T20:30:00Z")


def test_the_html_of_an_item_has_every_element_with_its_markers() -> None:
    [item] = items(rendered([story()]))
    html = re.sub(r"<[^>]+>", "", item["content_html"]).replace("&#160;", " ")

    assert re.findall(r"<h[23]>(.*?)</h", item["content_html"]) == [
        "Perspectives", "What’s not represented", "Why this matters", "The story", "Viewpoints in depth",
        "Open Builders", "Safety Researchers", "Sources",
    ]  # fmt: skip
    assert "publishes weights [1]. The cost: The city has set aside $250,000 for the office [2].[1][2]\n" in html
    assert "stop publishing their models. Tom Beckett said: “This is a tax on tinkering” [3].\n" in html  # one source
    assert "[5] Business Wire &amp; Sons (Lean Right): Start-Ups Warn Licence Will Send Jobs Elsewhere, 2026" in html
    assert "Correction, 2026-10-21: The vote was 7-2, not 7-3." in html
    assert (
        "9 sources, 8 independent. Outlets by lean: Left 1, Lean Left 1, Center 2, Lean Right 1, Right 1, Unr" in html
    )
    assert "The headline is that of Harbor Post [1].\n" in html
    assert "Open Builders: Calls the licence “a tax on tinkering” [5].\n" in html
    assert "not yet reviewed" in html
    assert '<a href="https://outlet-2.example/licence">[2]</a>' in item["content_html"]


def test_an_item_of_a_syndicated_story_has_the_counts_the_authors_and_the_reuse() -> None:
    [item] = items(rendered([syndicated()]))
    html = re.sub(r"<[^>]+>", "", item["content_html"]).replace("&#160;", " ")

    assert "9 sources, 7 independent, 8 owners (7 not known). Outlets by lean" in html
    assert "[5] and [1] share 43 % of the shorter text, [1] had it first." in html
    assert "[8] may be a copy of [1]: only the beginning was seen." in html
    assert html.count(", text of Northern Press") == 3
    assert item["_story"]["coverage"]["partial_reuse"][0] == {"n": 5, "of": 1, "share": 0.43, "kind": "partial"}
    assert item["_story"]["sources"][0]["origin"]["name"] == "Northern Press"


def test_items_stand_in_the_order_of_their_last_change() -> None:
    old, new = many(2)
    changed = old.model_copy(update={"version": 3, "updated_at": "2026-10-22T01:00:00+02:00"})

    assert [item["_story"]["id"] for item in items(rendered([changed, new]))] == ["s_0000", "s_0001"]


def test_a_withdrawn_story_stays_without_its_text_even_if_the_page_still_has_it() -> None:
    whole = rendered([story(status="withdrawn", version=3)])

    for files in (whole, rendered([tombstone("s_licence")])):
        [item] = items(files)
        Tombstone.model_validate({key: value for key, value in item["_story"].items() if key != "about"})
        assert item["title"].startswith("Withdrawn: ")
        assert "no longer published" in item["content_html"]
        assert b"nobody can call them back" not in b"".join(files.values())


def test_a_merged_story_leads_to_the_other() -> None:
    item = items(rendered([tombstone("s_told", "merged", "s_licence"), story()]))[0]

    assert item["title"] == "Merged: What It Was Called"
    assert item["_story"]["merged_into"] == "s_licence"
    assert '<a href="https://news.example.org/story/s_licence/">another</a>' in item["content_html"]


def test_drafts_and_held_pages_are_in_no_file() -> None:
    files = rendered([story(status="draft"), story("s_held", status="held")])

    assert items(files) == []
    assert not any(b"s_held" in content or b"s_licence" in content for content in files.values())


def test_an_empty_feed_says_so() -> None:
    files = rendered([], topics=[AI])

    for path in ("feeds/all.json", "feeds/topic/ai.json"):
        feed = json.loads(files[path])
        check_json_feed(feed)
        assert (feed["items"], feed["_feed"]["state"]) == ([], "empty")
    index = json.loads(files[feeds.INDEX])
    assert index["state"] == "empty"
    assert [entry["state"] for entry in index["feeds"]] == ["empty", "empty"]
    assert feedparser.parse(files["feeds/all.atom.xml"]).entries == []


def test_a_story_that_moved_or_is_gone_stays_in_the_feeds_of_all_its_topics() -> None:
    pages: Given = [story("s_moved", topic={"slug": "local", "name": "Local"}), tombstone("s_gone")]

    files = rendered(pages, topics=[AI, LOCAL], stood_in={"s_moved": ["ai"], "s_gone": ["ai", "old"]})

    assert {item["_story"]["id"] for item in items(files, "feeds/topic/ai.json")} == {"s_moved", "s_gone"}
    assert {item["_story"]["id"] for item in items(files, "feeds/topic/local.json")} == {"s_moved"}
    assert {item["_story"]["id"] for item in items(files, "feeds/topic/old.json")} == {"s_gone"}


def test_a_story_is_in_the_feed_of_each_of_its_topics_and_names_them_main_one_first() -> None:
    both = [{"slug": "local", "name": "Local"}, {"slug": "ai", "name": "Artificial Intelligence"}]

    files = rendered([story("s_both", topic=both[0], topics=both)], topics=[AI, LOCAL])

    for name in ("ai", "local"):
        [item] = items(files, f"feeds/topic/{name}.json")
        assert item["tags"] == ["Local", "Artificial Intelligence"]
        assert item["_story"]["topic"] == both[0]
        assert item["_story"]["topics"] == both
    entry = ET.fromstring(files["feeds/all.atom.xml"]).find("a:entry", ATOM)
    assert entry is not None
    assert [category.get("term") for category in entry.findall("a:category", ATOM)] == ["local", "ai"]


def test_the_index_lists_every_feed_with_counts_and_true_hashes() -> None:
    pages: Given = [*many(120), story("s_put-right", status="corrected"), tombstone("s_gone")]
    files = rendered(pages, topics=[LOCAL, AI], stood_in={"s_gone": ["ai"]})

    index = json.loads(files[feeds.INDEX])

    assert list(files)[-1] == feeds.INDEX
    assert [entry["name"] for entry in index["feeds"]] == ["all", "topic/local", "topic/ai"]
    whole = index["feeds"][0]
    assert {key: whole[key] for key in ("items", "stories", "withdrawn", "merged", "languages", "topic")} == {
        "items": 122, "stories": 121, "withdrawn": 1, "merged": 0, "languages": ["en"], "topic": None,
    }  # fmt: skip
    assert index["feeds"][2]["topic"] == {"slug": "ai", "name": "Artificial Intelligence"}
    assert index["schemas"] == [
        {"form": "story", "version": 1, "url": f"https://news.example.org/{feeds.SCHEMA}"},
        {"form": "outlet", "version": 1, "url": f"https://news.example.org/{outlet_json.SCHEMA}"},
    ]
    listed = [file for entry in index["feeds"] for file in entry["files"]]
    assert {f"feeds/{file['path']}" for file in listed} == {
        path for path in files if path.endswith(".json") and path not in NO_FEEDS
    }
    for file in listed:
        content = files[f"feeds/{file['path']}"]
        assert (file["sha256"], file["bytes"]) == (sha256(content), len(content))
    assert [f"https://news.example.org/feeds/{file['path']}" for file in whole["files"]] == next_urls(files)


def next_urls(files: dict[str, bytes]) -> list[str]:
    urls = ["https://news.example.org/feeds/all.json"]
    while following := json.loads(files[urlsplit(urls[-1]).path.lstrip("/")]).get("next_url"):
        urls.append(following)
    return urls


def test_pages_of_a_feed_stay_as_they_are_when_stories_come() -> None:
    before, after = rendered(many(180)), rendered(many(249))

    assert len(items(before)) == 180
    assert len({item["id"] for item in items(after)}) == 249
    for path in ("feeds/all/1.json", "feeds/all/2.json", "feeds/all/1.atom.xml", "feeds/topic/ai/2.json"):
        assert before[path] == after[path]
    for count in (1, 49, 50, 51, 99, 100, 101, 150):
        first = json.loads(rendered(many(count))["feeds/all.json"])["items"]
        assert len(first) == count if count <= 100 else 51 <= len(first) <= 100


def test_files_are_cut_by_size_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_MOST_BYTES", 40_000)

    files = rendered(many(30))

    assert len(items(files)) == 30
    numbered = [content for path, content in files.items() if re.fullmatch(r"feeds/all/\d+\.json", path)]
    assert numbered
    assert all(len(content) < 42_000 for content in numbered)


def test_files_that_are_no_longer_needed_become_empty_feeds() -> None:
    earlier = ["feeds/index.json", "feeds/all.json", "feeds/all/7.json", "feeds/topic/old.json", "feeds/all/7.atom.xml"]

    files = rendered([story()], earlier=[*earlier, "feeds/notes.txt"])

    assert "feeds/notes.txt" not in files
    assert len(items(files)) == 1
    for path in ("feeds/all/7.json", "feeds/topic/old.json"):
        check_json_feed(json.loads(files[path]))
        assert json.loads(files[path])["items"] == []
    assert feedparser.parse(files["feeds/all/7.atom.xml"]).bozo == 0


def test_the_same_pages_give_the_same_bytes_in_any_order_at_any_time() -> None:
    pages: list[StoryPage | Tombstone] = [*many(60), tombstone("s_gone")]
    shuffled = [page.model_copy() for page in reversed(pages)]
    again = StoryPage.model_validate(dict(reversed(shuffled[1].as_json().items())))

    assert rendered(pages) == rendered([shuffled[0], again, *shuffled[2:]], at=site(now=NOW + timedelta(days=9)))


# --- hostile text -----------------------------------------------------------------------------------------------------

HOSTILE = (
    '<script>alert(1)</script> "><img src=x onerror=alert(1)> [3] &amp; ]]> \x00\x0b\x1b\u202egnp.exe\ufffe'
    + "x" * 100_000
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        assert not any(name == "href" and not (value or "").startswith("http") for name, value in attrs)


def hostile_page(text: str) -> StoryPage:
    raw = story("s_hostile").as_json()
    raw["headline"] = raw["topic"]["name"] = raw["corrections"][0]["note"] = raw["licence"] = text
    raw["not_represented"][0]["text"] = raw["viewpoints"][0]["name"] = raw["perspectives"][0]["label"] = text
    for sentence in (raw["dek"][0], raw["body"][1][0], raw["viewpoints"][0]["stance"]):
        sentence["text"] = text
        sentence["parts"] = [{"text": text, "own": False, "evidence": 0}]
    for source in raw["sources"]:
        source.update(title=text, outlet=text, url="javascript:alert(1)", author=text)
    return StoryPage.model_validate(raw)


def test_hostile_text_comes_out_inert() -> None:
    at = site(title=HOSTILE, notice=HOSTILE)
    files = rendered([hostile_page(HOSTILE)], at=at)

    [item] = items(files)
    check_inert(item["content_html"])
    assert len(item["title"]) <= 300
    assert not re.search("[\x00-\x08\u202e]", item["title"] + item["content_html"])
    [entry] = ET.fromstring(files["feeds/all.atom.xml"]).findall("a:entry", ATOM)
    assert entry.findtext("a:content", "", ATOM) == item["content_html"]
    assert entry.findall("a:link[@rel='via']", ATOM) == []


def check_inert(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.found <= {
        *((tag, "") for tag in ("p", "strong", "em", "small", "h2", "h3", "ul", "li", "span", "a")),
        ("a", "href"), ("span", "class"), ("span", "title"),
    }  # fmt: skip


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_gives_json_and_xml_that_can_be_read(text: str) -> None:
    files = rendered([hostile_page(text)], at=site(title=text or "x"))

    for path, content in files.items():
        if path.endswith(".json"):
            json.loads(content)
        else:
            ET.fromstring(content)
    check_inert(items(files)[0]["content_html"])


# --- readers ----------------------------------------------------------------------------------------------------------


class Handler(SimpleHTTPRequestHandler):
    """Files with an ETag and the types of docs/feeds.md."""

    answered: list[tuple[str, int]] = []  # noqa: RUF012 - set for each server

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        content = file.read_bytes() if file.is_file() else b""
        tag = f'"{sha256(content)}"'
        status = 404 if not content else 304 if self.headers["If-None-Match"] == tag else 200
        self.answered.append((self.path, status))
        self.send_response(status)
        atom = self.path.endswith(".xml")
        self.send_header("Content-Type", "application/atom+xml" if atom else "application/feed+json")
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) if status == 200 else 0))
        self.end_headers()
        if status == 200:
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Served:
    """A published folder on loopback, and what was asked of it."""

    def __init__(self, root: Path) -> None:
        self.root, self.asked = root, list[tuple[str, int]]()
        handler = type("H", (Handler,), {"answered": self.asked})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(root)))
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, *pages: StoryPage | Tombstone, **more: Any) -> None:
        earlier = [file.relative_to(self.root).as_posix() for file in self.root.glob("feeds/**/*.*")]
        write_files(made(pages, site(self.base), [AI, LOCAL], earlier=earlier, **more), self.root)
        self.asked.clear()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "out")
    thread = Thread(target=served.server.serve_forever, args=(0.02,))
    thread.start()
    yield served
    served.server.shutdown()
    served.server.server_close()
    thread.join()


def test_a_feed_reader_that_nobody_here_wrote_follows_json_feed_and_atom(served: Served) -> None:
    served.publish(story(), story("s_second", headline="Mill <b>& Sons</b> Reopens"))
    urls = [f"{served.base}/feeds/all.json", f"{served.base}/feeds/all.atom.xml"]
    with feed_reader.make_reader(":memory:") as library:
        for url in urls:
            library.add_feed(url)
        library.update_feeds(scheduled=False)
        for url in urls:
            feed = library.get_feed(url)
            assert (feed.title, feed.last_exception) == ("Harbor Falls Compared", None)
            entries = {entry.id: entry for entry in library.get_entries(feed=url)}
            assert set(entries) == {f"{served.base}/story/s_licence/", f"{served.base}/story/s_second/"}
            entry = entries[f"{served.base}/story/s_licence/"]
            assert entry.title == "Council Votes 7-2 to License the Release of Open Weights"
            assert entry.link == story().url
            assert entry.published == datetime(2026, 10, 21, 18, tzinfo=UTC)
            assert "Viewpoints in depth" in entry.get_content().value  # type: ignore[union-attr]

        served.publish(tombstone("s_licence"), story("s_second"))
        library.update_feeds(scheduled=False)
        for url in urls:
            entries = {entry.id: entry for entry in library.get_entries(feed=url)}
            assert len(entries) == 2
            gone = entries[f"{served.base}/story/s_licence/"]
            assert gone.title == "Withdrawn: What It Was Called"
            assert "Viewpoints" not in gone.get_content().value  # type: ignore[union-attr]


def test_our_own_reader_reads_them_too() -> None:
    files = rendered([story(), tombstone("s_gone")])

    for path, form in (("feeds/all.json", "json11"), ("feeds/all.atom.xml", "atom10")):
        feed = read_feed(files[path], f"https://news.example.org/{path}")
        assert feed.format == form
        assert [entry.title for entry in feed.entries] == ["Withdrawn: What It Was Called", story().headline]
        assert feed.entries[1].guid == "https://news.example.org/story/s_licence/"


# --- the consumer -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def consumer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("consumer_example", ROOT / "examples" / "consumer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_consumer_imports_nothing_of_ours() -> None:
    imported = re.findall(r"^(?:from|import) (\w+)", (ROOT / "examples" / "consumer.py").read_text(), re.MULTILINE)

    assert set(imported) <= sys.stdlib_module_names


def version(number: int, hour: int, key: str = "s_licence", **changes: Any) -> StoryPage:
    return story(key, version=number, updated_at=f"2026-10-22T{hour:02}:00:00Z", **{"corrections": [], **changes})


def test_the_consumer_follows_a_story_through_all_that_can_happen(
    served: Served, consumer: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "state.json"

    def polled() -> list[tuple[str, str, int]]:
        state = consumer.load(file)
        events = list(consumer.poll(f"{served.base}/feeds/", state))
        consumer.save(state, file)
        return [(event["event"], event["story"], event["version"]) for event in events]

    other = version(1, 1, "s_other")
    note = {"at": "2026-10-22T03:00:00Z", "kind": "correction", "note": "The vote was 7-2."}
    served.publish(version(1, 0), other)
    assert polled() == [("new", "s_licence", 1), ("new", "s_other", 1)]
    assert polled() == []
    assert served.asked[-1] == ("/feeds/index.json", 304)

    served.publish(version(2, 2), other)
    assert polled() == [("updated", "s_licence", 2)]
    served.publish(version(3, 3, status="corrected", corrections=[note]), other)
    assert polled() == [("updated", "s_licence", 3), ("correction", "s_licence", 3)]
    served.publish(version(4, 4, corrections=[note]), other)
    assert polled() == [("updated", "s_licence", 4)]

    into = tombstone("s_other", "merged", "s_licence").model_copy(
        update={"version": 2, "updated_at": "2026-10-22T05:00:00Z"}
    )
    served.publish(version(4, 4, corrections=[note]), into)
    assert polled() == [("merged", "s_other", 2)]
    stories = consumer.load(file)["stories"]
    assert consumer.resolve("s_other", stories) == "s_licence"
    assert (stories["s_other"]["html"], set(stories)) == ("", {"s_licence", "s_other"})

    gone = tombstone("s_licence").model_copy(update={"version": 5, "updated_at": "2026-10-22T06:00:00Z"})
    served.publish(gone, into)
    assert polled() == [("withdrawn", "s_licence", 5)]
    assert "weights" not in json.dumps(consumer.load(file)["stories"]["s_licence"]["html"])
    served.publish(version(6, 7), into)
    assert polled() == [("returned", "s_licence", 6)]
    assert polled() == []


def test_every_address_that_the_consumer_ever_held_answers_and_no_story_is_held_twice(
    served: Served, consumer: ModuleType
) -> None:
    state, held = consumer.new_state(), set[str]()

    def at(page: StoryPage) -> StoryPage:
        return page.model_copy(update={"url": page.url.replace("https://news.example.org", served.base)})

    def published(*pages: StoryPage | Tombstone, slugs: dict[str, list[str]]) -> None:
        pages = tuple(at(page) if isinstance(page, StoryPage) else page for page in pages)
        write_files(render_site(Pages.of(pages), site(served.base), [AI, LOCAL], slugs=slugs), served.root)
        served.publish(*pages)
        list(consumer.poll(f"{served.base}/feeds/", state))
        held.update(each["url"] for each in state["stories"].values())

    old, new = "council-votes-to-license-open-weights", "mayor-signs"
    renamed = version(2, 2, headline="Mayor Signs", url=f"https://news.example.org/story/s_licence/{new}")
    into = tombstone("s_other", "merged", "s_licence").model_copy(
        update={"url": f"{served.base}/story/s_other/{old}", "updated_at": "2026-10-22T05:00:00Z"}
    )
    gone = tombstone("s_third").model_copy(
        update={"url": f"{served.base}/story/s_third/{old}", "updated_at": "2026-10-22T06:00:00Z"}
    )
    slugs = {key: [old] for key in ("s_licence", "s_other", "s_third")}
    published(version(1, 0), version(1, 1, "s_other"), version(1, 1, "s_third"), slugs=slugs)
    slugs["s_licence"] = [old, new]
    published(renamed, version(1, 1, "s_other"), version(1, 1, "s_third"), slugs=slugs)
    published(renamed, into, gone, slugs=slugs)

    held |= {f"{served.base}/story/{key}/" for key in state["stories"]}
    assert len(held) == 7  # three at first, one renamed, and three for ever
    answers = {url: urlopen(url).status for url in held}
    assert set(answers.values()) == {200}
    assert sorted(state["stories"]) == ["s_licence", "s_other", "s_third"]
    assert consumer.resolve("s_other", state["stories"]) == "s_licence"


def test_the_consumer_gets_only_the_files_that_changed_and_no_story_twice(served: Served, consumer: ModuleType) -> None:
    pages = many(120)
    state = consumer.new_state()
    served.publish(*pages)
    assert len(list(consumer.poll(f"{served.base}/feeds", state))) == 120
    changed = pages[100].model_copy(update={"version": 9, "updated_at": "2026-10-22T06:00:00Z"})

    served.publish(*pages[:100], changed, *pages[101:])

    assert [event["version"] for event in consumer.poll(f"{served.base}/feeds", state)] == [9]
    assert served.asked == [("/feeds/index.json", 200), ("/feeds/all.json", 200)]
    assert len(state["stories"]) == 120


def test_the_consumer_that_is_cut_off_goes_on_where_it_was(served: Served, consumer: ModuleType) -> None:
    served.publish(*many(120))
    state = consumer.new_state()
    started = consumer.poll(f"{served.base}/feeds", state)
    first = [next(started)["story"] for _ in range(70)]
    started.close()

    rest = [event["story"] for event in consumer.poll(f"{served.base}/feeds", state)]

    assert len({*first, *rest}) == len(first) + len(rest) == 120


def test_the_consumer_reads_a_folder_and_a_topic_and_ignores_stories_it_never_had(
    served: Served, consumer: ModuleType
) -> None:
    served.publish(story(), tombstone("s_gone"), stood_in={"s_gone": ["ai"]})
    state = consumer.new_state()

    events = list(consumer.poll(str(served.root / "feeds"), state, "topic/ai"))

    assert [event["story"] for event in events if event["event"] == "new"] == ["s_licence"]
    assert state["stories"]["s_gone"]["status"] == "withdrawn"
    with pytest.raises(ValueError, match="no feed 'sport'"):
        list(consumer.poll(str(served.root / "feeds"), state, "sport"))


def test_the_consumer_runs_from_the_shell(
    served: Served,
    consumer: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    served.publish(story())
    state = str(tmp_path / "state.json")

    monkeypatch.setattr(sys, "argv", ["consumer.py", f"{served.base}/feeds/", state])
    assert consumer.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["new"]
    monkeypatch.setattr(sys, "argv", ["consumer.py", f"{served.base}/nowhere/", state])
    assert consumer.main() == 1
    assert "404" in capsys.readouterr().err


# --- the documentation ------------------------------------------------------------------------------------------------


def test_the_docs_name_every_field_of_a_page_of_the_index_and_of_an_item() -> None:
    classes = [each for each in vars(model).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    fields = {info.alias or name for each in classes for name, info in each.model_fields.items()}
    files = rendered([story()])
    index, [item] = json.loads(files[feeds.INDEX]), items(files)
    fields |= index.keys() | index["feeds"][0].keys() | index["feeds"][0]["files"][0].keys() | item.keys()
    named = set(
        re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", DOCS, flags=re.DOTALL))))
    )

    assert fields - named == set()


def test_the_examples_of_the_docs_are_json() -> None:
    examples = re.findall(r"^```json\n(.*?)^```", DOCS, re.DOTALL | re.MULTILINE)

    assert len(examples) >= 6
    for example in examples:
        json.loads(example)
    [stone] = [example for example in examples if '"withdrawn",' in example]
    Tombstone.model_validate_json(stone)


def test_evidence_can_be_checked_with_the_program_in_the_docs() -> None:
    [program] = re.findall(r"^```python\n(.*?)^```", DOCS, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(program, names)
    text = "😀 The dam held. Nobody was hurt."
    row = {"article_id": "a_1", "revision": 1, "title": "Dam Holds", "text": text}
    passage = {"n": 1, "article_id": "a_1", "revision": 1, "field": "text", "start": 2, "end": 15,
               "quote": "The dam held.", "sha256": sha256("The dam held.")}  # fmt: skip
    texts = names["documents"]([json.dumps(row)])

    assert names["faults"]({"body": [[{"evidence": [passage]}]]}, texts) == []
    wrong = {**passage, "start": 3}
    assert names["faults"]({"body": [[{"evidence": [passage, wrong]}]]}, texts) == [wrong]
    assert names["faults"]([passage], {}) == [passage]


def test_files_come_before_what_names_them() -> None:
    files = made(many(220), site(), [AI])

    seen: set[str] = set()
    for file in files:
        if file.path.endswith(".json") and file.path not in NO_FEEDS:
            following = json.loads(file.content).get("next_url", "")
            assert not following or urlsplit(following).path.lstrip("/") in seen
        seen.add(file.path)

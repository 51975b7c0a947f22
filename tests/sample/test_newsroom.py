"""Reading article files: what a newsroom shows when, and what is said about a malformed file."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ConfigError
from aggregator.sample.blocks import BlockKind, parse_blocks
from aggregator.sample.newsroom import Newsroom
from aggregator.types import Kind

OUTLETS = """
[wire]
name = "Test Wire"
home = "https://wire.example"
feeds = [{ url = "https://wire.example/atom" }]

[paper]
name = "Test Paper"
home = "https://paper.example/"
language = "es"
feeds = [{ url = "https://paper.example/rss" }, { url = "https://feeds.paper.example/x.json", section = "opinion" }]
"""
FRONT = """+++
outlet = "{outlet}"
slug = "{slug}"
headline = "A {slug} headline"
summary = "What happened."
authors = ["Ann Example"]
published = 2026-10-06T15:20:00-04:00
section = "local"
kind = "news"
{more}
+++
{body}
"""
WIRE_BODY = "First of all.\n\n## A heading\n\nSecond thing.\n\n> A document.\n\nThird thing."


class Desk:
    """A configuration directory that a test fills with articles."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "articles" / "event").mkdir(parents=True)
        (folder / "outlets.toml").write_text(OUTLETS, "utf-8")

    def write(self, outlet: str, slug: str, body: str = "Text.", more: str = "", *, suffix: str = ".md") -> Path:
        file = self.folder / "articles" / "event" / f"{outlet}--{slug}{suffix}"
        file.write_text(FRONT.format(outlet=outlet, slug=slug, body=body, more=more), "utf-8")
        return file

    def load(self) -> Newsroom:
        return Newsroom.load(self.folder)

    def complaint(self) -> ConfigError:
        with pytest.raises(ConfigError) as caught:
            self.load()
        return caught.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


LATER = at("2026-10-20T00:00:00+00:00")


def test_every_sort_of_block_is_recognised() -> None:
    body = (
        "A paragraph\non two lines.\n\n## Head\n\n> One\n>\n> two\n\n- a\n- b\n\n! Caption. Photo: P\n\n"
        "@ Jo Doe (@jo), October 7, 2026: Hello: there\n\n!! Correction\n"
    )
    blocks = parse_blocks(body)
    assert [block.kind for block in blocks] == [kind for kind in BlockKind if kind is not BlockKind.WIRE]
    assert [block.lines for block in blocks[:4]] == [
        ("A paragraph on two lines.",),
        ("Head",),
        ("One", "two"),
        ("a", "b"),
    ]
    assert (blocks[5].author, blocks[5].handle, blocks[5].date, blocks[5].text) == (
        "Jo Doe",
        "@jo",
        "October 7, 2026",
        "Hello: there",
    )


@given(st.text(alphabet=st.sampled_from("ab \n#>-!@{}():"), max_size=60))
def test_any_body_is_read_or_refused_with_a_reason(body: str) -> None:
    try:
        blocks = parse_blocks(body)
    except ValueError:
        return
    assert all(block.text or block.kind is BlockKind.WIRE for block in blocks)


def test_an_article_keeps_its_offset_and_takes_its_outlets_language(desk: Desk) -> None:
    desk.write("paper", "a")
    (article,) = desk.load().visible("paper", LATER)
    assert article.published.utcoffset() == timedelta(hours=-4)
    assert (article.id, article.event, article.language, article.kind) == ("paper--a", "event", "es", Kind.NEWS)
    assert article.byline == ("Ann Example",)


def test_an_article_is_visible_from_its_time_on_in_any_zone(desk: Desk) -> None:
    desk.write("paper", "a")
    newsroom = desk.load()
    moment = datetime(2026, 10, 6, 19, 20, tzinfo=UTC)
    assert newsroom.visible("paper", moment - timedelta(seconds=1)) == []
    assert len(newsroom.visible("paper", moment)) == 1
    assert len(newsroom.visible("paper", moment.astimezone(timezone(timedelta(hours=9))))) == 1
    assert newsroom.visible("wire", moment) == []


def test_an_edit_replaces_the_first_version_from_its_own_time_on(desk: Desk) -> None:
    desk.write("paper", "a", "Old text.")
    desk.write("paper", "a", "New text.", "updated = 2026-10-07T08:00:00-04:00", suffix=".edit1.md")
    newsroom = desk.load()
    texts = [
        newsroom.visible("paper", at(f"2026-10-07T{hour}:00+00:00"))[0].text for hour in ("11:59", "12:00", "23:00")
    ]
    assert texts == ["Old text.", "New text.", "New text."]
    paths = {version.path for version in newsroom.versions["paper--a"]}
    assert len(paths) == 1


def test_a_later_time_is_not_shown_before_it_has_come(desk: Desk) -> None:
    desk.write("paper", "a", more="updated = 2026-10-07T08:00:00-04:00")
    newsroom = desk.load()
    assert newsroom.visible("paper", at("2026-10-07T00:00:00+00:00"))[0].updated is None
    assert newsroom.visible("paper", LATER)[0].updated is not None


def test_newest_articles_come_first(desk: Desk) -> None:
    for slug, minute in (("a", 1), ("b", 3), ("c", 2)):
        file = desk.write("paper", slug)
        file.write_text(file.read_text("utf-8").replace("15:20", f"15:0{minute}"), "utf-8")
    assert [article.slug for article in desk.load().visible("paper", LATER)] == ["b", "c", "a"]


def test_a_wire_copy_takes_the_first_paragraphs_and_names_the_agency(desk: Desk) -> None:
    desk.write("wire", "w", WIRE_BODY)
    desk.write("paper", "p", "Own line.\n\n{{wire}}\n\nCredit.", 'carries = "event/wire--w"\nwire_paragraphs = 2')
    (copy,) = desk.load().visible("paper", LATER)
    assert copy.text == "Own line.\nFirst of all.\nSecond thing.\nCredit."
    assert copy.byline == ("Test Wire",)
    assert copy.words == 8


def test_hosts_and_formats_come_from_the_outlets_file(desk: Desk) -> None:
    paper = desk.load().outlets["paper"]
    assert paper.hosts == {"paper.example", "feeds.paper.example"}
    assert [feed.format for feed in paper.feeds] == ["rss", "json"]


@pytest.mark.parametrize(
    ("more", "body", "key"),
    [
        ("sumary = 'x'", "Text.", "sumary"),
        ("paywall = 'perhaps'", "Text.", "paywall"),
        ("updated = 2026-10-07T08:00:00", "Text.", "updated"),
        ("", "> quoted\nnot quoted", "body"),
        ("", "<b>markup</b>", "body"),
        ("", "@ nobody in particular", "body"),
        ("", "{{wire}}", "carries"),
        ('carries = "event/wire--w"', "Text.", "carries"),
        ('carries = "event/wire--none"\nwire_paragraphs = 1', "{{wire}}", "carries"),
        ('carries = "event/wire--w"\nwire_paragraphs = 9', "{{wire}}", "wire_paragraphs"),
    ],
)
def test_a_malformed_article_is_named_with_its_key(desk: Desk, more: str, body: str, key: str) -> None:
    desk.write("wire", "w", WIRE_BODY)
    file = desk.write("paper", "p", body, more)
    complaint = desk.complaint()
    assert (complaint.file, complaint.key) == (file, key)


@pytest.mark.parametrize("text", ["", "no front matter", "+++\nx = \n+++\nText.", "+++\nx = 1\n"])
def test_a_file_without_readable_front_matter_is_named(desk: Desk, text: str) -> None:
    file = desk.write("paper", "p")
    file.write_text(text, "utf-8")
    assert desk.complaint().file == file


def test_a_file_in_another_encoding_is_named(desk: Desk) -> None:
    file = desk.write("paper", "p")
    file.write_bytes(file.read_text("utf-8").encode() + b"\xe5")
    assert desk.complaint().file == file


def test_a_name_that_contradicts_the_front_matter_is_an_error(desk: Desk) -> None:
    file = desk.write("paper", "p")
    renamed = file.rename(file.with_name("paper--other.md"))
    assert (desk.complaint().file, desk.complaint().key) == (renamed, "slug")


def test_an_unknown_outlet_is_an_error_with_the_nearest_name(desk: Desk) -> None:
    desk.write("papier", "p")
    complaint = desk.complaint()
    assert complaint.key == "outlet"
    assert "paper" in complaint.fix


@pytest.mark.parametrize("more", ["", "updated = 2026-10-06T15:20:00-04:00"])
def test_an_edit_needs_a_later_time(desk: Desk, more: str) -> None:
    desk.write("paper", "p")
    desk.write("paper", "p", more=more, suffix=".edit1.md")
    assert desk.complaint().key == "updated"


def test_an_edit_of_nothing_is_an_error(desk: Desk) -> None:
    file = desk.write("paper", "p", more="updated = 2026-10-07T15:20:00-04:00", suffix=".edit1.md")
    assert desk.complaint().file == file


def test_two_events_cannot_have_one_article(desk: Desk) -> None:
    file = desk.write("paper", "p")
    other = desk.folder / "articles" / "other" / file.name
    other.parent.mkdir()
    other.write_text(file.read_text("utf-8"), "utf-8")
    assert desk.complaint().key == "slug"


def test_an_outlet_without_a_home_is_an_error(desk: Desk) -> None:
    (desk.folder / "outlets.toml").write_text('[paper]\nname = "P"\n', "utf-8")
    assert desk.complaint().key == "paper.home"

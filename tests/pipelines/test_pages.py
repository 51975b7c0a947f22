"""The sample newsroom's pages, from their evidence to site and feeds, and what editors do to them.

One replay serves all tests. What only looks comes first; each test that decides something takes pages of its own.
"""

import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import undefer
from typer.testing import CliRunner, Result

from aggregator.articles.documents import save_document
from aggregator.articles.urls import article_id
from aggregator.cli.main import app
from aggregator.publish.export import export_articles, export_claims, export_documents, export_pages, export_ratings
from aggregator.publish.publish import Published, publish
from aggregator.stage import drain
from aggregator.store.page_tables import PageRow, PageSlug
from aggregator.store.tables import Article, Document
from aggregator.summarise.actions import act, newest
from aggregator.summarise.page import StoryPage
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.validate import Documents, Fault, faults
from aggregator.summarise.versions import EDITOR, MACHINE
from aggregator.summarise.write import copy_limits
from aggregator.text import sha256
from aggregator.types import DateTrust, Extent, Extracted, Kind, Region, RegionKind, Rights
from pipelines.batch import Instance, all_stages
from tests.newsroom import CONFIG, Replay, gold_stories, name_by_url

AFTER_DOCUMENTS = ("embed", "cluster", "embed-sentences", "analyse", "summarise")
FIVE = {"Left", "Lean Left", "Center", "Lean Right", "Right"}
ADDED = "The clerk’s office said on Monday that a full transcript would be published within 10 days."


@dataclass
class Sample:
    """The replayed instance, and which pages a test has taken."""

    instance: Instance
    taken: set[str] = field(default_factory=set)

    @property
    def site(self) -> Path:
        return self.instance.data / "site"

    def pages(self, status: str = "published") -> dict[str, dict[str, Any]]:
        with self.instance.store.read() as session:
            return {page["id"]: page for page in export_pages(session, status)}

    def rows(self) -> list[dict[str, Any]]:
        """Every column of every version."""
        every = select(PageRow).options(undefer(PageRow.content)).order_by(PageRow.id, PageRow.version)
        with self.instance.store.read() as session:
            names = [column.name for column in PageRow.__table__.columns]
            return [{name: getattr(row, name) for name in names} for row in session.scalars(every)]

    def documents(self) -> list[dict[str, Any]]:
        with self.instance.store.read() as session:
            return list(export_documents(session))

    def take(self) -> str:
        """A published page that no other test works on; of many sources, so that a small change does not end it."""
        free = [page for page in self.pages().values() if page["id"] not in self.taken and page.get("sources")]
        page = max(free, key=lambda one: (len(one["sources"]), one["id"]))
        self.taken.add(page["id"])
        return str(page["id"])

    def act(self, page: str, kind: str, reason: str = "An editor’s reason.") -> StoryPage:
        self.instance.clock.move(self.instance.clock.now() + timedelta(minutes=5))
        with self.instance.store.write() as session:
            return act(session, page, kind, actor="Ann", reason=reason, clock=self.instance.clock)

    def publish(self) -> Published:
        one = self.instance
        return publish(one.store, one.settings, one.topics, one.data, one.clock)

    def drain(self) -> dict[str, int]:
        """Run what follows the documents; how many items each stage did."""
        one = self.instance
        stages = all_stages(one.settings, one.clock, one.topics)
        tallies = [drain(stages[name], one.store, one.clock) for name in AFTER_DOCUMENTS]
        assert not [tally for tally in tallies if tally.failed]
        return {tally.stage: tally.ok for tally in tallies}

    def grow(self, page: str) -> None:
        """Another paragraph in one of the page's sources, and all that follows from it, but for publishing."""
        card = next(card for card in self.newest(page).content["sources"] if card["kind"] == "news")
        self.instance.clock.move(self.instance.clock.now() + timedelta(hours=1))
        with self.instance.store.write() as session:
            article = session.get_one(Article, card["article_id"])
            old = session.scalars(select(Document).where(Document.article_id == article.id, Document.current)).one()
            found = replace(extracted(old), text=f"{old.text}\n{ADDED}")
            now = self.instance.clock.now()
            save_document(session, article, found, input_sha=old.input_sha, recipe=old.recipe, now=now)
        assert self.drain()["analyse"] >= 1

    def newest(self, page: str) -> PageRow:
        with self.instance.store.read() as session:
            row = newest(session, page)
        assert row is not None
        return row

    def html(self, page: str) -> str:
        return (self.site / "story" / page / "index.html").read_text("utf-8")

    def items(self) -> dict[str, dict[str, Any]]:
        """The items of the feed of all stories, over all its files, by page."""
        found: dict[str, dict[str, Any]] = {}
        path: str | None = "feeds/all.json"
        while path:
            sheet = json.loads((self.site / path).read_text("utf-8"))
            found |= {item["_story"]["id"]: item for item in sheet["items"]}
            path = sheet["next_url"].split("/feeds/")[-1] if "next_url" in sheet else None
            path = f"feeds/{path}" if path else None
        return found

    def atom(self) -> dict[str, str]:
        """The Atom feed of all stories: the text of each entry by its id."""
        name = "{http://www.w3.org/2005/Atom}"
        root = ET.parse(self.site / "feeds" / "all.atom.xml").getroot()
        return {entry.findtext(f"{name}id", ""): "".join(entry.itertext()) for entry in root.iter(f"{name}entry")}

    def files(self) -> dict[str, tuple[int, bytes]]:
        every = (file for file in self.site.rglob("*") if file.is_file())
        return {str(file.relative_to(self.site)): (file.stat().st_mtime_ns, file.read_bytes()) for file in every}

    def look(self, *arguments: str) -> Result:
        """A command in this process."""
        handlers, level = logging.root.handlers[:], logging.root.level
        try:
            options = ["--config", str(CONFIG), "--data", str(self.instance.data), "--quiet"]
            return CliRunner().invoke(app, [*options, *arguments])
        finally:
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)


def extracted(old: Document) -> Extracted:
    """The document as it was read."""
    return Extracted(
        title=old.title,
        text=old.text,
        language=old.language,
        kind=Kind(old.kind),
        extent=Extent(old.extent),
        regions=regions_of(old.regions),
        authors=tuple(old.authors),
        published_at=old.published_at,
        date_trust=DateTrust(old.date_trust),
        wire=old.wire,
        rights=Rights(old.rights),
    )


def regions_of(rows: Any) -> tuple[Region, ...]:
    return tuple(Region(row["start"], row["end"], RegionKind(row["kind"])) for row in rows)


def citable(rows: list[dict[str, Any]]) -> Documents:
    """Exported documents as the validator reads them."""
    return {
        (row["article_id"], row["revision"]): DocumentText(
            row["title"],
            row["text"],
            regions_of(row["regions"]),
            Kind(row["kind"]),
            Extent(row["extent"]),
            Rights(row["rights"]),
        )
        for row in rows
    }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, replay: Replay) -> Iterator[Sample]:
    with replay.copied(tmp_path_factory.mktemp("pages") / "data") as instance:
        yield Sample(instance)


def evidence_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every passage that any part of a page names."""
    if isinstance(value, Mapping):
        if "quote" in value and "sha256" in value:
            yield dict(value)
        for inner in value.values():
            yield from evidence_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from evidence_in(inner)


def test_ten_stories_or_more_have_a_page_and_none_breaks_a_citation_rule(sample: Sample) -> None:
    pages, rows = sample.pages(), sample.documents()
    limits = copy_limits(sample.instance.settings)

    assert len(pages) >= 10
    for page in pages.values():
        assert page["status"] == "published"
        cards = {card["article_id"] for card in page["sources"]}
        documents = citable([row for row in rows if row["article_id"] in cards])
        assert [str(fault) for fault in faults(StoryPage.model_validate(page), documents, limits)] == []


def test_every_passage_stands_word_for_word_in_the_exported_documents(sample: Sample) -> None:
    documents = {(row["article_id"], row["revision"]): row for row in sample.documents()}
    passages = [passage for page in sample.pages().values() for passage in evidence_in(page)]

    assert len(passages) > 100
    for each in passages:
        whole = documents[each["article_id"], each["revision"]][each["field"]]
        passage = whole[each["start"] : each["end"]]
        assert passage.startswith(each["quote"])
        assert sha256(passage) == each["sha256"]


def test_every_sentence_is_cited_or_counted(sample: Sample) -> None:
    for page in sample.pages().values():
        groups = [page["dek"], page["why_it_matters"], *page["body"], *(one["sentences"] for one in page["viewpoints"])]
        for sentence in (sentence for group in groups for sentence in group):
            assert sentence["evidence"] or sentence["figures"], sentence["text"]


def test_the_dispute_is_told_from_all_five_leans_with_its_perspectives(sample: Sample) -> None:
    with sample.instance.store.read() as session:
        articles = {row["id"]: row for row in export_articles(session, sample.instance.clock.now())}
    names = {article_id(url): name for url, name in name_by_url().items()}
    event = [key for key in articles if gold_stories()[names[key]] == "open-weights-hearing"]
    homes = [articles[key]["story_id"] for key in event]
    page = sample.pages()[max(set(homes), key=homes.count)]

    assert {card["lean"]["label"] for card in page["sources"]} >= FIVE
    assert all(page["coverage"]["by_lean"][lean]["sources"] >= 1 for lean in FIVE)
    assert len(page["perspectives"]) >= 2
    assert len({one["holder"]["name"] for one in page["perspectives"]}) == len(page["perspectives"])


def test_claims_and_ratings_are_exported_whole(sample: Sample) -> None:
    with sample.instance.store.read() as session:
        claims, ratings = list(export_claims(session)), list(export_ratings(session))
        known = set(session.scalars(select(Article.id)))
    pages = sample.pages()

    assert len(claims) == sum(len(page["claims"]) for page in pages.values()) > 0
    for claim in claims:
        lists = [claim[key] for key in ("reported_by", "contradicted_by", "not_mentioned_by", "not_observed")]
        assert claim["reported_by"]
        assert {article for each in lists for article in each} <= known
    assert len({row["id"] for row in ratings}) == len(ratings)
    told = {(row["outlet"], row["rater"], row["label"]) for row in ratings}
    for card in (card for page in pages.values() for card in page["sources"]):
        for rater in card["lean"]["raters"]:
            assert (card["outlet_key"], rater["rater"], rater["label"]) in told


def test_every_page_stands_at_its_permanent_address_and_at_every_slug(sample: Sample) -> None:
    with sample.instance.store.read() as session:
        slugs = session.execute(select(PageSlug.page_id, PageSlug.slug)).all()

    assert {key for key, _ in slugs} >= set(sample.pages())
    for key, page in sample.pages().items():
        assert page["headline"].split()[0] in sample.html(key)
    for key, slug in slugs:
        assert (sample.site / "story" / key / slug / "index.html").is_file()


def test_no_link_inside_the_site_leads_nowhere(sample: Sample) -> None:
    assert dead_links(sample) == []


def dead_links(sample: Sample) -> list[tuple[str, str]]:
    """Links to files of the site that are not there, relative or with the site's own address."""
    base = sample.instance.settings.site.base_url.rstrip("/")
    dead = []
    for file in sample.site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#]+)', file.read_text("utf-8")):
            parts = urlsplit(link)
            if parts.scheme and not link.startswith(base + "/"):
                continue
            if re.fullmatch(f"{base}/contest/[a-z-]+", link):  # a form, which `serve` answers
                continue
            inside = sample.site / unquote(urlsplit(link.removeprefix(base)).path).lstrip("/")
            target = inside if parts.scheme or link.startswith("/") else file.parent / unquote(parts.path)
            if not (target / "index.html" if target.is_dir() else target).is_file():
                dead.append((str(file.relative_to(sample.site)), link))
    return dead


def test_the_feeds_hold_each_page_whole(sample: Sample) -> None:
    index = json.loads((sample.instance.data / "feeds" / "index.json").read_text("utf-8"))
    items, pages = sample.items(), sample.pages()

    assert set(items) == set(pages)
    for key, item in items.items():
        story = dict(item["_story"])
        assert story.pop("about").endswith("story-1.json")
        assert story == pages[key]
    assert len(sample.atom()) == len(pages)
    for feed in index["feeds"]:
        for file in feed["files"]:
            assert sha256((sample.site / "feeds" / file["path"]).read_bytes()) == file["sha256"]
    assert sum(feed["stories"] for feed in index["feeds"] if feed["topic"]) == len(pages)


def test_a_second_publish_changes_no_file(sample: Sample) -> None:
    before = sample.files()
    sample.instance.clock.move(sample.instance.clock.now() + timedelta(hours=1))

    done = sample.publish()

    assert done.changed == 0
    assert sample.files() == before


def test_no_page_is_written_again_when_nothing_changed(sample: Sample) -> None:
    before = sample.rows()
    sample.instance.clock.move(sample.instance.clock.now() + timedelta(hours=1))

    assert sample.drain()["summarise"] == 0

    assert sample.rows() == before


def test_a_version_was_made_from_other_evidence_than_the_one_before(sample: Sample) -> None:
    versions = defaultdict(list)
    for row in sample.rows():
        versions[row["id"]].append(row)

    for rows in versions.values():
        assert [row["version"] for row in rows] == list(range(1, len(rows) + 1))
        assert len({row["input_sha"] for row in rows}) == len(rows)
        assert len({row["content"]["published_at"] for row in rows}) == 1
    assert any(len(rows) > 1 for rows in versions.values())  # stories grew during the replay


def test_a_story_that_grows_gets_a_new_version_and_the_old_ones_stay_as_they_are(sample: Sample) -> None:
    page, before = sample.take(), sample.rows()
    last = sample.newest(page)

    sample.grow(page)

    row, after = sample.newest(page), sample.rows()
    assert (row.version, row.status) == (last.version + 1, "published"), row.reason
    assert [one for one in after if (one["id"], one["version"]) != (page, row.version)] == before
    sample.publish()
    assert sample.items()[page]["_story"]["version"] == row.version
    assert dead_links(sample) == []


def test_a_held_page_leaves_site_and_feeds_and_growth_does_not_bring_it_back(sample: Sample) -> None:
    page = sample.take()
    headline, others = sample.newest(page).content["headline"], set(sample.pages()) - {page}
    addresses = [path for path in sample.files() if path.startswith(f"story/{page}/")]
    sample.act(page, "hold", "A source doubts its own report.")

    for _ in range(2):
        assert sample.publish().pages == len(others)
        assert set(sample.items()) == set(sample.pages()) == others
        assert page not in " ".join(sample.atom())
        for path in addresses:
            told = (sample.site / path).read_text("utf-8")
            assert "under review" in told
            assert headline not in told
            assert "doubts its own report" not in told
        for path in ("index.html", "sitemap.xml"):
            assert page not in (sample.site / path).read_text("utf-8")
        assert dead_links(sample) == []
        sample.grow(page)
        row = sample.newest(page)
        assert (row.status, row.made_by, row.reason) == ("held", EDITOR, "A source doubts its own report.")

    shown = sample.act(page, "publish", "The source stands by it.")
    sample.publish()
    assert sample.items()[page]["_story"]["version"] == shown.version
    assert shown.status == "published"
    for path in addresses:
        assert "under review" not in (sample.site / path).read_text("utf-8")
    assert shown.headline.split()[0] in sample.html(page)


def test_a_version_that_breaks_a_rule_is_held_back_with_the_reason(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = sample.take()
    sample.publish()
    before, version = sample.items()[page], sample.newest(page).version
    with monkeypatch.context() as patched:
        patched.setattr("aggregator.summarise.write.faults", lambda *_: [Fault(4, "dek[0]", "is not there", page)])
        sample.grow(page)

        row = sample.newest(page)
        assert (row.version, row.status, row.made_by) == (version + 1, "held", MACHINE)
        assert row.reason == f"{page}: rule 4 at dek[0]: is not there"
        sample.publish()
        assert sample.items()[page] == before
        assert sample.pages()[page]["version"] == version
        assert sample.pages("any")[page]["version"] == version + 1

        sample.act(page, "hold", "Under review.")
        sample.grow(page)
        reason = sample.newest(page).reason
        assert reason.startswith("Under review. |")
        assert reason.endswith("rule 4 at dek[0]: is not there")  # an editor who publishes it was told

    sample.grow(page)
    assert (sample.newest(page).status, sample.newest(page).reason) == ("held", "Under review.")
    sample.act(page, "publish")
    sample.publish()
    assert sample.items()[page]["_story"]["version"] == sample.newest(page).version


def test_a_correction_shows_on_page_and_in_feeds_and_outlives_later_versions(sample: Sample) -> None:
    page, note = sample.take(), "An earlier version gave a wrong <date> & place."
    sample.act(page, "correct", note)

    for status in ("corrected", "published"):
        sample.publish()
        story = sample.items()[page]["_story"]
        assert (story["status"], [one["note"] for one in story["corrections"]]) == (status, [note])
        assert "wrong &lt;date&gt; &amp; place." in sample.html(page)
        assert "wrong &lt;date&gt; &amp; place." in sample.items()[page]["content_html"]
        assert any("wrong &lt;date&gt; &amp; place." in text for text in sample.atom().values())
        if status == "corrected":
            sample.grow(page)


def test_a_withdrawn_page_leaves_a_tombstone_and_growth_does_not_bring_it_back(sample: Sample) -> None:
    page = sample.take()
    content = sample.newest(page).content
    addresses = [path for path in sample.files() if path.startswith(f"story/{page}/")]
    gone = sample.act(page, "withdraw", "The report was false.")

    for _ in range(2):
        sample.publish()
        item = sample.items()[page]
        story = item["_story"]
        assert (story["status"], story["version"]) == ("withdrawn", gone.version)
        assert story["corrections"][-1]["note"] == "The report was false."
        assert "body" not in story
        assert "sources" not in story
        assert content["dek"][0]["text"] not in json.dumps(item, ensure_ascii=False)
        assert "The report was false." in sample.html(page)
        assert content["dek"][0]["text"] not in sample.html(page)
        assert {path for path in sample.files() if path.startswith(f"story/{page}/")} >= set(addresses)
        assert sample.pages()[page]["status"] == "withdrawn"
        assert dead_links(sample) == []
        sample.grow(page)
        assert sample.newest(page).version == gone.version

    sample.act(page, "publish", "It was true after all.")
    assert sample.drain()["summarise"] == 1  # what came in between is told now
    sample.publish()
    assert sample.items()[page]["_story"]["status"] == "published"
    assert ADDED in json.dumps(sample.documents(), ensure_ascii=False)


def test_pages_are_looked_at_and_decided_about_from_the_shell(sample: Sample) -> None:
    page = sample.take()
    row = sample.newest(page)

    shown = sample.look("page", "show", row.content["url"])
    whole = sample.look("page", "show", page, "--json")
    missing = sample.look("page", "show", "s_nothing")
    unknown = sample.look("page", "show", page, "--version", "99")
    refused = sample.look("page", "hold", page, "--actor", " ", "--reason", "why")
    done = sample.look("page", "correct", row.content["url"], "--actor", "Ann", "--reason", "A name was misspelt.")

    assert shown.exit_code == whole.exit_code == done.exit_code == 0
    assert row.content["headline"] in shown.output
    assert f"version {row.version}" in shown.output
    assert json.loads(whole.stdout) == row.content
    assert (missing.exit_code, unknown.exit_code, refused.exit_code) == (1, 1, 1)
    assert "there is no page s_nothing" in missing.stderr
    assert "an actor and a reason are required" in refused.stderr
    assert f"{page} version {row.version + 1}: corrected" in done.stdout
    exported = [json.loads(line) for line in sample.look("export", "pages").stdout.splitlines()]
    assert {one["id"]: one["version"] for one in exported}[page] == row.version + 1
    assert sample.look("export", "claims").exit_code == sample.look("export", "ratings").exit_code == 0
    assert sample.look("export", "pages", "--status", "none").exit_code == 2


def test_the_replay_left_nothing_half_done(sample: Sample) -> None:
    with sample.instance.store.read() as session:
        repeated = session.execute(
            select(PageRow.id).group_by(PageRow.id, PageRow.version).having(func.count() > 1)
        ).all()
    assert repeated == []
    assert not list(sample.site.rglob("*.part-written"))

"""Bad input, from the page as fetched to site and feeds: each gives a valid page, or a reason why there is none.

Real stages on a real database; only clustering is left out, the articles are put into one story, and vectors are bags
of words.
"""

import json
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import lxml.html
import pytest
from sqlalchemy import select

from aggregator.analysis import vectors
from aggregator.analysis.analyse import Analyse
from aggregator.analysis.vectors import SentenceVectors
from aggregator.articles.documents import save_document
from aggregator.articles.extract import Extract
from aggregator.articles.extraction import document_from_text
from aggregator.articles.urls import article_id
from aggregator.clock import Clock
from aggregator.publish.export import export_documents, export_pages
from aggregator.publish.publish import publish
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.stage import drain
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, Slice, StoryRow
from aggregator.store.tables import Article, Attempt, Document, Outlet, Response
from aggregator.stories.embedding import PACKAGED, space_of
from aggregator.stories.ids import mark_stories
from aggregator.stories.topics import Topics
from aggregator.summarise.page import StoryPage
from aggregator.summarise.validate import faults
from aggregator.summarise.write import Summarise
from aggregator.text import sha256
from aggregator.types import Lean, Rating
from tests.analysis.stories import bag
from tests.pipelines.test_pages import citable
from tests.summarise.test_extractive import COURIER, GAZETTE, WIRE

TEXTS = {"wire": WIRE, "courier": COURIER, "gazette": GAZETTE}
TITLES = {
    "wire": "Harbor Falls Council Bans Gas-Powered Leaf Blowers From April",
    "courier": "Landscapers lose their fight over leaf blowers",
    "gazette": "Leaf blowers that run on gasoline will be banned",
}
STREETS = ["Elm", "Oak", "Ash", "Birch", "Cedar", "Maple", "Alder", "Hazel", "Rowan", "Lime", "Beech", "Pine"]
BIDI = "\u202e\u2066\u200f\u061c"
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</p></div></body>", "<marquee><u>", "<!--", "]]>",
    "&lt;b", "javascript:alert(1)", '" onmouseover="alert(1)', "{{ 7*7 }}", "[3]", "[1][2]",
    "[link](javascript:alert(1))", BIDI + "gnp.exe", "\x07\x1b[1m", "a\u0300" * 40, "x" * 100_000,
)  # fmt: skip


class Bags:
    """An embedder without a model."""

    space, engine, dimension = space_of(PACKAGED, 128), "test", 256

    def embed(self, texts: Sequence[str]) -> Any:
        return bag(texts)


@dataclass
class Desk:
    """An instance with one story, `s_1`."""

    store: Store
    clock: Clock
    data: Path
    settings: Settings

    def add(self, key: str, *, name: str = "", title: str = "", lean: Lean | None = None) -> Article:
        """An article of an outlet of its own, not read yet."""
        now, url = self.clock.now(), f"https://{key}.example/story"
        at = now - timedelta(hours=1)
        article = Article(
            id=article_id(url), url=url, outlet_key=key, origin="feed", entry_sha="x", title=title, published_at=at,
            found_at=at, order_at=at,
        )  # fmt: skip
        with self.store.write() as session:
            session.add(Outlet(key=key, name=name or key.title(), country="US", language="en"))
            session.flush()
            if lean:
                ledger.record(session, key, [Rating("R", date(2026, 1, 1), label=lean)], now)
            session.add(article)
        return article

    def fetched(self, key: str, html: str, **more: Any) -> None:
        """A page as it came off the wire."""
        article = self.add(key, **more)
        body = html.encode("utf-8", "replace")
        with self.store.write() as session:
            session.add(
                Response(
                    article_id=article.id, input_sha="x", recipe="x", final_url=article.url, content_type="text/html",
                    html=body, html_sha=sha256(body), fetched_at=self.clock.now(),
                )
            )  # fmt: skip

    def text(self, key: str, text: str, *, language: str = "en", title: str = "", **more: Any) -> None:
        """An article as read."""
        made = self.add(key, title=title, **more)
        found = document_from_text(text, title=title or TITLES.get(key, f"Council bans leaf blowers, says {key}"))
        with self.store.write() as session:
            article = session.get_one(Article, made.id)
            found = replace(found, language=language)
            save_document(session, article, found, input_sha="x", recipe="x", now=self.clock.now())

    def run(self) -> dict[str, str]:
        """Everything up to site and feeds; the reasons of what failed."""
        drain(Extract(self.settings.extract, self.clock), self.store, self.clock)
        self._gather()
        languages, embed = self.settings.extract.languages, self.settings.embed
        for stage in (
            SentenceVectors(embed, languages, self.clock),
            Analyse(embed, languages, self.clock),
            Summarise(self.settings, Topics(), self.clock),
        ):
            drain(stage, self.store, self.clock)
        publish(self.store, self.settings, Topics(), self.data, self.clock)
        with self.store.read() as session:
            return {row.stage: f"{row.reason}: {row.detail}" for row in session.scalars(select(Attempt))}

    def _gather(self) -> None:
        now = self.clock.now()
        with self.store.write() as session:
            ids = session.scalars(select(Article.id).order_by(Article.id)).all()
            read = {row.article_id: row.content_sha for row in session.scalars(select(Document))}
            session.add(Slice(id=1, day=now.date(), placed_at=now, recipe="x", documents=0, terms={}))
            session.add(
                StoryRow(
                    id="s_1", founding_article_id=ids[0], made_at=now, first_at=now, last_at=now, size=len(ids),
                    members_sha="",
                )
            )  # fmt: skip
            session.flush()
            for key in ids:
                sha = read.get(key, "")
                at = {"story_id": "s_1", "settled_id": "s_1", "slice_id": 1, "joined_at": now}
                session.add(Membership(article_id=key, content_sha=sha, score=1.0, **at))
            session.flush()
            mark_stories(session, {"s_1"})

    def page(self) -> dict[str, Any] | None:
        """The page that readers see, checked against every rule."""
        with self.store.read() as session:
            found = list(export_pages(session, "published"))
            documents = citable(list(export_documents(session)))
        if not found:
            return None
        assert faults(StoryPage.model_validate(found[0]), documents) == []
        return found[0]

    def html(self) -> dict[str, str]:
        """All HTML that is published, feeds included, by where it stands."""
        site = self.data / "site"
        found = {str(file.relative_to(site)): file.read_text("utf-8") for file in site.rglob("*.html")}
        for item in json.loads((site / "feeds" / "all.json").read_text("utf-8"))["items"]:
            found[f"feeds/all.json {item['id']}"] = item["content_html"]
        atom = "{http://www.w3.org/2005/Atom}"
        for entry in ET.parse(site / "feeds" / "all.atom.xml").getroot().iter(f"{atom}entry"):
            found[f"feeds/all.atom.xml {entry.findtext(f'{atom}id')}"] = entry.findtext(f"{atom}content", "")
        return found


@pytest.fixture
def desk(sqlite: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: Bags())
    settings = Settings()
    settings = settings.model_copy(update={"executors": settings.executors.model_copy(update={"extract": "serial"})})
    return Desk(sqlite, clock, tmp_path / "data", settings)


def page_of(text: str, title: str, scrap: str = "") -> str:
    """An article's page; the scrap stands as it is between the paragraphs, and as text in one and as one of them."""
    lines = text.split("\n")
    lines[3] += f" {scrap}"
    lines.append(f"The clerk {scrap} said on Monday that {scrap} was what the council had voted for, 7-2.")
    shown = "".join(f"<p>{escape(line)}</p>\n{scrap}\n" for line in [*lines, scrap])
    return f"<html lang=en><head><title>{escape(title)}</title></head><body><article><h1>{escape(title)}</h1>{shown}"


def is_inert(html: str) -> list[str]:
    """What in some HTML could act: scripts, handlers, foreign frames, addresses that are no web addresses."""
    found = []
    for element in lxml.html.fromstring(f"<div>{html}</div>" if "<html" not in html else html).iter():
        if not isinstance(element.tag, str):
            found += [] if "alert" not in str(element.text) else ["comment"]
            continue
        own = element.tag == "img" and element.get("src") == "coverage-gap.svg"  # of our method
        if not own and element.tag in ("iframe", "object", "embed", "img", "base", "form", "marquee", "u"):
            found.append(element.tag)
        if element.tag == "script" and element.get("type") != "application/ld+json":
            found.append("script")
        for name, value in element.attrib.items():
            if name.startswith("on") or str(value).strip().lower().startswith("javascript:"):
                found.append(f"{element.tag} {name}={value}")
    return found


@pytest.mark.parametrize("scrap", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_titles_and_names_are_inert_everywhere(desk: Desk, scrap: str) -> None:
    for key, text in TEXTS.items():
        title = f"{TITLES[key]} {scrap}" if key != "gazette" else TITLES[key]
        desk.fetched(key, page_of(text, title, scrap), name=f"The {key.title()} {scrap}", title=title)
    reasons = desk.run()

    page = desk.page()
    assert page is not None or reasons["extract"].startswith("too-short"), reasons  # a comment that never ends
    for place, html in desk.html().items():
        assert is_inert(html) == [], place
        assert not set(BIDI + "\x07\x1b") & set(html), place
        assert len(html) < 300_000, place
    for file in (desk.data / "site" / "feeds").rglob("*.json"):
        json.loads(file.read_text("utf-8"))
    if page and scrap[0] in "<{[":
        printed = [page["dek"], page["why_it_matters"], *page["body"]]
        texts = [page["headline"], *(one["text"] for some in printed for one in some)]
        for card in page["sources"]:  # an outlet is called what its operator calls it
            texts = [text.replace(card["outlet"], "") for text in texts]
        assert not [text for text in texts if scrap in text]


def test_titles_and_names_of_100_kb_are_cut(desk: Desk) -> None:
    for key, text in TEXTS.items():
        title = f"{TITLES[key]} " + "and on " * 15_000
        desk.fetched(key, page_of(text, title), name=f"The {key} " + "Very " * 20_000, title=title)
    reasons = desk.run()

    assert desk.page() is not None or "summarise" in reasons, reasons
    assert max(map(len, desk.html().values())) < 300_000


def test_an_empty_article_is_left_out_and_the_others_make_the_page(desk: Desk) -> None:
    for key, text in TEXTS.items():
        desk.text(key, text)
    desk.fetched("empty", "<html><head><title>Leaf blowers</title></head><body></body></html>")
    reasons = desk.run()

    page = desk.page()
    assert page is not None
    assert page["coverage"]["articles"] == 3
    assert reasons["extract"]


def test_a_story_with_too_few_texts_gets_no_page(desk: Desk) -> None:
    desk.text("wire", WIRE)
    desk.text("courier", COURIER)
    desk.fetched("empty", "<html><body></body></html>")
    reasons = desk.run()

    assert desk.page() is None
    assert list(reasons) == ["extract"]


def test_copies_of_one_text_are_one_source_and_make_no_page(desk: Desk) -> None:
    for key in TEXTS:
        desk.text(key, WIRE, title=TITLES["wire"])
    reasons = desk.run()

    assert desk.page() is None
    assert reasons["summarise"].startswith("one-source: ")


def test_unrated_sources_make_a_page_that_puts_nobody_on_the_scale(desk: Desk) -> None:
    for key, text in TEXTS.items():
        desk.text(key, text)
    desk.run()

    page = desk.page()
    assert page is not None
    assert page["coverage"]["by_lean"] == {}
    assert page["coverage"]["unrated"] == 3
    assert {card["lean"]["label"] for card in page["sources"]} == {"Unrated"}


def test_a_source_in_another_language_is_not_quoted_as_if_it_were_english(desk: Desk) -> None:
    for key, text in TEXTS.items():
        desk.text(key, text)
    spanish = (
        "El ayuntamiento de Harbor Falls votó el lunes 7-2 para prohibir los sopladores de hojas de gasolina.\n" * 3
    )
    desk.text("diario", spanish, language="es", title="Harbor Falls prohíbe los sopladores")
    desk.run()

    page = desk.page()
    assert page is not None
    printed = json.dumps([page["dek"], page["body"], page["viewpoints"], page["perspectives"]], ensure_ascii=False)
    assert "ayuntamiento" not in printed
    assert page["language"] == "en"


def residents(n: int) -> str:
    """Sentences that no other article has."""
    drawn = Random(n)
    lines = []
    for at in range(14):
        who = f"{drawn.choice('ABCDEFGHJKLM')}{drawn.choice(('nna', 'oris', 'lena', 'win'))} {drawn.choice(STREETS)}son"
        what = drawn.choice(("the noise", "the dust", "the price", "the new machines", "the council", "the firms"))
        lines.append(
            f"{who}, who lives at {n + at} {drawn.choice(STREETS)} Street, said that {what} had cost her sleep."
        )
    return "\n".join(lines)


@pytest.mark.long
def test_a_story_of_500_articles_is_written_in_bounded_time_and_memory(desk: Desk) -> None:
    leans = [*Lean, None]
    for n in range(500):
        lines = list(TEXTS.values())[n % 3].split("\n")
        desk.text(f"outlet-{n}", "\n".join([*lines[n % 2 : 4], residents(n)]), lean=leans[n % 6])
    before, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    desk.run()
    spent = time.process_time() - before

    page = desk.page()
    assert page is not None
    assert page["coverage"]["independent"] > 30
    assert len(page["sources"]) <= 40
    assert spent < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 500_000  # kB

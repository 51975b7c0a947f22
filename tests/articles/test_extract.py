"""The stage: what a page is given along, and pages that break their reader."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from aggregator.articles import extract as stage_module
from aggregator.articles.extract import Extract
from aggregator.articles.urls import article_id
from aggregator.clock import Clock
from aggregator.executors import Workers
from aggregator.setting_sections import ExtractSettings
from aggregator.stage import drain
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Attempt, Document, Outlet, Response
from aggregator.text import sha256
from aggregator.types import Extracted, Page
from tests.articles.test_extraction import PARAGRAPHS, page

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
SETTINGS = ExtractSettings(memory_mb=150, timeout=30)
real = stage_module.extract_page


def fetched(store: Store, slug: str, html: bytes, **fields: object) -> str:
    url = f"https://lantern.example/{slug}"
    key = article_id(url)
    with store.write() as session:
        if session.get(Outlet, "lantern") is None:
            session.add(Outlet(key="lantern", name="The Lantern"))
            session.flush()
        session.add(
            Article(
                id=key, url=url, outlet_key="lantern", origin="feed", found_at=NOW, order_at=NOW, entry_sha="e",
                title=slug, feed_html=fields.pop("feed_html", None),  # type: ignore[arg-type]
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Response(
                article_id=key, input_sha="e", recipe="r", final_url=url, content_type="text/html", html=html,
                html_sha=sha256(html), fetched_at=NOW, **fields,  # type: ignore[arg-type]
            )
        )  # fmt: skip
    return key


def run(store: Store, stage: Extract, spec: str = "serial") -> dict[str, str]:
    """Reasons of what failed, by article."""
    with Workers(spec) as workers:
        drain(stage, store, Clock(NOW), workers=workers)
    with store.read() as session:
        return {row.key: row.reason for row in session.scalars(select(Attempt).where(Attempt.buried))}


def documents(store: Store) -> dict[str, Document]:
    with store.read() as session:
        return {row.article_id: row for row in session.scalars(select(Document).where(Document.current))}


def test_a_document_keeps_rights_picture_and_agreement(store: Store) -> None:  # 137, 138
    head = '<meta property="og:image" content="/levee.jpg">'
    key = fetched(store, "levee", page(head=head).html, rights="quote", rights_basis="x-robots-tag: noarchive")
    assert run(store, Extract(SETTINGS, Clock(NOW))) == {}
    row = documents(store)[key]
    assert (row.rights, row.rights_basis) == ("quote", "x-robots-tag: noarchive")
    assert row.image == {"url": "https://lantern.example/levee.jpg", "credit": "", "alt": ""}
    assert row.agreement is not None
    assert row.agreement > 0.9


def test_the_operators_basis_and_our_name_are_passed_on(store: Store) -> None:  # 138
    reserved = page(head='<meta name="tdm-reservation" content="1">').html
    named = page(head='<meta name="lanternbot" content="noindex">').html
    keys = [fetched(store, "reserved", reserved), fetched(store, "named", named)]
    with store.write() as session:
        session.get_one(Outlet, "lantern").tdm_basis = "licence of 2026"
    run(store, Extract(SETTINGS, Clock(NOW), robot="LanternBot"))
    assert [documents(store)[key].rights for key in keys] == ["full", "metadata"]


def test_the_text_that_the_feed_carried_serves(store: Store) -> None:  # 124, 129
    feed = "".join(f"<p>{text}</p>" for text in PARAGRAPHS).encode()
    key = fetched(store, "levee", b"<html><body><div id='app'></div></body></html>", feed_html=feed)
    assert run(store, Extract(SETTINGS, Clock(NOW))) == {}
    assert documents(store)[key].text == "\n".join(PARAGRAPHS)


class Killing(Extract):
    """Reads like Extract, but a page that says so breaks the process as a fault in a C library would."""

    def _read(self, item: object) -> object:  # type: ignore[override]
        stage_module.extract_page = read_or_break  # type: ignore[assignment]
        return super()._read(item)  # type: ignore[arg-type]


def read_or_break(one: Page, settings: ExtractSettings) -> Extracted:
    """At the top level, so that a worker process finds it."""
    import os

    if b"ABORT" in one.html:
        os.abort()
    if b"GREEDY" in one.html:
        return real(replace(one, html=b"x" * 800_000_000), settings)
    return real(one, settings)


def unlike(word: str, n: int) -> bytes:
    return page(f"<p>{word} {n}.</p>" + "".join(f"<p>{text} ({n})</p>" for text in PARAGRAPHS)).html


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        pytest.param("ABORT", "killed-worker", id="128-crash"),
        pytest.param("GREEDY", "too-much-memory", id="128-memory"),
    ],
)
def test_a_page_that_breaks_its_reader_costs_only_itself(sqlite: Store, word: str, reason: str) -> None:
    good = [fetched(sqlite, f"good{n}", unlike("Fine", n)) for n in range(3)]
    bad = fetched(sqlite, "bad", unlike(word, 9))
    assert run(sqlite, Killing(SETTINGS, Clock(NOW)), "processes:2") == {bad: reason}
    assert sorted(documents(sqlite)) == sorted(good)


def test_two_processes_never_store_documents_at_the_same_time(postgres_url: str, clock: Clock) -> None:
    """What they mark lies in each other's documents: else PostgreSQL would end one of them for a deadlock."""
    store, stage = Store(postgres_url), Extract(SETTINGS, clock)
    try:
        with store.write() as first, store.write() as second:
            stage.save(first, [])
            second.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                stage.save(second, [])
            second.rollback()
    finally:
        store.close()

import json
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from aggregator.clock import Clock
from aggregator.publish import export
from aggregator.publish.export import export_articles, export_documents, export_stories
from aggregator.sources import ledger
from aggregator.store.page_tables import AnalysisRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, Slice, StoryRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.types import Lean, Rating

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
ARTICLE_FIELDS = {
    "id", "external_id", "url", "title", "outlet", "lean", "story_id", "syndication_id", "published_at", "found_at",
    "language", "kind", "extent",
}  # fmt: skip
DOCUMENT_FIELDS = {
    "article_id", "revision", "current", "title", "text", "text_sha256", "language", "kind", "extent", "rights",
    "regions",
}  # fmt: skip
STORY_FIELDS = {
    "id", "title", "first_at", "last_at", "articles", "outlets", "by_lean", "sources", "independent", "owners",
    "owners_unknown", "partial_reuse", "redirect_to", "locked", "confidence", "life", "thread_id", "previous_id",
}  # fmt: skip


def article(key: str, outlet: str, days: float | None = 0, **more: str) -> Article:
    return Article(
        id=key,
        url="" if key == "a_4" else f"https://{outlet}.example/{key}",
        outlet_key=outlet,
        origin="import",
        external_id="four" if key == "a_4" else "",
        title=f"Title of {key}",
        published_at=None if days is None else NOW - timedelta(days=days),
        found_at=NOW,
        order_at=NOW if days is None else NOW - timedelta(days=days),
        entry_sha=key,
        **more,
    )


def document(key: str, revision: int = 1, *, current: bool = True) -> Document:
    return Document(
        article_id=key,
        revision=revision,
        current=current,
        input_sha="",
        recipe="",
        title=f"Title of {key}, revision {revision}",
        text=f"Text “{revision}” 🦊\nof {key}",
        text_sha256="sha",
        content_sha=f"{key} {revision}",
        language="en",
        kind="news",
        extent="full",
        regions=[{"start": 5, "end": 8, "kind": "quotation"}],
        authors=[],
        made_at=NOW,
    )


def member(key: str, score: float) -> Membership:
    return Membership(article_id=key, story_id="s_1", slice_id=1, content_sha="", score=score, joined_at=NOW)


@pytest.fixture
def filled(store: Store) -> Store:
    """Four articles of three outlets, one of them withheld; three make a story; a_1 has two revisions."""
    articles = [
        article("a_1", "lantern"),
        article("a_2", "beacon", 2),
        article("a_3", "beacon", 1),
        article("a_4", "mirror", None),
        article("a_5", "mirror", withheld="purged"),
    ]
    documents = [document("a_1", 1, current=False), document("a_1", 2), document("a_2"), document("a_3")]
    Random(5).shuffle(articles)
    Random(7).shuffle(documents)
    with store.write() as session:
        session.add_all(Outlet(key=key, name=f"The {key.title()}") for key in ("mirror", "lantern", "beacon"))
        session.flush()
        rated = date(2026, 1, 1)
        ledger.record(session, "lantern", [Rating("Raters", rated, label=Lean.LEFT)], NOW - timedelta(days=9))
        ledger.record(session, "lantern", [Rating("Raters", rated, label=Lean.LEAN_LEFT)], NOW + timedelta(days=1))
        session.add_all(articles)
        session.flush()
        first, last = NOW - timedelta(days=2), NOW
        session.add_all(documents)
        session.add(Slice(id=1, day=NOW.date(), placed_at=NOW, recipe="", documents=3, terms={}))
        session.add(
            StoryRow(
                id="s_1", founding_article_id="a_2", made_at=NOW, first_at=first, last_at=last, size=3, members_sha=""
            )
        )
        session.flush()
        session.add_all([member("a_1", 0.5), member("a_2", 1.0), member("a_3", 0.25)])
    return store


def test_articles_have_the_fields_of_the_contract(filled: Store) -> None:
    with filled.read() as session:
        rows = list(export_articles(session, NOW))
    assert all(set(row) == ARTICLE_FIELDS for row in rows)
    assert rows[0] == {
        "id": "a_1",
        "external_id": None,
        "url": "https://lantern.example/a_1",
        "title": "Title of a_1, revision 2",
        "outlet": "The Lantern",
        "lean": "Left",
        "story_id": "s_1",
        "syndication_id": None,
        "published_at": "2026-10-10T12:00:00Z",
        "found_at": "2026-10-10T12:00:00Z",
        "language": "en",
        "kind": "news",
        "extent": "full",
    }


def test_an_article_without_document_story_date_and_address_is_exported_all_the_same(filled: Store) -> None:
    with filled.read() as session:
        row = list(export_articles(session, NOW, with_text=True))[3]
    assert (row["id"], row["external_id"], row["title"], row["lean"]) == ("a_4", "four", "Title of a_4", "Unrated")
    empty = ("url", "story_id", "published_at", "language", "kind", "extent", "text")
    assert [row[name] for name in empty] == [None] * len(empty)


def test_text_is_exported_only_when_asked_for(filled: Store) -> None:
    with filled.read() as session:
        rows = list(export_articles(session, NOW, with_text=True))
    assert all(set(row) == {*ARTICLE_FIELDS, "text"} for row in rows)
    assert rows[0]["text"] == "Text “2” 🦊\nof a_1"


def test_a_withheld_article_is_not_exported(filled: Store) -> None:
    with filled.read() as session:
        assert [row["id"] for row in export_articles(session, NOW)] == ["a_1", "a_2", "a_3", "a_4"]


def test_a_lean_is_the_one_known_at_the_time_of_the_export(filled: Store) -> None:
    found = []
    for days in (-10, 0, 2):
        with filled.read() as session:
            found.append(next(export_articles(session, NOW + timedelta(days=days)))["lean"])
    assert found == ["Unrated", "Left", "Lean Left"]


def test_every_revision_of_a_document_is_exported(filled: Store) -> None:
    with filled.read() as session:
        rows = list(export_documents(session))
    assert [(row["article_id"], row["revision"], row["current"]) for row in rows] == [
        ("a_1", 1, False),
        ("a_1", 2, True),
        ("a_2", 1, True),
        ("a_3", 1, True),
    ]
    assert all(set(row) == DOCUMENT_FIELDS for row in rows)
    assert rows[1]["text"] == "Text “2” 🦊\nof a_1"
    assert rows[1]["regions"] == [{"start": 5, "end": 8, "kind": "quotation"}]


def test_a_story_lists_its_members_by_publication_and_its_outlets_by_lean(filled: Store) -> None:
    with filled.read() as session:
        (row,) = export_stories(session, NOW)
    assert set(row) == STORY_FIELDS
    assert row == {
        "id": "s_1",
        "title": "Title of a_2",
        "first_at": "2026-10-08T12:00:00Z",
        "last_at": "2026-10-10T12:00:00Z",
        "articles": [
            {"id": "a_2", "score": 1.0, "confidence": None},
            {"id": "a_3", "score": 0.25, "confidence": None},
            {"id": "a_1", "score": 0.5, "confidence": None},
        ],
        "confidence": None,
        "outlets": ["The Beacon", "The Lantern"],
        "by_lean": {"Left": 1, "Unrated": 1},
        "sources": 2,
        "independent": 2,
        "owners": 2,
        "owners_unknown": 2,
        "partial_reuse": [],
        "redirect_to": None,
        "locked": False,
        "life": None,
        "thread_id": None,
        "previous_id": None,
    }


def test_copies_of_one_text_name_their_original_and_count_once(filled: Store) -> None:
    text = " ".join(f"word{n}" for n in range(60))
    with filled.write() as session:
        session.execute(update(Document).where(Document.current).values(text=text))

    with filled.read() as session:
        (story,) = export_stories(session, NOW)
        copies = {row["id"]: row["syndication_id"] for row in export_articles(session, NOW)}

    assert (story["sources"], story["independent"]) == (2, 1)
    assert copies == {"a_1": "a_2", "a_2": "a_2", "a_3": "a_2", "a_4": None}


@pytest.mark.parametrize(("revision", "independent"), [(2, 1), (1, 2)], ids=["of these documents", "of older ones"])
def test_the_copies_that_a_storys_analysis_names_are_taken_if_it_is_of_the_same_documents(
    filled: Store, revision: int, independent: int
) -> None:
    read = {"a_1": revision, "a_2": 1, "a_3": 1}
    known = [{"article_id": key, "revision": read[key], "syndication_id": "a_1"} for key in read]
    told = {"articles": 3, "sources": 2, "independent": 1, "owners": 2, "owners_unknown": 2, "by_lean": {}}
    content = {"sources": known, "origins": {}, "reuses": [], "coverage": told}
    with filled.write() as session:
        made: dict[str, Any] = {"input_sha": "", "recipe": "", "evidence_sha": "", "topic": "", "made_at": NOW}
        session.add(AnalysisRow(story_id="s_1", content=content, **made))

    with filled.read() as session:
        (story,) = export_stories(session, NOW)

    assert story["independent"] == independent


def test_a_merged_story_says_where_it_went(filled: Store) -> None:
    with filled.write() as session:
        session.add(
            StoryRow(
                id="s_0", founding_article_id="a_4", made_at=NOW, first_at=NOW, last_at=NOW, size=0, members_sha="",
                redirect_to="s_1",
            )
        )  # fmt: skip
    with filled.read() as session:
        rows = list(export_stories(session, NOW))
    assert [(row["id"], row["redirect_to"], len(row["articles"])) for row in rows] == [
        ("s_0", "s_1", 0),
        ("s_1", None, 3),
    ]


@pytest.mark.parametrize("page", [1, 2, 3, 500])
def test_pages_of_any_size_give_the_same_rows(filled: Store, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    with filled.read() as session:
        whole = [*export_articles(session, NOW, with_text=True), *export_documents(session)]
    monkeypatch.setattr(export, "_PAGE", page)
    with filled.read() as session:
        assert [*export_articles(session, NOW, with_text=True), *export_documents(session)] == whole


def test_all_rows_are_json_lines(filled: Store) -> None:
    with filled.read() as session:
        now = Clock(NOW).now()
        rows = [*export_articles(session, now, with_text=True), *export_documents(session)]
        rows += export_stories(session, now)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    assert len(lines) == 9
    assert not any("\n" in line for line in lines)
    assert [json.loads(line) for line in lines] == rows


def test_an_empty_database_exports_nothing(sqlite: Store) -> None:
    with sqlite.read() as session:
        assert [*export_articles(session, NOW), *export_documents(session), *export_stories(session, NOW)] == []

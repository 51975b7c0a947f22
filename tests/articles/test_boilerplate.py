"""Walls, and paragraphs that an outlet prints everywhere, on a real database."""

from datetime import UTC, datetime
from itertools import permutations
from time import process_time

import pytest
from sqlalchemy import select

from aggregator.articles.boilerplate import COMMON, mark_boilerplate, withhold_repeated
from aggregator.articles.documents import save_document
from aggregator.articles.extraction import document_from_text
from aggregator.articles.urls import article_id
from aggregator.store.sessions import Store
from aggregator.store.tables import Appearance, Article, Document, Feed, Outlet, ParagraphCount

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
PLEA = "The Lantern lives on the gifts of its readers, and every gift counts twice until the end of the year."


@pytest.fixture(autouse=True)
def _outlets(store: Store) -> None:
    with store.write() as session:
        session.add_all([Outlet(key="lantern", name="The Lantern"), Outlet(key="courier", name="The Courier")])


def add(store: Store, slug: str, text: str, *, outlet: str = "lantern", title: str = "", lister: str = "") -> str:
    """An article as the stage saves it; its id."""
    url = f"https://{outlet}.example/{slug}"
    with store.write() as session:
        article = session.get(Article, article_id(url))
        new = article is None
        if article is None:
            article = Article(
                id=article_id(url), url=url, outlet_key=outlet, origin="feed", found_at=NOW, order_at=NOW,
                entry_sha="e", title=title or slug,
            )  # fmt: skip
            session.add(article)
            session.flush()
            if lister:
                session.add(Appearance(feed_id=lister, article_id=article.id, entry_sha="e", first_seen_at=NOW))
        found = document_from_text(text, title=title or slug)
        document = save_document(session, article, found, input_sha="page", recipe="x", now=NOW)
        if not withhold_repeated(session, article, document):
            mark_boilerplate(session, article, document, NOW, count=new)
    return article_id(url)


def withheld(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {row.url.rpartition("/")[2]: row.withheld for row in session.scalars(select(Article)) if row.withheld}


def notices(store: Store) -> dict[str, list[str]]:
    with store.read() as session:
        rows = session.execute(
            select(Article.url, Document.text, Document.regions).join(Document, Document.article_id == Article.id)
        )
        return {
            url.rpartition("/")[2]: [text[one["start"] : one["end"]] for one in regions if one["kind"] == "notice"]
            for url, text, regions in rows
        }


def test_one_text_under_three_addresses_of_an_outlet_is_a_wall(store: Store) -> None:  # 121, 123
    for slug in ("levee", "ferry"):
        add(store, slug, "This page is not shown in your region, because of the rules that hold there.")
    assert withheld(store) == {}
    add(store, "fair", "This page is not shown in your region, because of the rules that hold there.")
    assert withheld(store) == dict.fromkeys(("levee", "ferry", "fair"), "repeated-page")
    add(store, "mayor", "This page is not shown in your region, because of the rules that hold there.")
    assert len(withheld(store)) == 4


def test_copies_on_other_outlets_and_of_one_article_are_none(store: Store) -> None:  # 102, 121
    for outlet in ("lantern", "courier"):
        for slug in ("levee", "ferry"):
            add(store, slug, "The council voted on Tuesday to rebuild the levee before winter.", outlet=outlet)
    for slug in ("a", "b", "c"):
        add(store, slug, "The ferry is back in service after nine weeks.", title="Ferry is back")
    assert withheld(store) == {}


def test_a_paragraph_on_five_articles_is_a_notice_in_all_of_them(store: Store) -> None:  # 127
    for n in range(COMMON - 1):
        add(store, f"n{n}", f"Report number {n} tells of the levee.\n{PLEA}")
    assert not any(notices(store).values())
    add(store, "last", f"Report the last tells of the levee.\n{PLEA}\nAnd it goes on for a while after that.")
    assert set(map(tuple, notices(store).values())) == {(PLEA,)}
    add(store, "later", f"{PLEA}\nReport later still tells of the levee.")
    assert notices(store)["later"] == [PLEA]


def test_nothing_is_taken_out_of_a_text_so_that_nothing_is_a_new_revision(store: Store) -> None:  # 127
    for n in range(COMMON):
        add(store, f"n{n}", f"Report number {n} tells of the levee.\n{PLEA}")
    with store.read() as session:
        rows = session.scalars(select(Document)).all()
    assert {row.revision for row in rows} == {1}
    assert all(PLEA in row.text for row in rows)


def test_an_article_that_is_read_again_counts_once(store: Store) -> None:  # 127
    for _ in range(COMMON + 1):
        add(store, "same", f"Report number one tells of the levee.\n{PLEA}")
    with store.read() as session:
        assert {row.seen for row in session.scalars(select(ParagraphCount))} == {1}
    assert notices(store) == {"same": []}


def test_other_outlets_and_long_paragraphs_do_not_count(store: Store) -> None:  # 127
    long = "The council voted on Tuesday to rebuild the levee before the winter storms arrive. " * 6
    for n in range(COMMON):
        add(store, f"n{n}", f"Report number {n} tells of the levee.\n{long}")
        add(store, f"c{n % 2}", f"Report number {n} tells of the levee.\n{PLEA}", outlet="courier")
    assert not any(notices(store).values())


def test_a_quotation_in_it_gives_way(store: Store) -> None:  # 127
    plea = "“Give what you can, and give it gladly and today,” says Ann Ash, who edits The Lantern."
    for n in range(COMMON):
        add(store, f"n{n}", f"Report number {n} tells of the levee.\n{plea}")
    with store.read() as session:
        regions = session.scalars(select(Document.regions)).all()
    assert all([one["kind"] for one in each] == ["notice"] for each in regions)


@pytest.mark.parametrize("order", list(permutations(range(6)))[::240])
def test_the_order_of_arrival_does_not_matter(store: Store, order: tuple[int, ...]) -> None:  # 127
    for n in order:
        add(store, f"n{n}", f"Report number {n} tells of the levee.\n{PLEA if n else 'No plea in this one here.'}")
    assert notices(store) == {f"n{n}": [PLEA] if n else [] for n in range(6)}


def feeds(store: Store) -> None:
    with store.write() as session:
        session.add_all(
            Feed(id=name, url=f"https://{name}.example/feed", outlet_key=name) for name in ("lantern", "courier")
        )


def test_no_other_outlet_can_make_notices_of_an_article_by_listing_it_often(store: Store) -> None:  # 127
    feeds(store)
    said = "The council voted on Tuesday to rebuild the levee before winter."
    add(store, "levee", said, lister="lantern")
    for n in range(COMMON):
        add(store, f"levee?copy={n}", said, title="levee", lister="courier")
    assert not any(notices(store).values())


def test_no_other_outlet_can_withhold_an_article_by_listing_it_often(store: Store) -> None:  # 121
    feeds(store)
    said = "The council voted on Tuesday to rebuild the levee before winter."
    add(store, "levee", said, title="Levee vote", lister="lantern")
    for n in range(COMMON):
        add(store, f"levee?copy={n}", said, title="What the page calls it", lister="courier")
    assert withheld(store) == {}


def test_pages_of_thousands_of_paragraphs_cost_no_time(store: Store) -> None:  # 127
    text = (
        "\n".join(f"Paragraph number {n} of this very long page is here." for n in range(1_500)) + f"\n{PLEA}" * 1_500
    )
    begun = process_time()
    for n in range(COMMON):
        add(store, f"n{n}", text, title="One title")
    assert process_time() - begun < 20
    with store.read() as session:
        assert len(session.scalars(select(ParagraphCount)).all()) < 400

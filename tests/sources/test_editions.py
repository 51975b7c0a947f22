"""An edition is a unit of its own: its rating, its country, and no place that is merely its outlet's elsewhere."""

from datetime import UTC, date, datetime

import pytest

from aggregator.analysis.gap_history import Story, Table
from aggregator.analysis.sources import evidence_sha, load_articles
from aggregator.articles.urls import article_id
from aggregator.publish.export import export_articles
from aggregator.sources import ledger
from aggregator.sources.ledger import IMPORT, Change, KnownRatings
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Document, Outlet
from aggregator.types import Kind, Lean, RaterKind, Rating, WhyUnrated

NOW = datetime(2026, 10, 10, tzinfo=UTC)
DAY = NOW.date()
UNITS = [
    {"key": "australia", "kind": "edition", "country": "AU", "paths": ["/au/"], "sections": ["australia"]},
    {"key": "english", "kind": "edition", "country": "", "paths": ["/en/"], "sections": []},
    {"key": "voices", "kind": "opinion", "country": "", "paths": ["/voices/"], "sections": []},
]


@pytest.fixture
def outlet(sqlite: Store) -> Store:
    """A British outlet, its news Lean Left, its opinion pages Right, with an edition in Sydney and one in English."""
    with sqlite.write() as session:
        session.add(Outlet(key="post", name="Post", country="GB", units=UNITS))
        session.flush()
        rate(session, Lean.LEAN_LEFT, "news")
        rate(session, Lean.RIGHT, "opinion")
    return sqlite


def rate(session: object, label: Lean, unit: str, **more: object) -> None:
    rating = Rating("desk", date(2026, 1, 1), label=label, unit=unit, **more)  # type: ignore[arg-type]
    ledger.append(session, [Change("post", rating, "new")], NOW, IMPORT)  # type: ignore[arg-type]


def add(store: Store, path: str, kind: Kind = Kind.NEWS, section: str = "") -> str:
    """An article of the outlet that is read; its id."""
    url = f"https://post.example{path}"
    key = article_id(url)
    with store.write() as session:
        session.add(
            Article(
                id=key, url=url, outlet_key="post", origin="feed", entry_sha="x", found_at=NOW, order_at=NOW,
                section=section,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Document(
                article_id=key, revision=1, current=True, input_sha="x", recipe="x", title=path, text=path,
                text_sha256=key, content_sha=key, language="en", kind=kind.value, extent="full", regions=[],
                authors=[], made_at=NOW,
            )
        )  # fmt: skip
    return key


def told(store: Store, *keys: str) -> list[tuple[str, str, str]]:
    """Unit, country and label of articles."""
    with store.read() as session:
        found = {one.article_id: one for one in load_articles(session, keys, NOW)}
    return [(found[key].unit, found[key].country, found[key].lean.text) for key in keys]


def test_an_article_is_of_the_edition_that_its_address_or_section_names(outlet: Store) -> None:
    articles = [add(outlet, "/au/a"), add(outlet, "/b", section="Australia"), add(outlet, "/en/c"), add(outlet, "/d")]

    assert told(outlet, *articles) == [
        ("australia", "AU", "Unrated"),
        ("australia", "AU", "Unrated"),
        ("english", "GB", "Lean Left"),
        ("news", "GB", "Lean Left"),
    ]


def test_the_rating_of_an_edition_is_its_own_and_nobody_elses(outlet: Store) -> None:
    with outlet.write() as session:
        rate(session, Lean.RIGHT, "australia")
        rate(session, Lean.CENTER, "english")

    labels = told(outlet, add(outlet, "/au/a"), add(outlet, "/en/c"), add(outlet, "/d"))

    assert [label for _, _, label in labels] == ["Right", "Center", "Lean Left"]


def test_an_edition_of_another_country_without_a_rating_is_unrated_and_one_of_the_same_has_that_of_the_news(
    outlet: Store,
) -> None:
    with outlet.read() as session:
        known = KnownRatings(session, ["post"], NOW)
        abroad, at_home = known.tag("post", "australia", DAY), known.tag("post", "english", DAY)

    assert (abroad.label, abroad.why_unrated, abroad.of_unit) == (None, WhyUnrated.NO_RATING, "")
    assert (at_home.label, at_home.of_unit) == (Lean.LEAN_LEFT, "news")


def test_an_edition_whose_own_rating_may_not_be_passed_on_does_not_borrow_that_of_the_news(outlet: Store) -> None:
    with outlet.write() as session:
        rate(session, Lean.RIGHT, "english", kind=RaterKind.CONTENT, export=False)
    with outlet.read() as session:
        known = KnownRatings(session, ["post"], NOW)

    assert known.tag("post", "english", DAY).why_unrated is WhyUnrated.LICENCE
    assert known.tag("post", "english", DAY, internal=True).label is Lean.RIGHT


def test_a_scale_is_judged_by_the_country_of_the_edition(outlet: Store) -> None:
    with outlet.write() as session:
        rate(session, Lean.RIGHT, "australia", country="AU")
    with outlet.read() as session:
        known = KnownRatings(session, ["post"], NOW)

    assert known.tag("post", "australia", DAY).scale_of == ""


def test_opinion_stays_opinion_in_an_edition_with_the_country_of_that(outlet: Store) -> None:
    assert told(outlet, add(outlet, "/au/views", Kind.OPINION)) == [("opinion", "AU", "Right")]


def test_opinion_pages_with_a_key_of_their_own_have_their_own_rating_or_else_that_of_opinion(outlet: Store) -> None:
    piece = add(outlet, "/voices/a", Kind.OPINION)
    with outlet.read() as session:
        assert KnownRatings(session, ["post"], NOW).tag("post", "voices", DAY).of_unit == "opinion"

    before = told(outlet, piece)
    with outlet.write() as session:
        rate(session, Lean.LEFT, "voices")

    assert (before, told(outlet, piece)) == ([("voices", "GB", "Right")], [("voices", "GB", "Left")])


def test_an_article_whose_outlet_names_an_edition_of_it_is_other_evidence(outlet: Store) -> None:
    key = add(outlet, "/fr/a")
    with outlet.write() as session:
        before = evidence_sha(load_articles(session, [key], NOW))
        edition = {"key": "french", "kind": "edition", "country": "FR", "paths": ["/fr/"], "sections": []}
        session.get_one(Outlet, "post").units = [*UNITS, edition]
    with outlet.read() as session:
        assert evidence_sha(load_articles(session, [key], NOW)) != before


def test_exports_and_the_gap_test_take_the_side_of_the_edition(outlet: Store) -> None:
    with outlet.write() as session:
        rate(session, Lean.RIGHT, "australia")
    add(outlet, "/au/a"), add(outlet, "/d")
    units = ["post/australia", "post/english", "post/news"]
    with outlet.read() as session:
        labels = {row["title"]: row["lean"] for row in export_articles(session, NOW)}
        table = Table.of(session, [Story("s", DAY, "t", units, [])], {"post": NOW}, NOW)

    assert labels == {"/au/a": "Right", "/d": "Lean Left"}
    assert dict(zip(table.units, table.sides.tolist(), strict=True)) == {
        "post/australia": 1, "post/english": -1, "post/news": -1,
    }  # fmt: skip

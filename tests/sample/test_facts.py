"""Every article file and every fact sheet of the sample newsroom, checked against each other."""

import tomllib
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.sample.looks import look_of
from aggregator.sample.newsroom import Newsroom, SampleArticle
from aggregator.types import Kind, Lean

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "config" / "sample"
SHEETS = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted((HERE / "facts").glob("*.toml"))}
EVENTS = sorted(name for name, sheet in SHEETS.items() if sheet["kind"] != "singles")
NEWSROOM = Newsroom.load(CONFIG)
ALL_VERSIONS = [version for versions in NEWSROOM.versions.values() for version in versions]
LISTS = ("reported_by", "contradicted_by", "not_mentioned_by")
KEYS = {
    "people": {"name", "role", "side", "says"},
    "facts": {"id", "text"},
    "claims": {"id", "text", *LISTS},
    "quotes": {"text", "speaker", "role", "articles"},
    "articles": {"id", "role", "leads_with", "leaves_out", "numbers"},
}
ROLES = {"report", "wire", "wire-copy", "opinion", "satire", "teaser", "foreign", "edited"}


def of_event(event: str) -> dict[str, SampleArticle]:
    """The newest version of each article of an event."""
    return {versions[-1].id: versions[-1] for versions in NEWSROOM.versions.values() if versions[-1].event == event}


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("article", ALL_VERSIONS, ids=lambda a: f"{a.id}.{a.edit}")
def test_an_article_is_as_long_as_a_news_report_and_dated_in_the_fortnight(article: SampleArticle) -> None:
    assert 350 <= article.words <= 800
    assert datetime(2026, 10, 5, tzinfo=UTC) <= article.published.astimezone(UTC) < datetime(2026, 10, 19, tzinfo=UTC)
    assert article.changed.astimezone(UTC) < datetime(2026, 10, 19, tzinfo=UTC)
    assert article.published.utcoffset() is not None
    (article.headline + article.summary + article.text).encode(look_of(article.outlet).charset)


def test_every_event_has_a_fact_sheet_and_every_fact_sheet_an_event() -> None:
    assert {article.event for article in ALL_VERSIONS} == set(SHEETS)
    assert all(sheet["event"] == name for name, sheet in SHEETS.items())


@pytest.mark.parametrize("event", SHEETS)
def test_a_fact_sheet_lists_all_articles_of_its_event_once(event: str) -> None:
    listed = Counter(article["id"] for article in SHEETS[event]["articles"])
    assert listed == Counter(of_event(event).keys())


@pytest.mark.parametrize("event", EVENTS)
def test_a_fact_sheet_has_all_its_keys(event: str) -> None:
    sheet = SHEETS[event]
    assert sheet["title"]
    assert sheet["summary"]
    assert sheet["topic"] in {"ai", "politics", "business", "health", "science", "local", "world"}
    assert sheet["kind"] in {"dispute", "event"}
    assert isinstance(sheet["happened"], date)
    for table, keys in KEYS.items():
        assert sheet[table]
        for row in sheet[table]:
            assert keys <= row.keys() <= keys | {"note", "as_of"}, row
    assert {article["role"] for article in sheet["articles"]} <= ROLES
    for table in ("facts", "claims"):
        assert len({row["id"] for row in sheet[table]}) == len(sheet[table])
    if len(sheet["articles"]) >= 4:
        assert len(sheet["claims"]) >= 5


@pytest.mark.parametrize("event", EVENTS)
def test_the_first_report_is_the_earliest_article(event: str) -> None:
    articles = of_event(event)
    assert articles[SHEETS[event]["first_report"]].published == min(a.published for a in articles.values())


@pytest.mark.parametrize("event", EVENTS)
def test_each_claim_places_each_full_text_in_exactly_one_list(event: str) -> None:
    articles = of_event(event)
    optional = {id for id, article in articles.items() if not is_read_in_full(article)}
    for claim in SHEETS[event]["claims"]:
        placed = Counter(id for name in LISTS for id in claim[name])
        assert placed.keys() <= articles.keys(), claim["id"]
        assert set(placed.values()) == {1}, claim["id"]
        assert articles.keys() - placed.keys() <= optional, claim["id"]
        assert claim["reported_by"], claim["id"]


def is_read_in_full(article: SampleArticle) -> bool:
    """Whether "does not mention" may be said of it at all."""
    unseen = article.paywall or article.language != "en" or look_of(article.outlet).feed_down
    return not unseen and article.kind is not Kind.SATIRE


@pytest.mark.parametrize("event", EVENTS)
def test_quotes_are_verbatim_in_the_articles_that_print_them(event: str) -> None:
    articles = of_event(event)
    for quote in SHEETS[event]["quotes"]:
        assert quote["articles"], quote["text"]
        assert set(quote["articles"]) <= articles.keys(), quote["text"]
        for id in quote["articles"]:
            texts = [squeezed(version.text) for version in NEWSROOM.versions[id]]
            assert any(squeezed(quote["text"]) in text for text in texts), (id, quote["text"])


@pytest.mark.parametrize("event", EVENTS)
def test_a_quote_lists_every_article_that_prints_it(event: str) -> None:
    """Else a quote that is found rightly would count as an error."""
    articles = of_event(event)
    for quote in SHEETS[event]["quotes"]:
        printing = {
            id
            for id, article in articles.items()
            if is_read_in_full(article)
            and any(squeezed(quote["text"]) in squeezed(version.text) for version in NEWSROOM.versions[id])
        }
        assert printing <= set(quote["articles"]), quote["text"]


@pytest.mark.parametrize("event", SHEETS)
def test_roles_agree_with_the_files(event: str) -> None:
    articles = of_event(event)
    for row in SHEETS[event]["articles"]:
        article = articles[row["id"]]
        assert (row["role"] == "wire-copy") == bool(article.carries), row["id"]
        assert (row["role"] == "teaser") == article.paywall, row["id"]
        assert (row["role"] == "satire") == (article.kind is Kind.SATIRE), row["id"]


def test_the_newsroom_has_its_outlets_and_each_has_something_to_say() -> None:
    assert len(NEWSROOM.outlets) >= 21
    assert {article.outlet for article in ALL_VERSIONS} == NEWSROOM.outlets.keys()


def test_one_debate_is_told_by_ten_outlets_or_more_from_every_place_on_the_scale() -> None:
    outlets = outlets_table()
    articles = [article for article in of_event("open-weights-hearing").values() if article.kind is not Kind.SATIRE]

    assert len({article.outlet for article in articles}) >= 10
    assert set(Lean) <= {place(outlets[article.outlet]) for article in articles}


def test_outlets_on_and_off_the_scale_have_articles() -> None:
    outlets = outlets_table()
    covering = {place(outlets[article.outlet]) for event in EVENTS for article in of_event(event).values()}

    assert {*Lean, "mixed", "disputed", "unrated"} <= covering
    assert len(outlets) >= 16


def outlets_table() -> dict[str, Any]:
    return tomllib.loads((CONFIG / "outlets.toml").read_text("utf-8"))


def place(outlet: dict[str, Any]) -> str:
    """Where all raters together put an outlet; two raters two steps apart are in dispute."""
    ratings = outlet.get("ratings", [])
    if not ratings:
        return "unrated"
    if any(rating.get("state") == "mixed" for rating in ratings):
        return "mixed"
    labels = [Lean(rating["label"]) for rating in ratings]
    positions = [label.position for label in labels]
    return "disputed" if max(positions) - min(positions) >= 2 else labels[0]

"""A page without what it took from an article: valid still, and without a word of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from aggregator.summarise.page import StoryPage
from aggregator.summarise.redact import REMOVED, cites, redacted

PAGE: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "page.json").read_text(encoding="utf-8"))
ARTICLES = [card["article_id"] for card in PAGE["sources"]]


def rests_on(page: StoryPage) -> set[str]:
    cards = {card.article_id for card in page.sources}
    return cards | {one.article_id for one in page.every_evidence()} | set(page.coverage.first.values())


@pytest.mark.parametrize("article", ARTICLES)
def test_nothing_of_the_article_is_left_and_the_page_can_be_read(article: str) -> None:
    assert cites(PAGE, {article})
    left = redacted(PAGE, {article})
    page = StoryPage.model_validate(left)
    assert article not in rests_on(page)
    assert not cites(left, {article})
    numbers = {card.n for card in page.sources}
    cited = [page.dek, page.why_it_matters, *page.body, *([view.stance, *view.sentences] for view in page.viewpoints)]
    assert {n for sentences in cited for one in sentences for n in one.citations} <= numbers
    assert {one.n for listed in (page.quotes, page.headlines, page.timeline) for one in listed} <= numbers
    for claim in page.claims:
        tellers = (claim.reported_by, claim.contradicted_by, claim.not_mentioned_by, claim.not_observed)
        assert {n for listed in tellers for n in listed} <= numbers


def test_a_headline_that_was_one_of_theirs_goes_and_another_stays() -> None:
    of_headline = {one["article_id"] for one in PAGE["headline_evidence"]}
    for article in ARTICLES:
        assert (redacted(PAGE, {article})["headline"] == REMOVED) == (article in of_headline)


def test_what_it_was_stays_to_be_known_by() -> None:
    left = redacted(PAGE, set(ARTICLES))
    kept = ("id", "version", "url", "status", "published_at", "topic", "language")
    assert {key: left[key] for key in kept} == {key: PAGE[key] for key in kept}
    assert (left["sources"], left["dek"], left["claims"]) == ([], [], [])
    assert [one["kind"] for paragraph in left["body"] for one in paragraph] == ["synthesis"]  # a count of ours


def test_a_page_of_other_articles_is_left_as_it_is() -> None:
    assert not cites(PAGE, {"a_other"})
    before = json.dumps(PAGE)
    assert {**redacted(PAGE, {"a_other"}), "omitted": PAGE["omitted"]} == PAGE
    assert json.dumps(PAGE) == before

"""Coverage as it follows from a page's cards: sides, countries, owners, who came first, and the order of arrival."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.summarise.cards import check_coverage
from aggregator.summarise.covered import covered
from aggregator.summarise.page import Source, StoryPage
from aggregator.summarise.page_coverage import SideCount
from aggregator.summarise.redact import redacted
from aggregator.summarise.validate import faults
from tests.summarise.test_validate import DOCUMENTS

PAGE: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "page.json").read_text(encoding="utf-8"))
MORNING, NOON, EVENING = (f"2026-10-21T{hour}:00:00Z" for hour in ("09", "12", "18"))
DAY = "2026-10-21T00:00:00Z"


def card(n: int, label: str = "Center", at: str | None = NOON, **more: Any) -> Source:
    """A card of an outlet of its own, published at noon."""
    lean = {"label": label, "raters": [], "rule": "r", "as_of": NOON}
    found = {"found_at": EVENING} if at is None else {}
    values = {
        "n": n, "article_id": f"a_{n}", "outlet": f"Outlet {n}", "outlet_key": f"outlet-{n}", "lean": lean,
        "title": "T", "url": f"https://{n}.example/", "published_at": at, "kind": "news", "country": "US",
    }  # fmt: skip
    return Source.model_validate({**values, **found, **more})


def test_sides_are_sums_of_their_labels_with_shares_of_the_independent_outlets_on_the_scale() -> None:
    cards = [card(1, "Left"), card(2, "Lean Left"), card(3), card(4, "Right"), card(5, "Right"), card(6, "Unrated")]

    sides = covered(cards)["sides"]

    assert {side: (one.sources, one.independent, one.share) for side, one in sides.items()} == {
        "left": (2, 2, 0.4), "center": (1, 1, 0.2), "right": (2, 2, 0.4),
    }  # fmt: skip


def test_of_few_outlets_no_share_is_given() -> None:
    sides = covered([card(1, "Left"), card(2), card(3, "Mixed"), card(4, "Unrated"), card(5, "Disputed")])["sides"]

    assert {one.share for one in sides.values()} == {None}


def test_copies_are_in_the_raw_count_and_not_in_the_independent_one() -> None:
    cards = [card(1, "Left"), card(2, "Left", syndication_id="a_1"), card(3, "Unrated", syndication_id="a_1")]

    found = covered(cards)

    assert (found["sides"]["left"].sources, found["sides"]["left"].independent) == (2, 1)
    assert found["beside"] == {"Unrated": SideCount(sources=1, independent=0)}


def test_an_outlet_with_an_article_at_each_end_of_its_side_counts_once_there() -> None:
    again = card(2, "Lean Left", outlet_key="outlet-1")

    assert covered([card(1, "Left"), again])["sides"]["left"].sources == 1


def test_countries_kinds_and_owners_have_the_most_outlets_first_and_the_unknown_last() -> None:
    cards = [
        card(1, "Left", country="GB", owner_kind="state", owner="Crown"),
        card(2, "Right", country="GB", owner_kind="private", owner="crown"),
        card(3, country="", owner_kind=""), card(4, country=""), card(5, country=""),
    ]  # fmt: skip

    found = covered(cards)

    assert [(one.country, one.sources, one.sides) for one in found["by_country"]] == [
        ("GB", 2, {"left": 1, "right": 1}), ("", 3, {"center": 3}),
    ]  # fmt: skip
    assert [one.kind for one in found["by_kind"]] == ["private", "state", "unknown"]
    assert [(one.owner, one.sources) for one in found["by_owner"]] == [("Crown", 2)]


def test_who_broke_it_is_the_earliest_text_of_its_own_and_each_side_has_its_delay() -> None:
    early_copy = card(1, "Left", MORNING, syndication_id="a_4")
    found = covered([early_copy, card(2, "Center"), card(3, "Left", EVENING), card(4, "Right", EVENING)])

    assert (found["broke"].n, found["broke"].at, found["broke"].precision) == (2, NOON, "time")
    assert {side: (one.n, one.after) for side, one in found["first_of_side"].items()} == {
        "left": (3, 21600), "center": (2, 0), "right": (4, 21600),
    }  # fmt: skip


def test_a_day_without_a_time_is_first_only_if_it_was_over_and_else_may_have_been_earlier() -> None:
    same_day, day_before = card(2, at=DAY), card(3, at="2026-10-20")

    unsure, sure = covered([card(1), same_day])["broke"], covered([card(1), same_day, day_before])["broke"]

    assert (unsure.n, unsure.maybe_earlier) == (1, [2])
    assert (sure.n, sure.at, sure.precision, sure.maybe_earlier) == (3, "2026-10-20", "day", [])


def test_when_it_was_found_bounds_what_has_no_date_and_is_never_called_its_time() -> None:
    undated = card(2, "Left", None)

    found = covered([card(1), undated])

    assert (found["broke"].n, found["broke"].maybe_earlier) == (1, [2])
    left = found["first_of_side"]["left"]
    assert (left.at, left.precision, left.after) == (EVENING, "found", None)
    assert covered([card(1, at="2026-10-22T09:00:00Z"), undated])["broke"].n == 2


def test_an_outlet_arrives_once_with_its_earliest_article_and_copies_are_marked() -> None:
    cards = [
        card(1, "Left", EVENING), card(2, "Left", MORNING, outlet_key="outlet-1", syndication_id="a_3"),
        card(3, "Unrated", NOON), card(4, "Right", DAY),
    ]  # fmt: skip

    found = [(one.n, one.at, one.precision, one.side, one.copied) for one in covered(cards)["arrivals"]]

    assert found == [
        (4, "2026-10-21", "day", "right", False), (2, MORNING, "time", "left", True), (3, NOON, "time", None, False),
    ]  # fmt: skip


def test_satire_covers_nothing() -> None:
    joke = card(2, "Left", MORNING, kind="satire")

    assert covered([card(1), joke]) == covered([card(1)])
    assert covered([joke])["broke"] is None


@given(
    st.permutations([card(1, "Left", None), card(2, at=DAY), card(3, "Right"), card(4, "Right", syndication_id="a_3")])
)
def test_the_order_of_the_cards_never_matters(cards: list[Source]) -> None:
    assert covered(cards) == covered(sorted(cards, key=lambda one: one.n))


def told_of(change: Callable[[dict[str, Any]], object] = lambda _: None) -> StoryPage:
    """A valid page with all that follows from its cards, and one thing changed."""
    page = StoryPage.model_validate(PAGE)
    full = page.model_copy(update={"coverage": page.coverage.model_copy(update=covered(page.sources))})
    raw = full.as_json()
    change(raw["coverage"])
    return StoryPage.model_validate(raw)


def test_a_page_that_says_what_its_cards_give_is_valid_and_so_is_one_of_before() -> None:
    assert faults(told_of(), DOCUMENTS) == []
    assert faults(StoryPage.model_validate(PAGE), DOCUMENTS) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("sides", lambda c: c["sides"]["center"].update(sources=2)),
        ("sides", lambda c: c["sides"]["center"].update(share=0.5)),
        ("beside", lambda c: c["beside"].clear()),
        ("by_country", lambda c: c["by_country"].pop()),
        ("by_kind", lambda c: c["by_kind"][0].update(kind="state")),
        ("by_owner", lambda c: c["by_owner"].append({"owner": "X", "sources": 2, "independent": 2})),
        ("broke", lambda c: c["broke"].update(maybe_earlier=[3])),
        ("first_of_side", lambda c: c["first_of_side"]["center"].update(after=1)),
        ("arrivals", lambda c: c["arrivals"][0].update(side="left")),
    ],
)
def test_whatever_the_cards_do_not_give_is_a_fault(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    places = [place for _, place, _ in check_coverage(told_of(change))]

    assert f"coverage.{name}" in places


def test_a_removed_source_leaves_first_reports_and_arrivals() -> None:
    page = told_of()
    broke = page.coverage.broke
    assert broke is not None

    left = StoryPage.model_validate(redacted(page.as_json(), {broke.article_id}))

    assert left.coverage.broke is None
    assert broke.n not in {one.n for one in left.coverage.arrivals}


def test_sources_that_are_removed_one_after_another_all_leave_first_reports_and_arrivals() -> None:
    content = told_of().as_json()
    for card in content["sources"]:
        content = redacted(content, {card["article_id"]})

    coverage = StoryPage.model_validate(content).coverage
    assert (coverage.broke, coverage.first_of_side, coverage.arrivals) == (None, {}, [])

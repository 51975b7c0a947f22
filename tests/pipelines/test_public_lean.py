"""An outlet whose only rating may not be passed on is Unrated for the licence in all that leaves the installation."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from aggregator.analysis import vectors
from aggregator.analysis.attention import NOBODY, Window, attention
from aggregator.clock import Clock
from aggregator.publish.export import EXPORTS
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.sources.ledger import IMPORT, Change
from aggregator.store.sessions import Store
from aggregator.types import SIDES, Lean, RaterKind, Rating
from tests.pipelines.test_bad_pages import TEXTS, Bags, Desk


@pytest.fixture
def desk(sqlite: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A published story of three outlets, each with one rating, Lean Right by a rater who allows nothing."""
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: Bags())
    made = Desk(sqlite, clock, tmp_path / "data", Settings())
    for key, text in TEXTS.items():
        made.text(key, text)
        rating = Rating("Secret Rater", date(2026, 1, 1), label=Lean.LEAN_RIGHT, kind=RaterKind.CONTENT, export=False)
        with sqlite.write() as session:
            ledger.append(session, [Change(key, rating, "new")], clock.now(), IMPORT)
    made.run()
    return made


def test_its_page_says_unrated_for_the_licence_and_counts_no_side(desk: Desk) -> None:
    page = desk.page()
    assert page is not None
    assert {card["lean"]["label"] for card in page["sources"]} == {"Unrated"}
    assert {card["lean"]["why_unrated"] for card in page["sources"]} == {"licence"}
    assert all(not card["lean"]["raters"] and not card["lean"]["low"] for card in page["sources"])
    coverage = page["coverage"]
    assert (coverage["by_lean"], coverage["unrated"], list(coverage["first"])) == ({}, 3, ["Unrated"])
    assert [coverage["sides"][side]["independent"] for side in SIDES] == [0, 0, 0]
    assert coverage["first_of_side"] == {}
    assert {one["side"] for one in coverage["arrivals"]} == {None}
    assert not any(one["sides"] for one in (*coverage["by_country"], *coverage["by_kind"]))
    assert {one["lean"] for one in page["headlines"]} == {"Unrated"}
    assert not any(one["kind"] == "lean" for one in (each["basis"] for each in page["not_represented"]))


def test_no_file_of_site_or_feeds_names_the_rater_or_a_side_of_the_outlet(desk: Desk) -> None:
    site = desk.data / "site"
    written = [file for file in site.rglob("*.*") if file.is_file() and file.relative_to(site).parts[0] != "method"]
    everything = "".join(file.read_text("utf-8") for file in written)

    assert "Unrated" in everything
    assert "The ratings of this outlet that are on file may not be passed on." in everything
    assert "Secret Rater" not in everything
    for told in ("(Lean Right)", '"label": "Lean Right"', '"lean": "Lean Right"', "Lean Right 3", "right-leaning"):
        assert told not in everything, told
    assert {file.suffix for file in written} >= {".html", ".json", ".xml"}


def test_no_export_has_it(desk: Desk) -> None:
    with desk.store.read() as session:
        rows = {
            name: json.dumps(
                list(export(session, desk.clock.now()) if name in ("articles", "stories") else export(session))
            )
            for name, export in EXPORTS.items()
        }

    assert {row["lean"] for row in json.loads(rows["articles"])} == {"Unrated"}
    assert json.loads(rows["stories"])[0]["by_lean"] == {"Unrated": 3}
    assert json.loads(rows["ratings"]) == []
    assert not any("Lean Right" in told or "Secret Rater" in told for told in rows.values())


def test_it_is_on_no_side_where_attention_is_counted(desk: Desk) -> None:
    now = desk.clock.now()
    with desk.store.read() as session:
        [found] = attention(session, [Window("s_1", now - timedelta(hours=24), now, TEXTS)], now).values()

    assert found["reason"] == NOBODY


def test_only_the_desk_and_the_operators_own_report_ask_for_labels_that_readers_may_not_see() -> None:
    root = Path(__file__).parents[2]
    asking = {
        file.relative_to(root)
        for folder in ("aggregator", "pipelines")
        for file in (root / folder).rglob("*.py")
        if "internal=True" in file.read_text("utf-8")
    }

    assert all(file.parts[1] == "desk" or file.name == "outlet_report.py" for file in asking)
    assert asking

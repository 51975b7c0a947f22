"""The rule is scored on families held out, never on a copy of the one that is predicted."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ConfigError
from aggregator.sources.lean_evaluation import Guess, evaluate_lean
from aggregator.sources.rating_mapping import load_mapping

TODAY = date(2026, 10, 10)
PRESETS = ("allsides", "mbfc", "ad-fontes")


def table(tmp_path: Path, *records: dict[str, Any]) -> Path:
    (tmp_path / "table.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return tmp_path


def record(n: int, allsides: str = "", mbfc: str = "", score: float | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"domain": f"d{n}.example", **more}
    if allsides:
        found["allsides_2023"] = [{"name": "D", "bias": allsides}]
    if mbfc:
        found["mbfc_2026"] = {"bias": mbfc}
    if score is not None:
        found["adfontes_2019"] = {"bias": score}
    return found


def test_each_family_is_predicted_from_the_others(tmp_path: Path) -> None:
    gold = table(
        tmp_path,
        record(1, "left", "left-center"),
        record(2, "center", "center"),
        record(3, "right"),
        record(4, "lean-right", "fake-news"),
        record(5, "left", "right"),
    )

    found = evaluate_lean(gold, [load_mapping(name, tmp_path) for name in PRESETS], TODAY)

    assert found.n == 6
    assert {family: row["n"] for family, row in found.by_family.items()} == {"AllSides": 3, "Media Bias/Fact Check": 3}
    assert found.scores["exact"] == pytest.approx(2 / 6)
    assert found.scores["within_one"] == found.scores["interval_coverage"] == pytest.approx(4 / 6)
    assert found.scores["center_share"] == 0
    assert found.scores["balanced_exact"] == pytest.approx((0 + 0 + 1 + 0) / 4)


def test_an_older_copy_of_a_family_is_no_other_family(tmp_path: Path) -> None:
    copies = {"allsides_2022": [{"name": "D", "bias": "left"}], "baly_emnlp18": {"bias": "left"}}

    with pytest.raises(ConfigError, match="no domain is rated by two families"):
        evaluate_lean(table(tmp_path, record(1, "left", allsides_2022=copies["allsides_2022"])),
                      [load_mapping(name, tmp_path) for name in PRESETS], TODAY)  # fmt: skip
    gold = table(tmp_path, record(1, "left", "right", **copies))
    found = evaluate_lean(gold, [load_mapping(name, tmp_path) for name in PRESETS], TODAY)
    assert (found.n, found.scores["within_one"]) == (2, 0)


@pytest.mark.parametrize(
    ("others", "rule", "vote"),
    [((-1,), -1, -1), ((-1, 0), -1, 0), ((0, 1), 1, 0), ((-2, -1), -2, -1), ((1, 1, 0), 1, 1), ((-2, 2), 0, 0)],
)
def test_the_vote_breaks_ties_towards_center_and_the_rule_away_from_it(
    others: tuple[int, ...], rule: int, vote: int
) -> None:
    guess = Guess(0, others)

    assert (guess.rule, guess.vote) == (rule, vote)


def test_a_table_without_a_row_that_a_mapping_finds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no domain is rated by two families"):
        evaluate_lean(table(tmp_path, {"domain": "x"}), [load_mapping("mbfc", tmp_path)], TODAY)
    with pytest.raises(ConfigError, match="neither a file nor a folder"):
        evaluate_lean(tmp_path / "nothing", [], TODAY)

"""The commands about ratings: a list comes in under the operator's rights, and only what may go out goes out."""

import json
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from tests.cli.place import Place

OUTLETS = """
[lantern]
name = "The Lantern"
home = "https://lantern.example/"
country = "GB"
ratings = [{ rater = "Desk", kind = "desk", unit = "opinion", rated_on = 2026-01-15, label = "Left" }]
[beacon]
name = "Beacon"
home = "https://beacon.example/"
"""
RECORDS = [
    {"domain": "lantern.example", "allsides_2023": [{"bias": "left"}], "mbfc_2026": {"bias": "left-center"}},
    {"domain": "beacon.example", "allsides_2023": [{"bias": "far"}], "adfontes_2019": {"bias": 1}},
]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    found.configure("")
    (found.config / "outlets.toml").write_text(OUTLETS, encoding="utf-8")
    (tmp_path / "table.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    return found


def test_a_list_is_shown_then_taken_kept_from_readers_and_scored(place: Place, tmp_path: Path) -> None:
    table = str(tmp_path / "table.jsonl")
    take = ("outlets", "import-ratings", table, "--mapping", "allsides")

    dry = place.look(*take, "--dry-run")
    assert dry.exit_code == 0
    assert "new       lantern news: Left, 2023-12-31" in dry.output
    assert "line 2: 'far' is not in the crosswalk allsides-1" in dry.output
    assert "2 rows, 1 new, 0 corrected, 0 gone, 0 known already" in dry.output
    assert place.look(*take, "--strict").exit_code == 1  # the rest of it was taken
    assert "0 new, 0 corrected, 0 gone, 1 known already" in place.look(*take).output

    shown = place.look("outlets", "show", "lantern").output
    assert "news: Unrated (licence), by the rule families-1" in shown
    assert "with what may not be passed on: Left (US scale)" in shown
    assert "not passed on (CC BY-NC 4.0)" in shown
    assert "opinion: Left" in shown
    exported = [json.loads(line) for line in place.look("export", "ratings").output.splitlines()]
    assert [(row["rater"], row["unit"], row["family"]) for row in exported] == [("Desk", "opinion", "Desk")]

    scored = json.loads(place.look("eval", "lean", table, "--json").output)
    assert (scored["n"], scored["scores"]["within_one"]) == (2, 1.0)
    assert set(scored["by_family"]) == {"AllSides", "Media Bias/Fact Check"}
    assert {"exact", "within_one", "interval_coverage", "balanced_exact", "center_share"} == set(scored["scores"])
    assert "rule" in place.look("eval", "lean", table).output


def test_a_mapping_that_nobody_has_is_refused_with_those_there_are(place: Place, tmp_path: Path) -> None:
    done = place.look("outlets", "import-ratings", str(tmp_path / "table.jsonl"), "--mapping", "nobody")

    assert isinstance(done.exception, ConfigError)
    assert "known: ad-fontes, allsides, mbfc" in str(done.exception)

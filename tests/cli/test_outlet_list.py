"""`outlets list` and `outlets show` tell of every outlet, with and without a database."""

import json
from pathlib import Path

import pytest

from aggregator.resources import resource
from aggregator.sources.outlets import load_outlets
from tests.cli.place import Place

OUTLETS = """
[the-lantern-of-the-northern-isles]
name = "The Lantern of the Northern Isles and Their Waters"
home = "https://lantern.example/"
country = "GB"
feeds = [{ url = "https://lantern.example/rss" }]
ratings = [{ rater = "Desk", kind = "desk", rated_on = 2026-10-10, valid_from = 2026-01-01, label = "Lean Left", scale = "GB", reason = "it says so" },
           { rater = "Desk", kind = "desk", unit = "opinion", rated_on = 2026-10-10, label = "Left" }]
[beacon]
name = "beacon"
home = "https://beacon.example/"
ratings = [{ rater = "Desk", kind = "desk", rated_on = 2026-10-10, valid_from = 2027-01-01, label = "Right" }]
[mirror]
name = "Mirror"
home = "https://mirror.example/"
offered = "more"
ratings = [{ rater = "R", kind = "content", rated_on = 2026-01-01, label = "Right" }]
"""  # noqa: E501
NOW = ("--now", "2026-10-11")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    found.configure("", OUTLETS)
    return found


def with_database(place: Place, tmp_path: Path) -> Place:
    """An import makes the database and reads outlets.toml into it; its one row is of nobody that is listed."""
    table = tmp_path / "table.jsonl"
    table.write_text('{"domain": "nobody.example", "allsides_2023": [{"bias": "left"}]}', encoding="utf-8")
    assert place.look(*NOW, "outlets", "import-ratings", str(table), "--mapping", "allsides").exit_code == 0
    return place


def test_each_outlet_is_a_line_with_columns_that_never_run_together(place: Place, tmp_path: Path) -> None:
    before = place.look(*NOW, "outlets", "list").stdout

    assert [line.split("  ")[0].strip() for line in before.splitlines()] == [
        "beacon", "mirror", "the-lantern-of-the-northern-isles",
    ]  # fmt: skip
    beacon, mirror, lantern = (" ".join(line.split()) for line in before.splitlines())
    assert beacon == "beacon - Unrated beacon no feed"  # its rating is not valid yet
    assert mirror == "mirror - Unrated Mirror offered (more)"
    assert lantern == (
        "the-lantern-of-the-northern-isles GB Lean Left The Lantern of the Northern Isles and Their Waters "
        "https://lantern.example/rss never"
    )
    assert place.look(*NOW, "outlets", "list", "--asked").stdout.count("\n") == 2

    after = with_database(place, tmp_path).look(*NOW, "outlets", "list").stdout
    assert "Lean Left" in after
    assert after.count("\n") == 3


def test_for_programs_the_list_is_json_with_the_reason_why_an_outlet_is_unrated(place: Place, tmp_path: Path) -> None:
    for there in (place, with_database(place, tmp_path)):
        rows = {row["key"]: row for row in json.loads(there.look(*NOW, "outlets", "list", "--json").stdout)}

        assert {key: (row["lean"], row["why_unrated"]) for key, row in rows.items()} == {
            "beacon": ("Unrated", "no rating"),
            "mirror": ("Unrated", "licence"),
            "the-lantern-of-the-northern-isles": ("Lean Left", ""),
        }
        assert rows["mirror"]["standing"] == "offered (more)"


def test_show_tells_the_ratings_of_the_file_before_a_run_has_read_it(place: Place, tmp_path: Path) -> None:
    before = place.look(*NOW, "outlets", "show", "the-lantern-of-the-northern-isles")

    assert before.exit_code == 0
    assert "lean      news: Lean Left, by the file; no run has read it yet" in before.stdout
    assert "Desk: Lean Left, 2026-10-10, for articles from 2026-01-01 on" in before.stdout
    assert "lean      opinion: Left" in before.stdout
    after = with_database(place, tmp_path).look(*NOW, "outlets", "show", "the-lantern-of-the-northern-isles").stdout
    assert "lean      news: Lean Left, by the rule families-1" in after

    unknown = place.look(*NOW, "outlets", "show", "nobody")
    assert (unknown.exit_code, unknown.stdout) == (1, "")


def test_the_list_that_comes_with_the_program_is_told_whole(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.config = resource("config")

    rows = json.loads(place.look("--now", "2026-11-26", "outlets", "list", "--json").stdout)

    assert {row["key"] for row in rows} == {outlet.key for outlet in load_outlets(resource("config"))}
    assert sum(row["lean"] != "Unrated" for row in rows) >= 50

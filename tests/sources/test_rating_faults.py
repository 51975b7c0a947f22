"""Rating files as bad as they come: each fault is named with its place, and none of them breaks an import or a page."""

import gzip
import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.publish.export import export_ratings
from aggregator.sources import rating_files, rating_rows
from aggregator.sources.rating_import import apply_import, plan_import
from aggregator.sources.rating_mapping import Mapping
from aggregator.sources.rating_rows import read_rows
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from tests.sources.test_rating_import import COLUMNS, MAPPING, csv, lean, outlets, take

__all__ = ["outlets"]

NESTED = Mapping.model_validate(
    {
        "rater": "Fairweather Index", "kind": "content", "licence": "CC0-1.0", "export": "allow",
        "lists": [{
            "each": "marks", "outlet": "$.site", "label": "rating.word", "scale": "words", "rated_on": date(2026, 3, 1),
            "url": "link", "reason": "note",
        }],
        "scales": {"words": {"crosswalk": "fairweather-1", "labels": {"left": "Left", "1": "Right", "nan": "Center"}}},
    }
)  # fmt: skip


def records(tmp_path: Path, *rows: Any) -> Path:
    file = tmp_path / "ratings.jsonl"
    file.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return file


def mark(word: object, **more: object) -> dict[str, object]:
    return {"site": "lantern.example", "marks": [{"rating": {"word": word}, **more}]}


def test_records_in_which_a_path_leads_nowhere_or_to_something_else_are_named(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    bad = {
        json.dumps({"site": "lantern.example"}): None,  # the rater says nothing of it: no row
        json.dumps({"site": "lantern.example", "marks": []}): None,
        json.dumps({"site": "lantern.example", "marks": [{}]}): "line 4: '' is not in the crosswalk",
        json.dumps({"site": "lantern.example", "marks": [7]}): "line 5: '' is not in the crosswalk",
        json.dumps({"marks": [{"rating": {"word": "left"}}]}): "line 6: $.site is empty",
        json.dumps({"site": ["lantern.example"], "marks": [{}]}): "line 7: $.site is a list",
        json.dumps(mark({"left": 1})): "line 8: rating.word is a table",
        json.dumps(mark(None)): "line 9: '' is not in the crosswalk",
        json.dumps(mark("left", link="https://r.example/\x00")): "is no web address",
        json.dumps(mark("left", link="https://r.example/\ud800")): "is no web address",
        json.dumps(mark("left", link="https://r.example/\u202egpj.exe")): "is no web address",
        '{"site": "lantern.example", "marks": [{"rating": {"word": Infinity}}]}': "'inf' is not in the crosswalk",
        '{"site": ' + "1" * 5000 + "}": "is not JSON",
        '"lantern.example"': "line 15: is no object",
        '{"site": "lantern.example", ': "line 16: is not JSON",
    }

    plan = take(outlets, records(tmp_path, mark("left"), *bad), clock, NESTED)

    expected = [words for words in bad.values() if words]
    assert (plan.count("new"), len(plan.rejected)) == (1, len(expected))
    for (place, why), words in zip(plan.rejected, expected, strict=True):
        assert words in f"{place}: {why}"


def test_numbers_as_words_and_words_as_numbers_are_read_by_the_crosswalk_alone(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    take(outlets, records(tmp_path, mark(1)), clock, NESTED)
    assert lean(outlets, clock, "lantern") == "Right"

    scores = csv(tmp_path, "beacon.example, -9.0 ,score,2026-03-01,,", "mirror.example,9e0,score,2026-03-01,,")
    assert take(outlets, scores, clock).rejected == [("line 3", "'9e0' is no score")]
    assert lean(outlets, clock, "beacon") == "Left"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", COLUMNS.encode("utf-16"), "no column 'site' .*read as UTF-8"),
        ("a.csv", b'"site"x,rating\n', "heading that cannot be read"),
        ("a.csv", b'"site,rating\n', "heading that cannot be read"),
        ("a.csv", b"site," + b"x" * 200_000, "heading that cannot be read"),
        ("a.csv", b"site,rating,scale,day,desk\na,b,c,d,e\n", "no column 'link'"),
        ("a.json", b"", "is not JSON"),
        ("a.jsonl", b"", "no row that the mapping finds"),
        ("a.jsonl.gz", gzip.compress(b"{}", mtime=0)[:-6], "damaged gzip"),
    ],
)
def test_a_file_without_a_heading_an_end_or_anything_at_all_is_one_complaint_that_can_be_printed(
    outlets: Store, tmp_path: Path, clock: Clock, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(ConfigError, match=words) as caught:
        take(outlets, tmp_path / name, clock)
    str(caught.value).encode()


def test_a_folder_is_no_file(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "ratings.csv").mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        take(outlets, tmp_path / "ratings.csv", clock)


def test_a_file_that_unpacks_to_more_than_any_list_is_refused_before_it_is_unpacked(
    outlets: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rating_files, "MAX_BYTES", 1_000_000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"a" * 20_000_000))

    with pytest.raises(ConfigError, match="is larger than 1 MB"):
        take(outlets, tmp_path / "bomb.csv.gz", clock)


def test_a_byte_order_mark_and_lines_that_end_in_any_way_are_read_and_bytes_of_another_code_are_named(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "ratings.csv"
    rows = "lantern.example,left,words,2026-03-01,,\r\n\r\nbeacon.example,right,words,2026-03-01,,\r\n"
    file.write_bytes(b"\xef\xbb\xbf" + (COLUMNS + rows).encode() + b"mirror.example,l\xe9ft,words,2026-03-01,,\r\n")

    plan = take(outlets, file, clock)

    assert (plan.count("new"), plan.rejected) == (2, [("line 5", "is not UTF-8 text")])


def test_a_cell_that_a_spreadsheet_would_run_stays_text(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    cells = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>"]
    take(outlets, records(tmp_path, *(mark("left", note=cell) for cell in cells[:1])), clock, NESTED)

    with outlets.read() as session:
        (row,) = export_ratings(session)
    assert json.loads(json.dumps(row))["reason"] == cells[0]  # JSON lines: no cells, nothing to run

    words = csv(tmp_path, *(f"{cell},left,words,2026-03-01,," for cell in cells))
    assert take(outlets, words, clock).unknown == len(cells)


def test_rows_that_may_not_be_passed_on_leave_by_no_export(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    file = csv(tmp_path, "lantern.example,left,words,2026-03-01,,")
    take(outlets, file, clock, MAPPING.model_copy(update={"export": "deny"}))

    with outlets.read() as session:
        assert session.scalars(select(RatingRow.export)).all() == ["deny"]
        assert list(export_ratings(session)) == []


def test_a_row_whose_correction_may_not_be_passed_on_leaves_no_more_and_is_named_by_none(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    allowed, denied = MAPPING, MAPPING.model_copy(update={"export": "deny"})
    file = csv(tmp_path, "lantern.example,left,words,2026-03-01,,")
    take(outlets, file, clock, allowed)
    take(outlets, file, clock, denied)

    with outlets.read() as session:
        assert list(export_ratings(session)) == []

    take(outlets, file, clock, allowed)

    with outlets.read() as session:
        (row,) = export_ratings(session)
    assert (row["label"], row["supersedes"]) == ("Left", None)


def test_an_import_that_fails_at_its_last_step_has_written_nothing(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    file = csv(tmp_path, *(f"{key}.example,left,words,2026-03-01,," for key in ("lantern", "beacon")))

    with pytest.raises(RuntimeError, match="power cut"):
        cut_short(outlets, file, clock)

    with outlets.read() as session:
        assert session.scalars(select(RatingRow)).all() == []


def cut_short(store: Store, file: Path, clock: Clock) -> None:
    with store.write() as session:
        plan = plan_import(session, read_rows(file, MAPPING, clock.now().date()), MAPPING, clock.now())
        apply_import(session, plan, clock.now())
        event.listen(session, "before_commit", power_cut)


def power_cut(_session: object) -> None:
    raise RuntimeError("power cut")


@pytest.mark.long
def test_a_hundred_thousand_rows_come_in_and_twice_is_once(sqlite: Store, tmp_path: Path, clock: Clock) -> None:
    with sqlite.write() as session:
        session.add_all(Outlet(key=f"o-{n}", name=f"O {n}", domains=[f"o{n}.example"]) for n in range(1000))
    days = [date(2026, 9, 1) - timedelta(days=n) for n in range(100)]
    file = csv(tmp_path, *(f"o{n}.example,left,words,{day},," for day in days for n in range(1000)))

    began = time.process_time()
    first, again = (take(sqlite, file, clock) for _ in range(2))

    assert time.process_time() - began < 60  # a third of it on two slow cores
    assert (first.count("new"), first.rejected) == (100_000, [])
    assert (again.changes, again.unchanged) == ([], 100_000)


def test_a_file_that_would_fill_the_memory_is_refused(
    outlets: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`{},` sixty million times is a small download, and nothing that anybody rates."""
    monkeypatch.setattr(rating_files, "MAX_JSON", 1_000)
    monkeypatch.setattr(rating_rows, "MAX_ROWS", 10)
    bomb = tmp_path / "ratings.json.gz"
    bomb.write_bytes(gzip.compress(b"[" + b"{}," * 400 + b"{}]"))

    with pytest.raises(ConfigError, match="JSON of more than"):
        take(outlets, bomb, clock, NESTED)
    plan = take(outlets, records(tmp_path, "{}" + " " * 1_000, mark("left")), clock, NESTED)
    assert plan.rejected == [("line 1", "is longer than 0 MB")]
    assert plan.count("new") == 1
    with pytest.raises(ConfigError, match="more than 10 rows"):
        take(outlets, records(tmp_path, *([mark("left")] * 11)), clock, NESTED)

"""A rater's list comes in whole or not at all, but for its bad rows, which are named; twice is once."""

import gzip
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.resources import resource
from aggregator.sources import ledger
from aggregator.sources.ledger import tags
from aggregator.sources.rating_files import read_records
from aggregator.sources.rating_import import ImportPlan, apply_import, plan_import
from aggregator.sources.rating_mapping import Mapping, load_mapping
from aggregator.sources.rating_rows import read_rows
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from aggregator.types import Lean, LeanState, Rating

COLUMNS = "site,rating,scale,day,desk,link\n"
MAPPING = Mapping.model_validate(
    {
        "rater": "Fairweather Index", "kind": "content", "licence": "CC0-1.0", "export": "allow",
        "lists": [{
            "outlet": "site", "label": "rating", "scale_column": "scale", "rated_on_column": "day", "url": "link",
            "unit_column": "desk", "units": {"opinion": "opinion", "comment": "opinion"},
        }],
        "scales": {
            "words": {"country": "US", "crosswalk": "fairweather-1", "labels": {
                "left": "Left", "lean left": "Lean Left", "centre": "Center", "right": "Right", "both": "mixed",
                "satire": "unrated", "withdrawn": "withdrawn",
            }},
            "score": {"crosswalk": "fairweather-scores-1", "cuts": [-9, -2.5, 2.5, 9], "within": [-42, 42]},
        },
    }
)  # fmt: skip


@pytest.fixture
def outlets(sqlite: Store) -> Store:
    return filled(sqlite)


def filled(store: Store) -> Store:
    with store.write() as session:
        for key in ("lantern", "beacon", "mirror"):
            session.add(Outlet(key=key, name=f"The {key.title()}", domains=[f"{key}.example"], country="US"))
        session.add(Outlet(key="twin-a", name="Twin A", domains=["twin.example"]))
        session.add(Outlet(key="twin-b", name="Twin B", domains=["twin.example"]))
        session.add(Outlet(key="import-1", name="lantern.example", domains=["lantern.example"], listed=False))
    return store


def take(
    store: Store, file: Path, clock: Clock, mapping: Mapping = MAPPING, *, complete: bool = False, dry: bool = False
) -> ImportPlan:
    with store.write() as session:
        rows = read_rows(file, mapping, clock.now().date())
        plan = plan_import(session, rows, mapping, clock.now(), complete=complete)
        if not dry:
            apply_import(session, plan, clock.now())
    return plan


def csv(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "ratings.csv"
    file.write_text(COLUMNS + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def lean(store: Store, clock: Clock, key: str, unit: str = "news") -> str:
    with store.read() as session:
        return tags(session, [key], clock.now(), unit)[key].text


def count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(RatingRow)) or 0


def test_a_list_is_taken_and_says_where_each_rating_comes_from(store: Store, tmp_path: Path, clock: Clock) -> None:
    outlets = filled(store)
    file = csv(
        tmp_path,
        "lantern.example,Lean-Left,words,2026-03-01,,https://fairweather.example/lantern",
        "https://www.beacon.example/,-9,score,2026-03-01,,",
        "The Mirror,both,words,2026-03-01,,",
        "mirror.example/comment,right,words,2026-03-01,Comment pages,",
        "nobody.example,left,words,2026-03-01,,",
    )

    plan = take(outlets, file, clock)

    assert (plan.rows, plan.count("new"), plan.unknown, plan.rejected) == (5, 4, 1, [])
    assert [lean(outlets, clock, key) for key in ("lantern", "beacon", "mirror")] == ["Lean Left", "Left", "Mixed"]
    assert lean(outlets, clock, "mirror", "opinion") == "Right"
    with outlets.read() as session:
        row = session.scalars(select(RatingRow).where(RatingRow.outlet_key == "lantern")).one()
    assert (row.raw, row.crosswalk, row.scale, row.country) == ("Lean-Left", "fairweather-1", "words", "US")
    assert (row.url, row.licence, row.export) == ("https://fairweather.example/lantern", "CC0-1.0", "allow")
    assert (row.recorded_by, row.recorded_at) == ("import", clock.now())


BAD = {
    "lantern.example,far out,words,2026-03-01,,": "'far out' is not in the crosswalk fairweather-1",
    "lantern.example,left,stars,2026-03-01,,": "the scale 'stars' has no crosswalk",
    "lantern.example,left,words,2026-10-11,,": "in the future",
    "lantern.example,left,words,01/02/2026,,": "'01/02/2026' is no date",
    "lantern.example,left,words,2026-02-30,,": "is no date",
    "lantern.example,left,words,,,": "has no date",
    "lantern.example,-50,score,2026-03-01,,": "not within -42 and 42",
    "lantern.example,nan,score,2026-03-01,,": "is no score",
    "lantern.example,1e999,score,2026-03-01,,": "is no score",
    "lantern.example/section/x,left,words,2026-03-01,,": "is a part of lantern",
    "twin.example,left,words,2026-03-01,,": "belongs to twin-a and twin-b",
    ",left,words,2026-03-01,,": "site is empty",
    "lantern.example,left,words,2026-03-01,,javascript:alert(1)": "is no web address",
    "lantern.example,left": "has 2 columns, the heading 6",
    'lantern.example,"left,words,2026-03-01,,': "unexpected end of data",
}


def test_each_bad_row_is_named_with_its_line_and_reason_and_the_rest_is_taken(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    plan = take(outlets, csv(tmp_path, "beacon.example,right,words,2026-03-01,,", *BAD), clock)

    assert plan.count("new") == count(outlets) == 1
    assert [place for place, _ in plan.rejected] == [f"line {number}" for number in range(3, 3 + len(BAD))]
    for (_, why), expected in zip(plan.rejected, BAD.values(), strict=True):
        assert expected in why


def test_two_rows_for_one_unit_on_one_day_are_both_rejected_if_they_differ(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    rows = [
        "lantern.example,left,words,2026-03-01,,",
        "The Lantern,right,words,2026-03-01,,",
        "beacon.example,left,words,2026-03-01,,",
        "beacon.example,LEFT,words,2026-03-01,,",
        "mirror.example,left,words,2026-03-01,,",
        "mirror.example,right,words,2026-03-01,opinion,",
    ]
    plan = take(outlets, csv(tmp_path, *rows), clock)

    assert [place for place, _ in plan.rejected] == ["line 2", "line 3", "line 5"]
    assert "several rows rate the news of lantern on 2026-03-01 (line 2: left, line 3: right)" in plan.rejected[0][1]
    assert "line 4 says the same" in plan.rejected[2][1]
    assert [lean(outlets, clock, key) for key in ("lantern", "beacon", "mirror")] == ["Unrated", "Left", "Left"]


def test_the_same_list_again_changes_nothing(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    file = csv(tmp_path, "lantern.example,left,words,2025-03-01,,", "lantern.example,right,words,2026-03-01,,", *BAD)
    take(outlets, file, clock)
    before = count(outlets)

    for hours in (1, 2):
        plan = take(outlets, file, Clock(clock.now() + timedelta(hours=hours)))
        assert (plan.changes, plan.unchanged) == ([], 2)
    assert count(outlets) == before == 2
    assert lean(outlets, clock, "lantern") == "Right"


def test_a_dry_run_says_what_would_change_and_changes_nothing(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    take(outlets, csv(tmp_path, "lantern.example,left,words,2026-03-01,,"), clock)

    plan = take(outlets, csv(tmp_path, "lantern.example,right,words,2026-03-01,,"), clock, dry=True)

    (change,) = plan.changes
    assert (change.what, change.rating.label, change.old and change.old.label) == ("corrected", Lean.RIGHT, Lean.LEFT)
    assert lean(outlets, clock, "lantern") == "Left"


def test_a_withdrawn_rating_ends_for_articles_from_that_day_on(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    take(outlets, csv(tmp_path, "lantern.example,left,words,2025-03-01,,"), clock)
    take(outlets, csv(tmp_path, "lantern.example,withdrawn,words,2026-03-01,,"), clock)

    with outlets.read() as session:
        known = ledger.KnownRatings(session, ["lantern"], clock.now())
    before, after = (known.tag("lantern", "news", date(2026, month, 1)) for month in (2, 3))
    assert (before.text, after.text, after.raters[0].reason) == ("Left", "Unrated", "withdrawn by the rater")


def test_of_a_complete_list_with_a_row_that_names_no_outlet_nothing_is_taken_for_missing(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    known = "lantern.example,left,words,2026-03-01,,", "mirror.example,right,words,2026-03-01,,"
    take(outlets, csv(tmp_path, *known), clock)

    later = "lantern.example,left,words,2026-04-01,,", "mirror.example,right,words,2026-04-01,,,one column too many"
    plan = take(outlets, csv(tmp_path, *later), clock, complete=True)

    assert (plan.count("new"), plan.count("gone"), len(plan.rejected)) == (1, 0, 1)
    assert lean(outlets, clock, "mirror") == "Right"


def test_of_a_complete_list_what_is_missing_is_rated_no_more_but_rejected_rows_are_no_absence(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    every = [f"{key}.example,left,words,2025-03-01,," for key in ("lantern", "beacon", "mirror")]
    take(outlets, csv(tmp_path, *every), clock)
    rest = csv(tmp_path, "beacon.example,right,words,2026-03-01,,", "mirror.example,far out,words,2026-03-01,,")

    plan = take(outlets, rest, clock, complete=True)
    again = take(outlets, rest, clock, complete=True)

    assert (plan.count("new"), plan.count("gone"), again.changes) == (1, 1, [])
    assert [lean(outlets, clock, key) for key in ("lantern", "beacon", "mirror")] == ["Unrated", "Right", "Left"]


def test_an_import_leaves_what_the_configuration_says_alone_and_the_other_way_round(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    desk = Rating("Desk", date(2026, 1, 1), label=Lean.LEAN_LEFT)
    for _ in range(2):
        take(outlets, csv(tmp_path, "lantern.example,left,words,2026-03-01,,"), clock, complete=True)
        with outlets.write() as session:
            ledger.record(session, "lantern", [desk], clock.now())

    assert count(outlets) == 2
    assert lean(outlets, clock, "lantern") == "Left"


def test_rights_that_are_unknown_are_none(outlets: Store, tmp_path: Path, clock: Clock) -> None:
    unknown = MAPPING.model_copy(update={"export": "deny", "licence": ""})
    take(outlets, csv(tmp_path, "lantern.example,left,words,2026-03-01,,"), clock, unknown)

    with outlets.read() as session:
        public = tags(session, ["lantern"], clock.now())["lantern"]
        internal = tags(session, ["lantern"], clock.now(), internal=True)["lantern"]
    assert (public.text, public.why_unrated, internal.text) == ("Unrated", "licence", "Left")
    with pytest.raises(ValueError, match="only under a licence"):
        Mapping.model_validate({**MAPPING.model_dump(), "licence": "", "export": "allow"})


PRESET_RECORDS: Sequence[dict[str, Any]] = [
    {
        "domain": "lantern.example",
        "allsides_2023": [{"name": "The Lantern", "bias": "lean-left", "allsides_url": "https://r.example/1"}],
        "mbfc_2026": {"name": "Lantern", "bias": "left-center", "url": "https://r.example/2"},
        "adfontes_2019": {"n": 4, "bias": -8.9},
    },
    {
        "domain": "beacon.example",
        "mbfc_2026": {"bias": "satire", "url": "https://r.example/3"},
        "baly_emnlp18": {"bias": "extreme-right"},
    },
    {
        "domain": "lantern.example/opinion",
        "allsides_2023": [{"name": "The Lantern (Opinion)", "bias": "left", "allsides_url": ""}],
    },
]


def test_the_mappings_that_come_with_the_program_read_nested_columns(
    outlets: Store, tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "table.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, PRESET_RECORDS)).encode()))
    for name in ("allsides", "mbfc", "ad-fontes"):
        assert take(outlets, file, clock, load_mapping(name, tmp_path)).rejected == []

    with outlets.read() as session:
        known = ledger.KnownRatings(session, ["lantern", "beacon"], clock.now())
    today = clock.now().date()
    news = known.tag("lantern", "news", today, internal=True)
    assert (news.label, news.families) == (Lean.LEAN_LEFT, 3)
    assert known.tag("lantern", "opinion", today, internal=True).label is Lean.LEFT
    assert known.tag("beacon", "news", today, internal=True).state is LeanState.UNRATED
    assert known.tag("beacon", "news", date(2020, 1, 1), internal=True).label is Lean.RIGHT
    assert known.tag("lantern", "news", today).why_unrated == "licence"


def test_no_mapping_that_comes_with_the_program_passes_ratings_on_or_holds_any() -> None:
    files = sorted((resource("config") / "raters").iterdir())
    assert [file.name for file in files] == ["ad-fontes.toml", "allsides.toml", "mbfc.toml"]
    for file in files:
        assert load_mapping(str(file), file.parent).export == "deny"


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('rater = "A"\nkind = "content"\nlists = [{ outlet = "a", label = "b", scale = "s" }]', "no crosswalk"),
        ('rater = "A"\nkind = "content"\nlists = [{ outlet = "a", label = "b" }]', "needs a scale"),
        ('rater = "A"\nkind = "content"\nlists = []', "at least 1"),
        ('rater = "A"\nlists = [{ outlet = "a", label = "b", scale_column = "s" }]', "required"),
        ('rater = "A"\nkind = "content"\nlists = [{ outlet = "a", labl = "b" }]', "did you mean 'label'"),
        ('rater = "A"\nkind = "content"\nlists = [{ outlet = "a", label = "b", scale = "s" }]\n[scales.s]\n'
         'crosswalk = "x"\ncuts = [1, 2, 3]', "four rising cuts"),
        ('rater = "A"\nkind = "content"\nlists = [{ outlet = "a", label = "b", scale = "s" }]\n[scales.s]\n'
         'crosswalk = "x"\ncuts = [1, 2, 3, nan]', "finite number"),
        ('rater = "A"\nkind = "content"\nlists = [{ outlet = "a", label = "b", scale = "s" }]\n[scales.s]\n'
         'crosswalk = "x"\nlabels = { far = "Centre" }', "Center"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_wrong_is_named_with_its_key(tmp_path: Path, toml: str, words: str) -> None:
    file = tmp_path / "m.toml"
    file.write_text(toml, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_mapping(str(file), tmp_path)
    assert caught.value.file == file
    assert words in str(caught.value)


def test_the_cuts_of_a_scale_are_the_same_on_both_sides() -> None:
    scale = MAPPING.scales["score"]
    places = {score: scale.read(str(score))[1] for score in (-42, -9, -8.99, -2.5, -2.49, 0, 2.49, 2.5, 8.99, 9, 42)}

    assert list(places.values()) == [
        Lean.LEFT, Lean.LEFT, Lean.LEAN_LEFT, Lean.LEAN_LEFT, Lean.CENTER, Lean.CENTER, Lean.CENTER, Lean.LEAN_RIGHT,
        Lean.LEAN_RIGHT, Lean.RIGHT, Lean.RIGHT,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"x,y\n1,2\n", "no column 'site'"),
        ("a.csv", b"", "no column 'site'"),
        ("a.csv", COLUMNS.replace("link", "link,link").encode(), "two columns of one name"),
        ("a.json", b"[1, 2", "is not JSON"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b"[]", "no row that the mapping finds"),
        ("a.jsonl.gz", b"\x1f\x8bnot gzip", "damaged gzip"),
        ("a.xlsx", b"", "neither CSV nor JSON"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused(
    outlets: Store, tmp_path: Path, clock: Clock, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(ConfigError, match=words):
        take(outlets, tmp_path / name, clock)
    assert count(outlets) == 0


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), kind=st.sampled_from(["csv", "json", "jsonl"]))
def test_any_bytes_give_rows_reasons_or_one_complaint(tmp_path: Path, data: bytes, kind: str) -> None:
    file = tmp_path / f"any.{kind}"
    file.write_bytes((COLUMNS.encode() if kind == "csv" else b"") + data)

    try:
        found = list(read_records(file, MAPPING.lists[0].columns))
        rows = list(read_rows(file, MAPPING, date(2026, 10, 10)))
    except ConfigError:
        return
    assert len(rows) <= max(1, len(found))

"""An outlet that is renamed, sold or split keeps what was said of it, and the past knows nothing of it beforehand."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.sources.ledger import CONFIGURATION, IMPORT, Change, KnownRatings, append, tags
from aggregator.sources.outlets import load_outlets, sync_outlets
from aggregator.sources.successions import Former, formers, states_of
from aggregator.store.ledger_tables import OutletState, RatingRow, Succession
from aggregator.store.sessions import Store
from aggregator.types import Lean, Rating

DAY = timedelta(days=1)
RATED = 'ratings = [{ rater = "Desk", kind = "desk", rated_on = 2026-01-15, label = "Left" }]\n'


def says(store: Store, clock: Clock, tmp_path: Path, toml: str) -> None:
    """What outlets.toml says from now on."""
    (tmp_path / "outlets.toml").write_text(toml, encoding="utf-8")
    with store.write() as session:
        sync_outlets(session, load_outlets(tmp_path), clock)


def table(key: str, rest: str = "", *, domain: str = "", name: str = "") -> str:
    return f'[{key}]\nname = "{name or key.title()}"\nhome = "https://{domain or key}.example/"\n{rest}\n'


def imported(store: Store, clock: Clock, key: str, label: Lean) -> None:
    with store.write() as session:
        append(session, [Change(key, Rating("List", date(2026, 1, 1), label=label), "new")], clock.now(), IMPORT)


def test_an_outlet_under_a_new_key_keeps_what_was_said_of_the_old_one(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    says(sqlite, clock, tmp_path, table("herald", domain="herald"))
    imported(sqlite, clock, "herald", Lean.LEAN_RIGHT)
    later = Clock(clock.now() + DAY)
    says(sqlite, later, tmp_path, table("daily-herald", domain="herald"))
    says(sqlite, Clock(later.now() + DAY), tmp_path, table("daily-herald", domain="herald"))

    with sqlite.read() as session:
        assert tags(session, ["daily-herald"], later.now())["daily-herald"].label is Lean.LEAN_RIGHT
        assert tags(session, ["daily-herald"], clock.now())["daily-herald"].text == "Unrated"
        assert len(session.scalars(select(Succession)).all()) == 1


def test_an_outlet_that_was_split_off_has_the_old_ratings_until_that_day(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    split = 'formerly = [{ key = "herald", until = 2026-06-01 }]\n'
    says(sqlite, clock, tmp_path, table("herald", RATED) + table("evening", split))

    with sqlite.read() as session:
        known = KnownRatings(session, ["herald", "evening"], clock.now())
        for key, day, text in [
            ("evening", date(2026, 5, 31), "Left"),
            ("evening", date(2026, 6, 1), "Unrated"),
            ("herald", date(2026, 6, 1), "Left"),
            ("evening", date(2026, 1, 14), "Unrated"),
        ]:
            assert known.tag(key, "news", day).text == text, (key, day)


def test_a_succession_that_is_taken_back_is_still_known_to_the_past(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    says(sqlite, clock, tmp_path, table("herald", RATED) + table("evening", 'formerly = [{ key = "herald" }]\n'))
    later = Clock(clock.now() + DAY)
    says(sqlite, later, tmp_path, table("herald", RATED) + table("evening"))

    with sqlite.read() as session:
        assert tags(session, ["evening"], clock.now())["evening"].text == "Left"
        assert tags(session, ["evening"], later.now())["evening"].text == "Unrated"


def test_a_chain_of_renamings_is_followed_and_a_circle_ends(sqlite: Store, tmp_path: Path, clock: Clock) -> None:
    chain = [table(key, f'formerly = [{{ key = "{old}", until = {day} }}]\n') for key, old, day in (
        ("c", "b", "2026-07-01"), ("b", "a", "2026-06-01"), ("a", "c", "2026-08-01"))]  # fmt: skip
    says(sqlite, clock, tmp_path, "".join(chain))

    with sqlite.read() as session:
        found = formers(session, ["c"], clock.now())["c"]
    assert found == [Former("b", date(2026, 7, 1)), Former("a", date(2026, 6, 1))]


def test_a_sold_outlet_keeps_its_ratings_and_its_former_owner_is_known(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    says(sqlite, clock, tmp_path, table("herald", f'owner = "Old Hands"\n{RATED}'))
    later = Clock(clock.now() + DAY)
    for _ in range(2):
        says(sqlite, later, tmp_path, table("herald", f'owner = "New Hands"\n{RATED}', name="The New Herald"))

    with sqlite.read() as session:
        assert tags(session, ["herald"], later.now())["herald"].label is Lean.LEFT
        states = [(row.name, row.owner) for row in states_of(session, "herald", later.now())]
        assert states == [("Herald", "Old Hands"), ("The New Herald", "New Hands")]
        assert len(session.scalars(select(RatingRow)).all()) == 1
        assert len(session.scalars(select(OutletState)).all()) == 2


def test_ratings_of_an_outlet_that_left_the_file_have_ended_and_its_past_articles_keep_them(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    says(sqlite, clock, tmp_path, table("herald", RATED))
    later = Clock(clock.now() + DAY)
    for moment in (later, Clock(later.now() + DAY)):
        says(sqlite, moment, tmp_path, table("other"))

    with sqlite.read() as session:
        known = KnownRatings(session, ["herald"], later.now())
        assert known.tag("herald", "news", later.now().date()).text == "Unrated"
        assert known.tag("herald", "news", clock.now().date()).text == "Left"
        assert [row.recorded_by for row in session.scalars(select(RatingRow))] == [CONFIGURATION] * 2


def test_a_misspelt_former_outlet_is_named(tmp_path: Path) -> None:
    (tmp_path / "outlets.toml").write_text(
        table("herald", 'formerly = [{ key = "x", untill = 2026-01-01 }]\n'), encoding="utf-8"
    )

    with pytest.raises(ConfigError, match="did you mean 'until'"):
        load_outlets(tmp_path)

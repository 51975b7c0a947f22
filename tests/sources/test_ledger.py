"""The lean ledger is never rewritten, shows what was known when, and makes nobody Center by default."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from aggregator.clock import Clock
from aggregator.sources.consensus import consensus
from aggregator.sources.ledger import KnownRatings, record, tags
from aggregator.sources.successions import adopt, note_states
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from aggregator.types import Lean, LeanState, LeanTag, Rating

DAY = date(2026, 1, 15)
HOUR = timedelta(hours=1)


def rated(rater: str, label: Lean, rated_on: date = DAY, unit: str = "news") -> Rating:
    return Rating(rater, rated_on, LeanState.RATED, label, unit=unit)


def say(store: Store, ratings: Sequence[Rating], now: datetime, outlet: str = "o") -> None:
    """What the configuration says from `now` on."""
    with store.write() as session:
        if session.get(Outlet, outlet) is None:
            session.add(Outlet(key=outlet, name="O"))
            session.flush()
        record(session, outlet, ratings, now)


def lean(store: Store, at: datetime, unit: str = "news", outlet: str = "o") -> LeanTag:
    with store.read() as session:
        return tags(session, [outlet], at, unit)[outlet]


def rows(store: Store) -> dict[str, dict[str, object]]:
    with store.read() as session:
        columns = RatingRow.__table__.columns
        return {row.id: {c.name: getattr(row, c.name) for c in columns} for row in session.scalars(select(RatingRow))}


# --- the ledger ---


def test_a_rating_is_recorded_with_who_what_and_when(store: Store, clock: Clock) -> None:
    rating = Rating("A", DAY, LeanState.RATED, Lean.LEAN_LEFT, "news", "panel", "why", "https://a.example/")

    say(store, [rating], clock.now())

    tag = lean(store, clock.now())
    assert (tag.state, tag.label, tag.raters) == (LeanState.RATED, Lean.LEAN_LEFT, (rating,))
    assert [row["recorded_at"] for row in rows(store).values()] == [clock.now()]


def test_saying_the_same_again_adds_nothing(store: Store, clock: Clock) -> None:
    ratings = [rated("A", Lean.LEFT), rated("B", Lean.CENTER), rated("A", Lean.RIGHT, unit="opinion")]
    say(store, ratings, clock.now())
    before = rows(store)

    for hours in range(3):
        say(store, ratings, clock.now() + hours * HOUR)

    assert rows(store) == before


def test_a_changed_rating_supersedes_the_old_one(store: Store, clock: Clock) -> None:
    say(store, [rated("A", Lean.LEFT)], clock.now())
    say(store, [rated("A", Lean.CENTER)], clock.now() + HOUR)

    first, second = sorted(rows(store).values(), key=lambda row: str(row["recorded_at"]))
    assert second["supersedes"] == first["id"]
    assert lean(store, clock.now() + HOUR).label is Lean.CENTER
    assert len(lean(store, clock.now() + HOUR).raters) == 1


def test_a_rating_that_is_gone_has_ended_and_makes_nobody_center(store: Store, clock: Clock) -> None:
    say(store, [rated("A", Lean.LEFT)], clock.now())
    say(store, [], clock.now() + HOUR)
    say(store, [], clock.now() + 2 * HOUR)

    tag = lean(store, clock.now() + 2 * HOUR)
    assert (tag.state, tag.label, tag.low, tag.high) == (LeanState.UNRATED, None, None, None)
    assert tag.raters == ()
    first, second = sorted(rows(store).values(), key=lambda row: str(row["recorded_at"]))
    assert (second["supersedes"], second["label"], second["valid_to"]) == (first["id"], "Left", clock.now().date())


def test_a_withdrawn_rating_can_be_given_again(store: Store, clock: Clock) -> None:
    for hours, ratings in enumerate([[rated("A", Lean.LEFT)], [], [rated("A", Lean.LEFT)]]):
        say(store, ratings, clock.now() + hours * HOUR)

    tag = lean(store, clock.now() + 3 * HOUR)
    assert (tag.label, len(tag.raters)) == (Lean.LEFT, 1)


def test_a_label_is_reproduced_as_it_was_known_at_any_moment(store: Store, clock: Clock) -> None:
    start = clock.now()
    history = [
        [rated("A", Lean.LEFT)],
        [rated("A", Lean.LEFT), rated("B", Lean.LEAN_LEFT)],
        [rated("B", Lean.RIGHT)],
        [],
    ]
    shown = []
    for hours, ratings in enumerate(history):
        say(store, ratings, start + hours * HOUR)
        shown.append(lean(store, start + hours * HOUR))

    again = [lean(store, start + hours * HOUR) for hours in range(len(history))]

    assert again == shown
    assert [tag.text for tag in shown] == ["Left", "Left", "Right", "Unrated"]
    assert lean(store, start - HOUR).state is LeanState.UNRATED
    assert lean(store, start + 1.5 * HOUR) == shown[1]


def test_a_rating_counts_from_its_day_on_and_is_recorded_once(store: Store, clock: Clock) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    rating = rated("A", Lean.RIGHT, tomorrow.date())

    say(store, [rating], clock.now())
    say(store, [rating], clock.now() + HOUR)
    say(store, [rating], tomorrow + HOUR)

    assert len(rows(store)) == 1
    assert lean(store, clock.now()).state is LeanState.UNRATED
    assert lean(store, tomorrow).label is Lean.RIGHT


def test_a_run_with_an_earlier_clock_does_not_count_a_rater_twice(store: Store, clock: Clock) -> None:
    say(store, [rated("A", Lean.LEFT)], clock.now())
    say(store, [rated("A", Lean.LEFT)], clock.now() - HOUR)

    assert len(lean(store, clock.now()).raters) == 1


def test_units_of_an_outlet_are_rated_apart(store: Store, clock: Clock) -> None:
    say(store, [rated("A", Lean.CENTER), rated("A", Lean.RIGHT, unit="opinion")], clock.now())

    assert lean(store, clock.now()).label is Lean.CENTER
    assert lean(store, clock.now(), "opinion").label is Lean.RIGHT


def test_an_outlet_that_nobody_knows_is_unrated(store: Store, clock: Clock) -> None:
    with store.read() as session:
        assert tags(session, ["nobody"], clock.now()) == {"nobody": LeanTag(LeanState.UNRATED)}
        assert tags(session, [], clock.now()) == {}


configurations = st.lists(
    st.dictionaries(st.sampled_from("ABC"), st.sampled_from([*Lean, LeanState.MIXED, LeanState.UNRATED]), max_size=3),
    min_size=1,
    max_size=4,
)


@hypothesis_settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=configurations)
def test_no_row_is_ever_changed_or_deleted(
    sqlite: Store, clock: Clock, history: list[dict[str, Lean | LeanState]]
) -> None:
    known = rows(sqlite)
    outlet = f"o{len(known)}-{id(history)}"
    statements: list[str] = []

    def note(*call: Any) -> None:
        statements.append(call[2].split()[0].upper())

    event.listen(sqlite.engine, "before_cursor_execute", note)
    for hours, said in enumerate(history):
        moment = clock.now() + hours * HOUR
        ratings = [
            rated(rater, what) if isinstance(what, Lean) else Rating(rater, DAY, what) for rater, what in said.items()
        ]
        say(sqlite, ratings, moment, outlet)
        now = rows(sqlite)
        assert {key: now.get(key) for key in known} == known
        known = now
        current = [r for r in lean(sqlite, moment, outlet=outlet).raters if r.state is not LeanState.UNRATED]
        said_so = [r for r in ratings if r.state is not LeanState.UNRATED]
        assert current == sorted(said_so, key=lambda rating: rating.rater)
    event.remove(sqlite.engine, "before_cursor_execute", note)
    assert not {"UPDATE", "DELETE", "REPLACE"} & set(statements)


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=configurations, later=configurations, days=st.lists(st.integers(-30, 30), min_size=3, max_size=3))
def test_nothing_that_is_said_later_changes_what_was_known_before(
    sqlite: Store, clock: Clock, before: list[dict[str, Lean | LeanState]], later: list[dict[str, Lean | LeanState]],
    days: list[int],
) -> None:  # fmt: skip
    outlet = f"o{len(rows(sqlite))}-{id(before)}"
    moments = [clock.now() + hours * HOUR for hours in range(len(before) + len(later))]
    told: dict[datetime, str] = {}

    def known(at: datetime) -> str:
        with sqlite.read() as session:
            then = KnownRatings(session, [outlet], at)
        shown = [then.tag(outlet, "news", DAY + timedelta(days=n), internal=inside) for n in days for inside in (0, 1)]
        return repr(shown)

    for moment, said in zip(moments, (*before, *later), strict=True):
        export = moment in moments[::2]
        ratings = [
            Rating(rater, DAY, *((LeanState.RATED, what) if isinstance(what, Lean) else (what,)), export=export)
            for rater, what in said.items()
        ]
        say(sqlite, ratings, moment, outlet)
        told[moment] = known(moment)
        assert {at: known(at) for at in told} == told


@pytest.mark.parametrize("table", ["ratings", "successions", "outlet_states"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET outlet_key = 'p'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_or_delete_what_was_said(
    store: Store, clock: Clock, table: str, deed: str
) -> None:
    say(store, [rated("A", Lean.LEFT)], clock.now())
    say(store, [], clock.now(), "p")
    with store.write() as session:
        adopt(session, "p", "o", clock.now())
        note_states(session, ["o"], clock.now())

    with pytest.raises(DBAPIError, match="append-only"), store.write() as session:
        session.execute(text(deed.format(table)))


def test_an_article_is_judged_by_the_ratings_of_its_own_day(store: Store, clock: Clock) -> None:
    say(store, [rated("A", Lean.LEFT, date(2024, 1, 1))], clock.now())
    say(store, [rated("A", Lean.CENTER, date(2026, 3, 1))], clock.now() + HOUR)
    say(store, [], clock.now() + 2 * HOUR)

    with store.read() as session:
        for hours, march, today in [(0, "Left", "Left"), (1, "Left", "Center"), (2, "Left", "Unrated")]:
            known = KnownRatings(session, ["o"], clock.now() + hours * HOUR)
            assert known.tag("o", "news", date(2026, 2, 28)).text == march
            assert known.tag("o", "news", clock.now().date()).text == today
            assert known.tag("o", "news", date(2023, 12, 31)).text == "Unrated"
    assert len(rows(store)) == 4  # the older statement stands beside the newer; both have ended


def test_a_tag_names_the_ratings_the_rule_and_the_moment_that_it_can_be_made_again_from(
    store: Store, clock: Clock
) -> None:
    say(store, [rated("A", Lean.LEFT), rated("B", Lean.LEAN_LEFT)], clock.now())

    tag = lean(store, clock.now())
    assert set(tag.ratings) == set(rows(store))
    assert (tag.rule, tag.known_at, tag.day) == ("families-1", clock.now(), clock.now().date())


def test_a_date_that_was_wrong_is_corrected_not_outranked(store: Store, clock: Clock) -> None:
    say(store, [rated("A", Lean.LEFT, date(2026, 9, 1))], clock.now())
    say(store, [rated("A", Lean.CENTER, date(2026, 1, 9))], clock.now() + HOUR)
    say(store, [rated("A", Lean.CENTER, date(2026, 1, 9))], clock.now() + 2 * HOUR)

    assert lean(store, clock.now() + 2 * HOUR).label is Lean.CENTER
    assert len(rows(store)) == 2


MISFITS: list[dict[str, Any]] = [
    {"state": "rated", "label": None, "position": None},
    {"state": "rated", "label": None, "position": 0},
    {"state": "rated", "label": "Center", "position": None},
    {"state": "unrated", "label": "Center", "position": 0},
    {"state": "unrated", "label": None, "position": 0},
    {"state": "mixed", "label": "Left", "position": -2},
    {"state": "disputed", "label": None, "position": None},
    {"state": "", "label": None, "position": None},
    {"state": "rated", "label": "Left", "position": -2, "outlet_key": "nobody"},
    {"state": "rated", "label": "Left", "position": 0},
    {"state": "rated", "label": "Middling", "position": 0},
    {"state": "rated", "label": "Left", "position": -2, "kind": "content"},  # whose licence is unknown, and exported
    {"state": "rated", "label": "Left", "position": -2, "kind": "hearsay"},
    {"state": "rated", "label": "Left", "position": -2, "confidence": "sure"},
    {"state": "rated", "label": "Left", "position": -2, "export": "perhaps"},
    {"state": "rated", "label": "Left", "position": -2, "valid_to": date(2026, 1, 14)},
    {"state": "rated", "label": "Left", "position": -2, "low": -1, "high": 0},
    {"state": "rated", "label": "Left", "position": -2, "low": -2, "high": None},
    {"state": "unrated", "label": None, "position": None, "low": 0, "high": 0},
]


def test_the_database_refuses_a_rating_that_does_not_fit_its_state(store: Store, clock: Clock) -> None:
    say(store, [], clock.now())
    texts = {"unit": "news", "rater": "A", "family": "A", "method": "", "reason": "", "url": ""}
    row = {"id": "r", "outlet_key": "o", **texts, "rated_on": DAY, "valid_from": DAY, "recorded_at": clock.now()}

    for misfit in MISFITS:
        with pytest.raises(IntegrityError), store.write() as session:
            session.add(RatingRow(**{**row, **misfit}))

    assert rows(store) == {}


# --- what all raters say together ---

labels = st.lists(st.sampled_from(Lean), min_size=1, max_size=6)
silent = st.builds(
    Rating, st.text("xyz", min_size=1), st.just(DAY), st.sampled_from([LeanState.MIXED, LeanState.UNRATED])
)
anyone = st.one_of(st.builds(rated, st.text("abc", min_size=1), st.sampled_from(Lean)), silent)


def of(*given: Lean) -> LeanTag:
    return consensus([rated(f"r{number}", label) for number, label in enumerate(given)])


@given(st.lists(anyone, max_size=6, unique_by=lambda rating: rating.rater), st.randoms())
def test_the_order_of_the_raters_never_matters(ratings: list[Rating], random: Random) -> None:
    shuffled = list(ratings)
    random.shuffle(shuffled)

    assert consensus(shuffled) == consensus(ratings)


@given(labels, st.data())
def test_a_rater_who_agrees_never_widens_the_range(given: list[Lean], data: st.DataObject) -> None:
    before = of(*given)
    agreeing = data.draw(st.sampled_from(given))

    after = of(*given, agreeing)

    assert (after.low, after.high, after.state) == (before.low, before.high, before.state)


@given(st.lists(silent, max_size=4, unique_by=lambda rating: rating.rater))
def test_without_a_position_there_is_no_number(ratings: list[Rating]) -> None:
    tag = consensus(ratings)

    assert (tag.label, tag.low, tag.high) == (None, None, None)
    mixed = any(rating.state is LeanState.MIXED for rating in ratings)
    assert tag.state is (LeanState.MIXED if mixed else LeanState.UNRATED)


@given(labels, st.lists(silent, max_size=4, unique_by=lambda rating: rating.rater))
def test_raters_without_a_position_move_nothing_and_are_still_named(given: list[Lean], others: list[Rating]) -> None:
    alone = of(*given)

    tag = consensus([*alone.raters, *others])

    assert (tag.state, tag.label, tag.low, tag.high) == (alone.state, alone.label, alone.low, alone.high)
    assert len(tag.raters) == len(given) + len(others)


@given(labels)
def test_two_steps_apart_is_disputed_and_has_no_label(given: list[Lean]) -> None:
    positions = [label.position for label in given]
    tag = of(*given)

    if max(positions) - min(positions) >= 2:
        assert (tag.state, tag.label) == (LeanState.DISPUTED, None)
        assert tag.low is not None
        assert tag.high is not None
        assert (tag.low.position, tag.high.position) == (min(positions), max(positions))
    else:
        assert tag.state is LeanState.RATED
        assert tag.label in given


@given(labels)
def test_left_and_right_are_treated_alike(given: list[Lean]) -> None:
    mirror = dict(zip(Lean, reversed(Lean), strict=True))
    tag, mirrored = of(*given), of(*(mirror[label] for label in given))

    assert mirrored.state is tag.state
    assert mirrored.label is (mirror[tag.label] if tag.label else None)
    assert (mirrored.low, mirrored.high) == (
        mirror[tag.high] if tag.high else None,
        mirror[tag.low] if tag.low else None,
    )


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ((Lean.CENTER, Lean.LEAN_LEFT), Lean.LEAN_LEFT),
        ((Lean.CENTER, Lean.LEAN_RIGHT), Lean.LEAN_RIGHT),
        ((Lean.LEFT, Lean.LEAN_LEFT), Lean.LEFT),
        ((Lean.RIGHT, Lean.LEAN_RIGHT), Lean.RIGHT),
        ((Lean.CENTER, Lean.CENTER, Lean.LEAN_LEFT), Lean.CENTER),
        ((Lean.LEFT, Lean.LEAN_LEFT, Lean.LEAN_LEFT), Lean.LEAN_LEFT),
    ],
)
def test_halves_go_away_from_center(given: tuple[Lean, ...], label: Lean) -> None:
    assert of(*given).label is label


def test_the_range_is_one_step_wider_than_the_raters_and_stays_on_the_scale() -> None:
    for low, high in product(Lean, repeat=2):
        if 0 <= high.position - low.position < 2:
            tag = of(low, high)
            assert tag.low is not None
            assert tag.high is not None
            assert tag.low.position == max(-2, low.position - 1)
            assert tag.high.position == min(2, high.position + 1)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (of(Lean.LEAN_LEFT), "Lean Left"),
        (of(Lean.LEFT, Lean.RIGHT), "Disputed"),
        (consensus([]), "Unrated"),
        (consensus([Rating("A", DAY, LeanState.MIXED)]), "Mixed"),
    ],
)
def test_a_lean_is_printed_as_one_of_eight_words(tag: LeanTag, text: str) -> None:
    assert tag.text == text

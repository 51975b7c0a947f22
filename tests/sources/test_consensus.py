"""Copies of one rater count once, countries' scales are not mixed, and what may not be passed on is not shown."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations_with_replacement
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.consensus import consensus, middle, public_consensus, span
from aggregator.types import Lean, LeanState, LeanTag, RaterKind, Rating, WhyUnrated

EARLY, LATE = date(2019, 5, 1), date(2024, 5, 1)


def said(
    rater: str, label: Lean | None, day: date = LATE, *, kind: RaterKind = RaterKind.CONTENT, **more: str
) -> Rating:
    state = LeanState.RATED if label else LeanState.UNRATED
    export = more.pop("export", "allow") == "allow"
    return Rating(rater, day, state, label, kind=kind, export=export, **more)  # type: ignore[arg-type]


ratings = st.lists(
    st.builds(
        said,
        st.sampled_from("ABC"),
        st.sampled_from([None, *Lean]),
        st.sampled_from([EARLY, LATE]),
        kind=st.sampled_from(RaterKind),
        family=st.sampled_from(["", "F", "f"]),
        country=st.sampled_from(["", "US", "GB"]),
        export=st.sampled_from(["allow", "deny"]),
    ),
    max_size=6,
)


def test_the_example_of_the_rule_gives_lean_left_with_a_range_from_left_to_lean_right() -> None:
    tag = consensus([said("A", Lean.LEAN_LEFT, EARLY), said("A", Lean.CENTER), said("B", Lean.LEAN_LEFT)])

    assert (tag.label, tag.low, tag.high, tag.families) == (Lean.LEAN_LEFT, Lean.LEFT, Lean.LEAN_RIGHT, 2)


def test_copies_of_one_rater_count_once_by_the_newest() -> None:
    copies = [said(f"copy {n}", Lean.RIGHT, EARLY, family="A") for n in range(5)]

    tag = consensus([*copies, said("A", Lean.LEAN_RIGHT), said("B", Lean.LEAN_RIGHT)])

    assert (tag.label, tag.families, len(tag.raters)) == (Lean.LEAN_RIGHT, 2, 2)


def test_of_one_day_the_statement_recorded_last_counts() -> None:
    first, second = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    old = Rating("A", LATE, label=Lean.LEFT, family="F", id="r_2", recorded_at=first)
    new = Rating("B", LATE, label=Lean.RIGHT, family="F", id="r_1", recorded_at=second)

    assert consensus([new, old]).label is consensus([old, new]).label is Lean.RIGHT


def test_a_rater_that_took_its_place_back_does_not_speak_through_an_older_copy() -> None:
    tag = consensus([said("copy", Lean.LEFT, EARLY, family="A"), said("A", None)])

    assert (tag.state, tag.why_unrated) == (LeanState.UNRATED, WhyUnrated.OFF_SCALE)


def test_an_audience_score_or_a_model_alone_makes_no_label() -> None:
    audience, model = (said("P", Lean.LEFT, kind=kind) for kind in (RaterKind.AUDIENCE, RaterKind.MODEL))

    assert (consensus([audience]).text, consensus([audience]).why_unrated) == ("Unrated", WhyUnrated.AUDIENCE)
    assert (consensus([model]).text, consensus([model]).why_unrated) == ("Unrated", WhyUnrated.NO_RATING)
    assert consensus([audience, said("A", Lean.RIGHT)]).label is Lean.RIGHT


def test_a_foreign_scale_is_named_and_gives_way_to_the_outlets_own() -> None:
    foreign = [said("A", Lean.LEAN_LEFT, country="US"), said("B", Lean.LEFT, country="US")]

    tag = consensus(foreign, "GB")
    assert (tag.label, tag.scale_of) == (Lean.LEFT, "US")
    assert consensus(foreign, "US").scale_of == ""
    assert consensus(foreign, "").scale_of == "US"

    own = consensus([*foreign, said("C", Lean.RIGHT, country="GB")], "GB")
    assert (own.label, own.scale_of, len(own.raters)) == (Lean.RIGHT, "", 3)


def test_a_family_that_names_the_outlets_country_once_and_once_leaves_it_out_still_counts_once() -> None:
    by_hand, imported = said("A", Lean.LEFT, EARLY), said("A", Lean.LEAN_LEFT, country="US")

    tag = consensus([by_hand, imported, said("B", Lean.LEAN_LEFT, country="US")], "US")

    assert (tag.label, tag.high, tag.families, len(tag.raters)) == (Lean.LEAN_LEFT, Lean.CENTER, 2, 2)
    assert consensus([by_hand, imported], "US").raters == (imported,)
    assert len(consensus([by_hand, imported], "GB").raters) == 2


def test_what_may_not_be_passed_on_makes_no_public_label_and_the_reason_is_the_licence() -> None:
    denied, allowed = said("A", Lean.LEFT, export="deny"), said("B", Lean.LEAN_LEFT)

    assert consensus([denied, allowed]).families == 2
    tag = public_consensus([denied, allowed])
    assert (tag.label, tag.raters) == (Lean.LEAN_LEFT, (allowed,))

    tag = public_consensus([denied])
    assert (tag.state, tag.label, tag.raters, tag.why_unrated) == (LeanState.UNRATED, None, (), WhyUnrated.LICENCE)
    assert public_consensus([said("A", None, export="deny")]).why_unrated is WhyUnrated.NO_RATING
    assert public_consensus([]).why_unrated is WhyUnrated.NO_RATING


@given(ratings, st.sampled_from(["", "US", "GB"]), st.randoms())
def test_the_order_of_ratings_never_matters(given: list[Rating], country: str, random: Random) -> None:
    shuffled = random.sample(given, len(given))

    for rule in (consensus, public_consensus):
        assert repr(rule(shuffled, country)) == repr(rule(given, country))


@given(ratings, st.sampled_from(["", "US", "GB"]))
def test_unrated_never_becomes_a_number(given: list[Rating], country: str) -> None:
    for tag in (consensus(given, country), public_consensus(given, country)):
        assert (tag.label is None) == (tag.state is not LeanState.RATED)
        assert (tag.why_unrated is None) == (tag.state is not LeanState.UNRATED)
        if not any(one.label for one in tag.raters):
            assert (tag.low, tag.high, tag.families) == (None, None, 0)


@given(ratings)
def test_no_public_tag_names_or_follows_a_rating_that_may_not_be_passed_on(given: list[Rating]) -> None:
    tag = public_consensus(given)

    assert all(one.export for one in tag.raters)
    assert tag == consensus([one for one in given if one.export])


@given(ratings, ratings, st.sampled_from(["", "US", "GB"]))
def test_ratings_that_may_not_be_passed_on_change_nothing_of_the_public_tag_but_why_it_is_unrated(
    given: list[Rating], others: list[Rating], country: str
) -> None:
    denied = [replace(one, export=False) for one in others]

    before, after = public_consensus(given, country), public_consensus([*denied, *given], country)

    assert replace(after, why_unrated=None) == replace(before, why_unrated=None)
    assert after.why_unrated in (before.why_unrated, WhyUnrated.LICENCE)


@given(ratings, st.sampled_from(["", "US", "GB"]))
def test_the_label_is_inside_the_range_which_holds_every_rating_that_made_it(given: list[Rating], country: str) -> None:
    tag = consensus(given, country)

    if tag.label is not None and tag.low is not None and tag.high is not None:
        assert -2 <= tag.low.position <= tag.label.position <= tag.high.position <= 2
        assert tag.high.position - tag.low.position <= 3


@given(ratings, st.sampled_from(["", "US", "GB"]))
def test_a_new_family_that_agrees_never_widens_the_range(given: list[Rating], country: str) -> None:
    before = consensus(given, country)
    if before.label is None:
        return
    agreeing = Rating("New", LATE, label=before.label, kind=RaterKind.CONTENT, country=before.scale_of)

    after = consensus([*given, agreeing], country)

    assert (after.state, after.low, after.high) == (before.state, before.low, before.high)
    assert after.families == before.families + 1


def test_an_agreeing_family_never_widens_the_range_in_any_set_of_up_to_five() -> None:
    sets = 0
    for size in range(1, 6):
        for labels in combinations_with_replacement(Lean, size):
            sets += 1
            before, positions = _of(labels), [label.position for label in labels]
            for position in range(min(positions), max(positions) + 1):
                after = _of((*labels, list(Lean)[position + 2]))
                assert (after.state, after.low, after.high) == (before.state, before.low, before.high)
            if before.label and before.low and before.high:
                assert before.low.position <= before.label.position <= before.high.position
    assert sets == 251  # the 3,905 sequences, whose order does not matter


def _of(labels: tuple[Lean, ...]) -> LeanTag:
    return consensus([Rating(str(n), LATE, label=label, id=str(n)) for n, label in enumerate(labels)])


@pytest.mark.parametrize(
    ("places", "mean"), [((-1, 0), -1), ((0, 1), 1), ((-2, -1), -2), ((0, 0, -1), 0), ((-1, 1), 0)]
)
def test_halves_go_away_from_center_exactly(places: tuple[int, ...], mean: int) -> None:
    assert middle(places) == mean
    assert span(places)[0] <= mean <= span(places)[1]

"""What an outlet's page says that the rule did is what the rule did."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from aggregator.publish.rule_worked import Working, signed, worked
from aggregator.sources.consensus import middle, public_consensus
from aggregator.types import Lean, LeanState, RaterKind, Rating

DAY = date(2026, 6, 1)
EARLY, LATE = date(2025, 1, 1), date(2026, 1, 1)


def said(rater: str, label: Lean | None, rated_on: date = LATE, **more: object) -> Rating:
    kind = more.pop("kind", RaterKind.CONTENT)
    state = LeanState.RATED if label else more.pop("state", LeanState.UNRATED)
    return Rating(rater, rated_on, state, label, kind=kind, **more)  # type: ignore[arg-type]


def of(*ratings: Rating, country: str = "US") -> Working:
    valid = [rating for rating in ratings if rating.counts_on(DAY)]
    return worked(ratings, country, DAY, public_consensus(valid, country))


ratings = st.lists(
    st.builds(
        said,
        st.sampled_from("ABC"),
        st.sampled_from([None, *Lean]),
        st.sampled_from([EARLY, LATE]),
        kind=st.sampled_from(RaterKind),
        family=st.sampled_from(["", "F"]),
        country=st.sampled_from(["", "US", "GB"]),
        export=st.booleans(),
        valid_to=st.sampled_from([None, date(2026, 3, 1), date(2027, 1, 1)]),
    ),
    max_size=6,
)


@given(ratings)
def test_the_places_that_counted_give_the_public_label_and_no_others_are_told(some: list[Rating]) -> None:
    found = of(*some)
    places = [voice.place for voice in found.counted if voice.place is not None]

    assert len(places) == found.tag.families
    if found.tag.label is not None:
        assert middle(places) == found.tag.label.position
        assert str(found.tag.low) in found.steps[-1]
        assert str(found.tag.high) in found.steps[-1]
    else:
        assert not places or found.disagreement
    assert all(voice.rating.export for voice in (*found.counted, *found.aside))
    assert all(voice.why_not for voice in found.aside)
    assert len(found.counted) + len(found.aside) == sum(rating.export for rating in some)


def test_the_sums_are_written_out_with_signs_and_exact_fractions() -> None:
    found = of(said("A", Lean.LEAN_LEFT, EARLY), said("A", Lean.CENTER), said("B", Lean.LEAN_LEFT))

    assert found.steps == (
        "The mean of 2 families: (0 − 1) ÷ 2 = −1/2.",
        "Rounded, halves away from Center: −1, Lean Left.",
        "The range: from the lowest place (−1) to the highest (0), one step wider on each side as far as the scale "
        "goes: Left to Lean Right.",
    )
    assert [signed(Fraction(3, 2)), signed(0), signed(-2)] == ["+3/2", "0", "−2"]


def test_three_families_are_rounded_to_the_nearest_place() -> None:
    found = of(said("A", Lean.RIGHT), said("B", Lean.LEAN_RIGHT), said("C", Lean.LEAN_RIGHT))

    assert "(+2 + 1 + 1) ÷ 3 = +4/3" in found.steps[0]
    assert found.steps[1] == "Rounded to the nearest place: +1, Lean Right."


def test_raters_two_steps_apart_get_no_mean_but_are_told_to_disagree() -> None:
    found = of(said("A", Lean.LEAN_LEFT), said("B", Lean.LEAN_RIGHT))

    assert found.disagreement == "Lean Left to Lean Right"
    assert not any("mean of" in step for step in found.steps)
    assert found.why_unrated == ""


def test_each_statement_that_did_not_count_has_its_own_reason() -> None:
    found = of(
        said("newest", Lean.LEFT),
        said("newest", Lean.RIGHT, EARLY),
        said("ended", Lean.RIGHT, valid_to=date(2026, 3, 1)),
        said("to come", Lean.RIGHT, valid_from=date(2026, 7, 1)),
        said("abroad", Lean.RIGHT, country="GB"),
        said("audience", Lean.RIGHT, kind=RaterKind.AUDIENCE),
        said("model", Lean.RIGHT, kind=RaterKind.MODEL),
        said("no place", None),
    )

    assert [(voice.rating.rater, voice.place) for voice in found.counted] == [("newest", -2)]
    assert {voice.rating.rater: voice.why_not for voice in found.aside} == {
        "newest": "a newer statement of the same family takes its place",
        "ended": "ended on 1 March 2026",
        "to come": "not valid before 1 July 2026",
        "abroad": "it is on the scale of another country (GB)",
        "audience": "it measures the audience, not what the outlet prints",
        "model": "an estimate by a program makes no label",
        "no place": "it gives no place on the scale: unrated",
    }


def test_why_there_is_no_label_is_said_in_a_sentence() -> None:
    assert of().why_unrated == "No rating of it that holds today is on file."
    assert "no place" in of(said("A", None)).why_unrated
    assert "audience" in of(said("A", Lean.LEFT, kind=RaterKind.AUDIENCE)).why_unrated
    assert "may not be passed on" in of(said("A", Lean.LEFT, export=False)).why_unrated
    assert of(said("A", None, state=LeanState.MIXED)).why_unrated == ""

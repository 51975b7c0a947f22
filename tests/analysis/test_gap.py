"""The coverage-gap test: exact p-values, what is usual, who is eligible, and the false findings of a day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, false_discovery_control

from aggregator.analysis.gap import LEFT, OFF, RIGHT, Told, false_discovery, figures, flagged, swing, two_sided, usual
from aggregator.analysis.gap_eval import recalibrate
from benchmarks.gap import false_alarms, outage, power

SIDES = np.array([LEFT] * 12 + [OFF] * 4 + [RIGHT] * 12)


def past(stories: int = 200, chance: float = 0.4, seed: int = 1) -> Told:
    carried = np.random.default_rng(seed).random((stories, len(SIDES))) < chance
    return Told(carried, np.ones_like(carried), np.zeros(stories, np.int64))


def story(left: int, right: int, *, missing: slice = slice(0, 0)) -> Told:
    """One story that so many outlets of each side told."""
    carried = np.zeros((1, len(SIDES)), bool)
    carried[0, :left] = carried[0, 16 : 16 + right] = True
    observed = np.ones_like(carried)
    observed[0, missing] = False
    return Told(carried, observed, np.zeros(1, np.int64))


def test_the_example_of_the_method_has_the_p_that_is_said_there() -> None:
    p = two_sided(np.array([22, 12]), np.array([2, 2]), np.array([0.44, 0.44]), np.array([60.0, 60.0]))

    assert p[0] == pytest.approx(0.0039, abs=1e-4)
    assert p[1] == pytest.approx(0.13, abs=0.01)


@given(n=st.integers(1, 60), share=st.floats(0.05, 0.95), phi=st.floats(0.5, 500), data=st.data())
def test_p_is_twice_the_smaller_tail_of_the_beta_binomial(
    n: int, share: float, phi: float, data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, n))
    law = betabinom(n, share * phi, (1 - share) * phi)
    expected = min(1.0, 2 * min(law.cdf(k), law.sf(k - 1)))

    found = two_sided(np.array([n]), np.array([k]), np.array([share]), np.array([phi]))

    assert found[0] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_values_are_those_of_benjamini_and_hochberg(p: list[float]) -> None:
    assert false_discovery(np.array(p)) == pytest.approx(false_discovery_control(p))


def test_stories_that_differ_by_chance_alone_show_no_swing() -> None:
    dice = np.random.default_rng(3)
    n, share = np.full(4000, 10), np.full(4000, 0.4)

    assert swing(n, dice.binomial(10, share), share) < 0.01
    assert swing(n, dice.binomial(10, dice.beta(4, 6, 4000)), share) == pytest.approx(1 / 11, abs=0.015)


def test_a_story_told_by_one_side_alone_is_a_gap_and_an_even_one_is_none() -> None:
    told = past()
    weights = usual(told, 1)

    assert flagged(figures(told, story(12, 0), SIDES, weights), 0.08)[1].tolist() == [True]
    assert flagged(figures(told, story(6, 6), SIDES, weights), 0.08)[1].tolist() == [False]


def test_fewer_than_eight_sources_or_a_hundred_earlier_stories_are_not_tested() -> None:
    told = past()
    few = past(99)

    assert figures(told, story(8, 0), SIDES, usual(told, 1)).eligible.tolist() == [True]
    assert figures(told, story(7, 0), SIDES, usual(told, 1)).eligible.tolist() == [False]
    assert figures(few, story(8, 0), SIDES, usual(few, 1)).eligible.tolist() == [False]


def test_an_outlet_that_could_not_be_asked_counts_neither_as_silent_nor_as_usual() -> None:
    told = past()
    weights = usual(told, 1)

    whole = figures(told, story(12, 0), SIDES, weights)
    some = figures(told, story(12, 0, missing=slice(16, 19)), SIDES, weights)
    most = figures(told, story(12, 0, missing=slice(16, 26)), SIDES, weights)

    assert some.share[0] < whole.share[0]
    assert some.eligible[0]
    assert not most.eligible[0]


def test_an_outlet_that_was_down_for_half_of_the_time_is_as_usual_as_before() -> None:
    told = past(2000)
    observed = told.observed.copy()
    observed[:1000, 16:] = False

    whole, half = usual(told, 1), usual(Told(told.carried, observed, told.topics), 1)

    assert half[0, 16:].sum() == pytest.approx(whole[0, 16:].sum(), rel=0.05)


def test_the_simulation_gives_the_same_figures_again_and_finds_what_is_planted() -> None:
    assert false_alarms(20, 0.4, True, seed=5, worlds=1) == false_alarms(20, 0.4, True, seed=5, worlds=1)
    assert power(0.0, 1, 10, seed=5)["100/0", 30][0] == 1.0


def test_with_the_feeds_of_one_side_off_nothing_is_tested() -> None:
    assert outage(1.0, 10, 5, aware=True, worlds=1) == (0.0, 0.0)


def test_shuffled_labels_say_which_limit_keeps_false_alarms_rare() -> None:
    told = past(240)
    days = np.repeat(np.arange(24), 10)

    found = recalibrate(told, days, SIDES, 1, shuffles=20)

    assert found.eligible > 5
    assert found.alarms[0.01] <= found.alarms[0.2]
    assert found.limit is not None
    assert found == recalibrate(told, days, SIDES, 1, shuffles=20)

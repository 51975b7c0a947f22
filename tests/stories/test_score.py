import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.score import Features, compare, tfidf

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVEN = Frequencies({}, 0)
SETTINGS = ClusterSettings()


def unit(*numbers: float) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = np.array(numbers, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def pair_score(days: float | None, settings: ClusterSettings = SETTINGS) -> float:
    """The score of two articles with dense cosine 0.6 and half of their terms in common."""
    dates = [NOON, None if days is None else NOON + timedelta(days=days)]
    features = Features.of([{"a": 1, "b": 1}, {"b": 1, "c": 1}], [unit(1, 0), unit(0.6, 0.8)], dates, EVEN)
    scores = compare(features, np.array([0, 1]), settings).score
    assert scores[0, 1] == scores[1, 0]
    return float(scores[0, 1])


def test_the_score_mixes_both_cosines() -> None:
    assert pair_score(0) == pytest.approx(0.2 * 0.6 + 0.8 * 0.5)


def test_the_score_decays_with_the_days_between_in_both_directions() -> None:
    assert pair_score(3) == pytest.approx(pair_score(0) / math.e, abs=1e-4)
    assert pair_score(-3) == pair_score(3)


def test_beyond_the_window_there_is_no_score() -> None:
    assert pair_score(7) > 0
    assert pair_score(7.01) == 0
    assert pair_score(-7.01) == 0


def test_an_unknown_date_neither_decays_nor_ends_the_window() -> None:
    assert pair_score(None) == pair_score(0)


def test_scores_are_rounded() -> None:
    score = pair_score(1)
    assert score == pytest.approx(round(score, 4), abs=1e-7)


def test_the_weight_of_the_dense_cosine_is_a_setting() -> None:
    assert pair_score(0, ClusterSettings(dense_weight=1)) == pytest.approx(0.6)
    assert pair_score(0, ClusterSettings(dense_weight=0)) == pytest.approx(0.5)


def test_rows_of_terms_are_units_and_a_rare_shared_term_counts_more() -> None:
    frequencies = Frequencies({"said": 900, "vote": 300}, 1000)
    rows = tfidf([{"said": 5, "glacier": 1}, {"glacier": 2, "vote": 1}, {"said": 5, "vote": 1}], frequencies)
    cosines = (rows @ rows.T).toarray()
    assert np.allclose(np.diag(cosines), 1, atol=1e-6)
    assert cosines[0, 1] > cosines[0, 2]


def test_an_article_without_terms_is_like_nothing() -> None:
    assert tfidf([{}, {"a": 1}], EVEN).toarray().tolist() == [[0], [1]]
    assert tfidf([], EVEN).shape == (0, 0)

import gzip
from importlib.resources import files

import numpy as np
import pytest

from aggregator.stories.background import (
    DOCUMENTS,
    Frequencies,
    _shipped,
    background_frequencies,
    document_frequencies,
)


def test_a_rare_term_weighs_more_than_a_common_one_and_an_unknown_one_most() -> None:
    common, rare, unknown = Frequencies({"president": 800, "glacier": 3}, 1000).idf(["president", "glacier", "zyx"])
    assert 0 < common < rare < unknown


def test_a_term_of_every_document_keeps_a_little_weight() -> None:
    assert Frequencies({"news": 50}, 50).idf(["news"]).tolist() == [0.01]


def test_the_stream_moves_the_weights() -> None:
    frequencies = Frequencies({"glacier": 3}, 1000)
    before = frequencies.idf(["glacier"])[0]
    frequencies.add({"glacier": 500}, 1000)
    assert frequencies.idf(["glacier"])[0] < before


def test_weights_do_not_drift_as_the_stream_grows() -> None:
    terms = ["president", "glacier", "zyx"]
    frequencies = Frequencies({"president": 800, "glacier": 30}, 1000)
    before = frequencies.idf(terms)
    frequencies.add({"president": 80_000, "glacier": 3_000}, 100_000)
    assert np.allclose(frequencies.idf(terms), before)


def test_without_a_background_the_stream_counts_alone() -> None:
    frequencies = Frequencies({}, 0)
    frequencies.add({"glacier": 1}, 1)
    assert frequencies.idf(["glacier"])[0] < frequencies.idf(["zyx"])[0] == pytest.approx(np.log(2 * (DOCUMENTS + 1)))


def test_a_document_counts_once_for_each_term() -> None:
    assert document_frequencies([{"a": 3, "b": 1}, {"a": 1}]) == {"a": 2, "b": 1}


def test_the_shipped_background_holds_terms_and_counts_only() -> None:
    counts, documents = _shipped()
    assert documents > 3000
    assert len(counts) > 10_000
    assert min(counts.values()) >= 3
    assert max(counts.values()) <= documents
    assert not any(" " in term for term in counts)
    assert list(counts) == sorted(counts)


def test_the_shipped_background_is_small() -> None:
    packed = files("aggregator.stories").joinpath("background.tsv.gz").read_bytes()
    assert len(packed) < 500_000
    assert gzip.decompress(packed).endswith(b"\n")


def test_each_call_starts_a_stream_of_its_own() -> None:
    first, second = background_frequencies(), background_frequencies()
    first.add({"zyx": 500}, 500)
    assert first.idf(["zyx"])[0] != second.idf(["zyx"])[0]

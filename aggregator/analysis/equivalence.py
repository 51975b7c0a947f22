"""Whether two sentences of one story say the same: a logistic score over meaning, words, figures and names.

Sentences of one story are all alike; what tells them apart is what is left when the story's mean vector is taken away,
and words weighted by how rare they are in it. The weights were fitted on pairs made from the sample newsroom's fact
sheets, each event judged by the weights of the others (benchmarks/claims.py measures the outcome).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from aggregator.analysis.disagreement import counts, denied
from aggregator.analysis.numbers import Number, numbers
from aggregator.analysis.words import content_words, name_key, names, negations
from aggregator.store.columns import Vector

_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_LONGEST = 2_000
_BIAS = -3.9
_COSINE, _CENTRED, _CONTAINED, _JACCARD, _FIGURES, _WEIGHT = 2.5, 4.2, 0.6, 1.35, 1.0, 0.58
_OTHER_FIGURES, _OTHER_NAMES, _NEGATION = -1.0, -0.75, -0.26


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a sentence is compared besides its vector. `counts`: figures by what they count."""

    words: frozenset[str]
    figures: frozenset[float]
    counts: Mapping[str, tuple[Number, ...]]
    names: frozenset[str]
    negated: bool
    denied: frozenset[str]
    quoted: frozenset[str]


@lru_cache(maxsize=16_384)
def traits(text: str) -> Traits:
    """The traits of a sentence, of its first part if it is longer than any real one."""
    text = text[:_LONGEST]
    keys = (name_key(name.text).split() for name in names(text))
    return Traits(
        words=frozenset(content_words(text)),
        figures=frozenset(number.value for number in numbers(text) if number.unit not in ("year", "ordinal")),
        counts=counts(text),
        names=frozenset(key[-1] for key in keys if key),
        negated=bool(negations(text)),
        denied=denied(text),
        quoted=frozenset(" ".join(content_words(words)) for words in _QUOTED.findall(text) if len(words.split()) >= 4),
    )


class Rarity:
    """How much a word tells within one story: the logarithm of how few of its sentences hold it."""

    def __init__(self, texts: Iterable[str]) -> None:
        holders: Counter[str] = Counter()
        count = 0
        for text in texts:
            holders.update(traits(text).words)
            count += 1
        self._most = math.log(1 + count)
        self._weights = {word: math.log((1 + count) / held) for word, held in holders.items()}

    def of(self, words: Iterable[str]) -> float:
        """The sum over `words`, in a fixed order, so that it is the same sum everywhere."""
        return math.fsum(self._weights.get(word, self._most) for word in words)


def centred(vectors: Vector) -> Vector:
    """Unit rows without the mean of all rows: what each says beside what all say."""
    apart = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.maximum(lengths, 1e-9), np.float32)


def same_claim(
    one: Traits, other: Traits, cosine: float, centred_cosine: float, rarity: Rarity, *, figures: bool = True
) -> float:
    """How probable it is (0 to 1) that two sentences of a story say the same; without `figures`, these aside."""
    shared = rarity.of(one.words & other.words)
    a, b = rarity.of(one.words), rarity.of(other.words)
    common = len(one.figures & other.figures)
    score = _BIAS + _COSINE * cosine + _CENTRED * centred_cosine + _WEIGHT * math.log(1 + shared)
    score += _CONTAINED * shared / max(min(a, b), 1e-6) + _JACCARD * shared / max(a + b - shared, 1e-6)
    if figures:
        score += _FIGURES * min(common, 2)
        score += _OTHER_FIGURES * (bool(one.figures) and bool(other.figures) and not common)
    score += _OTHER_NAMES * (bool(one.names) and bool(other.names) and not one.names & other.names)
    score += _NEGATION * (one.negated != other.negated)
    return 1 / (1 + math.exp(-score))

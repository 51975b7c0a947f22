"""How well the rule foretells a rater: each family of raters is held out and predicted from the others.

A *family* is held out, not a column: an older copy of the same rater would give the answer away. Beside the rule stands
the majority vote of the same other families, which shares the rule's information and nothing of its arithmetic.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from aggregator.errors import ConfigError
from aggregator.sources.consensus import middle, newest_of_each_family, span
from aggregator.sources.rating_mapping import Mapping as RatingMapping
from aggregator.sources.rating_rows import BadRow, read_rows
from aggregator.types import Rating

#: of each family all that it says of one domain or section
Said = Mapping[str, Mapping[str, int]]


@dataclass
class LeanEvaluation:
    """Scores pooled over the held-out families and of each; `vote` has the same of the majority vote."""

    n: int = 0
    scores: dict[str, float] = field(default_factory=dict)
    by_family: dict[str, dict[str, float]] = field(default_factory=dict)
    vote: dict[str, float] = field(default_factory=dict)
    vote_by_family: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guess:
    """The held-out family's place, and what the others' places lead to."""

    truth: int
    others: tuple[int, ...]

    @property
    def rule(self) -> int:
        """By the rule's mean, of disputed outlets too, which a page would show without a label."""
        return middle(self.others)

    @property
    def vote(self) -> int:
        """The place that most families give; of several such places the middle, halves to Center."""
        most = max(self.others.count(one) for one in self.others)
        tied = sorted({one for one in self.others if self.others.count(one) == most})
        total = sum(tied)
        return abs(total) // len(tied) * (1 if total >= 0 else -1)

    @property
    def covered(self) -> bool:
        """Whether the truth lies in the range of the others."""
        low, high = span(self.others)
        return low <= self.truth <= high


def evaluate_lean(gold: Path, mappings: Sequence[RatingMapping], today: date) -> LeanEvaluation:
    """Score the rule on a table of several raters' columns. ConfigError if no two families rate a domain."""
    file = _table(gold)
    said = _newest(_read(file, mappings, today))
    families = sorted({family for ratings in said.values() for family in ratings})
    guesses = {family: _guesses(said.values(), family) for family in families}
    held = {family: found for family, found in guesses.items() if found}
    if not held:
        raise ConfigError("no domain is rated by two families", file=file)
    every = [guess for found in held.values() for guess in found]
    return LeanEvaluation(
        n=len(every),
        scores=_scores(every),
        by_family={family: {"n": len(found), **_scores(found)} for family, found in held.items()},
        vote=_vote_scores(every),
        vote_by_family={family: {"n": len(found), **_vote_scores(found)} for family, found in held.items()},
    )


def _table(gold: Path) -> Path:
    if gold.is_file():
        return gold
    found = sorted(file for file in gold.glob("*") if ".json" in file.name) if gold.is_dir() else []
    if len(found) != 1:
        raise ConfigError("is neither a file nor a folder with one JSON file", file=gold)
    return found[0]


def _read(file: Path, mappings: Sequence[RatingMapping], today: date) -> dict[str, list[Rating]]:
    """What is said of each domain or section; where one list says two things of one of them, neither counts."""
    said: dict[str, dict[tuple[str, date], list[Rating]]] = {}
    for mapping in mappings:
        for row in read_rows(file, mapping, today, may_be_none=True):
            if not isinstance(row, BadRow):
                one = row.rating
                said.setdefault(row.address, {}).setdefault((one.rater, one.rated_on), []).append(one)
    return {
        address: [group[0] for group in lists.values() if len({(one.state, one.label) for one in group}) == 1]
        for address, lists in said.items()
    }


def _newest(said: Mapping[str, Iterable[Rating]]) -> Said:
    """The places by family; families that give none are left out."""
    names: dict[str, str] = {}
    found: dict[str, dict[str, int]] = {}
    for address, ratings in said.items():
        for one in newest_of_each_family(ratings):
            if one.label is not None:
                name = names.setdefault(one.one_family, one.family or one.rater)
                found.setdefault(address, {})[name] = one.label.position
    return found


def _guesses(said: Iterable[Mapping[str, int]], family: str) -> list[Guess]:
    return [
        Guess(places[family], tuple(place for one, place in sorted(places.items()) if one != family))
        for places in said
        if family in places and len(places) > 1
    ]


def _scores(guesses: Sequence[Guess]) -> dict[str, float]:
    covered = sum(guess.covered for guess in guesses) / len(guesses)
    return {**_of([(guess.truth, guess.rule) for guess in guesses]), "interval_coverage": covered}


def _vote_scores(guesses: Sequence[Guess]) -> dict[str, float]:
    return _of([(guess.truth, guess.vote) for guess in guesses])


def _of(pairs: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Shares of (truth, guess): right, within one place, right in the mean over the true places, and of those that are
    not Center the share that is called Center."""
    by_truth: dict[int, list[bool]] = {}
    for truth, guess in pairs:
        by_truth.setdefault(truth, []).append(truth == guess)
    off_center = [guess for truth, guess in pairs if truth != 0]
    return {
        "exact": sum(truth == guess for truth, guess in pairs) / len(pairs),
        "within_one": sum(abs(truth - guess) <= 1 for truth, guess in pairs) / len(pairs),
        "balanced_exact": sum(sum(right) / len(right) for right in by_truth.values()) / len(by_truth),
        "center_share": off_center.count(0) / len(off_center) if off_center else 0.0,
    }

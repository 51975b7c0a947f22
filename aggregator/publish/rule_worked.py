"""How the rule came to a label, in steps that a reader can check with pencil and paper.

Nothing is decided here: `consensus` decides, and this says which statement counted, what the sums were, and why the
other statements did not count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from aggregator.publish.render import in_full, in_words
from aggregator.sources.consensus import LABELLING, lean_at, middle, newest_of_each_family, of_one_scale, span
from aggregator.types import LeanState, LeanTag, RaterKind, Rating, WhyUnrated

#: what a reader is told where there is no label
WHY_UNRATED = {
    WhyUnrated.NO_RATING: "No rating of it that holds today is on file.",
    WhyUnrated.OFF_SCALE: "Those who have looked at it give it no place on the scale from Left to Right.",
    WhyUnrated.AUDIENCE: "Only its audience’s leaning was measured: who reads it, not what it prints.",
    WhyUnrated.LICENCE: "Those of its ratings on file that would give it a label may not be passed on.",
}
_MIXED = "Nobody gives it a place, and some say that it prints both sides: it is Mixed."


@dataclass(frozen=True, slots=True)
class Voice:
    """One statement before the rule: the place that it brought, or why it did not count.

    Without either it says Mixed, of a unit to which nobody gives a place.
    """

    rating: Rating
    place: int | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """What the rule did with the public statements about one unit, and what came of it (`tag`).

    `steps` are its sums in words, without any name; empty where there was nothing to sum.
    """

    tag: LeanTag
    counted: tuple[Voice, ...]
    aside: tuple[Voice, ...]
    steps: tuple[str, ...]

    @property
    def disagreement(self) -> str:
        """How far the raters of a disputed unit are apart: `Lean Left to Lean Right`."""
        return f"{self.tag.low} to {self.tag.high}" if self.tag.state is LeanState.DISPUTED else ""

    @property
    def why_unrated(self) -> str:
        """In a sentence why there is no label; empty where there is one, or where raters say Mixed or disagree."""
        why = self.tag.why_unrated
        return WHY_UNRATED[why] if self.tag.state is LeanState.UNRATED and why is not None else ""

    def why_not(self, rating_id: str) -> str:
        """Why a statement does not count; empty for one that does."""
        return next((voice.why_not for voice in self.aside if voice.rating.id == rating_id), "")


def worked(ratings: Iterable[Rating], country: str, day: date, tag: LeanTag) -> Working:
    """How `tag` came from the public statements about a unit of an outlet in `country` on `day`."""
    every = sorted((r for r in ratings if r.export), key=lambda r: (r.rater.casefold(), r.rated_on, r.id))
    valid = [rating for rating in every if rating.counts_on(day)]
    newest = newest_of_each_family(valid, country)
    _, used = of_one_scale([rating for rating in newest if rating.kind in LABELLING], country)
    mixed = tag.state is LeanState.MIXED
    voices = [Voice(r, *_part(r, day, newest, used, mixed=mixed)) for r in every]
    places = [voice.place for voice in voices if voice.place is not None]
    counted, aside = ([v for v in voices if bool(v.why_not) is not_counted] for not_counted in (False, True))
    steps = [_MIXED] if mixed else _steps(places)
    return Working(tag, tuple(counted), tuple(aside), tuple(steps))


def signed(number: int | Fraction) -> str:
    """A place or a mean with its sign, as it is printed: `−1/2`, `0`, `+1`."""
    return f"{'−' if number < 0 else '+' if number > 0 else ''}{abs(number)}"


def _part(
    rating: Rating, day: date, newest: Sequence[Rating], used: Sequence[Rating], *, mixed: bool
) -> tuple[int | None, str]:
    """The place that a statement brought, or why it brought none; `mixed`: that some say so is what counts."""
    if any(rating is one for one in used):  # two rows may say the same
        if rating.label is not None:
            return rating.label.position, ""
        if mixed and rating.state is LeanState.MIXED:
            return None, ""
    begins = rating.valid_from or rating.rated_on
    if begins > day:
        return None, f"not valid before {in_full(begins)}"
    if rating.valid_to is not None and rating.valid_to <= day:
        return None, f"ended on {in_full(rating.valid_to)}"
    if not any(rating is one for one in newest):
        return None, "a newer statement of the same family takes its place"
    if rating.kind is RaterKind.AUDIENCE:
        return None, "it measures the audience, not what the outlet prints"
    if rating.kind is RaterKind.MODEL:
        return None, "an estimate by a program makes no label"
    if rating.label is None:
        return None, f"it gives no place on the scale: {rating.state.value}"
    return None, f"it is on the scale of another country ({rating.country or 'the outlet’s own'})"


def _steps(places: Sequence[int]) -> Iterable[str]:
    if not places:
        return
    low, high = min(places), max(places)
    if high - low >= 2:
        yield f"The lowest place is {signed(low)} ({lean_at(low)}), the highest {signed(high)} ({lean_at(high)})."
        yield "They are two or more steps apart. A mean would hide that, so there is no label: the raters disagree."
        return
    mean, label = Fraction(sum(places), len(places)), middle(places)
    if len(places) == 1:
        yield f"One family of raters counts, so its place is the label: {signed(label)}, {lean_at(label)}."
    else:
        terms = " ".join(f"{'−' if p < 0 else '+'} {abs(p)}" for p in places[1:])
        yield f"The mean of {len(places)} families: ({signed(places[0])} {terms}) ÷ {len(places)} = {signed(mean)}."
        yield f"{_rounding(mean)} {signed(label)}, {lean_at(label)}."
    widest = span(places)
    yield (
        f"The range: from the lowest place ({signed(low)}) to the highest ({signed(high)}), one step wider on each "
        f"side as far as the scale goes: {lean_at(widest[0])} to {lean_at(widest[1])}."
    )


def _rounding(mean: Fraction) -> str:
    if mean.denominator == 1:
        return "That is a place on the scale:"
    return "Rounded, halves away from Center:" if mean.denominator == 2 else "Rounded to the nearest place:"


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on which a unit's label was the same: from `since` until the day before `until` (None: it still is)."""

    since: date
    until: date | None
    tag: LeanTag

    @property
    def last(self) -> date | None:
        """The last of these days."""
        return self.until - timedelta(days=1) if self.until else None


def described(rating: Rating) -> str:
    """What kind of rater said it, in words."""
    kinds = {RaterKind.CONTENT: "judged from what it prints", RaterKind.DESK: "this site’s own desk"}
    return kinds.get(rating.kind) or in_words(rating.kind.value)

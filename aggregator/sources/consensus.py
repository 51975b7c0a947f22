"""What several raters say together: one rule, by which any label can be worked out again with pencil and paper.

Raters that copy one another are one *family* and count once, by their newest statement. The label is the plain mean of
the families' places, from -2 (Left) to +2 (Right), in exact fractions, rounded, halves away from Center. The range is
the lowest to the highest place, one step wider on each side. Families two or more steps apart are disputed, and there
is no label. Nothing ever becomes Center because nothing is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from aggregator.types import Lean, LeanState, LeanTag, RaterKind, Rating, WhyUnrated

#: which rule made a tag; a changed rule gets another name
RULE = "families-1"
#: whose statements make a label
LABELLING = (RaterKind.CONTENT, RaterKind.DESK)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def consensus(ratings: Iterable[Rating], country: str = "") -> LeanTag:
    """All raters of one unit of an outlet in `country` together. Their order does not matter.

    Ratings on the scale of the outlet's own country come before those on another's, which are never averaged with them;
    `scale_of` then names the other country. Raters without a place on the scale move nothing and are still named.
    """
    current = sorted(newest_of_each_family(ratings, country), key=lambda r: (r.rater, r.rated_on, *_identity(r)))
    scale, used = of_one_scale([r for r in current if r.kind in LABELLING], country)
    tag = LeanTag(LeanState.UNRATED, raters=tuple(current), scale_of=scale, rule=RULE)
    positions = [r.label.position for r in used if r.label is not None]
    if not positions:
        if any(r.state is LeanState.MIXED for r in used):
            return replace(tag, state=LeanState.MIXED)
        return replace(tag, why_unrated=_why(current, used))
    low, high = min(positions), max(positions)
    if high - low >= 2:
        return replace(
            tag, state=LeanState.DISPUTED, low=lean_at(low), high=lean_at(high), families=len(positions)
        )  # fmt: skip
    widest = span(positions)
    return replace(
        tag,
        state=LeanState.RATED,
        label=lean_at(middle(positions)),
        low=lean_at(widest[0]),
        high=lean_at(widest[1]),
        families=len(positions),
    )


def public_consensus(ratings: Iterable[Rating], country: str = "") -> LeanTag:
    """The same from those ratings alone that may be passed on; Unrated for the `licence` where that leaves nothing."""
    every = list(ratings)
    tag = consensus([rating for rating in every if rating.export], country)
    if tag.state is LeanState.UNRATED and consensus(every, country).state is not LeanState.UNRATED:
        return replace(tag, why_unrated=WhyUnrated.LICENCE)
    return tag


def middle(positions: Sequence[int]) -> int:
    """The mean of at least one place, rounded, halves away from 0."""
    mean = Fraction(sum(positions), len(positions))
    return int(abs(mean) + Fraction(1, 2)) * (1 if mean >= 0 else -1)


def span(positions: Sequence[int]) -> tuple[int, int]:
    """The lowest to the highest of at least one place, a step wider on each side, within the scale.

    It held the next family's place in 97 of 100 outlets (measured on families held out; docs/method.md).
    """
    return max(-2, min(positions) - 1), min(2, max(positions) + 1)


def lean_at(position: int) -> Lean:
    """The label of a place, -2 to +2."""
    return list(Lean)[position + 2]


def newest_of_each_family(ratings: Iterable[Rating], country: str = "") -> list[Rating]:
    """On each scale, by date of the statement, then when it was recorded, then id.

    A rating that names the outlet's own `country` is on the same scale as one that names none. An audience score
    displaces no word on content.
    """
    newest: dict[tuple[str, str, str], Rating] = {}
    for rating in ratings:
        kind = "" if rating.kind in LABELLING else rating.kind.value
        key = (kind, rating.one_family, _scale(rating, country))
        if key not in newest or _age(rating) > _age(newest[key]):
            newest[key] = rating
    return list(newest.values())


def _age(rating: Rating) -> tuple[object, ...]:
    return rating.rated_on, rating.recorded_at or _LONG_AGO, *_identity(rating)


def _identity(rating: Rating) -> tuple[str, str]:
    return rating.id, "" if rating.id else repr(rating)


def of_one_scale(ratings: Sequence[Rating], country: str) -> tuple[str, list[Rating]]:
    """The ratings that count, and the foreign country in whose politics they measure, if it is one."""
    by_scale: dict[str, list[Rating]] = {}
    for rating in ratings:
        by_scale.setdefault(_scale(rating, country), []).append(rating)
    telling = {scale: sum(r.state is not LeanState.UNRATED for r in group) for scale, group in by_scale.items()}
    if telling.get("") or not any(telling.values()):
        return "", by_scale.get("", [])
    scale = min(telling, key=lambda one: (-telling[one], one))
    return scale, by_scale[scale]


def _scale(rating: Rating, country: str) -> str:
    """The foreign country in whose politics a rating measures; empty: the outlet's own."""
    return "" if rating.country == country else rating.country


def _why(current: Sequence[Rating], used: Sequence[Rating]) -> WhyUnrated:
    if any(r.kind is RaterKind.AUDIENCE and r.label is not None for r in current):
        return WhyUnrated.AUDIENCE
    return WhyUnrated.OFF_SCALE if used or any(r.kind in LABELLING for r in current) else WhyUnrated.NO_RATING

"""Whether a story is a dispute: who opposes whom, by what they say and do, never by guessing from likeness.

Evidence for a side: a verb of support or opposition whose subject is the holder, a role such as sponsor or plaintiff,
words of blame or praise in a holder's own statement. Evidence for opposition: one answers or accuses the other by
name, or two holders assert and deny the same thing, or give different figures for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.summarise.answers import answer_pairs
from aggregator.summarise.holders import Voice
from aggregator.summarise.opposition import oppositions
from aggregator.summarise.poles import acts, role_and_deeds, worded_pole
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Story


@dataclass(frozen=True)
class Camps:
    """The sides of a dispute. `sides` are lists of voices, those of one side together, strongest side first."""

    sides: tuple[tuple[Voice, ...], ...]
    answers: tuple[tuple[Statement, Statement, str], ...]

    @property
    def is_dispute(self) -> bool:
        """Whether at least two holders stand against each other."""
        return len(self.sides) >= 2


def find_camps(story: Story, voices: Sequence[Voice]) -> Camps:
    """Who stands against whom. Without such evidence there are no sides: a plain event has no camps."""
    able = [voice for voice in voices if voice.label and voice.statements]
    answers = tuple(answer_pairs(story, able))
    solid = {voice.key: role_and_deeds(story, voice) for voice in able}
    weak = {voice.key: worded_pole(story, voice) for voice in able}
    against = oppositions(story, able)
    for one, other, kind in answers:
        if kind == "denial" or not any(solid.values()):
            against[one.holder].add(other.holder)
            against[other.holder].add(one.holder)
    if any(pole <= -1 for pole in solid.values()) and not any(pole >= 1 for pole in solid.values()):
        solid |= {voice.key: 1.0 for voice in able if solid[voice.key] == 0 and acts(story, voice)}
    poles = _spread(solid, weak, against)
    plus = tuple(voice for voice in able if poles[voice.key] >= 1)
    minus = tuple(voice for voice in able if poles[voice.key] <= -1)
    if plus and minus:
        middle = tuple(voice for voice in able if abs(poles[voice.key]) < 1)
        sides = sorted((plus, minus), key=lambda side: -len({s.source.article_id for v in side for s in v.statements}))
        return Camps((*sides, *([middle] if middle else [])), answers)
    for voice in able:
        for foe in able:
            if foe.key in against[voice.key] and voice is not foe:
                rest = tuple(v for v in able if v not in (voice, foe))
                return Camps(((voice,), (foe,), *([rest] if rest else [])), answers)
    return Camps((), answers)


def _spread(solid: dict[str, float], weak: dict[str, float], against: dict[str, set[str]]) -> dict[str, float]:
    """Poles after those without deeds of their own took the other side of whom they oppose, or the side of their words.

    Words count only where somebody's deeds show that there are two sides, or words on both sides are plain.
    """
    poles = dict(solid)
    for key, pole in solid.items():
        if abs(pole) < 1:
            foes = sum(solid.get(other, 0.0) for other in sorted(against[key]))
            poles[key] = -1.0 if foes >= 1 else 1.0 if foes <= -1 else pole
    sides = {pole > 0 for pole in poles.values() if abs(pole) >= 1}
    for key, word in weak.items():
        if abs(poles[key]) < 1 and abs(word) >= 1 and sides and (len(sides) == 2 or (word > 0) not in sides):
            poles[key] = word
    return poles

"""Whether a story is a dispute: who opposes whom, by what they say and do, never by guessing from likeness.

Evidence for a side: a verb of support or opposition whose subject is the holder, a role such as sponsor or plaintiff,
words of blame or praise in a holder's own statement. Evidence for opposition: one answers or accuses the other by
name, reports tell that they or their parties quarrel, they face each other in court, or two holders assert and deny
the same thing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aggregator.summarise.answers import answer_pairs
from aggregator.summarise.benches import bench
from aggregator.summarise.holders import Voice
from aggregator.summarise.opposition import benches_apart, facing, is_allied, oppositions
from aggregator.summarise.poles import acts, finds_fault, role_and_deeds, worded_pole
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Story

#: politicians without a printed party, of whom nobody knows where they stand, and judges are no third side
_OUTSIDE = re.compile(
    r"(?:Senator|Representative|Congress\w+|Governor|Speaker|\w+ Leader|Chair\w*|Secretary|President|Mayor|"
    r"Commissioner|Superintendent|(?:Chief )?Justice) "
)
Sides = tuple[tuple[Voice, ...], ...]


@dataclass(frozen=True)
class Camps:
    """The sides of a dispute. `sides` are lists of voices, those of one side together, strongest side first;
    `others` are further ways to see them, for where one of the sides has nothing that can be printed."""

    sides: Sides
    answers: tuple[tuple[Statement, Statement, str], ...]
    others: tuple[Sides, ...] = ()
    #: keys of two voices of whom it is told, by one of them or by a report, that they are opposed
    told: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_dispute(self) -> bool:
        """Whether at least two holders stand against each other."""
        return len(self.sides) >= 2

    def are_told(self, sides: Sides) -> bool:
        """Whether it is told of two voices on the first two sides that they are opposed, not only of their parties."""
        return any((voice.key, foe.key) in self.told for voice in sides[0] for foe in sides[1])


def find_camps(story: Story, voices: Sequence[Voice]) -> Camps:
    """Who stands against whom. Without such evidence there are no sides: a plain event has no camps."""
    able = [voice for voice in voices if voice.label and voice.statements and not _NEUTRAL.search(voice.label)]
    answers = tuple(answer_pairs(story, able))
    solid = {voice.key: role_and_deeds(story, voice) for voice in able}
    faced, against = facing(story, able), oppositions(story, able)
    for key, foes in faced.items():
        against[key] |= foes
    apart = benches_apart(story, able, against)
    for one, other, kind in answers:
        same_office = all(bench(voice) == "W" for voice in able if voice.key in (one.holder, other.holder))
        if not same_office and (kind == "denial" or not any(solid.values())):
            against[one.holder].add(other.holder)
            against[other.holder].add(one.holder)
    ways = [*_pairs(able, faced, against), *_ways(story, able, solid, against, apart)]
    found = [sides for sides in (_of_two_offices(way, against) for way in ways) if sides]
    return Camps(
        found[0] if found else (),
        answers,
        tuple(found[1:]),
        frozenset((key, foe) for key in against for foe in against[key]),
    )


def _ways(
    story: Story,
    able: Sequence[Voice],
    solid: dict[str, float],
    against: Mapping[str, set[str]],
    apart: Sequence[tuple[str, str]],
) -> Iterator[Sides]:
    """The sides, by deeds, then by who is against whom, then by benches that are told to quarrel."""
    if any(pole <= -1 for pole in solid.values()):
        solid = solid | {voice.key: 1.0 for voice in able if solid[voice.key] == 0 and _owns(story, voice)}
    weak = {voice.key: worded_pole(story, voice) for voice in able}
    poles = _spread(solid, weak, against)
    plus = [voice for voice in able if poles[voice.key] >= 1]
    minus = [voice for voice in able if poles[voice.key] <= -1]
    plus, minus = _consistent(plus, minus, against), _consistent(minus, plus, against)
    if plus and minus:
        first, second = sorted((plus, minus), key=lambda side: -_heard(side))
        yield _with_rest(first, second, able)
    yield from _pairs(able, against, against)
    yield from _critics(story, able, solid)
    for one, other in apart:
        mine, theirs = [v for v in able if bench(v) == one], [v for v in able if bench(v) == other]
        if mine and theirs:
            first, second = sorted((mine, theirs), key=lambda side: -_heard(side))
            yield (tuple(first), tuple(second))


def _pairs(able: Sequence[Voice], opposed: Mapping[str, set[str]], against: Mapping[str, set[str]]) -> Iterator[Sides]:
    """Two who are opposed, each with those beside him."""
    for at, voice in enumerate(able):
        for foe in able[at + 1 :]:
            if foe.key in opposed.get(voice.key, ()):
                mine = [v for v in able if v is voice or _is_beside(v, voice, foe, against)]
                theirs = [v for v in able if v is foe or (v not in mine and _is_beside(v, foe, voice, against))]
                yield _with_rest(mine, theirs, able)


def _critics(story: Story, able: Sequence[Voice], solid: Mapping[str, float]) -> Iterator[Sides]:
    """Those whose words find fault with what the titles' first name does, against him and those who speak for him."""
    for actor in able:
        if not _owns(story, actor) and solid[actor.key] < 2:
            continue
        critics = [
            voice
            for voice in able
            if voice is not actor
            and not is_allied(voice, actor)
            and not (bench(voice) and bench(voice) == bench(actor))
            and not _ROUTINE.match(voice.label)
            and solid[voice.key] < 1
            and any(finds_fault(story, statement, actor) for statement in voice.statements)
        ]
        own = [v for v in able if v is actor or is_allied(v, actor) or (bench(v) and bench(v) == bench(actor))]
        own = [v for v in own if v not in critics]
        if critics:
            yield (tuple(own), tuple(critics))


#: who counts for both sides
_NEUTRAL = re.compile(r"\b(?:CBO|GAO|(?:Budget|Scoring|Accountability) Office)\b")
#: who blames by profession, which makes no dispute about what somebody else does
_ROUTINE = re.compile(r"(?:Federal |State )?(?:Prosecutors|Police|Regulators|Investigators)\b")


def _of_two_offices(sides: Sides, against: Mapping[str, set[str]]) -> Sides:
    """The sides without those of the second who speak for the office that speaks on the first, unless one of them is
    told to be against the other; none if a side is empty."""
    first, second = sides[0], sides[1]
    if any(bench(voice) == "W" for voice in first):
        open_ = {key for voice in first for key in against.get(voice.key, ())}
        second = tuple(voice for voice in second if bench(voice) != "W" or voice.key in open_)
    return (first, second, *sides[2:]) if second else ()


def _owns(story: Story, voice: Voice) -> bool:
    """Whether what the titles tell is a voice's own doing: they name it first, or the office that it speaks for."""
    if acts(story, voice):
        return True
    titles = [source.title for source in story.news]
    return bench(voice) == "W" and 2 * sum(bool(_OFFICE.search(title)) for title in titles) >= len(titles)


#: how titles name a president's office and what it does
_OFFICE = re.compile(
    r"\b(?:Trump|Obama|Biden|White House|DOJ|Justice Department|Treasury|administration)\b", re.IGNORECASE
)


def _heard(side: Sequence[Voice]) -> int:
    """In how many articles a side speaks."""
    return len({s.source.article_id for v in side for s in v.statements})


def _with_rest(one: Sequence[Voice], other: Sequence[Voice], able: Sequence[Voice]) -> Sides:
    """Two sides, and third those who belong to neither."""
    rest = [v for v in able if not any(v is x or is_allied(v, x) for x in (*one, *other))]
    seats = {bench(v) for v in (*one, *other)} - {""}
    rest = [v for v in rest if bench(v) not in seats and not _OUTSIDE.match(v.label)]
    return (tuple(one), tuple(other), *([tuple(rest)] if rest else []))


def _is_beside(voice: Voice, ally: Voice, foe: Voice, against: Mapping[str, set[str]]) -> bool:
    """Whether a voice is against the same foe as an ally, and not against the ally."""
    mine = against.get(voice.key, set())
    return foe.key in mine and ally.key not in mine


def _consistent(side: Sequence[Voice], others: Sequence[Voice], against: Mapping[str, set[str]]) -> list[Voice]:
    """A side without those who are told to be against one of it, and against none on the other side."""
    kept = []
    for voice in side:
        foes = against.get(voice.key, set())
        inside, outside = sum(v.key in foes for v in side), sum(v.key in foes for v in others)
        if inside <= outside:
            kept.append(voice)
    return kept


def _spread(solid: Mapping[str, float], weak: Mapping[str, float], against: Mapping[str, set[str]]) -> dict[str, float]:
    """Poles after those without deeds of their own took the other side of whom they oppose, or the side of their words.

    Words count only where somebody's deeds show that there are two sides, or words on both sides are plain.
    """
    poles = dict(solid)
    for key, pole in solid.items():
        if abs(pole) < 1:
            foes = sum(solid.get(other, 0.0) for other in sorted(against.get(key, ())))
            poles[key] = -1.0 if foes >= 1 else 1.0 if foes <= -1 else pole
    sides = {pole > 0 for pole in poles.values() if abs(pole) >= 1}
    for key, word in weak.items():
        if abs(poles[key]) < 1 and abs(word) >= 1 and sides and (len(sides) == 2 or (word > 0) not in sides):
            poles[key] = word
    return poles

"""When each outlet came in: a lane of steps for each side, and the first reports, in geometry and in words.

A lane is told apart by its name and place, a copy by its hollow mark; no colour is needed. What has no exact time is
not drawn, and said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.summarise.covered import moment
from aggregator.summarise.page import Coverage, Source
from aggregator.summarise.page_coverage import Arrival, FirstReport, Side

#: what lanes are called; None has no place on the scale
NAMES: Mapping[Side | None, str] = {"left": "Left", "center": "Center", "right": "Right", None: "Not on the scale"}
#: pixels: of a lane, of its name above the steps, of the highest step
_LANE, _NAME, _STEP = 52, 20, 24
#: the drawing keeps so much free on both sides, in per cent, so that no mark is cut
_EDGE = 2.0
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Mark:
    """An outlet coming in; `x` in per cent, `y` in pixels."""

    x: str
    y: str
    copied: bool


@dataclass(frozen=True, slots=True)
class Step:
    """How many outlets there are from here to the next one: a bar of that height."""

    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One side: the line at its foot is at `y` pixels."""

    name: str
    count: int
    y: int
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]

    @property
    def top(self) -> int:
        """Where its name stands."""
        return self.y - _STEP - 8


@dataclass(frozen=True, slots=True)
class Chart:
    """The lanes from the first to the last arrival, over `height` pixels."""

    lanes: tuple[Lane, ...]
    height: int
    start: str
    end: str
    span: str
    undrawn: int
    words: str


@dataclass(frozen=True, slots=True)
class First:
    """The first report of all (no name) or of a side; no report: the side has none of its own."""

    name: str
    report: FirstReport | None
    source: Source | None
    later: str
    unsure: tuple[int, ...]


def arrivals_chart(arrivals: Sequence[Arrival]) -> Chart | None:
    """The drawing; None where fewer than two outlets have an exact time, or all the same one."""
    timed = [(at, one) for one in arrivals if one.precision == "time" and (at := moment(one.at))]
    if len(timed) < 2:
        return None
    timed.sort(key=lambda pair: (pair[0], pair[1].n))
    start, end = timed[0][0], timed[-1][0]
    whole = (end - start).total_seconds()
    if whole <= 0:
        return None
    by_side = {side: [((at - start).total_seconds(), one) for at, one in timed if one.side == side] for side in NAMES}
    shown = {side: of for side, of in by_side.items() if of or side is not None}
    most = max(map(len, shown.values()))
    lanes = tuple(_lane(NAMES[side], of, whole, most, row) for row, (side, of) in enumerate(shown.items()))
    undrawn = len(arrivals) - len(timed)
    words = " ".join(_told(NAMES[side], of) for side, of in shown.items())
    return Chart(lanes, len(lanes) * _LANE + 6, timed[0][1].at, timed[-1][1].at, elapsed(whole), undrawn, words)


def firsts(coverage: Coverage, by_n: Mapping[int, Source]) -> tuple[First, ...]:
    """Who broke the story, then the first of each side; nothing on pages that do not have it."""
    if coverage.sides is None:
        return ()
    of_all = [("", coverage.broke)] if coverage.broke else []
    named = [*of_all, *((NAMES[side], coverage.first_of_side.get(side)) for side in coverage.sides)]
    return tuple(
        First(
            name,
            report,
            by_n.get(report.n) if report else None,
            elapsed(report.after) if report and report.after else "",
            tuple(n for n in report.maybe_earlier if n in by_n) if report else (),
        )
        for name, report in named
    )


def elapsed(seconds: float) -> str:
    """A stretch of time in words, to two units: `2 hours 5 minutes`."""
    left = int(seconds)
    parts: list[str] = []
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        count, left = divmod(left, unit)
        if count or parts:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}" if count else "")
    return " ".join(filter(None, parts[:2])) or "less than a minute"


def _lane(name: str, of: Sequence[tuple[float, Arrival]], whole: float, most: int, row: int) -> Lane:
    foot = row * _LANE + _NAME + _STEP
    x = [_EDGE + (100 - 2 * _EDGE) * at / whole for at, _ in of]
    ends = [*x[1:], 100 - _EDGE][: len(x)]
    heights = [_STEP * (k + 1) / most for k in range(len(of))]
    steps = tuple(
        Step(f"{a:.2f}", f"{b - a:.2f}", f"{foot - height:.1f}", f"{height:.1f}")
        for a, b, height in zip(x, ends, heights, strict=True)
        if b > a
    )
    marks = tuple(
        Mark(f"{a:.2f}", f"{foot - height:.1f}", one.copied) for a, height, (_, one) in zip(x, heights, of, strict=True)
    )
    return Lane(name, len(of), foot, steps, marks)


def _told(name: str, of: Sequence[tuple[float, Arrival]]) -> str:
    if not of:
        return f"{name}: no outlet."
    copies = sum(one.copied for _, one in of)
    copied = f", {copies} with a copy" if copies else ""
    when = [f"after {elapsed(at)}" if at else "at once" for at, _ in (of[0], of[-1])]
    last = f", the last {when[1]}" if len(of) > 1 else ""
    return f"{name}: {len(of)} {'outlet' if len(of) == 1 else 'outlets'}{copied}; the first {when[0]}{last}."

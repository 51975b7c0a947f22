"""A figure of what the coverage-gap test does: false alarms by swing, and power by the number of sources, as SVG."""

from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _TOP, _PLOT = 720, 300, 48, 40, 200
_KINDS = (("100/0", "#1b4965"), ("90/10", "#5fa8d3"), ("80/20", "#9a6a00"))
_DASHES = {0.0: "", 0.4: "6 3", 0.8: "2 3"}


def plot(
    alarms: Mapping[tuple[str, float], Mapping[str, float]],
    powers: Mapping[float, Mapping[tuple[str, int], tuple[float, float]]],
    sizes: Sequence[int],
) -> str:
    """Left: days with a false gap, at true labels. Right: planted gaps that are found, at 30 stories a day."""
    left = [_line(_LEFT, [alarms["true labels", swing][rule] for swing in _DASHES], colour, "", [0, 110, 220])
            for rule, colour in (("raw of 8", "#9a031e"), ("test", "#1b4965"))]  # fmt: skip
    at = [260 * (size - sizes[0]) // (sizes[-1] - sizes[0]) for size in sizes]
    right = [
        _line(400, [powers[swing][kind, size][0] for size in sizes], colour, dash, at)
        for swing, dash in _DASHES.items()
        for kind, colour in _KINDS
    ]
    words = [
        _text(_LEFT, 20, "Days with a false gap, by swing"),
        _text(400, 20, "Planted gaps found, by number of sources"),
        *(_text(_LEFT + x, 262, f"{swing:g}") for x, swing in zip((0, 105, 212), _DASHES, strict=True)),
        *(_text(396 + x, 262, str(size)) for x, size in zip(at, sizes, strict=True)),
        _text(_LEFT, 288, "raw rule: 80 % of 8 or more", "#9a031e"),
        _text(_LEFT + 190, 288, "this test", "#1b4965"),
        *(_text(400 + 50 * k, 288, kind, colour) for k, (kind, colour) in enumerate(_KINDS)),
        _text(580, 280, "solid, dashed, dotted:"),
        _text(580, 294, "swing 0, .4, .8"),
        *(_text(x - 26, _TOP + _PLOT * (1 - y) + 4, f"{y:g}") for x in (_LEFT, 400) for y in (0, 0.5, 1)),
    ]
    axes = [
        f'<path d="M{x} {_TOP}V{_TOP + _PLOT}h{w}" fill="none" stroke="#555"/>' for x, w in ((_LEFT, 230), (400, 270))
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="False alarms and power of the coverage-gap test; tables say the same">'
    )
    ground = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    return "\n".join([head, ground, *axes, *left, *right, *words, "</svg>", ""])


def _line(x: int, values: Sequence[float], colour: str, dash: str, at: Sequence[int]) -> str:
    points = " ".join(f"{x + dx},{_TOP + _PLOT * (1 - y):.1f}" for dx, y in zip(at, values, strict=True))
    style = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{style}/>'


def _text(x: float, y: float, words: str, colour: str = "#222") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}">{words}</text>'

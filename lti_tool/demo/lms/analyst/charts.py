"""Where each mark of a chart stands. Templates write them as SVG, and so every text in it is escaped.

A chart is 320 units wide, about as many pixels on a telephone; its letters get smaller where it is drawn
larger (analysis.css).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, log10, pi, sin
from typing import Final

from lti_tool.demo.lms.analyst.figures import Bin, Kind, Network, Node

WIDTH: Final = 320
STACKED: Final = (Kind.DISCUSS, Kind.HELP, Kind.WORK, Kind.OTHER)
_LEFT, _TOP, _BASE = 30, 12, 172
_ROW, _BAR = 40, 14
_CENTRE, _RING, _DOT = 160, 122, 12
_BOW: Final = 0.14
"""How far a line stands off the straight one, so that the two ways between two people are two lines."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    style: str
    """The name that the style sheet knows it by."""


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars side by side, stacked by kind."""

    bars: tuple[Bar, ...]
    ticks: tuple[Label, ...]
    starts: tuple[Label, ...]
    height: int = _BASE + 24
    base: int = _BASE
    left: int = _LEFT


def columns(bins: Sequence[Bin], names: Sequence[str]) -> Columns:
    """`names` are those of the bins; as many as there is room for are written below them."""
    top = _round_up(max((sum(one.counts[kind] for kind in STACKED) for one in bins), default=0))
    scale = (_BASE - _TOP) / top
    step = (WIDTH - _LEFT) / max(len(bins), 1)
    width = min(step * 0.78, 40)
    bars = []
    for place, one in enumerate(bins):
        y = float(_BASE)
        for kind in STACKED:
            height = one.counts[kind] * scale
            if height:
                y -= height
                x = _LEFT + place * step + (step - width) / 2
                bars.append(Bar(round(x, 2), round(y, 2), round(width, 2), round(height, 2), kind))
    ticks = [Label(_LEFT - 5, _BASE, "0"), Label(_LEFT - 5, _TOP, str(top))]
    if top % 2 == 0:
        ticks.insert(1, Label(_LEFT - 5, (_BASE + _TOP) / 2, str(top // 2)))
    every = max(1, -(-len(bins) // 5))
    starts = tuple(
        Label(round(_LEFT + (place + 0.5) * step, 2), _BASE + 16, name)
        for place, name in enumerate(names)
        if place % every == 0
    )
    return Columns(tuple(bars), tuple(ticks), starts)


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    count: int
    style: str
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Rows:
    """One bar below another, each under its name."""

    rows: tuple[Row, ...]
    height: int
    bar: int = _BAR


def rows(counted: Sequence[tuple[str, int, str]]) -> Rows:
    """Of names, counts and styles."""
    most = max((count for _, count, _ in counted), default=0) or 1
    found = (
        Row(name, count, style, place * _ROW, round(count / most * (WIDTH - 52), 2))
        for place, (name, count, style) in enumerate(counted)
    )
    return Rows(tuple(found), len(counted) * _ROW)


@dataclass(frozen=True, slots=True)
class Dot:
    node: Node
    number: int
    x: float
    y: float
    radius: int = _DOT


@dataclass(frozen=True, slots=True)
class Line:
    """From one dot's edge to another's, bowed to the side; thicker for more replies."""

    path: str
    width: float


@dataclass(frozen=True, slots=True)
class Ring:
    """Accounts in a circle, by number, and lines from who answered to who was answered."""

    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    pairs: tuple[tuple[Dot, Dot, int], ...]
    """Who answered, who was answered, and how often; the most first."""
    height: int = 2 * _CENTRE


def ring(found: Network) -> Ring:
    count = len(found.nodes)
    dots = {}
    for place, node in enumerate(found.nodes):
        angle = 2 * pi * place / max(count, 1) - pi / 2
        x, y = _CENTRE + _RING * cos(angle), _CENTRE + _RING * sin(angle)
        dots[node.actor.key] = Dot(node, place + 1, round(x, 2), round(y, 2))
    most = max(found.edges.values(), default=1)
    pairs = [(dots[source], dots[target], number) for (source, target), number in found.edges.items()]
    pairs.sort(key=lambda pair: (-pair[2], pair[0].number, pair[1].number))
    lines = (
        Line(_bowed(source, target), round(1 + 3 * number / most, 2)) for source, target, number in pairs
    )
    return Ring(tuple(dots.values()), tuple(lines), tuple(pairs))


def _bowed(source: Dot, target: Dot) -> str:
    dx, dy = target.x - source.x, target.y - source.y
    length = hypot(dx, dy) or 1.0
    middle = ((source.x + target.x) / 2 - dy * _BOW, (source.y + target.y) / 2 + dx * _BOW)
    first, last = (_towards(dot, middle, gap) for dot, gap in ((source, _DOT), (target, _DOT + 7)))
    if length <= 2 * _DOT:
        first, last = (source.x, source.y), (target.x, target.y)
    return "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*first, *middle, *last)


def _towards(dot: Dot, point: tuple[float, float], gap: float) -> tuple[float, float]:
    dx, dy = point[0] - dot.x, point[1] - dot.y
    length = hypot(dx, dy) or 1.0
    return dot.x + dx / length * gap, dot.y + dy / length * gap


def _round_up(number: int) -> int:
    """To a number that is easy to halve, not much larger."""
    power = int(10 ** max(0, int(log10(max(number, 1))) - 1))
    steps = (1, 2, 4, 5, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
    return next(step * power for step in steps if step * power >= number)

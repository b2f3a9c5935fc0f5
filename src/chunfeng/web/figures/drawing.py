"""Where the lines of a curve go, as plain numbers for an SVG template. Pure.

A page draws its own curves: measured on two cores, the chart library of the bulletins takes 150 ms and 85 MB
for one, this takes less than a millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 18, 22
MARKS = 5


@dataclass(frozen=True)
class Mark:
    """A place on an axis with its label; `at` in units of the drawing."""

    at: float
    label: str


@dataclass(frozen=True)
class Dot:
    """One figure."""

    x: float
    y: float
    day: date
    shown: str


@dataclass(frozen=True)
class Stroke:
    """One named line: the runs of days without a gap, and its figures. `n` chooses colour, dash and mark."""

    n: int
    name: str
    runs: list[str]
    dots: list[Dot]


@dataclass(frozen=True)
class Drawing:
    """Everything the template needs."""

    unit: str
    strokes: list[Stroke]
    across: list[Mark]
    up: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM

    @property
    def names(self) -> str:
        """What is drawn, for those who cannot see it; the figures stand in the table beside."""
        return "、".join(stroke.name for stroke in self.strokes)


def draw(unit: str, lines: Mapping[str, Sequence[tuple[date, float | None]]]) -> Drawing:
    """Place the lines in one frame; the vertical axis begins at zero or below."""
    days = sorted({day for points in lines.values() for day, _value in points})
    values = [value for points in lines.values() for _day, value in points if value is not None]
    lowest, highest = min([0, *values]), max([0, *values])
    step = nice(highest - lowest or 1)
    low = math.floor(lowest / step) * step
    high = math.ceil(highest / step) * step or (0 if low else step)
    span = max((days[-1] - days[0]).days, 1) if days else 1

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - days[0]).days / span, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)

    strokes = []
    for n, (name, points) in enumerate(lines.items()):
        runs: list[list[str]] = [[]]
        dots = []
        for day, value in sorted(points):
            if value is None:
                runs.append([])
                continue
            dots.append(Dot(x(day), y(value), day, plain(value)))
            runs[-1].append(f"{x(day)},{y(value)}")
        strokes.append(Stroke(n, name, [" ".join(run) for run in runs if len(run) > 1], dots))
    every = max(1, -(-len(days) // MARKS))
    across = [Mark(x(day), f"{day.month}-{day.day}") for day in days[::-1][::every]]
    count = round((high - low) / step)
    up = [Mark(y(low + i * step), short(low + i * step)) for i in range(count + 1)]
    return Drawing(unit, strokes, across, up)


def nice(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides the span into about four; never below 0.01."""
    rough = max(span / 4, 0.01)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def short(value: float) -> str:
    """A label for the axis: 12,000 is 1.2万."""
    return f"{plain(value / 10_000)}万" if abs(value) >= 10_000 else plain(value)


def plain(value: float) -> str:
    """A figure with every digit before the point and at most two after it."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")

"""Stacked bar charts as SVG, coloured by the stylesheet, so that they are dark or light as the page is."""

from __future__ import annotations

import math
from typing import NamedTuple

from markupsafe import Markup

from pulumi_paygentic.emulator.pages import macro

COLOURS = 6
"""The number of colours in the stylesheet; further series begin again with the first."""
_WIDTH, _HEIGHT = 400, 200
_TOP, _BOTTOM, _CHARACTER = 10, 26, 9
_MOST_LABELS = _MOST_STEPS = 4


class Series(NamedTuple):
    """One colour of a chart: a value for each label, and its exact text."""

    name: str
    values: tuple[float, ...]
    words: tuple[str, ...]


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    title: str


def bars(summary: str, labels: tuple[str, ...], series: tuple[Series, ...]) -> Markup:
    """Draw stacked bars; `summary` describes the chart to those who do not see it."""
    columns = list(zip(*(one.values for one in series), strict=True))
    ticks = _scale(min(_sums(columns, -1)), max(_sums(columns, 1)))
    left = 8 + _CHARACTER * max(len(short(tick)) for tick in ticks)
    column = (_WIDTH - left) / len(labels)
    unit = (_HEIGHT - _TOP - _BOTTOM) / (ticks[-1] - ticks[0])

    def height_of(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - ticks[0]) * unit

    reached = [{1: 0.0, -1: 0.0} for _ in labels]
    groups = []
    for number, one in enumerate(series):
        drawn = []
        for place, (value, label, words) in enumerate(zip(one.values, labels, one.words, strict=True)):
            side = -1 if value < 0 else 1
            start = reached[place][side]
            reached[place][side] += value
            title = f"{one.name}, {label}: {words}"
            size = abs(value) * unit
            drawn.append(
                Bar(left + column * (place + 0.1), height_of(max(start, start + value)), column * 0.8, size, title)
            )
        groups.append((number % COLOURS, drawn))
    every = max(1, -(-len(labels) // _MOST_LABELS))
    return macro(
        "chart.html",
        "chart",
        summary=summary,
        size=(_WIDTH, _HEIGHT),
        left=left,
        lines=[(height_of(tick), short(tick)) for tick in ticks],
        marks=[(left + column * (place + 0.5), labels[place]) for place in range(0, len(labels), every)],
        groups=groups,
    )


def short(value: float) -> str:
    """`1.5k`: enough for an axis, as exact numbers stand in the table."""
    for size, suffix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{suffix}"
    return f"{value:.4g}"


def _sums(columns: list[tuple[float, ...]], side: int) -> list[float]:
    """The height of each column above zero (side 1) or below it (side -1)."""
    return [0.0, *(sum(value for value in column if value * side > 0) for column in columns)]


def _scale(low: float, high: float) -> list[float]:
    """Round values that reach from `low` to `high` in about two to four steps."""
    if low == high:
        return [0.0, 1.0]
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / _MOST_STEPS))
    step = next(power * n for n in (1, 2, 2.5, 5, 10, 20) if power * n * _MOST_STEPS >= span)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [n * step for n in range(first, max(last, first + 1) + 1)]

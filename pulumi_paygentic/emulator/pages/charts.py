"""Bar charts as SVG within the page, coloured by the stylesheet, so that they are dark or light as the rest."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup

_WIDTH, _HEIGHT = 400, 200
_MOST_LABELS = 4
COLOURS = 6
"""How many the stylesheet has; then they begin again."""


class Series(NamedTuple):
    """One colour of a chart: a value for each label, and the words that say it exactly."""

    name: str
    values: tuple[float, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=128)  # a dashboard is drawn every few seconds, and most of it has not changed
def bars(summary: str, labels: tuple[str, ...], series: tuple[Series, ...]) -> Markup:
    """Stacked bars; `summary` is what somebody hears who does not see them."""
    pygal = _pygal()
    step = max(1, -(-len(labels) // _MOST_LABELS))
    chart = pygal.StackedBar(
        width=_WIDTH,
        height=_HEIGHT,
        js=(),
        style=pygal.style.Style(label_font_size=15, major_label_font_size=15),
        show_legend=False,
        margin=4,
        spacing=8,
        x_labels_major=labels[::step],
        show_minor_x_labels=False,
        max_scale=4,
        min_scale=2,
        zero=0,
        include_x_axis=True,
        formatter=short,
        truncate_label=-1,
        no_data_text="",
    )
    chart.x_labels = labels
    if not any(value for one in series for value in one.values):
        chart.range = (0, 1)  # of nothing but zeros it would draw no axis
    for one in series:
        chart.add(one.name, one.values)
    svg = chart.render_tree()
    _bare(svg)
    for number, one in enumerate(series):
        _dress(svg, number, one, labels)
    svg.attrib |= {"role": "img", "aria-label": summary, "class": "chart"}
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - escaped by its serialiser


@lru_cache(maxsize=1)
def _pygal() -> Any:
    """The library, loaded when somebody looks at a chart: it takes half a second."""
    before = list(sys.meta_path)
    import pygal.style  # noqa: PLC0415 - as said above

    sys.meta_path[:] = before  # its finder of maps makes every import that fails warn, anywhere in the process
    return pygal


def short(value: float) -> str:
    """`1.5k`: enough for an axis, as exact numbers stand in the table."""
    for size, suffix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{suffix}"
    return f"{value:.4g}"


def _dress(svg: Any, number: int, series: Series, labels: tuple[str, ...]) -> None:
    """The colour of a series, and what each of its bars says when it is pointed at."""
    group = next(g for g in svg.iter("g") if f" serie-{number} " in f"{g.get('class')} ")
    group.set("class", f"color-{number % COLOURS}")
    for bar, label, words in zip(group.iterfind(".//g[@class='bar']"), labels, series.words, strict=True):
        ET.SubElement(bar, "title").text = f"{series.name}, {label}: {words}"


def _bare(element: Any) -> None:
    """Take out what a page may not hold (styles, scripts) or does not need (comments, hidden descriptions)."""
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag in {"style", "script", "desc", "title"}:
            element.remove(child)
        else:
            _bare(child)
    element.attrib.pop("id", None)
    element.attrib.pop("style", None)

"""What a figure shows, before it is drawn: marks over two axes, their limits and ticks.

The page has dozens of small figures of six kinds. A plotting library takes most of a second to load and a tenth of one
for each of them, more than all else that a report costs; this is the little of one that the figures need, under the
names that matplotlib gave it. `drawing` makes the SVG.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

MARGIN = 0.05
"""Share of the data's range that is left free on either side where no limit is set."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICK = 8.5
"""Size of tick labels, in points."""
Point = tuple[float, float]


@dataclass
class Axis:
    """One axis: limits, ticks and how its labels look."""

    name: str
    low: float = math.inf
    """Of the data."""
    high: float = -math.inf
    given: list[float | None] = field(default_factory=lambda: [None, None])
    """Limits that were set; None: from the data."""
    ticks: list[tuple[float, str]] | None = None
    margin: float = MARGIN
    log: bool = False
    integer: bool = False
    grid: bool = True
    spine: bool = True
    size: float = TICK
    rotation: float = 0
    strong: bool = False
    """Labels in ink, standing on their place, as names of rows do."""

    def see(self, values: Iterable[float]) -> None:
        """Takes data into account."""
        for value in values:
            if math.isfinite(value):
                self.low, self.high = min(self.low, value), max(self.high, value)

    def limits(self) -> Point:
        """(lowest, highest) value shown."""
        low, high = (self.low, self.high) if self.low <= self.high else (0.0, 1.0)
        if self.log:
            room = (high / low) ** self.margin if high > low else 1.1
            free = low / room, high * room
        else:
            room = (high - low) * self.margin or (abs(high) * MARGIN or MARGIN)
            free = low - room, high + room
        return (
            free[0] if self.given[0] is None else self.given[0],
            free[1] if self.given[1] is None else self.given[1],
        )

    def scale(self, start: float, length: float) -> Callable[[float], float]:
        """Value -> place; the axis begins at `start` and goes on for `length` points (negative: upwards)."""
        low, high = self.limits()
        if self.log:
            a, b = math.log(low), math.log(high)
            return lambda value: start + length * (math.log(value) - a) / (b - a)
        return lambda value: start + length * (value - low) / (high - low)

    def shown(self, length: float, apart: float) -> list[tuple[float, str]]:
        """(value, label) of the ticks within the limits, at least `apart` points from one another."""
        low, high = self.limits()
        if self.ticks is not None:
            return [(v, text) for v, text in self.ticks if min(low, high) - 1e-9 <= v <= max(low, high) + 1e-9]
        return ticks(low, high, max(2, min(6 if self.integer else 9, int(length / apart))), self.integer)


def ticks(low: float, high: float, most: int, integer: bool) -> list[tuple[float, str]]:
    """Round values from low to high in equal steps, `most` steps at most, with the digits that tell them apart."""
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((s * power for s in STEPS if s * power >= raw * (1 - 1e-9)), 10 * power)
    step = max(1.0, math.ceil(step)) if integer else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = next((d for d in range(12) if abs(round(step, d) - step) < step * 1e-6), 12)
    return [(i * step, said(i * step, digits)) for i in range(first, last + 1)]


def said(value: float, digits: int) -> str:
    """A tick's label; a true minus sign, and powers of ten where there would be many zeros."""
    text = f"{value:.{digits}f}" if abs(value) < 1e6 and digits < 6 else f"{value:.3g}"
    return text.replace("-", "\u2212") if float(text) else text.lstrip("-")


@dataclass(frozen=True, slots=True)
class Mark:
    """A line, an area, or points."""

    kind: str
    """line | area | points"""
    points: tuple[Point, ...]
    colour: str
    width: float = 1.5
    """Of a line."""
    dash: str = "-"
    """ "-", "--" or ":"."""
    alpha: float = 1.0
    cap: str = "round"
    shape: str = ""
    """Marker: one of o s ^ v D X * P h |."""
    sizes: tuple[float, ...] = ()
    """Diameters of points, in points of print; one for all, or one each."""
    edge: str | None = None
    edge_width: float = 0.0
    order: float = 2.0
    across: str = ""
    """ "x" or "y": goes over the whole other axis at these values."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text, an arrow, or a text with a line to its place."""

    text: str
    at: Point
    to: Point
    at_units: tuple[str, str]
    """Of either coordinate: data | fraction | offset (points from `to`)."""
    to_units: str
    ha: str
    va: str
    size: float
    colour: str
    arrow: dict[str, Any] | None


class Axes:
    """One panel. Arguments and what they mean are matplotlib's."""

    def __init__(self, width: float, height: float, xlabel: str, ylabel: str, title: str) -> None:
        """width, height: of the figure, in points."""
        self.width, self.height = width, height
        self.x, self.y = Axis(xlabel), Axis(ylabel)
        self.title, self.title_pad = title, 8.0
        self.marks: list[Mark] = []
        self.notes: list[Note] = []
        self.entries: list[tuple[str, Mark]] = []
        """(label, how it is drawn) of the legend."""
        self.columns: int | None = None
        """Of a legend below the axes."""
        self.inside = False
        """Whether a legend stands in the axes."""

    # ---- marks -------------------------------------------------------------------------------------------------------

    def _add(self, mark: Mark, label: str | None = None) -> None:
        self.marks.append(mark)
        if mark.across != "y":
            self.x.see(p[0] for p in mark.points)
        if mark.across != "x":
            self.y.see(p[1] for p in mark.points)
        if label:
            self.entries.append((label, mark))

    def plot(self, xs: Sequence[float], ys: Sequence[float], fmt: str = "", **o: Any) -> None:
        """A line through points, markers on them where `fmt` or `marker` names one."""
        shape = o.get("marker") or fmt.replace("-", "")
        drawn = o.get("linestyle", "-" if not fmt or "-" in fmt else "none")
        points = tuple(
            (float(x), float(y)) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)
        )
        order = o.get("zorder", 2)
        cap = {"butt": "butt"}.get(o.get("solid_capstyle", ""), "round")
        mark = Mark(
            "line" if drawn != "none" else "points",
            points,
            o["color"],
            o.get("linewidth", 1.5),
            drawn,
            o.get("alpha", 1.0),
            cap,
            shape,
            (o.get("markersize", 6.0),),
            o.get("markeredgecolor"),
            o.get("markeredgewidth", 1.0),
            order,
        )
        self._add(mark, o.get("label"))

    def errorbar(self, x: Any, y: Any, xerr: Any = None, yerr: Any = None, **o: Any) -> None:
        """Points with bars of error: x, y numbers or sequences, xerr and yerr ([below], [above])."""
        xs, ys = ([x], [y]) if isinstance(x, int | float) else (list(x), list(y))
        colour = o.get("ecolor", o.get("color"))
        bars: dict[str, Any] = {"color": colour, "linewidth": o["elinewidth"], "zorder": o.get("zorder", 2)}
        for i, (a, b) in enumerate(zip(xs, ys, strict=True)):
            if xerr is not None:
                self.plot([a - xerr[0][i], a + xerr[1][i]], [b, b], solid_capstyle="butt", **bars)
            if yerr is not None:
                self.plot([a, a], [b - yerr[0][i], b + yerr[1][i]], solid_capstyle="butt", **bars)
        if o.get("fmt") != "none":
            kept = {k: v for k, v in o.items() if k not in ("elinewidth", "ecolor", "fmt")}
            self.plot(xs, ys, linestyle="none", **kept)

    def scatter(self, xs: Sequence[float], ys: Sequence[float], s: Sequence[float], **o: Any) -> None:
        """Dots; s: their areas in square points."""
        sizes = tuple(math.sqrt(area) for area in s)
        points = tuple((float(x), float(y)) for x, y in zip(xs, ys, strict=True))
        self._add(Mark("points", points, o["color"], alpha=o.get("alpha", 1.0), shape="o", sizes=sizes, order=1))

    def fill_between(self, xs: Sequence[float], low: Any, high: Any, **o: Any) -> None:
        """The area between two curves; `low` may be one number."""
        below = [float(low)] * len(xs) if isinstance(low, int | float) else list(map(float, low))
        there = [*zip(map(float, xs), map(float, high), strict=True)]
        back = [*zip(map(float, xs), below, strict=True)][::-1]
        self._add(Mark("area", (*there, *back), o["color"], alpha=o.get("alpha", 1.0), order=1))

    def stairs(self, heights: Sequence[float], edges: Sequence[float], **o: Any) -> None:
        """The outline of a histogram."""
        points: list[Point] = [(edges[0], 0.0)]
        for height, left, right in zip(heights, edges[:-1], edges[1:], strict=True):
            points += [(left, height), (right, height)]
        points.append((edges[-1], 0.0))
        self.plot([x for x, _ in points], [y for _, y in points], **o)

    def axvline(self, x: float, **o: Any) -> None:
        """A line at x, all the way up."""
        self._across("x", (x, 0.0), o)

    def axhline(self, y: float, **o: Any) -> None:
        """A line at y, all the way across."""
        self._across("y", (0.0, y), o)

    def _across(self, axis: str, point: Point, o: dict[str, Any]) -> None:
        dash, order = o.get("linestyle", "-"), o.get("zorder", 2)
        self._add(Mark("line", (point,), o["color"], o["linewidth"], dash, cap="butt", order=order, across=axis))

    def axvspan(self, low: float, high: float, **o: Any) -> None:
        """A band from low to high, all the way up."""
        self._add(Mark("area", ((low, 0.0), (high, 0.0)), o["color"], alpha=o["alpha"], order=1, across="x"))

    def annotate(self, text: str, xy: Point, xytext: Point | None = None, **o: Any) -> None:
        """A text at, or beside, a place; with `arrowprops` a line or an arrow from the text's place to it."""
        units = o.get("textcoords", "data")
        pair = units if isinstance(units, tuple) else (units, units)
        names = {"offset points": "offset", "axes fraction": "fraction", "data": "data"}
        a, b = (names[u] for u in pair)
        to = names[o.get("xycoords", "data")]
        look = o.get("ha", "left"), o.get("va", "bottom"), o.get("fontsize", 9.0), o.get("color", "")
        self.notes.append(Note(text, xytext or xy, xy, (a, b), to, *look, o.get("arrowprops")))

    # ---- axes --------------------------------------------------------------------------------------------------------

    def set_xlim(self, left: float | None = None, right: float | None = None) -> None:
        """Limits; None leaves one to the data."""
        self.x.given = [left, right]

    def set_ylim(self, bottom: float | None = None, top: float | None = None) -> None:
        """Limits; None leaves one to the data."""
        self.y.given = [bottom, top]

    def get_ylim(self) -> Point:
        """Limits as they are now."""
        return self.y.limits()

    def set_xticks(self, values: Iterable[float], labels: Sequence[str], rotation: float = 0, ha: str = "") -> None:
        """Ticks and their labels; labels that are rotated end at their tick."""
        self.x.ticks, self.x.rotation = [*zip(map(float, values), labels, strict=True)], rotation

    def set_yticks(self, values: Iterable[float], labels: Sequence[str]) -> None:
        """Ticks and their labels."""
        self.y.ticks = [*zip(map(float, values), labels, strict=True)]

    def set_title(self, title: str, pad: float) -> None:
        """The title; pad: points between it and the axes."""
        self.title, self.title_pad = title, pad

    def get_xlabel(self) -> str:
        """What the axis shows."""
        return self.x.name

    def get_ylabel(self) -> str:
        """What the axis shows."""
        return self.y.name

    def legend(self) -> None:
        """Puts the labels of the marks in the emptiest upper corner of the axes."""
        self.inside = True


class Figure:
    """One panel and the legend below it."""

    def __init__(self, ax: Axes) -> None:
        self.axes = [ax]

    def legend(self, columns: int = 1) -> None:
        """Puts the labels of the marks below the axes."""
        self.axes[0].columns = columns

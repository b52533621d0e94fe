"""A panel (`axes`) as SVG: deterministic, in points of print, text as text in the page's own font."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import escape

from benchmark.report.axes import Axes, Mark, Note, Point
from benchmark.report.shapes import SHAPES, width_of
from metrics.terminal import plain

Paint = Callable[[str], str]
"""A fixed colour -> how the page's style sheet names it."""
EDGE = 4.0
"""Free points around the figure."""
DASHES = {"--": "5.5 2.4", ":": "1 1.7"}
LABEL, LINE = 9.0, 1.25
"""Size of the axes' names; height of a line of text, in its size."""
HANDLE = 16.0
LEGEND = 8.5


def number(value: float) -> str:
    """At most two decimals: enough for a coordinate."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class Box:
    """Where the axes stand in the figure, and how values become places."""

    left: float
    top: float
    right: float
    bottom: float
    x: Callable[[float], float]
    y: Callable[[float], float]
    xticks: list[tuple[float, str]]
    yticks: list[tuple[float, str]]

    def place(self, point: Point) -> Point:
        """Of a pair of values."""
        return self.x(point[0]), self.y(point[1])

    def fraction(self, point: Point) -> Point:
        """Of shares of the axes, from their lower left corner."""
        left, top, right, bottom = self.left, self.top, self.right, self.bottom
        return left + point[0] * (right - left), bottom - point[1] * (bottom - top)


def _rows(ax: Axes) -> list[list[tuple[str, Mark]]]:
    columns = ax.columns or 1
    return [ax.entries[i : i + columns] for i in range(0, len(ax.entries), columns)] if ax.columns else []


def layout(ax: Axes) -> Box:
    """The axes as large as what stands around them allows."""
    top = EDGE + (10 * LINE + ax.title_pad if ax.title else 4.0)
    turn = math.radians(ax.x.rotation)
    named = ax.x.ticks or []
    tallest = max((width_of(text, ax.x.size) * math.sin(turn) for _, text in named), default=0.0)
    below = 4 + ax.x.size * LINE * (math.cos(turn) if turn else 1) + tallest
    bottom = ax.height - EDGE - below - LABEL * LINE - 2 - 13 * len(_rows(ax)) - (4 if _rows(ax) else 0)
    yticks = ax.y.shown(bottom - top, 22)
    left = EDGE + LABEL * LINE + 6 + max((width_of(text, ax.y.size) for _, text in yticks), default=0.0)
    if turn and named:
        left = max(left, EDGE + width_of(named[0][1], ax.x.size) * math.cos(turn) - 12)
    right = ax.width - EDGE
    for note in ax.notes:  # names that stand in the right margin
        if note.at_units[0] == "fraction" and note.at[0] > 1:
            right = min(right, left + (ax.width - EDGE - width_of(note.text, note.size) - left) / note.at[0])
    xticks = ax.x.shown(right - left, 46)
    if xticks and not turn:
        place = ax.x.scale(left, right - left)
        right -= max(0.0, place(xticks[-1][0]) + width_of(xticks[-1][1], ax.x.size) / 2 - ax.width + 2)
    x, y = ax.x.scale(left, right - left), ax.y.scale(bottom, top - bottom)
    return Box(left, top, right, bottom, x, y, xticks, yticks)


def _style(**parts: str) -> str:
    return "; ".join(f"{name.replace('_', '-')}: {value}" for name, value in parts.items())


def _path(points: Iterable[Point], close: bool = False) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("z" if close else "")


class _Pen:
    """Writes the elements."""

    def __init__(self, paint: Paint) -> None:
        self.paint, self.out = paint, list[str]()

    def line(self, points: list[Point], mark: Mark) -> None:
        """A line as the mark says."""
        style = {"fill": "none", "stroke": self.paint(mark.colour), "stroke_width": number(mark.width)}
        if mark.dash in DASHES:
            style["stroke_dasharray"] = " ".join(number(float(d) * mark.width) for d in DASHES[mark.dash].split())
        style |= {"stroke_linecap": mark.cap} if mark.dash == "-" else {}
        style |= {"opacity": number(mark.alpha)} if mark.alpha < 1 else {}
        self.out.append(f'<path d="{_path(points)}" style="{_style(**style)}"/>')

    def area(self, points: list[Point], mark: Mark) -> None:
        """A filled area."""
        style = _style(fill=self.paint(mark.colour), fill_opacity=number(mark.alpha))
        self.out.append(f'<path d="{_path(points, True)}" style="{style}"/>')

    def markers(self, points: list[Point], mark: Mark) -> None:
        """The mark's points."""
        style = {"fill": self.paint(mark.colour)}
        if mark.edge:
            style |= {"stroke": self.paint(mark.edge), "stroke_width": number(mark.edge_width)}
        if mark.shape == "|":
            style = {"fill": "none", "stroke": self.paint(mark.colour), "stroke_width": "1"}
        style |= {"fill_opacity": number(mark.alpha)} if mark.alpha < 1 else {}
        drawn = _style(**style)
        for i, (x, y) in enumerate(points):
            r = mark.sizes[i if len(mark.sizes) > 1 else 0] / 2
            if mark.shape == "o":
                at = f'cx="{number(x)}" cy="{number(y)}" r="{number(r)}"'
                self.out.append(f'<circle {at} style="{drawn}"/>')
            elif mark.shape == "|":
                self.out.append(f'<path d="{_path([(x, y - r), (x, y + r)])}" style="{drawn}"/>')
            else:
                corners = [(x + r * a, y + r * b) for a, b in SHAPES[mark.shape]]
                self.out.append(f'<path d="{_path(corners, True)}" style="{drawn}"/>')

    def text(
        self, at: Point, text: str, size: float, colour: str, stands: str = "center baseline", turn: str = ""
    ) -> None:
        """One line of text. stands: which side and which height of it is at the place; turn: degrees, or "bold"."""
        ha, va = stands.split()
        x, y = at[0], at[1] + size * {"baseline": 0.0, "bottom": -0.22, "center": 0.35, "top": 0.8}[va]
        anchor = {"left": "start", "center": "middle", "right": "end"}[ha]
        weight = {"font_weight": "600"} if turn == "bold" else {}
        style = _style(font_size=f"{number(size)}px", text_anchor=anchor, fill=self.paint(colour), **weight)
        rotate = f' transform="rotate({turn} {number(x)} {number(y)})"' if turn and turn != "bold" else ""
        self.out.append(f'<text x="{number(x)}" y="{number(y)}"{rotate} style="{style}">{escape(plain(text))}</text>')


def draw(ax: Axes, name: str, paint: Paint, colours: tuple[str, str, str]) -> str:
    """What stands between <svg> and </svg>. name: keeps ids apart from other figures'. colours: of titles, of what
    stands beside the axes, of lines of the grid."""
    ink, muted, _ = colours
    box, pen = layout(ax), _Pen(paint)
    _frame(ax, box, pen, colours)
    size = f'width="{number(box.right - box.left)}" height="{number(box.bottom - box.top)}"'
    at = f'x="{number(box.left)}" y="{number(box.top)}"'
    pen.out.append(f'<clipPath id="{name}-clip"><rect {at} {size}/></clipPath><g clip-path="url(#{name}-clip)">')
    for mark in sorted(ax.marks, key=lambda m: m.order):
        _mark(mark, box, pen)
    pen.out.append("</g>")
    for note in ax.notes:
        _note(note, box, pen, ink)
    _legend(ax, box, pen, muted if ax.inside else ink)
    if ax.title:
        pen.text((box.left, box.top - ax.title_pad), ax.title, 10, ink, "left baseline", "bold")
    return "".join(pen.out)


def _frame(ax: Axes, box: Box, pen: _Pen, colours: tuple[str, str, str]) -> None:
    ink, muted, grid = colours
    thin, edge = Mark("line", (), grid, 0.6, cap="butt"), Mark("line", (), grid, 0.8, cap="butt")
    tilt = number(-ax.x.rotation) if ax.x.rotation else ""
    for value, text in box.xticks:
        x = box.x(value)
        if ax.x.grid:
            pen.line([(x, box.top), (x, box.bottom)], thin)
        side = "right" if tilt else "center"
        pen.text((x + (3 if tilt else 0), box.bottom + 4), text, ax.x.size, muted, f"{side} top", tilt)
    for value, text in box.yticks:
        y = box.y(value)
        if ax.y.grid:
            pen.line([(box.left, y), (box.right, y)], thin)
        colour, stands = (ink, "bottom") if ax.y.strong else (muted, "center")
        pen.text((box.left - 4, y), text, ax.y.size, colour, f"right {stands}")
    if ax.y.spine:
        pen.line([(box.left, box.top), (box.left, box.bottom)], edge)
    pen.line([(box.left, box.bottom), (box.right, box.bottom)], edge)
    under = ax.height - EDGE - 13 * len(_rows(ax)) - (4 if _rows(ax) else 0)
    pen.text(((box.left + box.right) / 2, under - 2), ax.x.name, LABEL, muted)
    pen.text((EDGE + LABEL * 0.8, (box.top + box.bottom) / 2), ax.y.name, LABEL, muted, turn="-90")


def _mark(mark: Mark, box: Box, pen: _Pen) -> None:
    if mark.across:
        ends = [
            [(box.x(p[0]), box.bottom), (box.x(p[0]), box.top)]
            if mark.across == "x"
            else [(box.left, box.y(p[1])), (box.right, box.y(p[1]))]
            for p in mark.points
        ]
        if mark.kind == "area":
            pen.area([*ends[0], *ends[1][::-1]], mark)
        else:
            pen.line(ends[0], mark)
        return
    points = [box.place(p) for p in mark.points]
    if not points:
        return
    if mark.kind == "area":
        pen.area(points, mark)
    if mark.kind == "line" and len(points) > 1:
        pen.line(points, mark)
    if mark.shape:
        pen.markers(points, mark)


def _note(note: Note, box: Box, pen: _Pen, ink: str) -> None:
    to = box.fraction(note.to) if note.to_units == "fraction" else box.place(note.to)
    along = []
    for i, unit in enumerate(note.at_units):
        if unit == "offset":
            along.append(to[i] + (note.at[i] if i == 0 else -note.at[i]))
        else:
            along.append((box.fraction if unit == "fraction" else box.place)(note.at)[i])
    at = along[0], along[1]
    if note.arrow is not None:
        _arrow(at, to, note, pen)
    if note.text:
        pen.text(at, note.text, note.size, note.colour or ink, f"{note.ha} {note.va}")


def _towards(a: Point, b: Point, by: float) -> Point:
    far = math.dist(a, b)
    return a if far <= by else (a[0] + (b[0] - a[0]) * by / far, a[1] + (b[1] - a[1]) * by / far)


def _arrow(a: Point, b: Point, note: Note, pen: _Pen) -> None:
    """A line from a to b that ends short of both; with a head, it is bent a little to the right of its way."""
    how = note.arrow or {}
    bend = 0.08 if how.get("connectionstyle") else 0.0
    turn = (a[0] + b[0]) / 2 - bend * (b[1] - a[1]), (a[1] + b[1]) / 2 + bend * (b[0] - a[0])
    if math.dist(a, b) <= how["shrinkA"] + how["shrinkB"]:
        return
    start, end = _towards(a, turn, how["shrinkA"]), _towards(b, turn, how["shrinkB"])
    style = {"fill": "none", "stroke": pen.paint(how["color"]), "stroke_width": number(how["linewidth"])}
    style |= {"stroke_dasharray": DASHES["--"]} if how.get("linestyle") == "--" else {}
    style |= {"opacity": number(how["alpha"])} if "alpha" in how else {}
    curve = f"M{number(start[0])} {number(start[1])}Q{number(turn[0])} {number(turn[1])} "
    pen.out.append(f'<path d="{curve}{number(end[0])} {number(end[1])}" style="{_style(**style)}"/>')
    if how["arrowstyle"] != "-":
        far = math.dist(turn, end) or 1.0
        ux, uy = (end[0] - turn[0]) / far, (end[1] - turn[1]) / far
        back = end[0] - 4.5 * ux, end[1] - 4.5 * uy
        corners = [end, (back[0] - 2.2 * uy, back[1] + 2.2 * ux), (back[0] + 2.2 * uy, back[1] - 2.2 * ux)]
        pen.out.append(f'<path d="{_path(corners, True)}" style="{_style(fill=pen.paint(how["color"]))}"/>')


def _legend(ax: Axes, box: Box, pen: _Pen, colour: str) -> None:
    if ax.columns:
        rows = _rows(ax)
        widths = (
            [
                max(width_of(row[i][0], LEGEND) for row in rows if i < len(row)) + HANDLE + 18
                for i in range(len(rows[0]))
            ]
            if rows
            else []
        )
        for j, row in enumerate(rows):
            y = ax.height - EDGE - 13 * (len(rows) - j) + 9
            for i, (text, mark) in enumerate(row):
                _entry(EDGE + 6 + sum(widths[:i]), y, text, mark, pen, colour)
    elif ax.inside and ax.entries:
        wide = max(width_of(text, LEGEND) for text, _ in ax.entries) + HANDLE + 8
        high = 13 * len(ax.entries)
        seen = [box.place(p) for mark in ax.marks if not mark.across for p in mark.points]
        corners = (box.right - wide, box.left + 6)
        left = min(corners, key=lambda x: sum(x <= px <= x + wide and py <= box.top + high for px, py in seen))
        for j, (text, mark) in enumerate(ax.entries):
            _entry(left, box.top + 10 + 13 * j, text, mark, pen, colour)


def _entry(x: float, y: float, text: str, mark: Mark, pen: _Pen, colour: str) -> None:
    places = [(x, y - 3), (x + HANDLE, y - 3)]
    if mark.kind == "line":
        pen.line(places, mark)
    if mark.shape:
        pen.markers([(x + HANDLE / 2, y - 3)], mark)
    pen.text((x + HANDLE + 5, y), text, LEGEND, colour, "left baseline")

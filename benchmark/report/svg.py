"""Figures as small inline SVG: themed by the page's CSS variables, deterministic, with no reference to
anything outside.

Colours that stand for something are drawn in fixed hex values and replaced by `var(--name)`, so that one figure serves
light and dark mode; text stays text (searchable, in the page's font). The palette is Okabe and Ito's, safe for
colour-blind readers; every stage has a marker of its own besides.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from benchmark.report.axes import Axes, Figure
from benchmark.report.drawing import draw, number
from benchmark.report.words import stage_of
from metrics.stages import GOLD, STAGES
from metrics.terminal import plain

INK, MUTED, GRID, PAPER = "#1a1a1b", "#6b6b6c", "#dcdcdd", "#fffffe"
COLOURS = {
    "base": "#7f7f80",
    "post-sft": "#0072b2",
    "post-sft-continued": "#56b4e9",
    "post-rl": "#d55e00",
    "post-recovery": "#009e73",
    GOLD: "#b8860b",
}
OTHERS = ("#cc79a7", "#a65628", "#5e4fa2", "#666600")
"""Colours of systems that a user brings."""
MARKERS = {"base": "X", "post-sft": "o", "post-sft-continued": "s", "post-rl": "^", "post-recovery": "D", GOLD: "*"}
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    **{hex_: f"--s-{name}" for name, hex_ in COLOURS.items()},
    **{hex_: f"--s-other{i}" for i, hex_ in enumerate(OTHERS)},
}


def styles(keys: list[str]) -> dict[str, tuple[str, str]]:
    """(colour, marker) of each system; with several systems, colour tells systems apart and marker tells stages."""
    several = len({k.rsplit("/", 1)[0] for k in keys if "/" in k}) > 1
    out, used = {}, 0
    palette = [*OTHERS, *(COLOURS[s] for s in STAGES)]
    for key in keys:
        stage = stage_of(key)
        if stage in COLOURS and not (several and stage != GOLD):
            out[key] = COLOURS[stage], MARKERS[stage]
        else:
            out[key] = palette[used % len(palette)], MARKERS.get(stage, "oPvh"[used % 4])
            used += 1
    return out


def css_class(key: str, keys: list[str]) -> str:
    """The CSS variable of a system's colour."""
    return VARIABLES[styles(keys)[key][0]]


def axes(width: float, height: float, xlabel: str, ylabel: str, title: str = "") -> tuple[Figure, Axes]:
    """An empty figure of the house style, both axes named; width and height in units of 100 pixels at full size."""
    ax = Axes(72 * width, 72 * height, xlabel, ylabel, title)
    return Figure(ax), ax


def paint(colour: str) -> str:
    """A colour that stands for something, as the page's style sheet names it; others as they are."""
    return f"var({VARIABLES[colour]})" if colour in VARIABLES else colour


def to_svg(figure: Figure, name: str, description: str) -> Markup:
    """The figure as one inline <svg>; `name` keeps its ids apart from other figures', `description` is read to who
    cannot see it."""
    ax, told = figure.axes[0], escape(plain(description))
    # Points are drawn as 4/3 pixels; panels may grow to fill a column, wide figures hardly.
    most = ax.width * (1.7 if ax.width < 450 else 1.4)
    box = f'viewBox="0 0 {number(ax.width)} {number(ax.height)}" style="max-width:{most:.0f}px"'
    drawn = draw(ax, name, paint, (INK, MUTED, GRID))
    return Markup(f'<svg {box} role="img" aria-label="{told}"><title>{told}</title>{drawn}</svg>')

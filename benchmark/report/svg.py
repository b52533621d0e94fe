"""matplotlib figures as small inline SVG: themed by the page's CSS variables, deterministic, with no reference to
anything outside.

Colours that stand for something are drawn in fixed hex values and replaced by `var(--name)`, so that one figure serves
light and dark mode; text stays text (searchable, in the page's font). The palette is Okabe and Ito's, safe for
colour-blind readers; every stage has a marker of its own besides.
"""

from __future__ import annotations

import io
import re
import warnings
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from benchmark.report.words import (
    stage_of,
)
from metrics.stages import GOLD, STAGES
from metrics.terminal import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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


@cache
def _figure_class() -> type[Figure]:
    """matplotlib's Figure. When its modules are loaded they write the help text of some hundred methods, a third of the
    time that loading takes; nobody reads it here, so that they are given nothing to write."""
    from matplotlib import artist

    told = artist.kwdoc
    artist.kwdoc = lambda artist: ""
    try:
        from matplotlib.figure import Figure
    finally:
        artist.kwdoc = told
    return Figure


def load_matplotlib() -> None:
    """Loads what every figure needs."""
    from matplotlib.backends import backend_svg  # noqa: F401

    _figure_class()


def axes(width: float, height: float, xlabel: str, ylabel: str, title: str = "") -> tuple[Figure, Axes]:
    """An empty figure of the house style, both axes named; width and height in units of 100 pixels at full size."""
    figure = _figure_class()(figsize=(width, height), dpi=100, layout="constrained")
    ax = figure.add_subplot()
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(GRID)
    ax.tick_params(colors=MUTED, labelsize=8.5, length=0, pad=4)
    ax.grid(True, color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_xlabel(xlabel, color=MUTED, fontsize=9)
    ax.set_ylabel(ylabel, color=MUTED, fontsize=9)
    if title:
        ax.set_title(title, color=INK, fontsize=10, loc="left", pad=8, fontweight="bold")
    ax.patch.set_alpha(0)
    return figure, ax


def legend_below(figure: Figure, columns: int) -> None:
    """The legend under the axes, in so many columns: it covers nothing that is drawn."""
    figure.legend(
        loc="outside lower left",
        ncols=columns,
        frameon=False,
        fontsize=8.5,
        labelcolor=INK,
        handlelength=1.7,
        columnspacing=1.5,
    )


def to_svg(figure: Figure, name: str, description: str) -> Markup:
    """The figure as one inline <svg>; `name` keeps its ids apart from other figures', `description` is read to who
    cannot see it."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.text import Text

    figure.patch.set_alpha(0)
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # type: ignore[attr-defined]
    stream = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        # Text stays text and is drawn in the page's font: what matplotlib's own font lacks does not matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="constrained_layout not applied")  # labels longer than the figure
        # print_svg draws once where savefig draws twice; the page has dozens of figures.
        FigureCanvasSVG(figure).print_svg(
            stream, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    drawn = "\n".join(map(plain, stream.getvalue().split("\n")))  # tick labels are written only when drawn
    return Markup(_inline(drawn, name, plain(description)))


def _inline(svg: str, name: str, description: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<style[^>]*>.*?</style>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.S)
    box = re.search(r'viewBox="([^"]+)"', svg)
    assert box is not None  # matplotlib always writes one
    svg = svg[svg.index(">") + 1 :].replace("xlink:href", "href")
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r'\sid="([^"]+)"', lambda m: f' id="{name}-{m.group(1)}"' if m.group(1) in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', lambda m: m.group(1) + name + "-", svg)
    svg = re.sub(
        r"#[0-9a-f]{6}\b", lambda m: f"var({VARIABLES[m.group()]})" if m.group() in VARIABLES else m.group(), svg
    )
    # Sizes stay, families go: the page's own font is used.
    svg = re.sub(r"font: ((?:[a-z0-9]+ )*)([0-9.]+px) [^;\"]*", _font, svg)
    # Two decimals are enough for coordinates; what is written on the axes (between tags) stays as it is.
    svg = re.sub(r"<[^>]*>", lambda tag: re.sub(r"-?\d+\.\d{3,}", _short, tag.group()), svg)
    svg = re.sub(r">\s+<", "><", svg)
    width = float(box.group(1).split()[2])
    # Points are drawn as 4/3 pixels; panels may grow to fill a column, wide figures hardly.
    most = width * (1.7 if width < 450 else 1.4)
    return (
        f'<svg viewBox="{box.group(1)}" style="max-width:{most:.0f}px" role="img" aria-label="{escape(description)}">'
        f"<title>{escape(description)}</title>{svg}"
    )


def _short(match: re.Match[str]) -> str:
    return f"{float(match.group()):.2f}".rstrip("0").rstrip(".")


def _font(match: re.Match[str]) -> str:
    weight = re.search(r"bold|[6-9]00", match.group(1))
    return f"font-size: {match.group(2)}" + ("; font-weight: 600" if weight else "")

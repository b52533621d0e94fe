"""The figures about stages: semantic metrics against length, across stages, by fact type, lengths, and the reward
against coverage."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from benchmark.report.data import RunData
from benchmark.report.labels import _name_points, short
from benchmark.report.svg import MUTED, PAPER, axes, legend_below, styles, to_svg
from benchmark.report.words import (
    family,
    is_number,
    label,
    number,
    prefix_of,
    stage_of,
    unit,
)
from metrics import catalog
from metrics.catalog import CONTROLLED
from metrics.stages import GOLD

ACROSS = (
    (
        "Seen and never seen in D_para",
        tuple(f"{m}.{s}" for s in ("seen", "unseen") for m in ("grounding.entity", "coverage.recall")),
    ),
    (
        "Facts",
        (
            "coverage.recall",
            "coverage.recall" + CONTROLLED,
            "coverage.precision",
            "coverage.f1",
            "coverage.recall_source",
        ),
    ),
    ("Grounding", ("grounding.entity", "grounding.event", "grounding.quantity", "grounding.relation")),
)
EDGES = (
    ("base", "post-sft"),
    ("post-sft", "post-rl"),
    ("post-rl", "post-recovery"),
    ("post-sft", "post-sft-continued"),
)
LINE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7f7f80", "#56b4e9")
LINE_MARKERS = "o^Dsv*"


def _point(data: RunData, key: str, metric: str) -> tuple[float, float, float] | None:
    """(value, distance to the lower limit, distance to the upper limit)."""
    cell = data.cell(key, metric)
    value = cell.get("value")
    if not is_number(value):
        return None
    low, high = cell.get("ci_low"), cell.get("ci_high")
    return value, (max(value - low, 0) if is_number(low) else 0), (max(high - value, 0) if is_number(high) else 0)


def against_length(data: RunData) -> list[Markup]:
    """One panel per semantic metric: length ratio across, metric upwards, an arrow for each stage of training."""
    there = [m for m in catalog.shown("figure") if any(_point(data, k, m) for k in data.keys)]
    exact = [m for m in there if "facts" in catalog.metrics()[catalog.base_of(m)[0]].needs]
    wanted = exact or there  # overlap and learned scorers stand in where there are no gold facts
    return [svg for i, metric in enumerate(wanted) if (svg := _against(data, metric, f"path{i}"))]


def _against(data: RunData, metric: str, name: str) -> Markup | None:
    spots = {
        k: (x, y)
        for k in data.keys
        if (x := _point(data, k, "verbosity.length_ratio")) and (y := _point(data, k, metric))
    }
    if len(spots) < 2:
        return None
    figure, ax = axes(5.4, 3.7, "length / reference length", unit(metric), label(metric))
    look = styles(data.keys)
    lines = [((x[0] - x[1], y[0]), (x[0] + x[2], y[0])) for x, y in spots.values()]
    lines += [((x[0], y[0] - y[1]), (x[0], y[0] + y[2])) for x, y in spots.values()]
    for before, after in EDGES:
        for prefix in sorted({prefix_of(k) for k in spots}):
            a, b = spots.get(prefix + before), spots.get(prefix + after)
            if a and b:
                lines.append(((a[0][0], a[1][0]), (b[0][0], b[1][0])))
                ax.annotate(
                    "",
                    (b[0][0], b[1][0]),
                    (a[0][0], a[1][0]),
                    arrowprops={
                        "arrowstyle": "-|>",
                        "color": MUTED,
                        "linewidth": 1.1,
                        "shrinkA": 6,
                        "shrinkB": 6,
                        "mutation_scale": 10,
                        "linestyle": "--" if after == "post-sft-continued" else "-",
                        "connectionstyle": "arc3,rad=0.08",
                    },
                )
    ax.axvline(1, color=MUTED, linewidth=0.8, linestyle=":")
    for key, (x, y) in spots.items():
        colour, marker = look[key]
        ax.errorbar(
            x[0],
            y[0],
            xerr=[[x[1]], [x[2]]],
            yerr=[[y[1]], [y[2]]],
            color=colour,
            marker=marker,
            markersize=11 if marker == "*" else 7,
            markeredgecolor=PAPER,
            markeredgewidth=0.8,
            elinewidth=1.2,
            zorder=3,
        )
    _name_points(ax, {k: (x[0], y[0]) for k, (x, y) in spots.items()}, lines)
    told = "; ".join(
        f"{k}: length {number(x[0], 'verbosity.length_ratio')}, {number(y[0], metric)}" for k, (x, y) in spots.items()
    )
    return to_svg(figure, name, f"{label(metric)} against length. {told}")


def across_stages(data: RunData) -> list[Markup]:
    """Lines over the stages of training, a panel per group of metrics."""
    panels = []
    keys = [k for k in data.keys if stage_of(k) != GOLD]
    for i, (title, metrics) in enumerate(ACROSS):
        lines = [(m, [(k, p) for k in keys if (p := _point(data, k, m))]) for m in metrics]
        lines = [(m, points) for m, points in lines if points]
        if not lines or len(keys) < 2:
            continue
        figure, ax = axes(5.4, 3.9, "stage", "share, 0 to 1", title)
        for j, (metric, points) in enumerate(lines):
            _line(
                ax, keys, points, LINE_COLOURS[j % 6], LINE_MARKERS[j % 6], label(metric), (j - len(lines) / 2) * 0.035
            )
        _stage_axis(ax, keys)
        ax.set_ylim(-0.03, 1.03)
        legend_below(figure, 2)
        told = "; ".join(f"{label(m)}: {', '.join(f'{k} {number(p[0], m)}' for k, p in points)}" for m, points in lines)
        panels.append(to_svg(figure, f"across{i}", f"{title} across stages. {told}"))
    return panels


def _line(
    ax: Any,
    keys: list[str],
    points: list[tuple[str, tuple[float, float, float]]],
    colour: str,
    marker: str,
    name: str,
    shift: float,
) -> None:
    xs = [keys.index(k) + shift for k, _ in points]
    ys = [p[0] for _, p in points]
    ax.errorbar(
        xs,
        ys,
        yerr=[[p[1] for _, p in points], [p[2] for _, p in points]],
        fmt="none",
        ecolor=colour,
        elinewidth=1.1,
        zorder=2,
    )
    # The control arm is a branch of its own: no line leads through it.
    main = [i for i, (k, _) in enumerate(points) if stage_of(k) != "post-sft-continued"]
    dots = {
        "color": colour,
        "marker": marker,
        "markersize": 6,
        "markeredgecolor": PAPER,
        "markeredgewidth": 0.7,
        "zorder": 3,
    }
    ax.plot([xs[i] for i in main], [ys[i] for i in main], linewidth=1.5, label=name, **dots)
    apart = [i for i in range(len(xs)) if i not in main]
    ax.plot([xs[i] for i in apart], [ys[i] for i in apart], linestyle="none", **dots)


def _stage_axis(ax: Any, keys: list[str]) -> None:
    ax.set_xticks(
        range(len(keys)),
        [short(k) for k in keys],
        rotation=30 if max(map(len, map(short, keys))) > 12 else 0,
        ha="right" if max(map(len, map(short, keys))) > 12 else "center",
    )
    ax.set_xlim(-0.4, len(keys) - 0.6)
    ax.grid(False, axis="x")


def by_type(data: RunData) -> list[Markup]:
    """Small multiples: recall of each fact type over the stages."""
    keys = [k for k in data.keys if stage_of(k) != GOLD]
    types = sorted(
        {m for k in keys for m in data.summary["systems"][k] if family(m) == "types" and not m.endswith(CONTROLLED)}
    )
    panels: list[Markup] = []
    look = styles(data.keys)
    for i, metric in enumerate(types):
        points = [(k, p) for k in keys if (p := _point(data, k, metric))]
        if not points:
            continue
        figure, ax = axes(2.7, 2.2, "stage", "recall", label(metric))
        main = [(k, p) for k, p in points if stage_of(k) != "post-sft-continued"]
        ax.plot([keys.index(k) for k, _ in main], [p[0] for _, p in main], color=MUTED, linewidth=1.1)
        for key, p in points:
            ax.errorbar(
                keys.index(key),
                p[0],
                yerr=[[p[1]], [p[2]]],
                color=look[key][0],
                marker=look[key][1],
                markersize=6,
                elinewidth=1.3,
                markeredgecolor=PAPER,
                markeredgewidth=0.6,
                zorder=3,
            )
        _stage_axis(ax, keys)
        if len(keys) > 3:
            ax.tick_params(axis="x", labelsize=7.5)
        ax.set_ylim(-0.04, 1.04)
        ax.set_yticks([0, 0.5, 1], ["0", ".5", "1"])
        told = ", ".join(f"{k} {p[0]:.3f}" for k, p in points)
        panels.append(to_svg(figure, f"type{i}", f"Recall of {label(metric).lower()} facts: {told}"))
    return panels

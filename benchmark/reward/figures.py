"""The figures of reward.html: accuracies, score distribution, reliability; best-of-n curves; blind spots beside
damage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from benchmark.report.safetext import plain
from benchmark.report.svg import GRID, INK, MUTED, axes, to_svg

GOOD, BAD = "#009e73", "#d55e00"
CURVES = (
    ("reward", "reward of the chosen sample"),
    ("recall", "salient facts stated"),
    ("precision", "stated items that are true"),
    ("chars", "characters"),
)


FEW = 8
"""Categories up to which all figures of the set have one height and stand side by side."""
SIDE = 4.6
"""Width of the figures beside the accuracies."""
GAP = 0.46
"""What two cards above each other have more than one: the space between them and their margins."""
LABEL = 0.2
"""Height of a label with the space around it. Sizes in units of 100 pixels."""


def layout(report: Mapping[str, Any]) -> str:
    """CSS class of the figures of the set: "even" (one row of equal cards), or "tall" (accuracies, the others above
    each other beside them)."""
    return "even" if len(_scored(report)) <= FEW else "tall"


def of_set(report: Mapping[str, Any]) -> list[Markup]:
    """What the challenge set showed; a reliability plot for probabilities only. Sized so that `layout` leaves no card
    half empty."""
    tall = 0.6 + 0.24 * len(_scored(report))
    calibrated = bool(report["reliability"])
    if layout(report) == "even":
        sizes = [(SIDE, 2.8)] * 3
    else:
        side = (tall - GAP) / 2 if calibrated else tall
        sizes = [(7.2, tall), (SIDE, side), (SIDE, side)]
    out = [_accuracies(report, sizes[0]), _distribution(report, sizes[1])]
    return [*out, _reliability(report, sizes[2])] if calibrated else out


def best_of_n(found: Mapping[str, Any]) -> list[Markup]:
    """One panel for each curve over n, with its 95 % band and the point from which a true metric turns down."""
    out = []
    for name, label in CURVES:
        row = found["curves"][name]
        n = list(range(1, len(row["value"]) + 1))
        figure, ax = axes(3.4, 2.5, "n, samples of a source", "mean of the chosen", label)
        ax.fill_between(n, row["ci_low"], row["ci_high"], color=GRID, linewidth=0)
        ax.plot(n, row["value"], color=BAD if name in ("reward", "chars") else GOOD, linewidth=1.8)
        ax.set_xscale("log", base=2)
        ticks = [t for t in (1, 2, 4, 8, 16, 32, 64, 128, 256) if t <= n[-1]]
        ax.set_xticks(ticks, [str(t) for t in ticks])
        ax.minorticks_off()
        if found["turning"].get(name, {}).get("turns_down"):
            ax.axvline(found["turning"][name]["n"], color=INK, linewidth=1, linestyle=":")
        out.append(
            to_svg(
                figure, f"bon-{name}", f"{label}, best of n by the reward, against n; band: 95 % interval over sources"
            )
        )
    return out


def spread_out(heights: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """Places for labels: in the order of the heights, at least `step` apart, near their heights, within low..high where
    there is room.

    The way of isotonic regression: labels that would overlap are put as one block around the mean of what they ask for.
    """
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    blocks: list[list[float]] = []  # each: sum of wanted starts, number of labels
    for rank, i in enumerate(order):
        blocks.append([heights[i] - rank * step, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, n = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + n]
    starts = [
        min(max(total / n, low), max(high - (len(order) - 1) * step, low)) for total, n in blocks for _ in range(int(n))
    ]
    out = [0.0] * len(heights)
    for rank, i in enumerate(order):
        out[i] = starts[rank] + rank * step
    return out


def damage(found: Mapping[str, Any]) -> Markup:
    """Accuracy of the reward on each fact type across, change of that type's recall through RL upwards, intervals on
    both axes.

    The names stand in the right margin in the order of the changes, each with a line to its point: types that lie
    together stay legible.
    """
    table = found["by_fact_type"]
    height = max(4.2, 0.9 + 1.25 * LABEL * len(table))
    figure, ax = axes(
        5.8,
        height,
        "reward accuracy on pairs that differ in this type of fact",
        "change of recall, post-sft to post-rl",
        "What the reward sees, and what RL did",
    )
    ax.axvline(0.5, color=GRID, linewidth=1.4)
    ax.axhline(0.0, color=GRID, linewidth=1.4)
    colours = {}
    for name, row in table.items():
        low, high = row["delta_ci_low"], row["delta_ci_high"]
        colours[name] = BAD if high is not None and high < 0 else GOOD if (low or 0) > 0 else MUTED
        ax.plot(
            [row["accuracy_ci_low"], row["accuracy_ci_high"]], [row["delta"]] * 2, color=colours[name], linewidth=1.6
        )
        if low is not None and high is not None:
            ax.plot([row["accuracy"]] * 2, [low, high], color=colours[name], linewidth=1.6)
        ax.plot([row["accuracy"]], [row["delta"]], "o", color=colours[name], markersize=5)
    bottom, top = ax.get_ylim()
    step = (top - bottom) * LABEL / (height - 0.7)
    places = spread_out([row["delta"] for row in table.values()], step, bottom + step / 2, top - step / 2)
    for (name, row), place in zip(table.items(), places, strict=True):
        ax.annotate(
            plain(name),
            (row["accuracy"], row["delta"]),
            xytext=(1.06, place),
            textcoords=("axes fraction", "data"),
            va="center",
            fontsize=8.5,
            color=INK,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "linewidth": 0.7,
                "color": colours[name],
                "alpha": 0.7,
                "shrinkA": 1,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
        )
    ax.set_ylim(bottom, top)
    return to_svg(
        figure,
        "damage",
        "Reward accuracy by fact type against the change of that type's recall through RL, with 95 % intervals",
    )


def _scored(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(slug, row) for slug, row in report["by_category"].items() if row["accuracy"] is not None]


def _accuracies(report: Mapping[str, Any], size: tuple[float, float]) -> Markup:
    rows = _scored(report)
    best = report["null_baselines"][report["flags"]["best_null"]]["by_category"]
    figure, ax = axes(*size, "accuracy: share of pairs put in the right order", "category", "Accuracy by category")
    for i, (slug, row) in enumerate(reversed(rows)):
        colour = BAD if row["ci_high"] < 0.5 else GOOD if row["ci_low"] > 0.5 else MUTED
        ax.plot([row["ci_low"], row["ci_high"]], [i, i], color=colour, linewidth=2.2)
        ax.plot([row["accuracy"]], [i], "o", color=colour, markersize=5)
        ax.plot([best[slug]["accuracy"]], [i], "|", color=INK, markersize=9)
    ax.axvline(0.5, color=GRID, linewidth=1.4)
    ax.set_yticks(range(len(rows)), [plain(slug) for slug, _ in reversed(rows)])
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    return to_svg(
        figure, "acc", "Accuracy by category with 95 % Wilson intervals; a vertical stroke marks the best null baseline"
    )


def _distribution(report: Mapping[str, Any], size: tuple[float, float]) -> Markup:
    """Histograms of both kinds of text as shares, the useful range shaded, medians as strokes."""
    found = report["distribution"]
    figure, ax = axes(*size, "raw score", "share of texts", "Scores of right and wrong texts")
    low, high = found["useful_range"]
    if high > low:
        ax.axvspan(low, high, color=GRID, alpha=0.6, linewidth=0)
    edges = found["histogram"]["edges"]
    for name, colour, label in (("worse", BAD, "wrong texts"), ("better", GOOD, "right texts")):
        counts = found["histogram"][name]
        ax.stairs([c / max(sum(counts), 1) for c in counts], edges, color=colour, linewidth=1.6, label=label)
        ax.axvline(found[name]["p50"], color=colour, linewidth=1, linestyle=":")
    ax.legend(frameon=False, fontsize=8.5)
    return to_svg(figure, "dist", "Raw scores of right and wrong texts; shaded: useful range; dotted: medians")


def _reliability(report: Mapping[str, Any], size: tuple[float, float]) -> Markup:
    figure, ax = axes(*size, "mean score of the bin", "share of right texts", "Is the score a probability?")
    ax.plot([0, 1], [0, 1], color=GRID, linewidth=1.4)
    bins = report["reliability"]
    ax.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], "o-", color=INK, markersize=4)
    return to_svg(figure, "rel", "Reliability: share of right texts against the mean score, in ten bins")

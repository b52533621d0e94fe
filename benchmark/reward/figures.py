"""The figures of reward.html: accuracies, score distribution, reliability; best-of-n curves; blind spots beside damage."""

from __future__ import annotations

from collections.abc import Mapping
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


def of_set(report: Mapping[str, Any]) -> list[Markup]:
    """What the challenge set showed; a reliability plot for probabilities only."""
    return [_accuracies(report), _distribution(report)] + ([_reliability(report)] if report["reliability"] else [])


def best_of_n(found: Mapping[str, Any]) -> list[Markup]:
    """One panel for each curve over n, with its 95 % band and the point from which a true metric turns down."""
    out = []
    for name, label in CURVES:
        row = found["curves"][name]
        n = list(range(1, len(row["value"]) + 1))
        figure, ax = axes(3.4, 2.5, "n", "", label)
        ax.fill_between(n, row["ci_low"], row["ci_high"], color=GRID, linewidth=0)
        ax.plot(n, row["value"], color=BAD if name in ("reward", "chars") else GOOD, linewidth=1.8)
        ax.set_xscale("log", base=2)
        ticks = [t for t in (1, 2, 4, 8, 16, 32, 64, 128, 256) if t <= n[-1]]
        ax.set_xticks(ticks, [str(t) for t in ticks])
        ax.minorticks_off()
        if found["turning"].get(name, {}).get("turns_down"):
            ax.axvline(found["turning"][name]["n"], color=INK, linewidth=1, linestyle=":")
        out.append(to_svg(figure, f"bon-{name}", f"{label}, best of n by the reward, against n; band: 95 % interval over sources"))
    return out


def damage(found: Mapping[str, Any]) -> Markup:
    """Accuracy of the reward on each fact type across, change of that type's recall through RL upwards, intervals on both axes."""
    figure, ax = axes(5.6, 4.0, "reward accuracy on pairs that differ in this type of fact", "change of recall, post-sft to post-rl")
    ax.axvline(0.5, color=GRID, linewidth=1.4)
    ax.axhline(0.0, color=GRID, linewidth=1.4)
    for name, row in found["by_fact_type"].items():
        colour = BAD if row["delta_ci_high"] is not None and row["delta_ci_high"] < 0 else GOOD if (row["delta_ci_low"] or 0) > 0 else MUTED
        ax.plot([row["accuracy_ci_low"], row["accuracy_ci_high"]], [row["delta"]] * 2, color=colour, linewidth=1.6)
        if row["delta_ci_low"] is not None and row["delta_ci_high"] is not None:
            ax.plot([row["accuracy"]] * 2, [row["delta_ci_low"], row["delta_ci_high"]], color=colour, linewidth=1.6)
        ax.plot([row["accuracy"]], [row["delta"]], "o", color=colour, markersize=5)
        ax.annotate(plain(name), (row["accuracy"], row["delta"]), textcoords="offset points", xytext=(6, 5), fontsize=8.5, color=INK)
    return to_svg(figure, "damage", "Reward accuracy by fact type against the change of that type's recall through RL, with 95 % intervals")


def _accuracies(report: Mapping[str, Any]) -> Markup:
    rows = [(slug, row) for slug, row in report["by_category"].items() if row["accuracy"] is not None]
    best = report["null_baselines"][report["flags"]["best_null"]]["by_category"]
    figure, ax = axes(7.2, 0.6 + 0.24 * len(rows), "accuracy")
    for i, (slug, row) in enumerate(reversed(rows)):
        colour = BAD if row["ci_high"] < 0.5 else GOOD if row["ci_low"] > 0.5 else MUTED
        ax.plot([row["ci_low"], row["ci_high"]], [i, i], color=colour, linewidth=2.2)
        ax.plot([row["accuracy"]], [i], "o", color=colour, markersize=5)
        ax.plot([best[slug]["accuracy"]], [i], "|", color=INK, markersize=9)
    ax.axvline(0.5, color=GRID, linewidth=1.4)
    ax.set_yticks(range(len(rows)), [plain(slug) for slug, _ in reversed(rows)])
    ax.set_xlim(-0.02, 1.02)
    return to_svg(figure, "acc", "Accuracy by category with 95 % Wilson intervals; a vertical stroke marks the best null baseline")


def _distribution(report: Mapping[str, Any]) -> Markup:
    """Histograms of both kinds of text as shares, the useful range shaded, medians as strokes."""
    found = report["distribution"]
    figure, ax = axes(4.6, 2.6, "raw score", "share of texts")
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


def _reliability(report: Mapping[str, Any]) -> Markup:
    figure, ax = axes(3.6, 3.2, "mean score of the bin", "share of right texts")
    ax.plot([0, 1], [0, 1], color=GRID, linewidth=1.4)
    bins = report["reliability"]
    ax.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], "o-", color=INK, markersize=4)
    return to_svg(figure, "rel", "Reliability: share of right texts against the mean score, in ten bins")

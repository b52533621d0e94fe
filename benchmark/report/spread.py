"""The figures about single outputs: how their lengths are spread, and the reward against coverage."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from markupsafe import Markup

from benchmark.report.data import RunData
from benchmark.report.svg import INK, MUTED, axes, styles, to_svg
from benchmark.report.words import stage_of
from metrics.stages import GOLD


def lengths(data: RunData) -> Markup | None:
    """Ridges: the distribution of lengths (code points) of each system, with its median; the references' median runs
    through all."""
    import numpy as np

    shown = [
        (k, np.array(sorted(v.values()))) for k in data.keys if (v := data.segments.get(k, {}).get("verbosity.chars"))
    ]
    if not shown:
        return None
    top = max(float(np.quantile(v, 0.995)) for _, v in shown) * 1.05 + 1
    edges = np.linspace(0, top, 81)
    figure, ax = axes(8.6, 0.75 + 0.62 * len(shown), "length in code points", "share of outputs")
    look = styles(data.keys)
    centres, told = (edges[:-1] + edges[1:]) / 2, []
    kernel = np.exp(-0.5 * (np.arange(-4, 5) / 1.3) ** 2)
    for row, (key, values) in enumerate(reversed(shown)):
        density = np.convolve(
            np.histogram(values.clip(0, top), edges)[0] / len(values), kernel / kernel.sum(), mode="same"
        )
        height = 0.86 * density / density.max()
        ax.fill_between(centres, row, row + height, color=look[key][0], alpha=0.35, linewidth=0)
        ax.plot(centres, row + height, color=look[key][0], linewidth=1.3)
        median = float(np.median(values))
        ax.plot([median, median], [row, row + 0.3], color=look[key][0], linewidth=2.4, solid_capstyle="butt")
        ax.annotate(
            f"{median:.0f}",
            (median, row + 0.3),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=INK,
        )
        told.append(f"{key} median {median:.0f}, 90th percentile {np.quantile(values, 0.9):.0f}")
    gold = next((float(np.median(v)) for k, v in shown if stage_of(k) == GOLD), None)
    if gold is not None:
        ax.axvline(gold, color=MUTED, linewidth=0.9, linestyle=":", zorder=0)
    ax.set_yticks(range(len(shown)), [k for k, _ in reversed(shown)])
    for text in ax.get_yticklabels():
        text.set_color(INK)
        text.set_verticalalignment("bottom")
    ax.spines["left"].set_visible(False)
    ax.grid(False, axis="y")
    ax.set_xlim(0, top)
    ax.set_ylim(-0.05, len(shown) + 0.05)
    return to_svg(figure, "lengths", "Distribution of lengths in code points. " + "; ".join(told))


def reward_against_coverage(data: RunData) -> list[Markup]:
    """One panel per system: the reward of an output across, its coverage F1 upwards; outputs that coincide share a dot
    of larger area."""
    panels: list[Markup] = []
    look = styles(data.keys)
    for i, key in enumerate(data.keys):
        rewards, facts = (data.segments.get(key, {}).get(m, {}) for m in ("reward.mean", "coverage.f1"))
        both = sorted(rewards.keys() & facts.keys())
        if not both:
            continue
        dots = Counter((round(rewards[e] * 50) / 50, round(facts[e] * 50) / 50) for e in both)
        spots = sorted(dots)
        figure, ax = axes(2.9, 2.8, "reward", "coverage F1")
        ax.scatter(
            [x for x, _ in spots],
            [y for _, y in spots],
            s=[9 * dots[s] * min(1.0, 300 / len(both)) + 2 for s in spots],
            color=look[key][0],
            alpha=0.55,
            linewidths=0,
        )
        ax.set_xlim(-0.04, 1.04)
        ax.set_ylim(-0.06, 1.06)
        told = "no rank correlation (constant)"
        if len({rewards[e] for e in both}) > 1 and len({facts[e] for e in both}) > 1:
            from pandas import DataFrame  # a run has it loaded; scipy.stats takes a second

            ranked = DataFrame([(rewards[e], facts[e]) for e in both]).corr(method="spearman")
            rho = float(ranked.iloc[0, 1])
            told = f"Spearman {rho:.2f}".replace("-", "\u2212") if math.isfinite(rho) else told
        ax.set_title(key, color=INK, fontsize=10, loc="left", pad=20, fontweight="bold")
        place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
        ax.annotate(f"{told}, n = {len(both)}", (0, 1), (0, 6), fontsize=8, color=MUTED, **place)
        panels.append(to_svg(figure, f"scatter{i}", f"{key}: reward against coverage F1, {told}, {len(both)} outputs"))
    return panels

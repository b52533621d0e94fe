"""The figures about the RL run: the reward's components, length, KL and entropy by step, and the independent probe
beside the reward."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from benchmark.report.data import RunData
from benchmark.report.svg import MUTED, axes, legend_below, to_svg
from benchmark.report.words import is_number, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 240
"""Longer runs are averaged in this many groups of neighbouring steps."""
COMPONENTS = (
    ("raw", "Reranker probability", "#0072b2", True),
    ("gate", "Gate passed, share", "#009e73", True),
    ("p_len", "Length penalty", "#d55e00", True),
    ("p_rep", "Repetition penalty", "#cc79a7", True),
    ("shaped", "Shaped, before the gate", "#0072b2", False),
    ("reward", "Reward", "#0072b2", True),
    ("length", "Length, reward's tokens", "#d55e00", False),
)
"""(column of rl_rewards.jsonl, title, colour, lies in 0..1)"""
STEPS = (
    ("kl", "KL to the SFT policy", "#cc79a7", False),
    ("entropy", "Entropy of the policy", "#7f7f80", False),
    ("clipped_ratio", "Cut by the completion cap, share", "#d55e00", True),
    ("zero_std_groups", "Groups of one reward, share", "#7f7f80", True),
)
"""(column of rl_steps.jsonl, title, colour, lies in 0..1)"""
PROBE_COLOURS = ("#009e73", "#d55e00", "#cc79a7", "#7f7f80", "#56b4e9")


def _by_step(rows: list[dict[str, Any]], column: str) -> list[tuple[int, list[float]]]:
    """[(step, values)] in groups of neighbouring steps, POINTS at most; the step is the middle of its group."""
    found: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        value = row.get(column)
        if isinstance(value, bool):
            value = float(value)
        if is_number(value):
            found[row["step"]].append(float(value))
    steps = sorted(found)
    size = -(-len(steps) // POINTS) or 1
    groups = [steps[i : i + size] for i in range(0, len(steps), size)]
    return [(group[len(group) // 2], [v for s in group for v in found[s]]) for group in groups]


def _smooth(values: list[float]) -> list[float]:
    """Centred moving average over a twentieth of the run."""
    reach = max(1, len(values) // 40)
    return [sum(part) / len(part) for i in range(len(values)) if (part := values[max(0, i - reach) : i + reach + 1])]


def _whole_steps(ax: Axes) -> None:
    """Ticks at whole steps only: a short run has no step 1.2."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def _curve(
    groups: list[tuple[int, list[float]]], name: str, title: str, colour: str, unit_range: bool, band: bool
) -> Markup:
    import numpy as np

    figure, ax = axes(3.4, 2.3, "RL step", "mean of a step", title)
    xs, means = [s for s, _ in groups], [sum(v) / len(v) for _, v in groups]
    if band and any(len(v) > 1 for _, v in groups):
        low, high = ([float(np.quantile(v, q)) for _, v in groups] for q in (0.1, 0.9))
        ax.fill_between(xs, _smooth(low), _smooth(high), color=colour, alpha=0.15, linewidth=0)
    ax.plot(xs, means, color=colour, linewidth=0.7, alpha=0.45)
    ax.plot(xs, _smooth(means), color=colour, linewidth=1.8)
    if unit_range:
        ax.set_ylim(-0.03, 1.03)
    else:
        ax.set_ylim(bottom=0 if min(means) >= 0 else None)
    ax.margins(x=0.02)
    _whole_steps(ax)
    return to_svg(figure, name, f"{title} over RL steps {xs[0]} to {xs[-1]}: from {means[0]:.3g} to {means[-1]:.3g}")


def components(data: RunData) -> list[Markup]:
    """A panel per component of the reward (mean of the completions, with the range of the middle 80 %) and per
    statistic of the trainer."""
    panels = []
    for column, title, colour, unit_range in COMPONENTS:
        groups = _by_step(data.rewards, column)
        if groups:
            # Penalties are rare by design: on the full scale their curves would lie on the axis.
            few = column in ("p_len", "p_rep") and max(sum(v) / len(v) for _, v in groups) < 0.2
            panels.append(
                _curve(groups, f"rl-{column}", title, colour, unit_range and not few, column not in ("gate",))
            )
    for column, title, colour, unit_range in STEPS:
        groups = _by_step(data.steps, column)
        if groups:
            panels.append(_curve(groups, f"rl-{column}", title, colour, unit_range, False))
    return panels


def probe_columns(data: RunData) -> list[str]:
    """Columns of the probe's log that lie in 0..1 (lengths have a panel of their own)."""
    return sorted(
        {c for row in data.probe for c in row if c != "step" and not c.startswith("verbosity.") and is_number(row[c])}
    )


def probe(data: RunData) -> Markup | None:
    """The probe on dev during RL, next to the training reward of the same steps: where they part, the reward is being
    gamed."""
    columns = probe_columns(data)[: len(PROBE_COLOURS)]
    if not columns:
        return None
    figure, ax = axes(7.2, 3.4, "RL step", "value on dev")
    told = []
    reward = _by_step(data.rewards, "reward") or _by_step(data.steps, "reward_mean")
    if reward:
        means = _smooth([sum(v) / len(v) for _, v in reward])
        ax.plot([s for s, _ in reward], means, color=MUTED, linewidth=1.4, linestyle="--", label="training reward")
    for column, colour, marker in zip(columns, PROBE_COLOURS, "oDs^v", strict=False):
        points = [(row["step"], row[column]) for row in data.probe if is_number(row.get(column))]
        points.sort()
        name = label(column)
        ax.plot(
            [s for s, _ in points],
            [v for _, v in points],
            color=colour,
            marker=marker,
            markersize=4.5,
            linewidth=1.6,
            label=name,
        )
        told.append(f"{name} from {points[0][1]:.3f} to {points[-1][1]:.3f}")
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    _whole_steps(ax)
    legend_below(figure, 3)
    return to_svg(figure, "probe", "Independent probe on dev during RL: " + "; ".join(told))

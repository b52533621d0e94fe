"""Preservation: how much of what RL gained is left after recovery (the reviewers' first question to the paper).

kept = recovery - sft; ratio = (recovery - sft) / (rl - sft). The ratio of two noisy differences means nothing when the
denominator may be 0, so it is given only where the interval of the RL gain excludes 0 in the better direction, with
Fieller's (1954) interval, never clipped: it may exceed 1 (recovery added to the gain) or fall below 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from metrics.contrast import Contrast, Measured, Range, difference
from metrics.estimates import ratio_limits, recipe_limits
from metrics.resampling import Resampler
from metrics.segment import SegmentStats
from metrics.stats import incomparable

Cell = dict[str, float | str | None]
EMPTY = ("kept", "kept_ci_low", "kept_ci_high", "ratio", "ci_low", "ci_high")


def preserved(sampler: Resampler, stages: tuple[SegmentStats, SegmentStats, SegmentStats]) -> Cell:
    """{"kept", "kept_ci_low", "kept_ci_high", "ratio", "ci_low", "ci_high", "reason"?, "caution"?} of (sft, rl,
    recovery) on the documents of `sampler`; `ci_*` belong to the ratio.

    kept is in the metric's unit, ratio is a fraction. ratio and its limits are None, with a reason, for verbosity
    metrics, for metrics without a better direction, and where the RL gain is not distinguishable from 0 or is a loss.
    """
    for other in stages[1:]:
        if (reason := incomparable(stages[0], other)) is not None:
            return {**dict.fromkeys(EMPTY), "reason": reason}
    found = [sampler.measured([s]) for s in stages]
    return preservation_of(sampler, stages[0], found)


def preservation_of(sampler: Resampler, metric: SegmentStats, stages: Sequence[Measured | None]) -> Cell:
    """As `preserved`, of what was measured (in one run or several seeds) after sft, rl and recovery; `metric`: any of
    its rows."""
    sft, rl, recovery = stages
    if sft is None or rl is None or recovery is None:
        return {**dict.fromkeys(EMPTY), "reason": "no value in one of the stages"}
    kept, gain = difference(recovery, sft), difference(rl, sft)

    def limits(x: Contrast) -> Range:
        runs = sampler.limits(x)
        return recipe_limits(x, sampler.level, runs) if gain.of_seeds else runs

    told = limits(kept)
    cell: Cell = {**dict.fromkeys(EMPTY), "kept": kept.value, "kept_ci_low": told.low, "kept_ci_high": told.high}
    if (reason := _no_ratio(metric, limits(gain), gain.value)) is not None:
        return {**cell, "reason": reason}
    ratio = ratio_limits(kept, gain, sampler.level)
    if ratio.low is None:
        return {**cell, "reason": f"no preservation ratio: {ratio.reason}"}
    cell |= {"ratio": kept.value / gain.value, "ci_low": ratio.low, "ci_high": ratio.high}
    return {**cell, "caution": ratio.caution} if ratio.caution else cell


def _no_ratio(metric: SegmentStats, gained: Range, gain: float) -> str | None:
    """Why the ratio must not be given, or None. `gained`: limits of the RL gain."""
    if metric.metric.startswith("verbosity."):
        return "no preservation ratio for verbosity metrics: length is not a gain"
    if metric.higher_is_better is None:
        return "no preservation ratio: the metric has no better direction"
    if gained.low is None or gained.high is None:
        return f"no preservation ratio: the RL gain has {gained.reason or 'no interval'}"
    if (gained.low if metric.higher_is_better else -gained.high) > 0:
        return None
    told = f"the RL gain {gain:.4g} [{gained.low:.4g}, {gained.high:.4g}]"
    return f"no preservation ratio: {told} does not exclude 0 in the better direction"

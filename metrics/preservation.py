"""Preservation: how much of what RL gained is left after recovery (the reviewers' first question to the paper).

kept = recovery - sft; ratio = (recovery - sft) / (rl - sft). The ratio of two noisy differences means nothing when the
denominator may be 0, so it is given only where the interval of the RL gain excludes 0 in the better direction, with the joint
bootstrap interval of numerator and denominator, never clipped: it may exceed 1 (recovery added to the gain) or fall below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.segment import SegmentStats
from metrics.stats import DRAWS_BOOT, LEVEL, Resampler, incomparable


@dataclass(frozen=True)
class _Stage:
    value: float
    draws: np.ndarray


def preservation(
    sft: SegmentStats,
    rl: SegmentStats,
    recovery: SegmentStats,
    docs: Sequence[str | None] | None = None,
    seed: int = 0,
    draws: int = DRAWS_BOOT,
    level: float = LEVEL,
) -> dict[str, float | str | None]:
    """{"kept", "kept_ci_low", "kept_ci_high", "ratio", "ci_low", "ci_high", "reason"?}; `ci_*` belong to the ratio.

    kept is in the metric's unit, ratio is a fraction. ratio and its limits are None, with a reason, for verbosity metrics, for
    metrics without a better direction, and where the RL gain is not distinguishable from 0 or is a loss.
    """
    sampler = Resampler(sft.example_ids, None if docs is None else tuple(docs), draws_boot=draws, seed=seed, level=level)
    stages = (sft, rl, recovery)
    return preservation_from_draws(sampler, stages, sampler.bootstrap(stages), sampler.jackknife(stages))


def preservation_from_draws(
    sampler: Resampler,
    stages: tuple[SegmentStats, SegmentStats, SegmentStats],
    draws: Sequence[np.ndarray],
    left_out: Sequence[np.ndarray] | None = None,
) -> dict[str, float | str | None]:
    """`preservation` on bootstrap values (draws,) and jackknife values (documents,) that are already there, of (sft, rl, recovery) each.

    Without jackknife values the intervals of differences are plain percentile ones (see `Resampler.limits`).
    """
    empty: dict[str, float | str | None] = dict.fromkeys(("kept", "kept_ci_low", "kept_ci_high", "ratio", "ci_low", "ci_high"))
    sft_stats, rl_stats, recovery_stats = stages
    for other in (rl_stats, recovery_stats):
        if (reason := incomparable(sft_stats, other)) is not None:
            return {**empty, "reason": reason}
    sft, rl, recovery = (_Stage(float(s.value() or 0.0), d) for s, d in zip(stages, draws, strict=True))
    kept, kept_draws = recovery.value - sft.value, recovery.draws - sft.draws
    kept_left = gain_left = None
    if left_out is not None:
        kept_left, gain_left = left_out[2] - left_out[0], left_out[1] - left_out[0]
    low, high = sampler.limits(kept_draws, kept, kept_left)
    found = {**empty, "kept": kept, "kept_ci_low": low, "kept_ci_high": high}

    gain, gain_draws = rl.value - sft.value, rl.draws - sft.draws
    reason = _no_ratio(sampler, sft_stats, gain, gain_draws, gain_left)
    if reason is not None:
        return {**found, "reason": reason}
    ratio = kept / gain
    ci_low, ci_high = _ratio_limits(sampler, kept_draws, gain_draws, np.sign(gain), ratio)
    return {**found, "ratio": ratio, "ci_low": ci_low, "ci_high": ci_high}


def _no_ratio(sampler: Resampler, metric: SegmentStats, gain: float, gain_draws: np.ndarray, left_out: np.ndarray | None) -> str | None:
    """Why the ratio must not be given, or None."""
    if metric.metric.startswith("verbosity."):
        return "no preservation ratio for verbosity metrics: length is not a gain"
    if metric.higher_is_better is None:
        return "no preservation ratio: the metric has no better direction"
    low, high = sampler.limits(gain_draws, gain, left_out)
    plain_low, plain_high = sampler.limits(gain_draws, gain)
    if low is None or high is None or plain_low is None or plain_high is None:
        return "no preservation ratio: the RL gain has no interval (fewer than two documents)"
    # The percentile limits must exclude 0 as well: the ratio's interval below rests on the draws themselves.
    if (min(low, plain_low) if metric.higher_is_better else -max(high, plain_high)) > 0:
        return None
    return f"no preservation ratio: the RL gain {gain:.4g} [{low:.4g}, {high:.4g}] does not exclude 0 in the better direction"


def _ratio_limits(
    sampler: Resampler, kept: np.ndarray, gain: np.ndarray, direction: float, ratio: float
) -> tuple[float, float]:
    """Outer percentile limits of kept / gain over joint draws.

    The gain's interval excludes 0, so fewer than one tail of the draws have a gain of 0 or of the wrong sign; those (where the
    ratio would jump through infinity) are counted in both tails, which can only widen the interval.
    """
    defined = np.isfinite(kept) & np.isfinite(gain)
    kept, gain = kept[defined], gain[defined]
    sound = gain * direction > 0
    safe = np.where(sound, gain, 1.0)
    tail = (1 - sampler.level) / 2
    low = np.quantile(np.where(sound, kept / safe, -np.inf), tail, method="lower")
    high = np.quantile(np.where(sound, kept / safe, np.inf), 1 - tail, method="higher")
    return min(float(low), ratio), max(float(high), ratio)

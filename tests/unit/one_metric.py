"""Intervals, pooled seeds and preservation of a single metric: the suite's own statistics, asked for one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.contrast import difference, level_of
from metrics.estimates import recipe_limits, recipe_p, seed_limits
from metrics.preservation import Cell, preserved
from metrics.segment import SegmentStats
from metrics.stats import DRAWS_BOOT, DRAWS_PERM, LEVEL, Resampler


@dataclass(frozen=True)
class Interval:
    """A corpus value with its interval, in the metric's unit; None where nothing could be scored or resampled."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n_scored: int
    n_total: int
    reason: str | None = None
    """Why there is a value but no interval."""
    caution: str | None = None
    """Why the interval may cover less than it says."""


@dataclass(frozen=True)
class Pooled:
    """The mean over training seeds, or of a difference over them. ci_low, ci_high and p are of the recipe: seeds
    random, then documents."""

    mean: float | None
    ci_low: float | None
    ci_high: float | None
    sd: float | None
    """Sample standard deviation over seeds (n - 1); None for one seed."""
    values: tuple[float | None, ...]
    p: float | None = None
    """Two-sided p of the mean difference from the baseline; None without a baseline, or with one seed."""
    run_low: float | None = None
    run_high: float | None = None
    run_p: float | None = None
    """Interval and p of these runs: documents random, the seeds as they are."""
    seed_low: float | None = None
    seed_high: float | None = None
    seed_p: float | None = None
    """Student's t of the seeds' own values, the documents as they are."""
    reason: str | None = None
    caution: str | None = None


def _resampler(s: SegmentStats, docs: Sequence[str | None] | None, **settings: float) -> Resampler:
    return Resampler(s.example_ids, None if docs is None else tuple(docs), **settings)  # type: ignore[arg-type]


def interval(
    s: SegmentStats,
    docs: Sequence[str | None] | None = None,
    draws: int = DRAWS_BOOT,
    seed: int = 0,
    level: float = LEVEL,
) -> Interval:
    """Corpus value of one metric with its interval over documents.

    `docs`: document id per segment (None: the segment is its own). The interval always contains the value.
    """
    sampler = _resampler(s, docs, draws_boot=draws, seed=seed, level=level)
    measured = sampler.measured([s])
    if measured is None:
        return Interval(None, None, None, s.n_scored, s.n_total)
    found = sampler.limits(level_of(measured))
    return Interval(s.value(), found.low, found.high, s.n_scored, s.n_total, found.reason, found.caution)


def pool_seeds(
    per_seed: Sequence[SegmentStats],
    docs: Sequence[str | None] | None = None,
    baseline: Sequence[SegmentStats] | None = None,
    draws_boot: int = DRAWS_BOOT,
    draws_perm: int = DRAWS_PERM,
    seed: int = 0,
    level: float = LEVEL,
) -> Pooled:
    """Mean over training seeds of one metric's corpus value, or of its difference from `baseline` (the same seeds, same
    order).

    The test set is one and the same for all seeds. Raises ValueError for no seeds, or for seeds that were not scored on
    the same segments.
    """
    if not per_seed:
        raise ValueError("pool_seeds needs the scores of at least one seed")
    sampler = _resampler(per_seed[0], docs, draws_boot=draws_boot, draws_perm=draws_perm, seed=seed, level=level)
    names = tuple(range(len(per_seed)))
    pooled = sampler.measured(per_seed, names)
    base = None if baseline is None else sampler.measured(baseline, names)
    if pooled is None or (baseline is not None and base is None):
        return Pooled(
            None, None, None, None, tuple(s.value() for s in per_seed), reason="no value in at least one seed"
        )
    x = level_of(pooled) if base is None else difference(pooled, base)
    values = x.per_seed
    assert values is not None
    run = sampler.limits(x)
    run_p = None if baseline is None else sampler.permutation([(list(baseline), list(per_seed))])[0]
    told = tuple(map(float, values))
    if len(values) == 1:
        return Pooled(
            x.value,
            None,
            None,
            None,
            told,
            run_low=run.low,
            run_high=run.high,
            run_p=run_p,
            reason="one seed says nothing about others",
        )
    recipe, (seeds, seed_p) = recipe_limits(x, level, run), seed_limits(x, level)
    p = None if base is None else recipe_p(x, level)
    seed_p = None if base is None else seed_p
    sd = float(np.std(values, ddof=1))
    limits = (run.low, run.high, run_p, seeds.low, seeds.high, seed_p)
    return Pooled(x.value, recipe.low, recipe.high, sd, told, p, *limits, recipe.reason, recipe.caution)


def preservation(
    sft: SegmentStats,
    rl: SegmentStats,
    recovery: SegmentStats,
    docs: Sequence[str | None] | None = None,
    seed: int = 0,
    draws: int = DRAWS_BOOT,
    level: float = LEVEL,
) -> Cell:
    """`metrics.preservation.preserved` without a sampler at hand."""
    sampler = Resampler(
        sft.example_ids, None if docs is None else tuple(docs), draws_boot=draws, seed=seed, level=level
    )
    return preserved(sampler, (sft, rl, recovery))

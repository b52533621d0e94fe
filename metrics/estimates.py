"""Values with what each document and each seed contributes to them, and the limits of values, differences and ratios of
differences.

Two questions are kept apart. *These runs*: the systems as they are, on other documents of the same kind; the documents
are random. *The recipe*: what training again would give; the seeds are random, too. Its variance is that between seeds
/ seeds, plus that of the documents all seeds share; a seed's own chance on these documents is in the first part and
taken out of the second. Degrees of freedom are Satterthwaite's (1946), with the part between seeds counted SEED_WEIGHT
times: with few seeds that part is often seen far too small, and the plain formula then covers 92 % for three seeds
(docs/statistics.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from metrics import intervals
from metrics.contrast import Contrast, Measured, Range

SEED_WEIGHT = 3.0
FEW_LENGTHS = 100
"""Below so many effective documents the interval of a length may cover far less than 93 %: a few outputs that run on
may not be seen."""
FEW_MOVED = 5
"""Below so many documents that a difference of fractions rests on, it may cover less than 93 %."""
DOMINANT = 0.25
"""One document with this share of the variance of a length makes its interval too short in many samples."""
UNDER = "may cover less than 93 % rather than 95 %"
NO_SPREAD = "no interval: every document has the same value, and nothing bounds what another one would have"
NO_CHANGE = "no interval: every document differs by the same amount, and nothing bounds what another one would do"
SAME_SEEDS = "no t interval over seeds: all have the same value, and nothing bounds what another one would have"
TWO_SEEDS = f"two seeds say little about the spread between seeds: {UNDER}"


def between_seeds(x: Contrast, y: Contrast) -> float:
    """Covariance of the two means over seeds, of what differs between seeds; terms of other seeds are independent."""
    return _over_terms(
        x,
        y,
        lambda a, b: float(((a.values - a.value) * (b.values - b.value)).sum()) / (len(a.seeds) * (len(a.seeds) - 1)),
    )


def _within_seeds(x: Contrast, y: Contrast) -> float:
    """The part of `between_seeds` that is each seed's own chance on these documents, in units of the scale squared."""

    def shared(a: Measured, b: Measured) -> float:
        parts = [(m.moved - m.moved.mean(axis=0))[:, x.keep & y.keep] / (x.scale or 1.0) for m in (a, b)]
        return float(intervals.covariance(parts[0], parts[1]).sum()) / (len(a.seeds) * (len(a.seeds) - 1))

    return _over_terms(x, y, shared)


def _over_terms(x: Contrast, y: Contrast, of: Callable[[Measured, Measured], float]) -> float:
    total = 0.0
    for sign, a in x.terms:
        for other, b in y.terms:
            if len(a.seeds) > 1 and a.seeds == b.seeds:
                total += sign * other * of(a, b)
    return total


def of_documents(x: Contrast, level: float) -> float:
    """Variance over documents of these runs, in units of the scale squared, with what few moving documents leave
    unseen."""
    if x.scale is None:
        return float(intervals.covariance(x.moved))
    if x.single:
        return float(intervals.fraction_variance(x.value / x.scale, x.moved, x.weights))
    return float(intervals.difference_variance(x.value / x.scale, x.moved, x.weights, level))


def recipe_variance(x: Contrast, level: float) -> tuple[float, float]:
    """(variance, degrees of freedom) with seeds random, in units of the scale squared."""
    seeds = max(between_seeds(x, x), 0.0) / (x.scale or 1.0) ** 2
    documents = max(of_documents(x, level) - max(_within_seeds(x, x), 0.0), 0.0)
    fewest = min(len(m.seeds) for _, m in x.terms if len(m.seeds) > 1) - 1
    df_documents = max(float(intervals.effective(x.weights)) - 1, 1.0)
    variance, counted = seeds + documents, SEED_WEIGHT * seeds
    if variance <= 0:
        return 0.0, float(fewest)
    return variance, (counted + documents) ** 2 / (counted**2 / fewest + documents**2 / df_documents)


def run_limits(x: Contrast, level: float, drawn: np.ndarray | None) -> Range:
    """Limits over documents, the seeds as they are. drawn: `intervals.studentised_columns` summed over each draw, for a
    metric without bounds; None for Student's t alone."""
    if x.reason is not None:
        return Range(None, None, x.reason)
    caution = _caution(x)
    if x.scale is None:
        if float(intervals.covariance(x.moved)) <= intervals.TINY**2:
            return Range(None, None, NO_SPREAD if x.single else NO_CHANGE)
        return Range(*intervals.studentised_limits(x.value, x.moved, x.weights, drawn, level), caution=caution)
    make = intervals.fraction_limits if x.single else intervals.difference_limits
    return _scaled(make(x.value / x.scale, x.moved, x.weights, level), x, caution)


def recipe_limits(x: Contrast, level: float, runs: Range | None = None) -> Range:
    """Limits with seeds random (see the module) of a value or difference that holds several seeds.

    runs: the limits of `run_limits`; those of a metric without bounds are never narrower: its documents may be skewed,
    which t does not see.
    """
    if x.reason is not None:
        return Range(None, None, x.reason)
    few = min(len(m.seeds) for _, m in x.terms if len(m.seeds) > 1)
    caution = TWO_SEEDS if few == 2 else _caution(x)
    if all((m.values == m.values[0]).all() and (m.moved == m.moved[0]).all() for _, m in x.terms):
        # References, the base model, a row that is perfect in every seed: no seed plays a part, so documents alone do.
        of_documents_alone = runs or run_limits(x, level, None)
        return replace(of_documents_alone, caution=of_documents_alone.caution or caution)
    variance, df = recipe_variance(x, level)
    if any(len(m.seeds) == 1 for _, m in x.terms):
        caution = "one of the two systems has one seed only: its spread between seeds is not in the interval"
    if variance <= intervals.TINY**2 and x.scale is None:
        return Range(None, None, NO_SPREAD if x.single else NO_CHANGE)
    if x.single and x.scale is not None:
        fallback = intervals.fallback_draws(x.weights)
        return _scaled(
            intervals.fraction_limits_of(x.value / x.scale, np.asarray(variance), df, fallback, level), x, caution
        )
    half = float(intervals.student(level, df)) * variance**0.5 * (x.scale or 1.0)
    low, high = x.value - half, x.value + half
    if x.scale is not None:  # a difference of fractions
        low, high = max(low, -x.scale), min(high, x.scale)
    if x.scale is None and runs is not None and runs.low is not None and runs.high is not None:
        low, high = min(low, runs.low), max(high, runs.high)
    return Range(low, high, caution=caution)


def recipe_p(x: Contrast, level: float) -> float | None:
    """Two-sided p of a difference with seeds random: Student's t of `recipe_variance`. None where there is no spread at
    all, or one document."""
    if x.reason is not None:
        return None
    variance, df = recipe_variance(x, level)
    if x.value == 0:
        return 1.0
    return float(intervals.two_sided_p(x.value / (x.scale or 1.0) / variance**0.5, df)) if variance > 0 else None


def seed_limits(x: Contrast, level: float) -> tuple[Range, float | None]:
    """(Student's t limits of the seeds' own values, two-sided p against 0): the documents as they are; None for fewer
    than two seeds, and no p for two."""
    values = x.per_seed
    if values is None or len(values) < 2:
        return Range(
            None, None, "no t interval over seeds: fewer than two seeds, or seeds that are not the same in both"
        ), None
    error, df = float(values.std(ddof=1)) / len(values) ** 0.5, len(values) - 1
    if error == 0:
        return Range(None, None, SAME_SEEDS), 1.0 if x.value == 0 else None
    half = float(intervals.student(level, df)) * error
    if df == 1:  # two seeds may lie next to each other by chance: p would be tiny, and say nothing
        return Range(x.value - half, x.value + half, caution=TWO_SEEDS), None
    p = 1.0 if x.value == 0 else float(intervals.two_sided_p(x.value / error, df))
    return Range(x.value - half, x.value + half), p


def ratio_limits(kept: Contrast, gain: Contrast, level: float) -> Range:
    """Fieller's limits of kept / gain, seeds random where there are several. None with a reason where they are
    unbounded."""
    both = float(intervals.covariance(*_shared(kept, gain)))
    if gain.of_seeds:
        (kept_variance, _), (gain_variance, df) = recipe_variance(kept, level), recipe_variance(gain, level)
        both += between_seeds(kept, gain) / (gain.scale or 1.0) ** 2 - _within_seeds(kept, gain)
    else:
        kept_variance, gain_variance = of_documents(kept, level), of_documents(gain, level)
        df = max(float(intervals.effective(gain.weights)) - 1, 1.0)
    scale = gain.scale or 1.0
    t = intervals.student(level, df)
    low, high = intervals.fieller(kept.value / scale, gain.value / scale, kept_variance, gain_variance, both, t)
    if not (np.isfinite(low) and np.isfinite(high)):
        return Range(None, None, "the interval of the gain does not exclude 0")
    ratio = kept.value / gain.value
    return Range(min(float(low), ratio), max(float(high), ratio), caution=_caution(gain) or _caution(kept))


def _shared(x: Contrast, y: Contrast) -> tuple[np.ndarray, np.ndarray]:
    """`moved` of both over the documents that have weight in either."""
    n = len(x.keep)
    full = []
    for one in (x, y):
        whole = np.zeros(n)
        whole[one.keep] = one.moved
        full.append(whole[x.keep | y.keep])
    return full[0], full[1]


def _scaled(limits: intervals.Limits, x: Contrast, caution: str | None) -> Range:
    scale = x.scale or 1.0
    return Range(float(limits.low) * scale, float(limits.high) * scale, caution=caution)


def _caution(x: Contrast) -> str | None:
    """Why an interval over these documents may cover less than 93 %: measured in tests/simulations/coverage.py."""
    if x.scale is None:
        documents, square = float(intervals.effective(x.weights)), (x.moved - x.moved.mean()) ** 2
        if documents < FEW_LENGTHS:
            return f"a length over {documents:.0f} effective documents: {UNDER} if a few outputs run on"
        if square.max() > DOMINANT * square.sum():
            return f"one document makes {square.max() / square.sum():.0%} of the variance: {UNDER}"
    elif not x.single:
        own = intervals.own_values(x.value / x.scale, x.moved, x.weights)
        changed = int((np.abs(own) > 1e-9).sum())
        if changed < FEW_MOVED:
            return f"{changed} documents differ: {UNDER}"
        # Nearly all change alike, from wrong to right: what the others would do is seen as little as above.
        apart = int((np.abs(own - np.median(own)) > 1e-9).sum())
        if apart < FEW_MOVED:
            return f"all but {apart} documents change by the same amount: {UNDER}"
    return None


def paired(after: Measured, before: Measured) -> tuple[Measured, Measured]:
    """Both over the same seeds, in one order, where they hold the same seeds."""
    if set(after.seeds) != set(before.seeds) or after.seeds == before.seeds:
        return after, before
    order = [after.seeds.index(s) for s in before.seeds]
    return replace(after, values=after.values[order], moved=after.moved[order], seeds=before.seeds), before

"""Confidence limits from what leaving out one document does to a value: no draws, and no text is scored twice.

All functions take arrays with any leading axes (so that simulations and many metrics go in one call) and the documents
on the last axis: `moved` = value - value without the document (the delete-one jackknife, Efron 1982), `weights` = the
document's share of the metric's denominators (they sum to 1). Documents without weight must be left out before. Which
method holds where: docs/statistics.md, made by tests/simulations/coverage.py.

- A fraction (0..1): Wilson's score interval at the *effective* number of yes/no draws, p (1 - p) / variance (Korn and
  Graubard 1998 for
  surveys), with Student's t at the effective number of documents less one (Kish 1965). Where most documents lie exactly
  at the nearer end, the jackknife sees too little spread in most samples and far too much in a few; the variance is
  then at least the one that documents with an intraclass correlation of INTRACLASS would have, the less so the more
  documents differ from that end.
- A difference of two fractions: Student's t, with the variance of one more typical document that moves by half of the
  largest move seen.
- A ratio of two differences: Fieller's (1954) limits with the same variances.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

INTRACLASS = 0.3
"""Correlation within documents that is assumed where the data cannot tell it: most documents lie exactly at 0, or at
1."""
RARE = 10
"""So many documents away from that end (times documents / effective documents) halve the assumption."""
TINY = 1e-12


class Limits(NamedTuple):
    """Lower and upper limits; NaN where there are none."""

    low: np.ndarray
    high: np.ndarray


def student(level: float, df: np.ndarray | float) -> np.ndarray:
    """Two-sided quantile of Student's t; infinite degrees of freedom give the normal one."""
    from scipy.special import ndtri, stdtrit

    upper = (1 + level) / 2
    df = np.asarray(df, dtype=float)
    return np.where(np.isinf(df), ndtri(upper), stdtrit(np.where(np.isinf(df), 1.0, df), upper))


def two_sided_p(t: np.ndarray | float, df: np.ndarray | float) -> np.ndarray:
    """P(|T| >= |t|) of Student's t with `df` degrees of freedom."""
    from scipy.special import stdtr

    return 2 * stdtr(np.asarray(df, dtype=float), -np.abs(t))


def effective(weights: np.ndarray) -> np.ndarray:
    """Kish's effective number of documents: how many equal ones would weigh as these do."""
    return 1 / (weights**2).sum(axis=-1)


def covariance(moved: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """Jackknife variance of a value, or covariance of two: (n - 1) / n times the sum over documents."""
    n = moved.shape[-1]
    a = moved - moved.mean(axis=-1, keepdims=True)
    b = a if other is None else other - other.mean(axis=-1, keepdims=True)
    return (n - 1) / n * (a * b).sum(axis=-1)


def own_values(value: np.ndarray | float, moved: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The value of each document by itself, of which `value` is the weighted mean (exact for pooled ratios)."""
    return np.asarray(value)[..., None] + moved * (1 - weights) / weights


def fallback_draws(weights: np.ndarray) -> np.ndarray:
    """Yes/no draws that documents count for where all agree: at most one each, fewer where a few of them weigh most."""
    return np.minimum(weights.shape[-1], effective(weights) / INTRACLASS)


def wilson(value: np.ndarray, draws: np.ndarray, t: np.ndarray) -> Limits:
    """Wilson's (1927) score limits of a fraction seen in `draws` yes/no draws, with the quantile `t`."""
    square = t**2
    centre = (value * draws + square / 2) / (draws + square)
    half = t * np.sqrt(draws * (value * (1 - value) + square / (4 * draws))) / (draws + square)
    return Limits(np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1))


def fraction_variance(value: np.ndarray | float, moved: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Variance of a fraction over documents: the jackknife's, or more where nearly all documents lie at one end."""
    value = np.asarray(value, dtype=float)
    own = own_values(value, moved, weights)
    away = np.where(value[..., None] > 0.5, 1 - own, own) > 1e-9
    share_at_end = np.where(away, 0.0, weights).sum(axis=-1)
    enough = RARE * weights.shape[-1] / effective(weights)
    assumed = value * (1 - value) * INTRACLASS / effective(weights) * enough / (enough + away.sum(axis=-1))
    return np.maximum(covariance(moved), np.where(share_at_end > 0.5, assumed, 0.0))


def fraction_limits(value: np.ndarray | float, moved: np.ndarray, weights: np.ndarray, level: float) -> Limits:
    """Limits of a fraction 0..1 (see the module): value (...), moved and weights (..., documents), at least two of
    them."""
    variance = fraction_variance(value, moved, weights)
    return fraction_limits_of(value, variance, effective(weights) - 1, fallback_draws(weights), level)


def fraction_limits_of(
    value: np.ndarray | float, variance: np.ndarray, df: np.ndarray | float, fallback: np.ndarray | float, level: float
) -> Limits:
    """Limits of a fraction of known variance; `fallback`: the yes/no draws to count with where the variance is 0."""
    value = np.clip(np.asarray(value, dtype=float), 0, 1)
    spread = value * (1 - value)
    known = (variance > TINY**2) & (spread > TINY)
    draws = np.where(known, spread / np.where(known, variance, 1.0), fallback)
    low, high = wilson(value, draws, student(level, np.maximum(df, 1.0)))
    return Limits(np.minimum(low, value), np.maximum(high, value))


def difference_variance(value: np.ndarray | float, moved: np.ndarray, weights: np.ndarray, level: float) -> np.ndarray:
    """Variance of a difference of two fractions, with that of one more document that moves by half of the largest move
    seen.

    Where no document moves at all, so much that the limits are those of a share of documents that was never seen
    (Wilson, 0 of n).
    """
    own = own_values(value, moved, weights)
    largest = np.minimum(np.abs(own).max(axis=-1), 1.0)
    t = student(level, np.maximum(effective(weights) - 1, 1.0))
    unseen = t / (fallback_draws(weights) + t**2)
    return covariance(moved) + np.where(largest > 1e-9, (largest / 2) ** 2 * (weights**2).mean(axis=-1), unseen**2)


def difference_limits(value: np.ndarray | float, moved: np.ndarray, weights: np.ndarray, level: float) -> Limits:
    """Limits of a difference of two fractions, within -1..1."""
    half = student(level, np.maximum(effective(weights) - 1, 1.0)) * np.sqrt(
        difference_variance(value, moved, weights, level)
    )
    return Limits(np.maximum(value - half, -1.0), np.minimum(value + half, 1.0))


def fieller(
    kept: np.ndarray | float,
    gain: np.ndarray | float,
    kept_variance: np.ndarray | float,
    gain_variance: np.ndarray | float,
    both: np.ndarray | float,
    t: np.ndarray | float,
) -> Limits:
    """Fieller's limits of kept / gain: the ratios r for which kept - r gain is not distinguishable from 0. NaN where
    they are unbounded.

    They are bounded exactly where the interval of the gain excludes 0.
    """
    kept, gain = np.asarray(kept, dtype=float), np.asarray(gain, dtype=float)
    square = np.asarray(t, dtype=float) ** 2
    a = gain**2 - square * gain_variance
    b = kept * gain - square * both
    c = kept**2 - square * kept_variance
    bounded = a > 0
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    safe = np.where(bounded, a, 1.0)
    return Limits(np.where(bounded, (b - root) / safe, np.nan), np.where(bounded, (b + root) / safe, np.nan))


def studentised_columns(moved: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(documents, 5) whose sums over a bootstrap draw are all that `studentised_limits` needs of it."""
    part = moved * (1 - weights)
    return np.column_stack([part, weights, part**2, part * weights, weights**2])


def studentised_limits(
    value: float, moved: np.ndarray, weights: np.ndarray, drawn: np.ndarray | None, level: float
) -> tuple[float, float]:
    """Bootstrap-t limits (Efron and Tibshirani 1993, ch. 12) of a pooled ratio without bounds, such as a length: for
    one value.

    moved, weights (documents,); drawn (draws, 5): sums of `studentised_columns` over the documents of each draw. Never
    narrower than Student's t on the logarithm (a value above 0 of documents none of which is negative) or on the value
    itself, and those without draws.
    """
    error = float(np.sqrt(covariance(moved)))
    t = float(student(level, max(float(effective(weights)) - 1, 1.0)))
    if value > 0 and (own_values(value, moved, weights) > -TINY).all():
        low, high = value * np.exp(-t * error / value), value * np.exp(t * error / value)
    else:
        low, high = value - t * error, value + t * error
    if drawn is None:
        return float(min(low, value)), float(max(high, value))
    total, mass, square, product, mass_square = drawn[drawn[:, 1] > TINY].T
    shift = total / mass
    spread = np.sqrt(np.maximum(square - 2 * shift * product + shift**2 * mass_square, 0.0)) / mass
    steady = spread > 1e-3 * error
    if error > 0 and steady.mean() > 0.9:
        # Draws of a few equal documents have next to no spread of their own; they say nothing about the tails.
        tail = (1 - level) / 2
        least, most = np.quantile(shift[steady] / spread[steady], [tail, 1 - tail])
        low, high = min(low, value - most * error), max(high, value - least * error)
    return float(min(low, value)), float(max(high, value))

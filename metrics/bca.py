"""Bias-corrected and accelerated bootstrap limits (BCa): Efron 1987, "Better bootstrap confidence intervals"."""

from __future__ import annotations

import numpy as np

_DIGITS = 12
"""Draws that differ by less are one: the order of summation must not tell them apart."""


def bca_shares(draws: np.ndarray, value: float, left_out: np.ndarray, tail: float) -> np.ndarray:
    """(2,) shares of the draws below the BCa limits (Efron 1987, eq. 6.8); (tail, 1 - tail) where bias and skewness are 0.

    The bias is read off the share of draws below the value, ties counting half; the acceleration off the jackknife's third moment.
    """
    from scipy.special import ndtr, ndtri

    below = np.mean(np.round(draws - value, _DIGITS) < 0) + np.mean(np.round(draws - value, _DIGITS) == 0) / 2
    bias = float(ndtri(below)) if 0 < below < 1 else 0.0
    moved = left_out.mean() - left_out
    square = float((moved**2).sum())
    # Undefined without one of the documents: no skewness is known.
    acceleration = float((moved**3).sum()) / (6 * square**1.5) if np.isfinite(square) and square > 10.0 ** (-2 * _DIGITS) else 0.0
    shift = bias + np.array([ndtri(tail), ndtri(1 - tail)])
    return ndtr(bias + shift / (1 - acceleration * shift))


def mid_quantile(draws: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Quantiles by linear interpolation of the mid-distribution function (Ma, Genton and Parzen 2011), which suits draws with many ties.

    Without ties these are the usual (Hazen) sample quantiles.
    """
    points, counts = np.unique(np.round(draws, _DIGITS), return_counts=True)
    return np.interp(shares, (np.cumsum(counts) - counts / 2) / len(draws), points)

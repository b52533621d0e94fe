"""Which numbers are equal but for rounding. One rule for every figure that counts ties."""

from __future__ import annotations

import numpy as np

ROUNDING = 1e-12
"""Two numbers are one where they differ by no more than this share of the numbers that they were computed from."""


def snapped(values: np.ndarray, size: np.ndarray | float | None = None) -> np.ndarray:
    """(n,) values with neighbours that differ by rounding made equal (the smallest of them stands for all).

    size: magnitude of the numbers that a value was computed from, per value or for all; the value's own where it is
    None.
    """
    values = np.asarray(values, dtype=float)
    size = np.abs(values) if size is None else np.broadcast_to(np.asarray(size, dtype=float), values.shape)
    order = np.argsort(values, kind="stable")
    ordered, bound = values[order], ROUNDING * size[order]
    new = (
        np.append(True, np.diff(ordered) > np.maximum(bound[1:], bound[:-1]))
        if len(values)
        else np.zeros(0, dtype=bool)
    )
    out = np.empty_like(values)
    out[order] = ordered[new][np.cumsum(new) - 1]
    return out


def orders(values: np.ndarray) -> np.ndarray:
    """(..., n) -> (..., pairs): sign of the difference of every pair of (already snapped) values."""
    i, j = np.triu_indices(values.shape[-1], 1)
    return np.sign(values[..., i] - values[..., j])

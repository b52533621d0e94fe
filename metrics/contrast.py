"""Values and differences with what each document and each seed contributes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

ONE_DOCUMENT = "no interval: it rests on fewer than two documents"


@dataclass(frozen=True)
class Range:
    """Limits of a value; None with a reason where there are none. `caution`: why they may cover less than 93 % rather
    than 95 %."""

    low: float | None
    high: float | None
    reason: str | None = None
    caution: str | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """One metric of one system in S seeds (S = 1: one run)."""

    values: np.ndarray
    """(S,) the corpus value of each seed."""
    moved: np.ndarray
    """(S, documents): value - value without the document; 0 for a document that plays no part."""
    weights: np.ndarray
    """(documents,): share of the metric's denominators, mean over seeds; sums to 1."""
    scale: float | None
    """Upper bound of a metric that lies in 0..scale (1 or 100); None without bounds."""
    seeds: tuple[int | None, ...] = (None,)

    @property
    def value(self) -> float:
        """Mean over the seeds."""
        return float(self.values.mean())


def of_values(values: Mapping[int, float]) -> Measured:
    """Seed -> value, where nothing is known of the documents: good for what is said of the seeds alone
    (`metrics.estimates.seed_limits`)."""
    numbers = np.array(list(values.values()), dtype=float)
    return Measured(numbers, np.zeros((len(numbers), 0)), np.zeros(0), None, tuple(values))


Term = tuple[float, Measured]


@dataclass(frozen=True, eq=False)
class Contrast:
    """A sum of signed systems: one of them, or a difference of two."""

    terms: tuple[Term, ...]
    value: float = field(init=False)
    moved: np.ndarray = field(init=False)
    """(documents with weight,), mean over seeds, in units of the scale."""
    weights: np.ndarray = field(init=False)
    scale: float | None = field(init=False)
    keep: np.ndarray = field(init=False)
    """(documents,) bool: those with weight."""

    def __post_init__(self) -> None:
        """Puts the terms together."""
        weights = np.mean([m.weights for _, m in self.terms], axis=0)
        keep = weights > 0
        scales = {m.scale for _, m in self.terms}
        scale = scales.pop() if len(scales) == 1 else None
        moved = sum(sign * m.moved.mean(axis=0)[keep] for sign, m in self.terms)
        for name, found in (
            ("value", float(sum(sign * m.value for sign, m in self.terms))),
            ("moved", np.asarray(moved) / (scale or 1.0)),
            ("weights", weights[keep] / weights.sum() if weights.sum() else weights[keep]),
            ("scale", scale),
            ("keep", keep),
        ):
            object.__setattr__(self, name, found)

    @property
    def single(self) -> bool:
        """Whether this is a value, not a difference."""
        return len(self.terms) == 1

    @property
    def of_seeds(self) -> bool:
        """Whether a term holds several seeds."""
        return any(len(m.seeds) > 1 for _, m in self.terms)

    @property
    def per_seed(self) -> np.ndarray | None:
        """(S,) values, where all terms have the same seeds; else None."""
        if len({m.seeds for _, m in self.terms}) > 1:
            return None
        return np.asarray(sum(sign * m.values for sign, m in self.terms))

    @property
    def reason(self) -> str | None:
        """Why there can be no interval over documents, or None."""
        if len(self.weights) < 2 or not np.isfinite(self.moved).all() or self.weights.max() > 1 - 1e-9:
            return ONE_DOCUMENT
        return None


def level_of(measured: Measured) -> Contrast:
    """The system's own value."""
    return Contrast(((1.0, measured),))


def difference(after: Measured, before: Measured) -> Contrast:
    """after - before."""
    return Contrast(((1.0, after), (-1.0, before)))

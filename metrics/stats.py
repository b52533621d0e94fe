"""Intervals and paired tests on per-segment sufficient statistics. No text is scored twice.

Method, and where it is simple on purpose:
- Intervals: bias-corrected and accelerated bootstrap (BCa, Efron 1987) that resamples *documents* with replacement (segments of one
  document stand or fall together; a segment without a document is its own). A value that every document agrees on (0 of n, n of n)
  gives an interval of width 0, as every bootstrap does. A 95 % interval covers 93-97 % at n >= 200 and true values from .05
  to .95 (tests/unit/test_stats.py). For yes/no values that was summed exactly on a grid of n from 200 to 1000, not for every n: 94.1 to
  97.1 %, the one step above 97 at n = 221, p = .05 or .95. The plain percentile interval falls to 91 % there.
- Tests: approximate randomisation (Noreen 1989; Riezler and Maxwell 2005), two-sided: the two systems' outputs are swapped per
  document with probability 1/2; p = (b + 1) / (n + 1), b = draws at least as extreme as observed.
- One set of draws serves all metrics of a run: it depends on (seed, documents, number of draws) only, so the order of metrics,
  systems or examples never changes a number, and differences between metrics are not resampling noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from metrics.bca import bca_shares, mid_quantile
from metrics.segment import COMBINERS, SegmentStats
from metrics.version import versions_apart

DRAWS_BOOT = 2000
DRAWS_PERM = 10_000
LEVEL = 0.95
_CHUNK_CELLS = 2_000_000
_BOOTSTRAP, _PERMUTATION = 1, 2


@dataclass(frozen=True)
class Interval:
    """A corpus value with its interval, in the metric's unit; None where nothing could be scored or resampled."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n_scored: int
    n_total: int


@dataclass(frozen=True)
class Delta:
    """b - a with its interval and two-sided p-value; all None, with a reason, where the two cannot be compared."""

    delta: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    n_paired: int
    """Segments scored in both systems."""
    reason: str | None = None


@dataclass(frozen=True)
class Pooled:
    """The mean over training seeds: its interval resamples documents (given these seeds), `sd` is the spread between seeds."""

    mean: float | None
    ci_low: float | None
    ci_high: float | None
    sd: float | None
    """Sample standard deviation over seeds (n - 1); None for one seed."""
    values: tuple[float | None, ...]
    p: float | None = None
    """Two-sided p of the mean difference from the baseline; None without a baseline."""


@dataclass(frozen=True)
class Resampler:
    """The documents of a run and the draws over them, shared by all metrics.

    `example_ids`: n segment ids; `docs`: a document id (or None) per segment, or None where there are no documents.
    Raises ValueError when the lengths differ.
    """

    example_ids: tuple[str, ...]
    docs: tuple[str | None, ...] | None = None
    draws_boot: int = DRAWS_BOOT
    draws_perm: int = DRAWS_PERM
    seed: int = 0
    level: float = LEVEL
    _order: np.ndarray = field(init=False, repr=False, compare=False)
    _starts: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Numbers the documents in sorted order, so that the order of the examples file plays no part."""
        docs = self.docs if self.docs is not None else (None,) * len(self.example_ids)
        # A document and a single segment may carry the same id: keep them apart.
        names = [f"e:{e}" if d is None else f"d:{d}" for e, d in zip(self.example_ids, docs, strict=True)]
        _, index = np.unique(np.array(names, dtype=object), return_inverse=True)
        by_id = np.argsort(np.array(self.example_ids, dtype=object), kind="stable")
        order = by_id[np.argsort(index[by_id], kind="stable")]
        starts = np.flatnonzero(np.diff(index[order], prepend=-1))
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_starts", starts)

    @property
    def n_docs(self) -> int:
        """Number of resampling units."""
        return len(self._starts)

    def _by_document(self, rows: np.ndarray) -> np.ndarray:
        """(n, k) per-segment -> (n_docs, k) per-document sums."""
        return np.add.reduceat(rows[self._order], self._starts, axis=0)

    def _weights(self, kind: int, draws: int) -> Iterator[np.ndarray]:
        """Chunks (m, n_docs) of bootstrap counts (kind 1) or swap indicators 0/1 (kind 2); together `draws` rows."""
        rng, n = np.random.default_rng([kind, self.seed]), self.n_docs
        chunk = max(1, min(draws, _CHUNK_CELLS // n))
        for start in range(0, draws, chunk):
            m = min(chunk, draws - start)
            if kind == _PERMUTATION:
                yield (rng.random((m, n)) < 0.5).astype(np.float64)
            else:
                picks = np.minimum((rng.random((m, n)) * n).astype(np.int64), n - 1)
                picks += np.arange(m)[:, None] * n
                yield np.bincount(picks.ravel(), minlength=m * n).reshape(m, n).astype(np.float64)

    def check(self, stats: SegmentStats) -> None:
        """Raises ValueError unless the metric's rows are this resampler's segments, in the same order."""
        if stats.example_ids != self.example_ids:
            raise ValueError(f"{stats.metric}: its segments are not those of the run (same ids, in the same order)")

    def bootstrap(self, metrics: Sequence[SegmentStats]) -> list[np.ndarray]:
        """For each metric (draws_boot,) resampled corpus values; NaN where a draw leaves the value undefined."""
        for m in metrics:
            self.check(m)
        out = [np.full(self.draws_boot, np.nan) for _ in metrics]
        live = [i for i, m in enumerate(metrics) if m.n_scored]
        if not live:
            return out
        sums = self._by_document(np.concatenate([metrics[i].stats for i in live], axis=1))
        cuts = np.cumsum([0] + [metrics[i].stats.shape[1] for i in live])
        done = 0
        for weights in self._weights(_BOOTSTRAP, self.draws_boot):
            resampled = weights @ sums
            for i, low, high in zip(live, cuts[:-1], cuts[1:], strict=True):
                out[i][done : done + len(weights)] = COMBINERS[metrics[i].combiner](resampled[:, low:high])
            done += len(weights)
        return out

    def jackknife(self, metrics: Sequence[SegmentStats]) -> list[np.ndarray]:
        """For each metric (n_docs,) corpus values with one document left out; NaN where that leaves the value undefined."""
        out = []
        for m in metrics:
            self.check(m)
            sums = self._by_document(m.stats)
            out.append(COMBINERS[m.combiner](sums.sum(axis=0) - sums))
        return out

    def permutation(self, pairs: Sequence[tuple[Sequence[SegmentStats], Sequence[SegmentStats]]]) -> list[float | None]:
        """Two-sided p for each (a's, b's): the mean over the k listed metrics of value(b) - value(a), k = 1 but for pooled seeds.

        None where a value is undefined. A draw that leaves the difference undefined counts as extreme (conservative).
        """
        out: list[float | None] = [None] * len(pairs)
        observed: dict[int, float] = {}
        blocks: list[np.ndarray] = []
        for i, (group_a, group_b) in enumerate(pairs):
            values = [(a.value(), b.value()) for a, b in zip(group_a, group_b, strict=True)]
            deltas = [vb - va for va, vb in values if va is not None and vb is not None]
            if not values or len(deltas) < len(values):
                continue
            observed[i] = float(np.mean(deltas))
            blocks += [b.stats - a.stats for a, b in zip(group_a, group_b, strict=True)]
        if not observed:
            return out
        moved = self._by_document(np.concatenate(blocks, axis=1))
        extreme = dict.fromkeys(observed, 0)
        for weights in self._weights(_PERMUTATION, self.draws_perm):
            shifts, at = weights @ moved, 0
            for i, seen in observed.items():
                total = np.zeros(len(weights))
                for a, b in zip(*pairs[i], strict=True):
                    shift = shifts[:, at : at + a.stats.shape[1]]
                    at += a.stats.shape[1]
                    combine = COMBINERS[a.combiner]
                    total += combine(b.stats.sum(axis=0) - shift) - combine(a.stats.sum(axis=0) + shift)
                # Swapping equal outputs must count as equally extreme whatever the order of summation did to the last digits.
                bound = abs(seen) - 1e-10 * max(1.0, abs(seen))
                extreme[i] += int((~(np.abs(total / len(pairs[i][0])) < bound)).sum())
        for i, b_count in extreme.items():
            out[i] = (b_count + 1) / (self.draws_perm + 1)
        return out

    def limits(self, draws: np.ndarray, value: float | None, left_out: np.ndarray | None = None) -> tuple[float | None, float | None]:
        """BCa limits of the draws, widened to hold the value; (None, None) where there is nothing to resample.

        That is: no value, fewer than two documents, or a value that is undefined in half of the draws or more. left_out: the values of
        `jackknife`, or the same difference of them as the draws are one of; without them plain percentile limits, by the outer
        order statistics.
        """
        finite = draws[np.isfinite(draws)]
        if value is None or self.n_docs < 2 or 2 * len(finite) <= len(draws):
            return None, None
        tail = (1 - self.level) / 2
        if left_out is None:
            low, high = np.quantile(finite, tail, method="lower"), np.quantile(finite, 1 - tail, method="higher")
        else:
            low, high = mid_quantile(finite, bca_shares(finite, value, left_out, tail))
        return min(float(low), value), max(float(high), value)


def _resampler(s: SegmentStats, docs: Sequence[str | None] | None, **settings: float) -> Resampler:
    return Resampler(s.example_ids, None if docs is None else tuple(docs), **settings)  # type: ignore[arg-type]


def interval(
    s: SegmentStats, docs: Sequence[str | None] | None = None, draws: int = DRAWS_BOOT, seed: int = 0, level: float = LEVEL
) -> Interval:
    """Corpus value of one metric with its percentile bootstrap interval over documents.

    `docs`: document id per segment (None: the segment is its own). The interval always contains the value.
    """
    sampler = _resampler(s, docs, draws_boot=draws, seed=seed, level=level)
    value = s.value()
    limits = sampler.limits(sampler.bootstrap([s])[0], value, sampler.jackknife([s])[0])
    return Interval(value, *limits, s.n_scored, s.n_total)


def restrict(s: SegmentStats, keep: np.ndarray, reason: str) -> SegmentStats:
    """The same metric with the segments outside `keep` ((n,) bool) marked unscored."""
    reasons = tuple(r if k else (r or reason) for r, k in zip(s.reasons, keep, strict=True))
    return SegmentStats(s.metric, s.example_ids, s.stats, s.combiner, reasons, s.signature, s.higher_is_better, s.reason)


def common_segments(a: SegmentStats, b: SegmentStats) -> tuple[SegmentStats, SegmentStats]:
    """Both metrics on the segments that are scored in both, so that a difference is never one of segment sets."""
    keep = a.scored & b.scored
    why = "not scored in the system it is compared with"
    return restrict(a, keep, why), restrict(b, keep, why)


def incomparable(a: SegmentStats, b: SegmentStats) -> str | None:
    """Why b - a would be meaningless (another metric, other segments, another signature, no value), or None."""
    if a.metric != b.metric or a.combiner != b.combiner:
        return f"different metrics: {a.metric} and {b.metric}"
    if a.example_ids != b.example_ids:
        return "different segments"
    if a.value() is None or b.value() is None:
        return a.reason or b.reason or "no value in one of the two systems"
    if (apart := versions_apart([a.signature], [b.signature])) is not None:
        return apart
    if a.signature != b.signature:
        return f"different signatures: {a.signature} and {b.signature}"
    return None


def compare(
    a: SegmentStats,
    b: SegmentStats,
    docs: Sequence[str | None] | None = None,
    draws_boot: int = DRAWS_BOOT,
    draws_perm: int = DRAWS_PERM,
    seed: int = 0,
    level: float = LEVEL,
) -> Delta:
    """value(b) - value(a) on the segments scored in both: paired bootstrap interval, approximate randomisation p.

    Identical systems give delta 0 and p = 1; swapping a and b negates the delta and keeps p.
    """
    n_paired = int((a.scored & b.scored).sum()) if a.example_ids == b.example_ids else 0
    if (reason := incomparable(a, b)) is not None:
        return Delta(None, None, None, None, n_paired, reason)
    a, b = common_segments(a, b)
    value_a, value_b = a.value(), b.value()
    if value_a is None or value_b is None:
        return Delta(None, None, None, None, n_paired, "no segment with a defined value in both systems")
    sampler = _resampler(a, docs, draws_boot=draws_boot, draws_perm=draws_perm, seed=seed, level=level)
    draws_a, draws_b = sampler.bootstrap([a, b])
    left_a, left_b = sampler.jackknife([a, b])
    low, high = sampler.limits(draws_b - draws_a, value_b - value_a, left_b - left_a)
    return Delta(value_b - value_a, low, high, sampler.permutation([([a], [b])])[0], n_paired)


def holm(pvalues: Mapping[str, float | None]) -> dict[str, float | None]:
    """Holm's step-down adjusted p-values (Holm 1979); None (not tested) stays None and does not count as a test."""
    tested = sorted(((p, name) for name, p in pvalues.items() if p is not None), key=lambda item: item[0])
    adjusted: dict[str, float | None] = dict.fromkeys(pvalues)
    running = 0.0
    for rank, (p, name) in enumerate(tested):
        running = max(running, min(1.0, (len(tested) - rank) * p))
        adjusted[name] = running
    return adjusted


def pool_seeds(
    per_seed: Sequence[SegmentStats],
    docs: Sequence[str | None] | None = None,
    baseline: Sequence[SegmentStats] | None = None,
    draws_boot: int = DRAWS_BOOT,
    draws_perm: int = DRAWS_PERM,
    seed: int = 0,
    level: float = LEVEL,
) -> Pooled:
    """Mean over training seeds of one metric's corpus value, or of its difference from `baseline` (the same seeds, same order).

    The test set is one and the same for all seeds, so each draw resamples its documents once for all of them. Raises ValueError
    for no seeds, or for seeds that were not scored on the same segments.
    """
    if not per_seed:
        raise ValueError("pool_seeds needs the scores of at least one seed")
    sampler = _resampler(per_seed[0], docs, draws_boot=draws_boot, draws_perm=draws_perm, seed=seed, level=level)
    values = [s.value() for s in per_seed]
    draws, left_out = np.array(sampler.bootstrap(per_seed)), np.array(sampler.jackknife(per_seed))
    p = None
    if baseline is not None:
        base = [s.value() for s in baseline]
        values = [None if v is None or w is None else v - w for v, w in zip(values, base, strict=True)]
        draws = draws - np.array(sampler.bootstrap(baseline))
        left_out = left_out - np.array(sampler.jackknife(baseline))
        p = sampler.permutation([(list(baseline), list(per_seed))])[0]
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return Pooled(None, None, None, None, tuple(values))
    mean = float(np.mean(known))
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Pooled(mean, *sampler.limits(draws.mean(axis=0), mean, left_out.mean(axis=0)), spread, tuple(values), p)

"""The documents of a run, what leaving one of them out does to a value, and the random draws over them.

One set of draws serves all metrics of a run: it depends on (seed, documents, number of draws) only, so the order of
metrics, systems or examples never changes a number, and differences between metrics are not resampling noise. Segments
of one document stand or fall together; a segment without a document is its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from metrics.contrast import Contrast, Measured, Range
from metrics.estimates import run_limits
from metrics.intervals import studentised_columns
from metrics.segment import COMBINERS, DENOMINATORS, SegmentStats, scale_of

DRAWS_BOOT = 2000
DRAWS_PERM = 10_000
LEVEL = 0.95
_CHUNK_CELLS = 2_000_000
MANY_DOCUMENTS = 10_000
"""Above so many documents the limits of a length are Student's t: bootstrap-t would say the same, at minutes of
draws."""
_HELD_CELLS = 2 * DRAWS_BOOT * MANY_DOCUMENTS
"""Draws of at most this many cells (2 bytes each) are made once and kept."""
_BOOTSTRAP, _PERMUTATION = 1, 2


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
    _held: dict[int, list[np.ndarray]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Draws that were made before, where they are small enough to be kept."""

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
        if kind in self._held:
            yield from (part.astype(np.float64) for part in self._held[kind])
            return
        rng, n, parts = np.random.default_rng([kind, self.seed]), self.n_docs, []
        chunk = max(1, min(draws, _CHUNK_CELLS // n))
        for start in range(0, draws, chunk):
            m = min(chunk, draws - start)
            if kind == _PERMUTATION:
                part = (rng.random((m, n)) < 0.5).astype(np.uint8)
            else:
                picks = np.minimum((rng.random((m, n)) * n).astype(np.int64), n - 1)
                picks += np.arange(m)[:, None] * n
                part = np.bincount(picks.ravel(), minlength=m * n).reshape(m, n).astype(np.uint16)
            if draws * n <= _HELD_CELLS:
                parts.append(part)
            yield part.astype(np.float64)
        if parts:
            self._held[kind] = parts

    def check(self, stats: SegmentStats) -> None:
        """Raises ValueError unless the metric's rows are this resampler's segments, in the same order."""
        if stats.example_ids != self.example_ids:
            raise ValueError(f"{stats.metric}: its segments are not those of the run (same ids, in the same order)")

    def drawn(self, columns: np.ndarray) -> np.ndarray:
        """(n_docs, k) -> (draws_boot, k): sums of the columns over the documents of each bootstrap draw."""
        return np.concatenate([counts @ columns for counts in self._weights(_BOOTSTRAP, self.draws_boot)])

    def jackknife(self, m: SegmentStats) -> np.ndarray:
        """(n_docs,) corpus values with one document left out; NaN where that leaves the value undefined."""
        self.check(m)
        sums = self._by_document(m.stats)
        return COMBINERS[m.combiner](sums.sum(axis=0) - sums)

    def weights(self, m: SegmentStats) -> np.ndarray:
        """(n_docs,) share of each document in the metric's denominators; sums to 1 (all 0 where every denominator is
        0)."""
        self.check(m)
        sums = self._by_document(m.stats)
        groups = [sums[:, list(columns)].sum(axis=1) for columns in DENOMINATORS[m.combiner]]
        shares = [g / g.sum() for g in groups if g.sum() > 0]
        return np.mean(shares, axis=0) if shares else np.zeros(len(sums))

    def measured(self, runs: Sequence[SegmentStats], seeds: Sequence[int | None] = (None,)) -> Measured | None:
        """One metric of one system in one run, or in one for each seed; None where a run has no value."""
        values = [m.value() for m in runs]
        known = [v for v in values if v is not None]
        if not known or len(known) < len(values):
            return None
        weights = np.array([self.weights(m) for m in runs])
        moved = np.where(weights > 0, np.array([v - self.jackknife(m) for m, v in zip(runs, known, strict=True)]), 0.0)
        return Measured(np.array(known), moved, weights.mean(axis=0), scale_of(runs), tuple(seeds))

    def limits(self, x: Contrast) -> Range:
        """Limits over documents of a value or a difference (`estimates.run_limits`); draws only for metrics without
        bounds."""
        drawn = None
        if x.scale is None and x.reason is None and self.n_docs <= MANY_DOCUMENTS:
            columns = np.zeros((self.n_docs, 5))
            columns[x.keep] = studentised_columns(x.moved, x.weights)
            drawn = self.drawn(columns)
        return run_limits(x, self.level, drawn)

    def permutation(self, pairs: Sequence[tuple[Sequence[SegmentStats], Sequence[SegmentStats]]]) -> list[float | None]:
        """Two-sided p for each (a's, b's): the mean over the k listed metrics of value(b) - value(a), k = 1 but for
        pooled seeds.

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
                # Swapping equal outputs must count as equally extreme whatever the order of summation did to the last
                # digits.
                bound = abs(seen) - 1e-10 * max(1.0, abs(seen))
                extreme[i] += int((~(np.abs(total / len(pairs[i][0])) < bound)).sum())
        for i, b_count in extreme.items():
            out[i] = (b_count + 1) / (self.draws_perm + 1)
        return out

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
_DOCUMENTS = 50_000
"""Documents that are left out together, one after the other."""
_BUNDLES = 20_000
"""More documents than this are swapped in so many bundles, all of a bundle together: a randomisation test as valid, and
hardly weaker, whose time and memory do not grow with the documents."""
_BOOTSTRAP, _PERMUTATION = 1, 2


def _without_one(m: SegmentStats, sums: np.ndarray) -> np.ndarray:
    """(n_docs,) the value of all documents but one. sums: (n_docs, k); some documents at a time, so that what the
    combiner holds stays small."""
    total, parts = sums.sum(axis=0), range(0, len(sums), _DOCUMENTS)
    return np.concatenate([COMBINERS[m.combiner](total - sums[at : at + _DOCUMENTS]) for at in parts])


def _shares(m: SegmentStats, sums: np.ndarray) -> np.ndarray:
    groups = [sums[:, list(columns)].sum(axis=1) for columns in DENOMINATORS[m.combiner]]
    shares = [g / g.sum() for g in groups if g.sum() > 0]
    return np.mean(shares, axis=0) if shares else np.zeros(len(sums))


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

    def _bundled(self, rows: np.ndarray) -> np.ndarray:
        """(n, k) per-segment -> (documents or bundles of them, k) sums: what is swapped together."""
        sums = self._by_document(rows)
        if len(sums) <= _BUNDLES:
            return sums
        fill = -len(sums) % _BUNDLES
        whole = np.concatenate([sums, np.zeros((fill, sums.shape[1]))])
        return np.asarray(whole.reshape(-1, _BUNDLES, sums.shape[1]).sum(axis=0))

    def _weights(self, kind: int, draws: int) -> Iterator[np.ndarray]:
        """Chunks (m, n) of bootstrap counts of documents (kind 1) or swap indicators 0/1 of documents or bundles (kind
        2); together `draws` rows."""
        if kind in self._held:
            yield from (part.astype(np.float64) for part in self._held[kind])
            return
        n = min(self.n_docs, _BUNDLES) if kind == _PERMUTATION else self.n_docs
        rng, parts = np.random.default_rng([kind, self.seed]), []
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
        return _without_one(m, self._by_document(m.stats))

    def weights(self, m: SegmentStats) -> np.ndarray:
        """(n_docs,) share of each document in the metric's denominators; sums to 1 (all 0 where every denominator is
        0)."""
        self.check(m)
        return _shares(m, self._by_document(m.stats))

    def measured(self, runs: Sequence[SegmentStats], seeds: Sequence[int | None] = (None,)) -> Measured | None:
        """One metric of one system in one run, or in one for each seed; None where a run has no value."""
        values = [m.value() for m in runs]
        known = [v for v in values if v is not None]
        if not known or len(known) < len(values):
            return None
        weights, moved = np.zeros((len(runs), self.n_docs)), np.zeros((len(runs), self.n_docs))
        for i, (m, v) in enumerate(zip(runs, known, strict=True)):
            self.check(m)
            sums = self._by_document(m.stats)
            weights[i] = _shares(m, sums)
            moved[i] = np.where(weights[i] > 0, v - _without_one(m, sums), 0.0)
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

    def swap(self, group_a: Sequence[SegmentStats], group_b: Sequence[SegmentStats]) -> Swap | None:
        """What a test of (a's, b's) needs of them; None where a value is undefined."""
        values = [(a.value(), b.value()) for a, b in zip(group_a, group_b, strict=True)]
        deltas = [vb - va for va, vb in values if va is not None and vb is not None]
        if not values or len(deltas) < len(values):
            return None
        moved = [self._bundled(b.stats - a.stats) for a, b in zip(group_a, group_b, strict=True)]
        sums = [(a.combiner, a.stats.sum(axis=0), b.stats.sum(axis=0)) for a, b in zip(group_a, group_b, strict=True)]
        return Swap(float(np.mean(deltas)), sums, moved)

    def permutation(self, pairs: Sequence[tuple[Sequence[SegmentStats], Sequence[SegmentStats]]]) -> list[float | None]:
        """Two-sided p for each (a's, b's): the mean over the k listed metrics of value(b) - value(a), k = 1 but for
        pooled seeds.

        None where a value is undefined. A draw that leaves the difference undefined counts as extreme (conservative).
        """
        return self.randomised([self.swap(a, b) for a, b in pairs])

    def randomised(self, swaps: Sequence[Swap | None]) -> list[float | None]:
        """Two-sided p of each test of `swap`, all with the same draws; None for None."""
        out: list[float | None] = [None] * len(swaps)
        tested = {i: swap for i, swap in enumerate(swaps) if swap is not None}
        if not tested:
            return out
        moved = np.concatenate([part for swap in tested.values() for part in swap.moved], axis=1)
        extreme = dict.fromkeys(tested, 0)
        for weights in self._weights(_PERMUTATION, self.draws_perm):
            shifts, at = weights @ moved, 0
            for i, swap in tested.items():
                total = np.zeros(len(weights))
                for combiner, a, b in swap.sums:
                    shift = shifts[:, at : at + len(a)]
                    at += len(a)
                    combine = COMBINERS[combiner]
                    total += combine(b - shift) - combine(a + shift)
                # Swapping equal outputs must count as equally extreme whatever the order of summation did to the last
                # digits.
                bound = abs(swap.seen) - 1e-10 * max(1.0, abs(swap.seen))
                extreme[i] += int((~(np.abs(total / len(swap.sums)) < bound)).sum())
        for i, b_count in extreme.items():
            out[i] = (b_count + 1) / (self.draws_perm + 1)
        return out


@dataclass(frozen=True, eq=False)
class Swap:
    """Two systems' outputs that are to be swapped document by document."""

    seen: float
    """The difference as it is."""
    sums: list[tuple[str, np.ndarray, np.ndarray]]
    """(combiner, sums of a, sums of b) of each pair of metrics."""
    moved: list[np.ndarray]
    """Of each pair what b has more than a: (n_docs or bundles, k)."""

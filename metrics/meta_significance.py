"""Paired permutation tests for two metrics against one set of human judgements (see `metrics.meta`).

PERM-BOTH (Deutsch, Dror and Roth 2021): both metrics are standardised, then each row's two scores are swapped with
probability 1/2. With s = +-1 per row, mid = (z1 + z2) / 2 and half = (z2 - z1) / 2, the swapped metrics are mid -+ s
half; every sum that a correlation needs is linear in s, so all draws are matrix products and no metric is recomputed
row by row.
"""

from __future__ import annotations

import numpy as np

from metrics.judgements import Judgements
from metrics.ties import orders, snapped

_CHUNK_CELLS = 2_000_000
_EPS = 1e-10


def _standardised(x: np.ndarray) -> np.ndarray:
    wide = float(np.ptp(x)) or 1.0
    x = (x - x.mean()) / wide
    spread = x.std()
    return x / (spread if spread > 0 else 1.0)


def _signs(values: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(values.shape[-1], 1)
    diff = values[..., i] - values[..., j]
    return np.where(np.abs(diff) <= _EPS, 0.0, np.sign(diff))


def _system_figures(human: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
    """`human` (k,), `scores` (m, k) system means -> three figures (m,); NaN where undefined."""
    gold, order = orders(human), _signs(scores)
    centred, h = scores - scores.mean(axis=1, keepdims=True), (human - human.mean()) / (float(np.ptp(human)) or 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "system.pairwise_accuracy": (order == gold).mean(axis=1),
            "system.pearson": centred @ h / np.sqrt((centred**2).sum(axis=1) * (h**2).sum()),
            "system.kendall_tau_b": order @ gold / np.sqrt((order != 0).sum(axis=1) * (gold != 0).sum()),
        }


class _Linear:
    """The columns whose products with s give every sum needed, and the figures of metric 1 and metric 2 from those
    sums."""

    def __init__(self, j: Judgements) -> None:
        assert j.metric2 is not None
        z1, z2 = _standardised(j.metric), _standardised(j.metric2)
        self.mid, self.half = (z1 + z2) / 2, (z2 - z1) / 2
        rated, n_systems = j.rated, len(j.systems)
        counts = np.bincount(j.system, minlength=n_systems)
        rated_counts = np.bincount(j.system[rated], minlength=n_systems)
        self.systems = np.flatnonzero(rated_counts > 0)
        sums, sizes = (
            np.bincount(j.system[rated], v, minlength=n_systems)[self.systems]
            for v in (j.human[rated], np.abs(j.human[rated]))
        )
        self.human_mean = snapped(sums / rated_counts[self.systems], sizes / rated_counts[self.systems])
        self.mid_mean = (np.bincount(j.system, self.mid, minlength=n_systems) / counts)[self.systems]
        # One block of rows per system: a block's product gives that system's mean and its part of the pooled sums.
        self.order = np.argsort(j.system, kind="stable")
        self.cuts = np.concatenate([[0], np.cumsum(counts)])
        gold = np.where(rated, (j.human - j.human[rated].mean()) / (float(np.ptp(j.human[rated])) or 1.0), 0.0)
        self.gold_square, self.n = float((gold**2).sum()), int(rated.sum())
        mid, half = np.where(rated, self.mid, 0.0), np.where(rated, self.half, 0.0)
        self.sums = (mid.sum(), (mid**2 + half**2).sum(), (gold * mid).sum())
        shares = self.half / counts[j.system]
        self.columns = np.column_stack([shares, half, 2 * mid * half, gold * half])[self.order]

    def deltas(self, kept: np.ndarray) -> dict[str, np.ndarray]:
        """`kept` (m, n) of 0 (swapped) and 1 (all 1: as observed), rows in `order` -> figure -> (m,) metric2 -
        metric1."""
        means, pooled = np.zeros((len(kept), len(self.cuts) - 1)), np.zeros((len(kept), 3))
        for s, (low, high) in enumerate(zip(self.cuts[:-1], self.cuts[1:], strict=True)):
            block = self.columns[low:high]
            product = 2 * (kept[:, low:high].astype(np.float64) @ block) - block.sum(axis=0)
            means[:, s] = product[:, 0]
            pooled += product[:, 1:]
        moved = np.column_stack([means[:, self.systems], pooled])
        figures = []
        for sign in (-1.0, 1.0):
            step, k = sign * moved, len(self.systems)
            found = _system_figures(self.human_mean, self.mid_mean + step[:, :k]) if k > 1 else {}
            total, square, product = (base + step[:, k + c] for c, base in enumerate(self.sums))
            with np.errstate(divide="ignore", invalid="ignore"):
                found["segment.pearson"] = product / np.sqrt((square - total**2 / self.n) * self.gold_square)
            figures.append(found)
        return {name: figures[1][name] - figures[0][name] for name in figures[0]}


def permutation_pvalues(
    j: Judgements, items1: np.ndarray, items2: np.ndarray, seed: int, draws: int
) -> dict[str, float]:
    """Two-sided p = (b + 1) / (draws + 1) for metric2 - metric, per figure; seeded.

    `items1`, `items2`: accuracy per item of the two metrics for `segment.acc_eq` (swapped item by item); empty leaves
    it out. A draw with an undefined figure counts as extreme.
    """
    linear = _Linear(j)
    observed = {name: float(d[0]) for name, d in linear.deltas(np.ones((1, len(j.metric)))).items()}
    extreme = dict.fromkeys(observed, 0)
    rng = np.random.default_rng([3, seed])
    for m in _chunks(draws, len(j.metric)):
        for name, delta in linear.deltas(_coins(rng, m, len(j.metric))).items():
            extreme[name] += int((~(np.abs(delta) < abs(observed[name]) - _EPS)).sum())
    if len(items1):
        gap = items2 - items1
        bound, count = abs(float(gap.sum())) - _EPS, 0
        rng = np.random.default_rng([4, seed])
        for m in _chunks(draws, len(gap)):
            moved = 2 * (_coins(rng, m, len(gap)) @ gap) - gap.sum()
            count += int((np.abs(moved) >= bound).sum())
        extreme["segment.acc_eq"] = count
    return {name: (count + 1) / (draws + 1) for name, count in extreme.items()}


def _coins(rng: np.random.Generator, m: int, n: int) -> np.ndarray:
    """(m, n) fair 0/1 as uint8, eight from each random byte."""
    return np.unpackbits(rng.integers(0, 256, size=(m, -(-n // 8)), dtype=np.uint8), axis=1, count=n)


def _chunks(draws: int, width: int) -> list[int]:
    chunk = max(1, min(draws, _CHUNK_CELLS // max(1, width)))
    return [min(chunk, draws - start) for start in range(0, draws, chunk)]

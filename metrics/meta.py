"""Meta-evaluation: how well a metric agrees with human judgements, after WMT's mt-metrics-eval.

- system: pairwise accuracy (Kocmi et al. 2021: share of system pairs ordered alike, ties agreeing with ties only),
  Pearson,
  Kendall's tau-b, over systems.
- segment: Pearson and tau-b over all rated rows pooled; acc_eq, the pairwise accuracy with tie calibration of Deutsch
  et al.
  (2023), grouped by item and averaged over items: pairs whose metric scores differ by no more than one threshold count
  as tied, and the threshold (0 or any observed difference) is the one that maximises it. All pairs are used (no
  sampling), and of equally good thresholds the smallest is reported.
- a second metric column adds the same figures and paired permutation tests in the manner of PERM-BOTH (Deutsch et al.
  2021):
  both metrics are standardised and swapped per segment. Two simplifications: acc_eq swaps whole items at each metric's
  own threshold (PERM-INPUTS; re-calibrating in every draw costs minutes), and the pooled tau-b is not tested.

Numbers that differ by rounding alone are equal, in every figure (`metrics.ties`): means of the same scores in another
order, differences of scores that are the same in decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.judgements import Judgements, read_judgements
from metrics.meta_significance import permutation_pvalues
from metrics.ties import orders, snapped

__all__ = [
    "Judgements",
    "kendall_tau_b",
    "meta_evaluate",
    "pairwise_accuracy",
    "pearson",
    "read_judgements",
    "tie_calibrated_accuracy",
]

FIGURES = (
    ("system", "pairwise_accuracy"),
    ("system", "pearson"),
    ("system", "kendall_tau_b"),
    ("segment", "pearson"),
    ("segment", "kendall_tau_b"),
    ("segment", "acc_eq"),
)
DRAWS = 10_000


def meta_evaluate(judgements: Judgements, seed: int = 0, draws: int = DRAWS) -> dict[str, Any]:
    """The content of the `meta-eval` JSON file (contract: formats, "meta-eval"); `metric2` and `comparison` where it is
    there.

    Undefined figures (one system, a constant metric, no item rated twice) are None. p-values: two-sided, (b + 1) / (n +
    1).
    """
    out: dict[str, Any] = {
        "n_systems": len(judgements.systems),
        "n_items": len(judgements.items),
        "n_rated": int(judgements.rated.sum()),
        **_agreement(judgements, judgements.metric),
    }
    if judgements.metric2 is not None:
        out["metric2"] = _agreement(judgements, judgements.metric2)
        out["comparison"] = _compare(judgements, out, out["metric2"], seed, draws)
    return out


def _agreement(j: Judgements, metric: np.ndarray) -> dict[str, Any]:
    human, scores = _system_means(j, metric)
    gold, rated = snapped(j.human[j.rated]), snapped(metric[j.rated])
    accuracy = pairwise_accuracy(human, scores) if len(human) > 1 else None
    acc_eq, threshold = tie_calibrated_accuracy(j.item[j.rated], gold, rated)
    return {
        "system": {
            "pairwise_accuracy": accuracy,
            "n_pairs": len(human) * (len(human) - 1) // 2,
            "pearson": pearson(human, scores),
            "kendall_tau_b": kendall_tau_b(human, scores),
        },
        "segment": {
            "pearson": pearson(gold, rated),
            "kendall_tau_b": kendall_tau_b(gold, rated),
            "acc_eq": acc_eq,
            "acc_eq_threshold": threshold,
        },
    }


def _system_means(j: Judgements, metric: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Human mean over rated rows and metric mean over all rows, for the systems that have a rated row; equal but for
    rounding is equal."""
    n = len(j.systems)
    rated = np.bincount(j.system[j.rated], minlength=n)
    keep = rated > 0
    human = _means(j.system[j.rated], j.human[j.rated], np.maximum(rated, 1))
    return human[keep], _means(j.system, metric, np.bincount(j.system, minlength=n))[keep]


def _means(system: np.ndarray, values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    means, sizes = (np.bincount(system, v, minlength=len(counts)) / counts for v in (values, np.abs(values)))
    return snapped(means, sizes)


def pairwise_accuracy(human: np.ndarray, metric: np.ndarray) -> float:
    """Share of pairs that the metric orders as the humans do (a tie agrees with a tie only). Both (n,), n >= 2."""
    return float((orders(snapped(human)) == orders(snapped(metric))).mean())


def pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's r, or None for fewer than two values or a constant one."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    # In units of their range, so that the squares of very small numbers are still numbers.
    x, y = (x - x.mean()) / np.ptp(x), (y - y.mean()) / np.ptp(y)
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))


def kendall_tau_b(x: np.ndarray, y: np.ndarray) -> float | None:
    """Kendall's tau-b, or None for fewer than two values or a constant one."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    from scipy.stats import kendalltau

    return round(float(kendalltau(snapped(x), snapped(y), variant="b").statistic), 15)


@dataclass(frozen=True)
class _Pairs:
    """All pairs of rows that share an item."""

    group: np.ndarray
    """Index of the item, renumbered over the items that have a pair."""
    diff: np.ndarray
    """Absolute difference of the metric scores."""
    concordant: np.ndarray
    human_tie: np.ndarray
    weight: np.ndarray
    """1 / (pairs of the item x items): sums of weights are averages over items."""


def _pairs(item: np.ndarray, human: np.ndarray, metric: np.ndarray) -> _Pairs | None:
    order = np.argsort(item, kind="stable")
    starts = np.flatnonzero(np.diff(item[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(order)))
    firsts, seconds = [], []
    for size in np.unique(sizes[sizes > 1]):
        i, j = np.triu_indices(size, 1)
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        firsts.append(rows[:, i].ravel())
        seconds.append(rows[:, j].ravel())
    if not firsts:
        return None
    a, b = np.concatenate(firsts), np.concatenate(seconds)
    _, group, counts = np.unique(item[a], return_inverse=True, return_counts=True)
    gap = metric[a] - metric[b]
    diff = snapped(np.abs(gap), np.maximum(np.abs(metric[a]), np.abs(metric[b])))
    return _Pairs(
        group,
        diff,
        np.sign(human[a] - human[b]) * np.sign(gap) > 0,
        human[a] == human[b],
        1.0 / (counts[group] * len(counts)),
    )


def tie_calibrated_accuracy(
    item: np.ndarray, human: np.ndarray, metric: np.ndarray
) -> tuple[float | None, float | None]:
    """(acc_eq, threshold) of Deutsch et al. (2023); (None, None) when no item has two rows.

    `item` (n,) integer group; `human`, `metric` (n,) finite. A pair counts when both order it alike or both have a tie;
    the metric has a tie where the scores differ by no more than the threshold. Of differences that are equal but for
    rounding, the threshold is the decimal number of twelve digits that they round to.
    """
    pairs = _pairs(item, human, metric)
    if pairs is None:
        return None, None
    order = np.argsort(pairs.diff, kind="stable")
    diff = pairs.diff[order]
    # Passing a pair's difference turns it from "ordered" into "tied": it loses if concordant, wins if the humans tied
    # it.
    change = (pairs.human_tie[order].astype(float) - pairs.concordant[order]) * pairs.weight[order]
    accuracy = float((pairs.concordant * pairs.weight).sum()) + np.cumsum(change)
    last = np.append(diff[1:] != diff[:-1], True)
    thresholds, values = diff[last], accuracy[last]
    if thresholds[0] > 0:
        start = float((pairs.concordant * pairs.weight).sum())
        thresholds, values = np.insert(thresholds, 0, 0.0), np.insert(values, 0, start)
    best = int(np.flatnonzero(values >= values.max() - 1e-10)[0])
    return round(float(np.clip(values[best], 0.0, 1.0)), 14), float(f"{thresholds[best]:.12g}")


def _item_accuracies(j: Judgements, metric: np.ndarray, threshold: float) -> np.ndarray:
    """(items with a pair,) pairwise accuracy of each item at the threshold."""
    pairs = _pairs(j.item[j.rated], snapped(j.human[j.rated]), snapped(metric[j.rated]))
    if pairs is None:
        return np.zeros(0)
    right = np.where(pairs.diff <= threshold * (1 + 1e-11), pairs.human_tie, pairs.concordant)
    return np.bincount(pairs.group, right) / np.bincount(pairs.group)


def _compare(
    j: Judgements, first: dict[str, Any], second: dict[str, Any], seed: int, draws: int
) -> dict[str, dict[str, Any]]:
    """{"system.pearson": {"delta": metric2 - metric, "p", "reason"?}, ...}."""
    assert j.metric2 is not None
    items = [
        _item_accuracies(j, metric, found["segment"]["acc_eq_threshold"] or 0.0)
        for metric, found in ((j.metric, first), (j.metric2, second))
    ]
    pvalues = permutation_pvalues(j, items[0], items[1], seed, draws)
    out: dict[str, dict[str, Any]] = {}
    for level, figure in FIGURES:
        name = f"{level}.{figure}"
        a, b = first[level][figure], second[level][figure]
        if a is None or b is None:
            out[name] = {"delta": None, "p": None, "reason": "undefined for one of the two metrics"}
        elif name not in pvalues:
            out[name] = {
                "delta": b - a,
                "p": None,
                "reason": "not tested: pooled tau-b is too slow to recompute in every draw",
            }
        else:
            out[name] = {"delta": b - a, "p": pvalues[name]}
    return out

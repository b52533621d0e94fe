"""Meta-evaluation: how well a metric agrees with human judgements, after WMT's mt-metrics-eval.

- system: pairwise accuracy (Kocmi et al. 2021: share of system pairs ordered alike, ties agreeing with ties only), Pearson,
  Kendall's tau-b, over systems.
- segment: Pearson and tau-b over all rated rows pooled; acc_eq, the pairwise accuracy with tie calibration of Deutsch et al.
  (2023), grouped by item and averaged over items: pairs whose metric scores differ by no more than one threshold count as
  tied, and the threshold (0 or any observed difference) is the one that maximises it. All pairs are used (no sampling), and of
  equally good thresholds the smallest is reported.
- a second metric column adds the same figures and paired permutation tests in the manner of PERM-BOTH (Deutsch et al. 2021):
  both metrics are standardised and swapped per segment. Two simplifications: acc_eq swaps whole items at each metric's own
  threshold (PERM-INPUTS; re-calibrating in every draw costs minutes), and the pooled tau-b is not tested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metrics.errors import UserError

COLUMNS = ("system", "item", "metric", "human")
FIGURES = (
    ("system", "pairwise_accuracy"),
    ("system", "pearson"),
    ("system", "kendall_tau_b"),
    ("segment", "pearson"),
    ("segment", "kendall_tau_b"),
    ("segment", "acc_eq"),
)
DRAWS = 10_000
_EPS = 1e-12


@dataclass(frozen=True)
class Judgements:
    """One row per segment: n rows, every (system, item) once."""

    system: np.ndarray
    """(n,) int: index into `systems`."""
    item: np.ndarray
    """(n,) int: index into `items`."""
    metric: np.ndarray
    """(n,) float."""
    human: np.ndarray
    """(n,) float, NaN where unrated."""
    metric2: np.ndarray | None
    """(n,) float, or None without that column."""
    systems: tuple[str, ...]
    items: tuple[str, ...]

    @property
    def rated(self) -> np.ndarray:
        """(n,) bool."""
        return np.isfinite(self.human)


def _number(text: str, column: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        empty = "; only human may be empty" if not text.strip() and column != "human" else ""
        raise UserError(f"{where}: {column} is {text!r}, not a finite number{empty}; write a plain decimal number")
    return value


def read_judgements(path: str | Path) -> Judgements:
    """Reads judgements.tsv (UTF-8, tabs, header `system item metric human [metric2]`; further columns are ignored).

    Raises UserError, naming file and line, for a missing file or column, a row of another width, a value that is not a finite
    number, an empty system or item, a segment judged twice, and a file without rows or without a single human judgement.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as err:
        raise UserError(f"cannot read {path}: {err.strerror or err}; check the path") from err
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise UserError(f"{path}, line {line}: not UTF-8 (byte {err.start} of the file); save it as UTF-8") from err
    # Not splitlines(): separators such as U+2028 may stand inside a name.
    reader = (line.removesuffix("\r").split("\t") for line in text.split("\n"))
    header = [name.strip() for name in next(reader, [])]
    if missing := [c for c in COLUMNS if c not in header]:
        wanted = f"the header is: {' '.join(COLUMNS)} [metric2], tab separated"
        raise UserError(f"{path}, line 1: lacks the column(s) {', '.join(missing)}; {wanted}")
    if len(set(header)) != len(header):
        raise UserError(f"{path}, line 1: a column is named twice; name each once")
    systems: dict[str, int] = {}
    items: dict[str, int] = {}
    seen: dict[tuple[str, str], int] = {}
    table: dict[str, list[float]] = {c: [] for c in ("system", "item", "metric", "human", "metric2")}
    for number, fields in enumerate(reader, 2):
        where = f"{path}, line {number}"
        if not any(f.strip() for f in fields):
            continue
        if len(fields) != len(header):
            raise UserError(f"{where}: {len(fields)} columns where the header has {len(header)}; separate columns with one tab")
        row = dict(zip(header, (f.strip() for f in fields), strict=True))
        if not row["system"] or not row["item"]:
            raise UserError(f"{where}: system and item must not be empty; name both")
        if (first := seen.setdefault((row["system"], row["item"]), number)) != number:
            segment = f"system {row['system']!r}, item {row['item']!r}"
            raise UserError(f"{where}: {segment} was already on line {first}; keep one row per segment")
        table["system"].append(systems.setdefault(row["system"], len(systems)))
        table["item"].append(items.setdefault(row["item"], len(items)))
        table["metric"].append(_number(row["metric"], "metric", where))
        table["human"].append(_number(row["human"], "human", where) if row["human"] else math.nan)
        if "metric2" in row:
            table["metric2"].append(_number(row["metric2"], "metric2", where))
    if not seen:
        raise UserError(f"{path}: holds no rows; give one row per system and item")
    found = Judgements(
        np.array(table["system"], dtype=np.int64),
        np.array(table["item"], dtype=np.int64),
        np.array(table["metric"]),
        np.array(table["human"]),
        np.array(table["metric2"]) if "metric2" in header else None,
        tuple(systems),
        tuple(items),
    )
    if not found.rated.any():
        raise UserError(f"{path}: no row has a human judgement; fill the column human for at least some rows")
    return found


def meta_evaluate(judgements: Judgements, seed: int = 0, draws: int = DRAWS) -> dict[str, Any]:
    """The content of the `meta-eval` JSON file (contract: formats, "meta-eval"); `metric2` and `comparison` where it is there.

    Undefined figures (one system, a constant metric, no item rated twice) are None. p-values: two-sided, (b + 1) / (n + 1).
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
    accuracy = pairwise_accuracy(human, scores) if len(human) > 1 else None
    acc_eq, threshold = tie_calibrated_accuracy(j.item[j.rated], j.human[j.rated], metric[j.rated])
    return {
        "system": {
            "pairwise_accuracy": accuracy,
            "n_pairs": len(human) * (len(human) - 1) // 2,
            "pearson": pearson(human, scores),
            "kendall_tau_b": kendall_tau_b(human, scores),
        },
        "segment": {
            "pearson": pearson(j.human[j.rated], metric[j.rated]),
            "kendall_tau_b": kendall_tau_b(j.human[j.rated], metric[j.rated]),
            "acc_eq": acc_eq,
            "acc_eq_threshold": threshold,
        },
    }


def _system_means(j: Judgements, metric: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Human mean over rated rows and metric mean over all rows, for the systems that have a rated row."""
    n = len(j.systems)
    rated = np.bincount(j.system[j.rated], minlength=n)
    human = np.bincount(j.system[j.rated], j.human[j.rated], minlength=n)
    scores = np.bincount(j.system, metric, minlength=n) / np.bincount(j.system, minlength=n)
    keep = rated > 0
    return human[keep] / rated[keep], scores[keep]


def _order(values: np.ndarray) -> np.ndarray:
    """(..., n) -> (..., pairs): sign of the difference of every pair; differences of rounding size are ties."""
    i, j = np.triu_indices(values.shape[-1], 1)
    diff = values[..., i] - values[..., j]
    scale = np.maximum(np.abs(values[..., i]), np.abs(values[..., j]))
    return np.where(np.abs(diff) <= _EPS * scale, 0.0, np.sign(diff))


def pairwise_accuracy(human: np.ndarray, metric: np.ndarray) -> float:
    """Share of pairs that the metric orders as the humans do (a tie agrees with a tie only). Both (n,), n >= 2."""
    return float((_order(human) == _order(metric)).mean())


def pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's r, or None for fewer than two values or a constant one."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))


def kendall_tau_b(x: np.ndarray, y: np.ndarray) -> float | None:
    """Kendall's tau-b, or None for fewer than two values or a constant one."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    from scipy.stats import kendalltau

    return float(kendalltau(x, y, variant="b").statistic)


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
    return _Pairs(
        group, np.abs(gap), np.sign(human[a] - human[b]) * np.sign(gap) > 0, human[a] == human[b], 1.0 / (counts[group] * len(counts))
    )


def tie_calibrated_accuracy(item: np.ndarray, human: np.ndarray, metric: np.ndarray) -> tuple[float | None, float | None]:
    """(acc_eq, threshold) of Deutsch et al. (2023); (None, None) when no item has two rows.

    `item` (n,) integer group; `human`, `metric` (n,) finite. A pair counts when both order it alike or both have a tie; the
    metric has a tie where the scores differ by no more than the threshold.
    """
    pairs = _pairs(item, human, metric)
    if pairs is None:
        return None, None
    order = np.argsort(pairs.diff, kind="stable")
    diff = pairs.diff[order]
    # Passing a pair's difference turns it from "ordered" into "tied": it loses if concordant, wins if the humans tied it.
    change = (pairs.human_tie[order].astype(float) - pairs.concordant[order]) * pairs.weight[order]
    accuracy = float((pairs.concordant * pairs.weight).sum()) + np.cumsum(change)
    last = np.append(diff[1:] != diff[:-1], True)
    thresholds, values = diff[last], accuracy[last]
    if thresholds[0] > 0:
        start = float((pairs.concordant * pairs.weight).sum())
        thresholds, values = np.insert(thresholds, 0, 0.0), np.insert(values, 0, start)
    best = int(np.flatnonzero(values >= values.max() - 1e-10)[0])
    return float(np.clip(values[best], 0.0, 1.0)), float(thresholds[best])


def _item_accuracies(j: Judgements, metric: np.ndarray, threshold: float) -> np.ndarray:
    """(items with a pair,) pairwise accuracy of each item at the threshold."""
    pairs = _pairs(j.item[j.rated], j.human[j.rated], metric[j.rated])
    if pairs is None:
        return np.zeros(0)
    right = np.where(pairs.diff <= threshold, pairs.human_tie, pairs.concordant)
    return np.bincount(pairs.group, right) / np.bincount(pairs.group)


def _compare(j: Judgements, first: dict[str, Any], second: dict[str, Any], seed: int, draws: int) -> dict[str, dict[str, Any]]:
    """{"system.pearson": {"delta": metric2 - metric, "p", "reason"?}, ...}."""
    from metrics.meta_significance import permutation_pvalues

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
            out[name] = {"delta": b - a, "p": None, "reason": "not tested: pooled tau-b is too slow to recompute in every draw"}
        else:
            out[name] = {"delta": b - a, "p": pvalues[name]}
    return out

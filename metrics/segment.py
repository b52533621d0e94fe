"""Per-segment sufficient statistics: what every metric hands over, and how sums of them become a score.

A metric never reports only a mean. It keeps one row of additive statistics per segment, so that corpus values,
bootstrap intervals and paired tests are all computed from the same rows without scoring a text twice (after sacreBLEU's
`significance.py`). Two things differ from a plain mean of sentence scores and are the reason for the `combiner`:

- a pooled ratio (all facts stated / all facts) is the combiner of the *sums*, not the mean of the rows' ratios;
- BLEU and chrF are corpus scores computed from summed n-gram counts.

Sentence values of BLEU use sacreBLEU's effective order (a segment shorter than four tokens is not 0 by definition);
corpus values do not, as in sacreBLEU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

Combiner = Callable[[np.ndarray], np.ndarray]

BLEU_ORDER = 4
CHRF_ORDER = 6
CHRF_BETA = 2.0


def _ratio(sums: np.ndarray) -> np.ndarray:
    """[numerator, denominator] -> numerator / denominator; NaN where the denominator is 0."""
    num, den = sums[..., 0], sums[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(den != 0, num / den, np.nan)


def _f1(sums: np.ndarray) -> np.ndarray:
    """[tp_p, n_p, tp_r, n_r] -> 2PR / (P + R).

    NaN where nothing was to be recalled (n_r = 0). An output that states nothing (n_p = 0) has F1 = 0, so that silence
    is never rewarded; P + R = 0 gives 0.
    """
    tp_p, n_p, tp_r, n_r = (sums[..., i] for i in range(4))
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(n_p != 0, tp_p / n_p, 0.0)
        recall = np.where(n_r != 0, tp_r / n_r, np.nan)
        total = precision + recall
        harmonic = np.where(total > 0, 2 * precision * recall / total, 0.0)
    return np.where(n_r != 0, np.where(n_p != 0, harmonic, 0.0), np.nan)


def _bleu(sums: np.ndarray, effective_order: bool = False) -> np.ndarray:
    """[hyp_len, ref_len, correct 1..4, total 1..4] -> BLEU in 0..100, smoothing `exp`: sacreBLEU's `compute_bleu`,
    vectorised; at most 100, where sacreBLEU's own rounding can be above it."""
    hyp_len, ref_len = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2 : 2 + BLEU_ORDER], sums[..., 2 + BLEU_ORDER : 2 + 2 * BLEU_ORDER]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        penalty = np.where(hyp_len < ref_len, np.where(hyp_len > 0, np.exp(1 - ref_len / hyp_len), 0.0), 1.0)
        log_sum = np.zeros(hyp_len.shape)
        order = np.full(hyp_len.shape, float(BLEU_ORDER))
        smooth = np.ones(hyp_len.shape)
        for n in range(BLEU_ORDER):
            exists = total[..., n] > 0
            missed = exists & (correct[..., n] == 0)
            smooth = np.where(missed, smooth * 2, smooth)
            precision = np.where(missed, 100.0 / (smooth * total[..., n]), 100.0 * correct[..., n] / total[..., n])
            # No n-gram of this order at all: the corpus score is 0, the sentence score leaves the order out.
            absent = 0.0 if effective_order else -np.inf
            log_sum = log_sum + np.where(exists, np.log(np.where(exists, precision, 1.0)), absent)
            if effective_order:
                order = np.where(exists, n + 1.0, order)
        # exp(log 100) is 100.00000000000004 on some processors, which is no BLEU and lies outside its own interval.
        score = np.minimum(penalty * np.exp(log_sum / order), 100.0)
    return np.where(correct.any(axis=-1), score, 0.0)


def _chrf(sums: np.ndarray) -> np.ndarray:
    """[hyp, ref, match] x 6 character orders -> chrF2 in 0..100, effective order over the orders present (sacreBLEU's
    default)."""
    n_hyp, n_ref, n_match = (sums[..., i : 3 * CHRF_ORDER : 3] for i in range(3))
    present = (n_hyp > 0) & (n_ref > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        orders = present.sum(axis=-1)
        precision = np.where(present, n_match / n_hyp, 0.0).sum(axis=-1) / orders
        recall = np.where(present, n_match / n_ref, 0.0).sum(axis=-1) / orders
        factor = CHRF_BETA**2
        score = 100 * (1 + factor) * precision * recall / (factor * precision + recall)
    return np.where((orders > 0) & (precision + recall > 0), score, 0.0)


COMBINERS: dict[str, Combiner] = {
    "mean": _ratio,
    "ratio": _ratio,
    "recall": _ratio,
    "f1": _f1,
    "bleu": _bleu,
    "chrf": _chrf,
}
"""name -> function from sums of shape (..., k) to values of shape (...); NaN where the score is undefined."""

WIDTHS: dict[str, int] = {
    "mean": 2,
    "ratio": 2,
    "recall": 2,
    "f1": 4,
    "bleu": 2 + 2 * BLEU_ORDER,
    "chrf": 3 * CHRF_ORDER,
}
"""name -> k, the number of columns that the combiner reads."""

DENOMINATORS: dict[str, tuple[tuple[int, ...], ...]] = {
    "mean": ((1,),),
    "ratio": ((1,),),
    "recall": ((1,),),
    "f1": ((1,), (3,)),
    "bleu": ((1,),),
    "chrf": (tuple(range(1, 3 * CHRF_ORDER, 3)),),
}
"""name -> groups of columns that say how much a segment weighs; where there are two (f1), their shares are averaged."""
_BOUNDS = {"f1": 1.0, "bleu": 100.0, "chrf": 100.0}


@dataclass(frozen=True, eq=False)
class SegmentStats:
    """One metric of one system: n segments, k additive statistics each."""

    metric: str
    """Public name, for example `coverage.recall`."""
    example_ids: tuple[str, ...]
    """The n segment ids, in the order of the rows."""
    stats: np.ndarray
    """(n, k) float64; rows with a reason are ignored (and stored as zeros)."""
    combiner: str
    """Key of COMBINERS."""
    reasons: tuple[str | None, ...]
    """Per row: None where the segment was scored, else why it could not be."""
    signature: str
    """Metric, parameters, tokenizer and versions: scores with different signatures are not comparable."""
    higher_is_better: bool | None
    """None for descriptive metrics (lengths)."""
    reason: str | None = None
    """Why the whole metric is unscorable, or None."""
    _scored: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Checks shapes and finiteness. Raises ValueError: a wrong shape here is a fault of the metric, not of the
        user."""
        if self.combiner not in COMBINERS:
            raise ValueError(f"{self.metric}: unknown combiner {self.combiner!r}; one of {', '.join(COMBINERS)}")
        n, width = len(self.example_ids), WIDTHS[self.combiner]
        stats = (
            np.array(self.stats, dtype=np.float64).reshape(n, width)
            if n == 0
            else np.array(self.stats, dtype=np.float64)
        )
        if stats.shape != (n, width):
            raise ValueError(
                f"{self.metric}: statistics have shape {stats.shape}, expected {(n, width)} for {self.combiner!r}"
            )
        if len(self.reasons) != n:
            raise ValueError(f"{self.metric}: {len(self.reasons)} reasons for {n} segments")
        if self.reason is not None and None in self.reasons:
            raise ValueError(
                f"{self.metric}: unscorable as a whole ({self.reason}) but some segments are marked scored"
            )
        # As a rule all or none is scored: counted at once, a tenth of the time of one after the other.
        n_scored = self.reasons.count(None)
        scored = np.full(n, n_scored > 0) if n_scored in (0, n) else np.array([r is None for r in self.reasons])
        scored.setflags(write=False)
        stats[~scored] = 0.0
        if not np.isfinite(stats).all():
            raise ValueError(f"{self.metric}: statistics of a scored segment are not finite")
        stats.setflags(write=False)
        object.__setattr__(self, "stats", stats)
        object.__setattr__(self, "_scored", scored)

    @property
    def scored(self) -> np.ndarray:
        """(n,) bool, read only: which segments were scored."""
        return self._scored

    @property
    def n_total(self) -> int:
        """Number of segments."""
        return len(self.example_ids)

    @property
    def n_scored(self) -> int:
        """Number of segments without a reason."""
        return int(self._scored.sum())

    def value(self) -> float | None:
        """The corpus value: the combiner on the column sums over scored rows; None where nothing was scored or it is
        undefined."""
        if self.n_scored == 0:
            return None
        result = float(COMBINERS[self.combiner](self.stats.sum(axis=0)))
        return result if np.isfinite(result) else None

    def sentence_values(self) -> np.ndarray:
        """(n,) float64: the combiner on each row; NaN where the row was not scored or the ratio is undefined (0 /
        0)."""
        if self.n_total == 0:
            return np.zeros(0)
        values = (
            _bleu(self.stats, effective_order=True) if self.combiner == "bleu" else COMBINERS[self.combiner](self.stats)
        )
        return np.where(self.scored, values, np.nan)


def from_values(
    metric: str,
    example_ids: Sequence[str],
    values: Sequence[float | None],
    signature: str,
    higher_is_better: bool | None,
    reasons: Sequence[str | None] | None = None,
) -> SegmentStats:
    """A `mean` metric from one number per segment; None values need a reason at the same place.

    Raises ValueError when lengths differ, a None has no reason, or a number has one.
    """
    why: tuple[str | None, ...] = tuple(reasons) if reasons is not None else (None,) * len(values)
    rows = []
    for example_id, value, reason in zip(example_ids, values, why, strict=True):
        if (value is None) != (reason is not None):
            got = f"value {value}, reason {reason}"
            raise ValueError(f"{metric}, {example_id}: a missing value needs a reason, and a value has none ({got})")
        rows.append((0.0, 0.0) if value is None else (float(value), 1.0))
    stats = np.array(rows, dtype=np.float64).reshape(len(rows), 2)
    # A metric that scored nothing for one common cause is unscorable as a whole.
    common = why[0] if why and len(set(why)) == 1 else None
    return SegmentStats(metric, tuple(example_ids), stats, "mean", why, signature, higher_is_better, common)


def unscorable(
    metric: str,
    example_ids: Sequence[str],
    reason: str,
    signature: str,
    higher_is_better: bool | None,
    combiner: str = "mean",
) -> SegmentStats:
    """A metric that cannot be computed on this input at all: every segment carries the reason, the value is None (never
    0)."""
    n = len(example_ids)
    stats = np.zeros((n, WIDTHS[combiner]))
    return SegmentStats(metric, tuple(example_ids), stats, combiner, (reason,) * n, signature, higher_is_better, reason)


def scale_of(runs: Sequence[SegmentStats]) -> float | None:
    """Upper bound of a metric that lies in 0..bound (1, or 100 for BLEU and chrF) on all these rows; None for lengths
    and other numbers.

    A descriptive metric (no better direction) has none, even where all its values happen to lie in 0..1.
    """
    first = runs[0]
    if first.higher_is_better is None:
        return None
    if first.combiner in _BOUNDS:
        return _BOUNDS[first.combiner]
    inside = all(bool(((m.stats[:, 0] >= 0) & (m.stats[:, 0] <= m.stats[:, 1])).all()) for m in runs)
    return 1.0 if inside else None

"""The measures of `validate-reward`, each on plain numbers. Intervals have level 0.95."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.intervals import student
from metrics.ranks import mean_ranks

Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""
BINS = 10
HISTOGRAM = 24


def wilson(successes: float, n: int) -> tuple[float, float]:
    """Wilson score interval of a share; ties may count as half a success. n must be at least 1."""
    if n < 1:
        raise ValueError("an interval needs at least one trial")
    p, z2 = successes / n, Z * Z
    centre, half = p + z2 / (2 * n), Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # At 0 and 1 the interval ends there, without the rounding error that would put it beside the share.
    low, high = (centre - half) / (1 + z2 / n), (centre + half) / (1 + z2 / n)
    return 0.0 if successes == 0 else max(0.0, low), 1.0 if successes == n else min(1.0, high)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the pairs of one category came out."""

    wins: int
    ties: int
    n: int
    """Pairs in which both texts could be scored."""
    unscored: int = 0

    @property
    def accuracy(self) -> float | None:
        """(wins + ties / 2) / n; None where no pair could be scored."""
        return (self.wins + self.ties / 2) / self.n if self.n else None

    def as_dict(self) -> dict[str, Any]:
        """accuracy, interval, n and ties as in reward.json."""
        low, high = wilson(self.wins + self.ties / 2, self.n) if self.n else (None, None)
        out = {"accuracy": self.accuracy, "ci_low": low, "ci_high": high, "n": self.n, "ties": self.ties}
        return out | ({"n_unscored": self.unscored} if self.unscored else {})


def tally(better: Sequence[float | None], worse: Sequence[float | None]) -> Tally:
    """Wins and ties of pairs; a pair with an unscorable text is counted apart, never as a loss."""
    known = [(b, w) for b, w in zip(better, worse, strict=True) if b is not None and w is not None]
    return Tally(sum(b > w for b, w in known), sum(b == w for b, w in known), len(known), len(better) - len(known))


def auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Area under the ROC curve: chance that a right text scores above a wrong one, ties counting half; None without
    both."""
    if not len(positive) or not len(negative):
        return None
    ranks = mean_ranks([*positive, *negative])
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def calibration(probabilities: Sequence[float], right: Sequence[bool]) -> tuple[float, list[dict[str, float | int]]]:
    """Expected calibration error over 10 equally wide bins (Naeini et al. 2015), and the bins for the reliability
    plot."""
    p, y = np.asarray(probabilities, dtype=float), np.asarray(right, dtype=float)
    which = np.minimum((p * BINS).astype(int), BINS - 1)
    bins: list[dict[str, float | int]] = []
    for i in range(BINS):
        here = which == i
        if here.any():
            bins.append({"confidence": float(p[here].mean()), "accuracy": float(y[here].mean()), "n": int(here.sum())})
    error = sum(b["n"] * abs(b["confidence"] - b["accuracy"]) for b in bins) / len(p)
    return float(error), bins


def retrieval(queries: Sequence[tuple[Sequence[float], Sequence[float]]]) -> dict[str, Any]:
    """P@1, hit@3, hit@10, MRR and nDCG@10 (linear gains, as in trec_eval) over lists of (scores, relevance); means over
    lists.

    Ties count against the reward: of equally scored candidates the less relevant comes first. n_candidates and
    n_relevant are totals.
    """
    first, gains = [], []
    for scores, relevance in queries:
        order = sorted(range(len(scores)), key=lambda i: (-scores[i], relevance[i]))
        ranked = [relevance[i] for i in order]
        first.append(next(i for i, r in enumerate(ranked, 1) if r > 0))
        ideal = sorted(relevance, reverse=True)
        gains.append(_dcg(ranked) / _dcg(ideal))
    rank = np.array(first)
    return {
        "p_at_1": float((rank == 1).mean()),
        "hit_at_3": float((rank <= 3).mean()),
        "hit_at_10": float((rank <= 10).mean()),
        "mrr": float((1 / rank).mean()),
        "ndcg_at_10": float(np.mean(gains)),
        "n_candidates": sum(len(s) for s, _ in queries),
        "n_relevant": sum(sum(r > 0 for r in relevance) for _, relevance in queries),
        "n_queries": len(queries),
    }


def _dcg(ranked: Sequence[float], k: int = 10) -> float:
    return sum(gain / math.log2(i + 1) for i, gain in enumerate(ranked[:k], 1))


def length_slope(series: Sequence[tuple[Sequence[int], Sequence[float]]]) -> dict[str, float | int | None]:
    """Slope of the raw score per 100 characters within a source (source fixed effects), over a series of (lengths,
    scores) per source.

    The interval is cluster-robust by source (CR1, t quantile with one degree of freedom less than there are sources).
    padding_gain: mean over sources of (mean score of the padded texts - score of the unpadded text), which comes first.
    """
    lengths = [np.asarray(x, dtype=float) / 100 for x, _ in series]
    scores = [np.asarray(y, dtype=float) for _, y in series]
    gain = float(np.mean([y[1:].mean() - y[0] for y in scores]))
    x = [a - a.mean() for a in lengths]
    y = [a - a.mean() for a in scores]
    spread = sum(float(a @ a) for a in x)
    slope = sum(float(a @ b) for a, b in zip(x, y, strict=True)) / spread
    found: dict[str, float | int | None] = {
        "slope_per_100_chars": slope,
        "ci_low": None,
        "ci_high": None,
        "padding_gain": gain,
        "n_sources": len(series),
    }
    if len(series) > 1:
        n = sum(len(a) for a in x)
        clusters = len(series)
        meat = sum(float(a @ (b - slope * a)) ** 2 for a, b in zip(x, y, strict=True))
        small = clusters / (clusters - 1) * (n - 1) / max(n - clusters - 1, 1)
        half = float(student(0.95, clusters - 1)) * math.sqrt(small * meat) / spread
        half = max(half, 1e-12 * max(1.0, abs(slope)))  # an exact fit leaves rounding errors only
        found |= {"ci_low": slope - half, "ci_high": slope + half}
    return found


def spread(better: Sequence[float], worse: Sequence[float]) -> dict[str, Any]:
    """Distribution of the scores of right and wrong texts, and the useful range: 5th percentile of wrong to 95th of
    right ones.

    histogram: {"edges": HISTOGRAM + 1 values, "better", "worse": counts}, over the whole span of the scores.
    """

    def row(values: Sequence[float]) -> dict[str, float]:
        p5, p50, p95 = np.percentile(values, (5, 50, 95))
        return {"mean": float(np.mean(values)), "p5": float(p5), "p50": float(p50), "p95": float(p95)}

    right, wrong = row(better), row(worse)
    edges = np.histogram_bin_edges(np.concatenate([better, worse]), HISTOGRAM)
    counts = {name: np.histogram(values, edges)[0].tolist() for name, values in (("better", better), ("worse", worse))}
    histogram = {"edges": edges.tolist(), **counts}
    return {"better": right, "worse": wrong, "useful_range": [wrong["p5"], right["p95"]], "histogram": histogram}

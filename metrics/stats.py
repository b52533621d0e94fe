"""Intervals and paired tests on per-segment sufficient statistics. No text is scored twice.

Method, and where it is simple on purpose (measured coverage of each: docs/statistics.md):
- Intervals rest on leaving out one *document* at a time (delete-one jackknife; segments of one document stand or fall
  together): Wilson's
  limits at the effective number of draws for a fraction, Student's t for a difference of fractions, bootstrap-t for a
  length (`metrics.intervals`, `metrics.estimates`). None with a reason where nothing can be said; `caution` where less
  than 93 % is expected.
- Tests of one run: approximate randomisation (Noreen 1989; Riezler and Maxwell 2005), two-sided: the two systems'
  outputs are swapped per
  document with probability 1/2; p = (b + 1) / (n + 1), b = draws at least as extreme as observed. The smallest p there
  is, 1 / (n + 1), is no measurement but a bound: it is written "<= p" (`p_text`), before and after Holm's correction.
- Several seeds (`metrics.estimates`, `benchmark.compare.pool`): the recipe (seeds random, then documents) and these
  runs (documents only) are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.contrast import difference
from metrics.estimates import run_limits
from metrics.resampling import DRAWS_BOOT, DRAWS_PERM, LEVEL, Resampler
from metrics.segment import SegmentStats
from metrics.version import versions_apart

__all__ = [
    "DRAWS_BOOT",
    "DRAWS_PERM",
    "LEVEL",
    "Delta",
    "Resampler",
    "at_floor",
    "common_segments",
    "compare",
    "holm",
    "incomparable",
    "p_text",
    "restrict",
    "run_limits",
]


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
    caution: str | None = None
    p_floor: bool = False
    """p is the smallest that these draws can give: a bound, not a measurement."""


def _resampler(s: SegmentStats, docs: Sequence[str | None] | None, **settings: float) -> Resampler:
    return Resampler(s.example_ids, None if docs is None else tuple(docs), **settings)  # type: ignore[arg-type]


def restrict(s: SegmentStats, keep: np.ndarray, reason: str) -> SegmentStats:
    """The same metric with the segments outside `keep` ((n,) bool) marked unscored."""
    reasons = tuple(r if k else (r or reason) for r, k in zip(s.reasons, keep, strict=True))
    return SegmentStats(
        s.metric, s.example_ids, s.stats, s.combiner, reasons, s.signature, s.higher_is_better, s.reason
    )


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
    sampler = _resampler(a, docs, draws_boot=draws_boot, draws_perm=draws_perm, seed=seed, level=level)
    before, after = sampler.measured([a]), sampler.measured([b])
    if before is None or after is None:
        return Delta(None, None, None, None, n_paired, "no segment with a defined value in both systems")
    change = difference(after, before)
    found = sampler.limits(change)
    p = sampler.permutation([([a], [b])])[0]
    return Delta(change.value, found.low, found.high, p, n_paired, found.reason, found.caution, at_floor(p, draws_perm))


def at_floor(p: float | None, draws: int) -> bool:
    """Whether p is the smallest that a test with so many draws can give, 1 / (draws + 1)."""
    return p is not None and p * (draws + 1) < 1.5


def p_text(p: float | None, floor: bool = False) -> str:
    """A p-value in plain text: ".0213"; "<= .0035" for the smallest one that could be had (before or after Holm), "<
    .0001", "-" for None."""
    if p is None:
        return "-"
    if p >= 1:
        return "1"
    if p < 0.0001 and not floor:
        return "< .0001"
    text = f"{p:.4f}" if p >= 0.00005 else f"{p:.1e}"
    return ("<= " if floor else "") + text.removeprefix("0")


def holm(pvalues: Mapping[str, float | None], family: int = 0) -> dict[str, float | None]:
    """Holm's step-down adjusted p-values (Holm 1979); None (not tested) stays None.

    family: the number of tests that belong together, where it is more than those that are there: what was not scored or
    is not shown then changes no p-value.
    """
    tested = sorted(((p, name) for name, p in pvalues.items() if p is not None), key=lambda item: item[0])
    adjusted: dict[str, float | None] = dict.fromkeys(pvalues)
    running, size = 0.0, max(family, len(tested))
    for rank, (p, name) in enumerate(tested):
        running = max(running, min(1.0, (size - rank) * p))
        adjusted[name] = running
    return adjusted

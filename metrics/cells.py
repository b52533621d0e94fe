"""The cells of `summary.json`: one metric of a system, its change from stage to stage, and what recovery preserved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.contrast import Contrast, Measured, Range, difference, level_of
from metrics.estimates import paired, recipe_limits, recipe_p, seed_limits
from metrics.preservation import EMPTY, preservation_of
from metrics.resampling import Resampler
from metrics.segment import SegmentStats
from metrics.stats import common_segments, incomparable

Lineage = Mapping[str, tuple[bool | None, bool | None]]
"""Metric -> (in_loop, kin)."""


@dataclass(frozen=True)
class Found:
    """One metric of the systems that have it."""

    name: str
    runs: Mapping[str, list[SegmentStats]]
    """Key -> its rows in each seed; of systems that are compared with others."""
    measured: Mapping[str, Measured | None]
    seeds: Mapping[str, tuple[int | None, ...]]
    sampler: Resampler


def describe(runs: Sequence[SegmentStats], lineage: Lineage) -> dict[str, Any]:
    """All of a cell but its limits; counts are over all seeds."""
    s = runs[0]
    in_loop, kin = lineage.get(s.metric, (None, None))
    values = [m.value() for m in runs]
    known = [v for v in values if v is not None]
    cell: dict[str, Any] = {
        "value": float(np.mean(known)) if len(known) == len(values) else None,
        "ci_low": None,
        "ci_high": None,
        "n_scored": sum(m.n_scored for m in runs),
        "n_total": sum(m.n_total for m in runs),
        "signature": s.signature,
        "in_loop": in_loop,
        "kin": bool(kin),
        "higher_is_better": s.higher_is_better,
    }
    if cell["value"] is None:
        empty = next(m for m, v in zip(runs, values, strict=True) if v is None)
        cell["reason"] = empty.reason or _why_null(empty)
    return cell


def _why_null(s: SegmentStats) -> str:
    """Why the corpus value is None although the metric was tried."""
    if s.n_total == 0:
        return "no segments"
    if s.n_scored == 0:
        counts: dict[str, int] = {}
        for r in s.reasons:
            counts[r or ""] = counts.get(r or "", 0) + 1
        return "; ".join(
            f"{reason} ({n} of {s.n_total})" for reason, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
        )
    return "undefined: nothing of this kind in any scored segment (0 / 0)"


def _limits(sampler: Resampler, x: Contrast) -> dict[str, Any]:
    """The fields of a cell that tell how sure its value is."""
    of_runs = sampler.limits(x)
    runs = _told(of_runs)
    if not x.of_seeds:
        return runs
    values = x.per_seed
    seeds, p = seed_limits(x, sampler.level)
    told: dict[str, Any] = {
        "values": None if values is None else values.tolist(),
        "sd": None if values is None or len(values) < 2 else float(np.std(values, ddof=1)),
        **_told(seeds),
    }
    if not x.single:
        told["p"] = p
    return {**_told(recipe_limits(x, sampler.level, of_runs)), "these_runs": runs, "seeds": told}


def _told(limits: Range) -> dict[str, Any]:
    cell: dict[str, Any] = {"ci_low": limits.low, "ci_high": limits.high}
    return cell | {name: text for name, text in (("ci_reason", limits.reason), ("caution", limits.caution)) if text}


def system_cell(
    runs: Sequence[SegmentStats], measured: Measured | None, sampler: Resampler, lineage: Lineage
) -> dict[str, Any]:
    cell = describe(runs, lineage)
    return cell if measured is None else cell | _limits(sampler, level_of(measured))


def transition(
    found: Found, before: str, after: str, cell: dict[str, Any]
) -> list[tuple[dict[str, Any], list[SegmentStats], list[SegmentStats]]]:
    """Fills a cell; returns what is to be tested by randomisation: (the cell or part of it that the p belongs to, rows
    before, rows after)."""
    a, b = found.runs[before], found.runs[after]
    first, second = found.measured[before], found.measured[after]
    reasons = [r for x in a for y in b if (r := incomparable(x, y)) is not None]
    if reasons or first is None or second is None:
        cell["reason"] = reasons[0] if reasons else "no value in one of the two systems"
        return []
    change = difference(*paired(second, first))
    cell |= {"delta": change.value, **_limits(found.sampler, change)}
    if change.of_seeds:
        cell["p"] = recipe_p(change, found.sampler.level)
        runs = cell["these_runs"] = {**cell["these_runs"], "p": None, "p_holm": None}
        by_seed = dict(zip(found.seeds[before], a, strict=True))
        if set(by_seed) == set(found.seeds[after]):
            return [(runs, [by_seed[s] for s in found.seeds[after]], b)]
        runs["reason"] = "not tested: the two systems do not have the same seeds"
        return []
    tests = [(cell, a, b)]
    if not np.array_equal(a[0].scored, b[0].scored):
        both = common_segments(a[0], b[0])
        cell["paired"] = {"n": both[0].n_scored, **_paired(both, found.sampler)}
        if both[0].value() is not None and both[1].value() is not None:
            tests.append((cell["paired"], [both[0]], [both[1]]))
    return tests


def _paired(both: tuple[SegmentStats, SegmentStats], sampler: Resampler) -> dict[str, Any]:
    a, b = sampler.measured([both[0]]), sampler.measured([both[1]])
    if a is None or b is None:
        return {
            "delta": None,
            "ci_low": None,
            "ci_high": None,
            "p": None,
            "reason": "no segment scored in both systems",
        }
    change = difference(b, a)
    return {"delta": change.value, **_limits(sampler, change), "p": None}


def preserved(found: Found, keys: Sequence[str]) -> dict[str, Any]:
    rows = [found.runs[k] for k in keys]
    reasons = [r for x in rows[0] for other in rows[1:] for y in other if (r := incomparable(x, y)) is not None]
    if reasons:
        return {**dict.fromkeys(EMPTY), "reason": reasons[0]}
    return dict(preservation_of(found.sampler, rows[0][0], [found.measured[k] for k in keys]))

"""From per-segment statistics to `summary.json` and `scores.parquet` (shapes: the contracts of the suite, README
"Files").

The summary holds no times, paths or host names, and its draws are seeded, so equal runs give equal files.

The delta of a transition is the difference of the two values shown above it. Where the two systems were not scored on
the same segments, `paired` repeats delta, interval and p on the segments scored in both: read that one for a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.catalog import families_of_tests
from metrics.contrast import Contrast, Measured, Range, difference, level_of
from metrics.draws import Draws
from metrics.estimates import paired, recipe_limits, recipe_p, seed_limits
from metrics.preservation import EMPTY, preservation_of
from metrics.scores import read_scores, score_rows, write_scores
from metrics.segment import SegmentStats
from metrics.stages import GOLD, TRANSITIONS
from metrics.stats import Resampler, at_floor, common_segments, holm, incomparable

__all__ = ["read_scores", "score_rows", "summarise", "system_keys", "write_scores"]

SCHEMA_VERSION = 1
PRESERVATION = ("post-sft", "post-rl", "post-recovery")
RUN_FIELDS = (
    "task",
    "world_version",
    "config_hash",
    "reward_id",
    "n_para",
    "n_src",
    "sft_steps",
    "rl_steps",
    "recovery_steps",
    "seed",
)

Lineage = Mapping[str, tuple[bool | None, bool | None]]


def system_keys(systems: Sequence[tuple[str, str]]) -> list[str]:
    """Keys of `summary.json` for (system, stage) pairs: the stage where there is one system, else "<system>/<stage>".

    The references scored as a system (stage `gold`) are always `gold` and do not count as a second system. Raises
    ValueError when two pairs would share a key.
    """
    several = len({system for system, stage in systems if stage != GOLD}) > 1
    keys = [f"{system}/{stage}" if several and stage != GOLD else stage for system, stage in systems]
    if len(set(keys)) != len(keys):
        raise ValueError(f"two systems share a key: {', '.join(keys)}")
    return keys


def _prefixes(keys: Sequence[str], stages: Sequence[str]) -> list[str]:
    """The systems ("" or "<system>/") that have all the given stages."""
    found = [k[: len(k) - len(stages[0])] for k in keys if k == stages[0] or k.endswith("/" + stages[0])]
    return [p for p in found if all(p + s in keys for s in stages)]


def _describe(runs: Sequence[SegmentStats], lineage: Lineage) -> dict[str, Any]:
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


def summarise(
    systems: Mapping[str, Sequence[SegmentStats] | Mapping[int | None, Sequence[SegmentStats]]],
    docs: Sequence[str | None] | None,
    run: Mapping[str, Any],
    lineage: Lineage,
    draws: Draws,
) -> dict[str, Any]:
    """The content of `summary.json` for one task.

    `systems`: key (see `system_keys`) -> its metrics, all on the same segments in the same order, or seed -> its
    metrics where a system was trained or sampled with several seeds; `docs`: document id per segment, or None; `run`:
    the fields of RUN_FIELDS (missing ones become null); `lineage`: metric -> (in_loop, kin), absent = unknown. Raises
    ValueError when a metric is listed twice in a system or the segments of two systems differ.

    Where a system has several seeds, the limits and p of its cells are of the *recipe* (seeds random, then documents);
    `these_runs` holds those of the documents alone, `seeds` the values of the seeds, their standard deviation and the t
    interval at seed level.
    """
    table = {key: _Runs.of(key, found) for key, found in systems.items()}
    ids = next((r.example_ids for row in table.values() for runs in row.metrics.values() for r in runs), ())
    sampler = Resampler(
        ids, None if docs is None else tuple(docs), draws.bootstrap, draws.permutation, draws.seed, draws.level
    )
    measured = {
        (key, name): sampler.measured(runs, row.seeds) if ids else None
        for key, row in table.items()
        for name, runs in row.metrics.items()
    }
    found = _Found(table, measured, sampler)
    return {
        "schema_version": SCHEMA_VERSION,
        "run": {**dict.fromkeys(RUN_FIELDS), **run},
        "resampling": {
            "draws_boot": draws.bootstrap,
            "draws_perm": draws.permutation,
            "level": draws.level,
            "n_docs": sampler.n_docs if ids else 0,
        },
        "systems": {
            key: {name: _system_cell(found, key, name, lineage) for name in row.metrics} for key, row in table.items()
        },
        "transitions": _transitions(found),
        "preservation": _preservation(found),
        "tasks": {},
    }


@dataclass(frozen=True)
class _Runs:
    """One system: metric -> its rows in each seed."""

    metrics: dict[str, list[SegmentStats]]
    seeds: tuple[int | None, ...]

    @classmethod
    def of(cls, key: str, found: Sequence[SegmentStats] | Mapping[int | None, Sequence[SegmentStats]]) -> _Runs:
        by_seed = dict(found) if isinstance(found, Mapping) else {None: found}
        tables = [{m.metric: m for m in metrics} for metrics in by_seed.values()]
        if any(len(t) != len(metrics) for t, metrics in zip(tables, by_seed.values(), strict=True)):
            raise ValueError(f"{key}: a metric is listed twice")
        names = [name for name in tables[0] if all(name in t for t in tables)]
        return cls({name: [t[name] for t in tables] for name in names}, tuple(by_seed))


@dataclass(frozen=True)
class _Found:
    """What all parts of a summary are made of."""

    table: Mapping[str, _Runs]
    measured: Mapping[tuple[str, str], Measured | None]
    sampler: Resampler

    def rows(self, key: str, name: str) -> list[SegmentStats]:
        """A metric of a system in each of its seeds."""
        return self.table[key].metrics[name]


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


def _system_cell(found: _Found, key: str, name: str, lineage: Lineage) -> dict[str, Any]:
    runs, measured = found.rows(key, name), found.measured[key, name]
    cell = _describe(runs, lineage)
    return cell if measured is None else cell | _limits(found.sampler, level_of(measured))


def _transitions(found: _Found) -> dict[str, dict[str, Any]]:
    pairs = [(p + a, p + b) for a, b in TRANSITIONS for p in _prefixes(list(found.table), (a, b))]
    out: dict[str, dict[str, Any]] = {}
    tested: list[tuple[dict[str, Any], list[SegmentStats], list[SegmentStats]]] = []
    for before, after in pairs:
        row = out[f"{before}->{after}"] = {}
        for name in [m for m in found.table[before].metrics if m in found.table[after].metrics]:
            row[name] = dict.fromkeys(("delta", "ci_low", "ci_high", "p", "p_holm"))
            tested += _transition(found, before, after, name, row[name])
    # All tests of the run in one pass, so that the swap matrix is drawn once.
    for (cell, _, _), p in zip(tested, found.sampler.permutation([(a, b) for _, a, b in tested]), strict=True):
        cell["p"] = p
        if at_floor(p, found.sampler.draws_perm):
            cell["p_floor"] = True
    for row in out.values():
        _corrected(row)
        _corrected({name: cell["these_runs"] for name, cell in row.items() if "these_runs" in cell})
    return out


def _corrected(row: Mapping[str, dict[str, Any]]) -> None:
    for names in families_of_tests(list(row)):
        for name, p in holm({name: row[name]["p"] for name in names}).items():
            row[name]["p_holm"] = p


def _transition(
    found: _Found, before: str, after: str, name: str, cell: dict[str, Any]
) -> list[tuple[dict[str, Any], list[SegmentStats], list[SegmentStats]]]:
    """Fills a cell; returns what is to be tested by randomisation: (the cell or part of it that the p belongs to, rows
    before, rows after)."""
    a, b = found.rows(before, name), found.rows(after, name)
    first, second = found.measured[before, name], found.measured[after, name]
    reasons = [r for x in a for y in b if (r := incomparable(x, y)) is not None]
    if reasons or first is None or second is None:
        cell["reason"] = reasons[0] if reasons else "no value in one of the two systems"
        return []
    change = difference(*paired(second, first))
    cell |= {"delta": change.value, **_limits(found.sampler, change)}
    if change.of_seeds:
        cell["p"] = recipe_p(change, found.sampler.level)
        runs = cell["these_runs"] = {**cell["these_runs"], "p": None, "p_holm": None}
        by_seed = dict(zip(found.table[before].seeds, a, strict=True))
        if set(by_seed) == set(found.table[after].seeds):
            return [(runs, [by_seed[s] for s in found.table[after].seeds], b)]
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


def _preservation(found: _Found) -> dict[str, Any]:
    out = {}
    for prefix in _prefixes(list(found.table), PRESERVATION):
        keys = [prefix + stage for stage in PRESERVATION]
        for name in [m for m in found.table[keys[0]].metrics if all(m in found.table[k].metrics for k in keys)]:
            rows = [found.rows(k, name) for k in keys]
            reasons = [r for x in rows[0] for other in rows[1:] for y in other if (r := incomparable(x, y)) is not None]
            if reasons:
                out[prefix + name] = {**dict.fromkeys(EMPTY), "reason": reasons[0]}
            else:
                out[prefix + name] = preservation_of(found.sampler, rows[0][0], [found.measured[k, name] for k in keys])
    return out

"""From per-segment statistics to `summary.json` and `scores.parquet` (shapes: the contracts of the suite, README "Files").

The summary holds no times, paths or host names, and its draws are seeded, so equal runs give equal files.

The delta of a transition is the difference of the two values shown above it. Where the two systems were not scored on the same
segments, `paired` repeats delta, interval and p on the segments scored in both: read that one for a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metrics.preservation import preservation_from_draws
from metrics.scores import read_scores, score_rows, write_scores
from metrics.segment import SegmentStats
from metrics.stages import GOLD, TRANSITIONS
from metrics.stats import DRAWS_BOOT, DRAWS_PERM, LEVEL, Resampler, common_segments, holm, incomparable

__all__ = ["read_scores", "score_rows", "summarise", "system_keys", "write_scores"]

SCHEMA_VERSION = 1
PRESERVATION = ("post-sft", "post-rl", "post-recovery")
RUN_FIELDS = ("task", "world_version", "config_hash", "reward_id", "n_para", "n_src", "sft_steps", "rl_steps", "recovery_steps", "seed")

Lineage = Mapping[str, tuple[bool | None, bool | None]]


def system_keys(systems: Sequence[tuple[str, str]]) -> list[str]:
    """Keys of `summary.json` for (system, stage) pairs: the stage where there is one system, else "<system>/<stage>".

    The references scored as a system (stage `gold`) are always `gold` and do not count as a second system. Raises ValueError
    when two pairs would share a key.
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


def _describe(s: SegmentStats, limits: tuple[float | None, float | None], lineage: Lineage) -> dict[str, Any]:
    in_loop, kin = lineage.get(s.metric, (None, None))
    value = s.value()
    cell: dict[str, Any] = {
        "value": value,
        "ci_low": limits[0],
        "ci_high": limits[1],
        "n_scored": s.n_scored,
        "n_total": s.n_total,
        "signature": s.signature,
        "in_loop": in_loop,
        "kin": bool(kin),
        "higher_is_better": s.higher_is_better,
    }
    if value is None:
        cell["reason"] = s.reason or _why_null(s)
    return cell


def _why_null(s: SegmentStats) -> str:
    """Why the corpus value is None although the metric was tried."""
    if s.n_total == 0:
        return "no segments"
    if s.n_scored == 0:
        counts: dict[str, int] = {}
        for r in s.reasons:
            counts[r or ""] = counts.get(r or "", 0) + 1
        return "; ".join(f"{reason} ({n} of {s.n_total})" for reason, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    return "undefined: nothing of this kind in any scored segment (0 / 0)"


def summarise(
    systems: Mapping[str, Sequence[SegmentStats]],
    docs: Sequence[str | None] | None,
    run: Mapping[str, Any],
    lineage: Lineage,
    seed: int,
    tasks: Mapping[str, dict[str, Any]] | None = None,
    draws_boot: int = DRAWS_BOOT,
    draws_perm: int = DRAWS_PERM,
    level: float = LEVEL,
) -> dict[str, Any]:
    """The content of `summary.json` for one task.

    `systems`: key (see `system_keys`) -> its metrics, all on the same segments in the same order; `docs`: document id per
    segment, or None; `run`: the fields of RUN_FIELDS (missing ones become null); `lineage`: metric -> (in_loop, kin), absent =
    unknown; `tasks`: further tasks, each already summarised. Raises ValueError when a metric is listed twice in a system or the
    segments of two systems differ.
    """
    table = {key: {m.metric: m for m in metrics} for key, metrics in systems.items()}
    for key, metrics in systems.items():
        if len(table[key]) != len(metrics):
            raise ValueError(f"{key}: a metric is listed twice")
    cells = [(key, name) for key, row in table.items() for name in row]
    ids = table[cells[0][0]][cells[0][1]].example_ids if cells else ()
    sampler = Resampler(ids, None if docs is None else tuple(docs), draws_boot, draws_perm, seed, level)
    drawn = dict(zip(cells, sampler.bootstrap([table[k][m] for k, m in cells]), strict=True)) if ids else {}
    nothing = np.full(draws_boot, np.nan)
    draws = {cell: drawn.get(cell, nothing) for cell in cells}
    left = dict(zip(cells, sampler.jackknife([table[k][m] for k, m in cells]) if ids else [nothing] * len(cells), strict=True))
    return {
        "schema_version": SCHEMA_VERSION,
        "run": {**dict.fromkeys(RUN_FIELDS), **run},
        "resampling": {"draws_boot": draws_boot, "draws_perm": draws_perm, "level": level, "n_docs": sampler.n_docs if ids else 0},
        "systems": {
            key: {name: _describe(m, sampler.limits(draws[key, name], m.value(), left[key, name]), lineage) for name, m in row.items()}
            for key, row in table.items()
        },
        "transitions": _transitions(table, sampler, draws, left),
        "preservation": _preservation(table, sampler, draws, left),
        "tasks": dict(tasks or {}),
    }


_Table = Mapping[str, Mapping[str, SegmentStats]]
_Draws = Mapping[tuple[str, str], np.ndarray]


def _transitions(table: _Table, sampler: Resampler, draws: _Draws, left: _Draws) -> dict[str, dict[str, Any]]:
    pairs = [(p + a, p + b) for a, b in TRANSITIONS for p in _prefixes(list(table), (a, b))]
    out: dict[str, dict[str, Any]] = {}
    tested: list[tuple[dict[str, Any], SegmentStats, SegmentStats]] = []
    for before, after in pairs:
        row = out[f"{before}->{after}"] = {}
        for name in [m for m in table[before] if m in table[after]]:
            a, b = table[before][name], table[after][name]
            cell: dict[str, Any] = dict.fromkeys(("delta", "ci_low", "ci_high", "p", "p_holm"))
            row[name] = cell
            if (reason := incomparable(a, b)) is not None:
                cell["reason"] = reason
                continue
            delta = float(b.value() or 0.0) - float(a.value() or 0.0)
            low, high = sampler.limits(draws[after, name] - draws[before, name], delta, left[after, name] - left[before, name])
            cell.update(delta=delta, ci_low=low, ci_high=high)
            tested.append((cell, a, b))
            if not np.array_equal(a.scored, b.scored):
                both = common_segments(a, b)
                cell["paired"] = {"n": both[0].n_scored, **_paired(both, sampler)}
                if both[0].value() is not None and both[1].value() is not None:
                    tested.append((cell["paired"], *both))
    # All tests of the run in one pass, so that the swap matrix is drawn once.
    for (cell, _, _), p in zip(tested, sampler.permutation([([a], [b]) for _, a, b in tested]), strict=True):
        cell["p"] = p
    for row in out.values():
        for name, p in holm({name: cell["p"] for name, cell in row.items()}).items():
            row[name]["p_holm"] = p
    return out


def _paired(both: tuple[SegmentStats, SegmentStats], sampler: Resampler) -> dict[str, Any]:
    a, b = both[0].value(), both[1].value()
    if a is None or b is None:
        return {"delta": None, "ci_low": None, "ci_high": None, "p": None, "reason": "no segment scored in both systems"}
    draws_a, draws_b = sampler.bootstrap(both)
    left_a, left_b = sampler.jackknife(both)
    low, high = sampler.limits(draws_b - draws_a, b - a, left_b - left_a)
    return {"delta": b - a, "ci_low": low, "ci_high": high, "p": None}


def _preservation(table: _Table, sampler: Resampler, draws: _Draws, left: _Draws) -> dict[str, Any]:
    out = {}
    for prefix in _prefixes(list(table), PRESERVATION):
        keys = [prefix + stage for stage in PRESERVATION]
        for name in [m for m in table[keys[0]] if all(m in table[k] for k in keys)]:
            sft, rl, recovery = (table[k][name] for k in keys)
            out[prefix + name] = preservation_from_draws(sampler, (sft, rl, recovery), [draws[k, name] for k in keys], [left[k, name] for k in keys])
    return out

"""From per-segment statistics to `summary.json` and `scores.parquet` (shapes: the contracts of the suite, README
"Files").

The summary holds no times, paths or host names, and its draws are seeded, so equal runs give equal files.

The delta of a transition is the difference of the two values shown above it. Where the two systems were not scored on
the same segments, `paired` repeats delta, interval and p on the segments scored in both: read that one for a judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metrics.catalog import families_of_tests
from metrics.cells import Found, Lineage, preserved, system_cell, transition
from metrics.contrast import Measured
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.progress import progress
from metrics.resampling import Swap
from metrics.scores import read_scores, score_rows, write_scores
from metrics.segment import SegmentStats
from metrics.stages import GOLD, TRANSITIONS
from metrics.stats import Resampler, at_floor, holm

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


def system_keys(systems: Sequence[tuple[str, str]]) -> list[str]:
    """Keys of `summary.json` for (system, stage) pairs: the stage where there is one system, else "<system>/<stage>".

    The references scored as a system (stage `gold`) are always `gold` and do not count as a second system. Raises
    UserError when two pairs would share a key.
    """
    several = len({system for system, stage in systems if stage != GOLD}) > 1
    keys = [f"{system}/{stage}" if several and stage != GOLD else stage for system, stage in systems]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise UserError(
            f"two systems are both called {twice!r} (<system>/<stage>); rename one: `system` and `stage` of its rows"
        )
    return keys


def _prefixes(keys: Sequence[str], stages: Sequence[str]) -> list[str]:
    """The systems ("" or "<system>/") that have all the given stages."""
    found = [k[: len(k) - len(stages[0])] for k in keys if k == stages[0] or k.endswith("/" + stages[0])]
    return [p for p in found if all(p + s in keys for s in stages)]


def summarise(
    systems: Mapping[str, Rows | Mapping[int | None, Rows]],
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
    interval at seed level. One metric is looked at after the other, so that those of a `Stored` system are never in
    memory together.
    """
    table = {key: _Runs.of(key, found) for key, found in systems.items()}
    ids: tuple[str, ...] = next((row.ids() for row in table.values() if row.names), ())
    sampler = Resampler(
        ids, None if docs is None else tuple(docs), draws.bootstrap, draws.permutation, draws.seed, draws.level
    )
    made = _Made(table, sampler, [(p + a, p + b) for a, b in TRANSITIONS for p in _prefixes(list(table), (a, b))])
    names = list(dict.fromkeys(name for row in table.values() for name in row.names))
    with progress("intervals and tests", len(names), "metrics") as told:
        for name in names:
            made.add(name, lineage, bool(ids))
            told.advance()
    return {
        "schema_version": SCHEMA_VERSION,
        "run": {**dict.fromkeys(RUN_FIELDS), **run},
        "resampling": {
            "draws_boot": draws.bootstrap,
            "draws_perm": draws.permutation,
            "level": draws.level,
            "n_docs": sampler.n_docs if ids else 0,
        },
        "systems": {key: {name: made.cells[key, name] for name in row.names} for key, row in table.items()},
        "transitions": made.transitions(),
        "preservation": made.preservation(),
        "tasks": {},
    }


@dataclass(frozen=True)
class Stored:
    """The metrics of one system that lie elsewhere: read one at a time."""

    names: Sequence[str]
    """In the order of the summary."""
    load: Callable[[str], SegmentStats]

    def ids(self) -> tuple[str, ...]:
        """The segments."""
        return self.load(self.names[0]).example_ids


Rows = Sequence[SegmentStats] | Stored
"""The metrics of one system in one seed."""


@dataclass(frozen=True)
class _Runs:
    """One system: where the rows of its metrics are, in each seed."""

    names: list[str]
    seeds: tuple[int | None, ...]
    tables: list[Callable[[str], SegmentStats]]

    @classmethod
    def of(cls, key: str, found: Rows | Mapping[int | None, Rows]) -> _Runs:
        by_seed = dict(found) if isinstance(found, Mapping) else {None: found}
        tables, listed = [], []
        for rows in by_seed.values():
            names = list(rows.names) if isinstance(rows, Stored) else [m.metric for m in rows]
            if len(set(names)) < len(names):
                raise ValueError(f"{key}: a metric is listed twice")
            listed.append(names)
            tables.append(rows.load if isinstance(rows, Stored) else {m.metric: m for m in rows}.__getitem__)
        return cls([n for n in listed[0] if all(n in names for names in listed)], tuple(by_seed), tables)

    def rows(self, name: str) -> list[SegmentStats]:
        """A metric in each seed."""
        return [load(name) for load in self.tables]

    def ids(self) -> tuple[str, ...]:
        return self.tables[0](self.names[0]).example_ids


class _Made:
    """The parts of a summary, a metric at a time."""

    def __init__(self, table: Mapping[str, _Runs], sampler: Resampler, pairs: Sequence[tuple[str, str]]) -> None:
        self.table, self.sampler, self.pairs = table, sampler, pairs
        self.prefixes = _prefixes(list(table), PRESERVATION)
        self.compared = {key for pair in pairs for key in pair}
        self.compared |= {prefix + stage for prefix in self.prefixes for stage in PRESERVATION}
        self.cells: dict[tuple[str, str], dict[str, Any]] = {}
        self._changes: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._tests: dict[tuple[str, str, str], list[tuple[dict[str, Any], Swap | None]]] = {}
        self._kept: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, name: str, lineage: Lineage, any_segments: bool) -> None:
        """Everything that is said of one metric."""
        runs: dict[str, list[SegmentStats]] = {}
        measured: dict[str, Measured | None] = {}
        for key in [k for k, row in self.table.items() if name in row.names]:
            rows = self.table[key].rows(name)
            measured[key] = self.sampler.measured(rows, self.table[key].seeds) if any_segments else None
            self.cells[key, name] = system_cell(rows, measured[key], self.sampler, lineage)
            if key in self.compared:
                runs[key] = rows
            else:
                del measured[key]
        found = Found(name, runs, measured, {key: row.seeds for key, row in self.table.items()}, self.sampler)
        for before, after in self.pairs:
            if before in runs and after in runs:
                cell = dict.fromkeys(("delta", "ci_low", "ci_high", "p", "p_holm"))
                tests = transition(found, before, after, cell)
                self._changes[before, after, name] = cell
                # What a test needs is kept, not the rows.
                self._tests[before, after, name] = [(at, self.sampler.swap(a, b)) for at, a, b in tests]
        for prefix in self.prefixes:
            keys = [prefix + stage for stage in PRESERVATION]
            if all(key in runs for key in keys):
                self._kept[prefix, name] = preserved(found, keys)

    def transitions(self) -> dict[str, dict[str, Any]]:
        out: dict[str, dict[str, Any]] = {}
        tested: list[tuple[dict[str, Any], Swap | None]] = []
        for before, after in self.pairs:
            row = out[f"{before}->{after}"] = {}
            for name in [n for n in self.table[before].names if (before, after, n) in self._changes]:
                row[name] = self._changes[before, after, name]
                tested += self._tests[before, after, name]
        # All tests of the run in one pass, so that the swap matrix is drawn once.
        for (cell, _), p in zip(tested, self.sampler.randomised([swap for _, swap in tested]), strict=True):
            cell["p"] = p
            if at_floor(p, self.sampler.draws_perm):
                cell["p_floor"] = True
        for row in out.values():
            _corrected(row)
            _corrected({name: cell["these_runs"] for name, cell in row.items() if "these_runs" in cell})
        return out

    def preservation(self) -> dict[str, Any]:
        return {
            prefix + name: self._kept[prefix, name]
            for prefix in self.prefixes
            for name in self.table[prefix + PRESERVATION[0]].names
            if (prefix, name) in self._kept
        }


def _corrected(row: Mapping[str, dict[str, Any]]) -> None:
    for names in families_of_tests(list(row)):
        for name, p in holm({name: row[name]["p"] for name in names}).items():
            row[name]["p_holm"] = p

"""What a study found: values of each cell by seed, their means, and differences from the baseline, with Student's t
over the seeds (`metrics.estimates`) and Holm's correction.

Seeds are random: what is said is said of the recipe, on the articles that were measured. Cells are paired by seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import stdev
from typing import Any

from benchmark.compare.pool import ORDER
from benchmark.registry import nearest
from benchmark.rundir.summaries import read_summary
from benchmark.studies.cells import Asked, CellRun, settings_of
from benchmark.studies.declared import Study, Times
from metrics import catalog
from metrics.contrast import difference, level_of, of_values
from metrics.errors import UserError
from metrics.estimates import TWO_SEEDS, seed_limits
from metrics.resampling import LEVEL
from metrics.stats import holm
from metrics.version import METRICS_VERSION, versions_apart

SCHEMA_VERSION = 1
SAME = ("task", "world_version", "split", "limit")
"""Fields of a summary's `run` in which all runs of a study must agree."""
SEEDS_ALONE = "one seed: there is no interval and no test; give --seeds 2 or more"
Summaries = Mapping[str, Mapping[int, dict[str, Any]]]
"""Cell with runs of its own -> seed -> summary.json."""


def summaries_of(runs: list[CellRun], out: Path, failed: Mapping[str, str]) -> dict[str, dict[int, dict[str, Any]]]:
    """The summaries of the finished runs. Raises UserError where they are of different tasks, splits or sizes."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    first: tuple[str, dict[str, Any]] | None = None
    for run in runs:
        if run.name in failed:
            continue
        summary = read_summary(out / run.name)
        head = {field: summary["run"].get(field) for field in SAME}
        first = first or (run.name, head)
        if apart := [field for field in SAME if head[field] != first[1][field]]:
            raise UserError(
                f"{out}: {first[0]} and {run.name} differ in {', '.join(apart)}; a study compares runs of one task"
            )
        found.setdefault(run.cell, {})[run.seed] = summary
    return found


def result(
    asked: Asked, runs: list[CellRun], summaries: Summaries, failed: Mapping[str, str], left_out: Mapping[str, str]
) -> dict[str, Any]:
    """The content of study.json. failed: run -> reason; left_out: cell -> reason (`cells.cell_runs`)."""
    study = asked.study
    cells = [name for name in study.cells if study.runs_of(name) not in left_out]
    values = {stage: {cell: _values(study, summaries, cell, stage) for cell in cells} for stage in study.shows}
    return {
        "schema_version": SCHEMA_VERSION,
        "metrics_version": METRICS_VERSION,
        **asked.record(),
        "question": study.question,
        "source": study.source,
        "stage": study.stage,
        "seeds": list(asked.seeds),
        "level": LEVEL,
        "baseline": study.baseline,
        "shows": list(study.shows),
        "metrics": {name: _declared(name) for name in study.metrics},
        "cells": {cell: _made(asked, cell, runs, summaries, failed) for cell in cells},
        "left_out": dict(left_out),
        "values": values,
        "differences": {stage: _differences(study, values[stage], cells) for stage in study.shows},
    }


def _declared(name: str) -> dict[str, Any]:
    record = catalog.metric(name)
    assert record is not None  # the declaration of the study was checked
    return {"label": record.label, "higher_is_better": record.higher_is_better}


def _made(
    asked: Asked, cell: str, runs: list[CellRun], summaries: Summaries, failed: Mapping[str, str]
) -> dict[str, Any]:
    """Settings and runs of a cell."""
    declared, own = asked.study.cells[cell], asked.study.runs_of(cell)
    told = {}
    for run in (run for run in runs if run.cell == own):
        summary = summaries.get(own, {}).get(run.seed)
        told[str(run.seed)] = {
            "run_dir": run.name,
            "config_hash": None if summary is None else summary["run"].get("config_hash"),
            "failed": failed.get(run.name),
        }
    return {
        "set": dict(item.split("=", 1) for item in settings_of(asked, cell)[len(asked.overrides) :]),
        "times": {key: value.model_dump() for key, value in declared.set.items() if isinstance(value, Times)},
        "of": declared.of,
        "reads": dict(declared.reads),
        "runs": told,
    }


def _values(study: Study, summaries: Summaries, cell: str, stage: str) -> dict[str, dict[str, Any]]:
    """Metric -> its values in a cell at a stage, their mean and its limits."""
    key = study.cells[cell].reads.get(stage, stage)
    return {name: _value(summaries.get(study.runs_of(cell), {}), key, name) for name in study.metrics}


def _value(by_seed: Mapping[int, dict[str, Any]], key: str, name: str) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(("mean", "sd", "ci_low", "ci_high", "reason", "signature"))
    found = {seed: _cell(summary, key, name) for seed, summary in by_seed.items()}
    values = {str(seed): cell["value"] for seed, cell in found.items()}
    made = {**empty, "n": len(found), "values": values, "in_loop": None, "kin": None}
    if not found:
        return {**made, "reason": "no run of this cell has finished"}
    first = next(iter(found.values()))
    made |= {"in_loop": first.get("in_loop"), "kin": first.get("kin")}
    for seed, cell in found.items():
        if cell["value"] is None:
            return {**made, "reason": f"seed {seed}: {cell.get('reason') or 'no value'}"}
    signatures = [_signature(cell) for cell in found.values()]
    if (apart := _apart(signatures)) is not None:
        return {**made, "reason": apart}
    numbers = {seed: float(cell["value"]) for seed, cell in found.items()}
    level = level_of(of_values(numbers))
    made |= {"signature": signatures[0], "mean": level.value}
    if len(numbers) < 2:
        return {**made, "reason": SEEDS_ALONE}
    limits, _ = seed_limits(level, LEVEL)
    made |= {"sd": stdev(numbers.values()), "ci_low": limits.low, "ci_high": limits.high, "reason": limits.reason}
    return {**made, **_caution(len(numbers))}


def _cell(summary: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    systems = summary["systems"]
    if key not in systems:
        return {"value": None, "reason": f"the run holds no {key}; {nearest(key, systems)}"}
    return systems[key].get(name) or {"value": None, "reason": "not measured in this run"}


def _signature(cell: Mapping[str, Any]) -> str:
    """Without the seed that a judge's questions were put in order by: it is the run's, as `pool` says."""
    return ORDER.sub("|order:seed", str(cell.get("signature")))


def _apart(signatures: list[str]) -> str | None:
    """Why values with these signatures are not of one metric, or None."""
    for other in signatures[1:]:
        if (apart := versions_apart([signatures[0]], [other], ("one of the runs", "another"))) is not None:
            return apart
        if other != signatures[0]:
            return f"scored in different ways: {signatures[0]} and {other}"
    return None


def _caution(seeds: int) -> dict[str, str]:
    return {"caution": TWO_SEEDS} if seeds == 2 else {}


def _differences(study: Study, values: Mapping[str, Any], cells: list[str]) -> dict[str, dict[str, Any]]:
    """Cell -> metric -> cell minus baseline, paired by seed. Holm's correction is over all cells and all metrics of a
    stage that are corrected together (`catalog.families_of_tests`)."""
    others = [cell for cell in cells if cell != study.baseline]
    made = {
        cell: {name: _difference(values[cell][name], values[study.baseline][name]) for name in study.metrics}
        for cell in others
    }
    for names in catalog.families_of_tests(study.metrics):
        tested = {(cell, name): made[cell][name]["p"] for cell in others for name in names}
        corrected = holm({f"{cell} {name}": p for (cell, name), p in tested.items()})
        for cell, name in tested:
            made[cell][name]["p_holm"] = corrected[f"{cell} {name}"]
    return made


def _difference(after: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(("delta", "sd", "ci_low", "ci_high", "p", "p_holm", "reason"))
    seeds = [seed for seed in before["values"] if seed in after["values"]]
    made = {**empty, "n": len(seeds), "deltas": {}}
    for side in (after, before):
        if side["mean"] is None:
            return {**made, "reason": side["reason"]}
    if (apart := _apart([before["signature"], after["signature"]])) is not None:
        return {**made, "reason": apart}
    if not seeds:
        return {**made, "reason": "no seed has finished in both cells"}
    a, b = (of_values({int(seed): side["values"][seed] for seed in seeds}) for side in (after, before))
    change = difference(a, b)
    made["deltas"] = {s: after["values"][s] - before["values"][s] for s in seeds}
    made["delta"] = change.value
    if len(seeds) < 2:
        return {**made, "reason": SEEDS_ALONE}
    limits, p = seed_limits(change, LEVEL)
    made |= {"sd": stdev(made["deltas"].values()), "ci_low": limits.low, "ci_high": limits.high, "p": p}
    return {**made, "reason": limits.reason, **_caution(len(seeds))}

"""`pool RUN RUN ...`: runs of one configuration that differ in their seed, as one result.

Two sources of chance are kept apart. The pooled interval resamples documents (each with its outputs of all seeds) and so says how the same
trainings would do on other articles; the spread is the standard deviation of the seeds' own values and says how other trainings would
do. Transitions are tested on the pooled segments, a document's outputs of all seeds changing sides together.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import stdev
from typing import Any

import numpy as np

from benchmark.arguments import arg
from benchmark.compare.runs import documents, systems_of
from benchmark.rundir.summaries import read_summary
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.segment import SegmentStats
from metrics.summary import summarise
from metrics.version import versions_apart

SHOWN = (
    "coverage.recall",
    "coverage.recall.length_controlled",
    "coverage.precision",
    "coverage.f1",
    "coverage.f1.length_controlled",
    "coverage.recall_source",
    "grounding.entity",
    "grounding.entity.length_controlled",
    "grounding.quantity",
    "grounding.relation",
    "grounding.retrieval_p1",
    "scorer.comet_qe",
    "reward.mean",
    "verbosity.length_ratio",
    "overlap.chrf",
)
"""Rows of the Markdown table; the JSON file holds every metric."""
SAME = ("task", "world_version", "reward_id", "n_para", "n_src", "sft_steps", "rl_steps", "recovery_steps", "split", "variant")
"""Fields of `run` in which pooled runs must agree."""


def joined(parts: Sequence[SegmentStats]) -> SegmentStats:
    """One metric of one system over several runs: their segments in a row, ids marked by the run. Raises UserError where signatures differ."""
    for part in parts[1:]:
        if apart := versions_apart([parts[0].signature], [part.signature], ("one of the runs", "another")):
            raise UserError(apart)
    if len({p.signature for p in parts}) > 1:
        raise UserError(
            f"{parts[0].metric}: the runs scored it differently ({' / '.join(sorted({p.signature for p in parts}))}); score them again"
        )
    ids = tuple(f"{example_id}#{n}" for n, p in enumerate(parts) for example_id in p.example_ids)
    reasons = tuple(r for p in parts for r in p.reasons)
    common = parts[0].reason if len({p.reason for p in parts}) == 1 else None
    return replace(parts[0], example_ids=ids, stats=np.concatenate([p.stats for p in parts]), reasons=reasons, reason=common)


def pool(runs: Sequence[Path]) -> dict[str, Any]:
    """The pooled summary (shape of summary.json) with `seeds` and `spread`: {KEY: {METRIC: {"values", "sd"}}}, sd over seeds (n - 1).

    `transitions_by_seed`: {TRANSITION: {METRIC: [delta of each seed]}}. Raises UserError for fewer than two runs, an equal seed, or runs that
    differ in more than their seed.
    """
    if len(runs) < 2:
        raise UserError("pool needs at least two run directories")
    summaries = [read_summary(run) for run in runs]
    heads = [s["run"] for s in summaries]
    for field in SAME:
        if len({json.dumps(h.get(field)) for h in heads}) > 1:
            raise UserError(f"the runs differ in {field} ({', '.join(str(h.get(field)) for h in heads)}); only seeds may differ")
    seeds = [h.get("seed") for h in heads]
    if len(set(seeds)) < len(seeds):
        raise UserError(f"the runs' seeds are {', '.join(map(str, seeds))}; each run needs a seed of its own")
    task = str(heads[0]["task"])
    tables = [{key: {m.metric: m for m in metrics} for key, metrics in systems_of(run, task).items()} for run in runs]
    keys = [k for k in tables[0] if all(k in t for t in tables)]
    systems = {k: [joined([t[k][name] for t in tables]) for name in tables[0][k] if all(name in t[k] for t in tables)] for k in keys}
    first = next(iter(tables[0][keys[0]].values())).example_ids
    docs = documents(runs[0], task, first)
    owners = [d if d is not None else i for d, i in zip(docs or [None] * len(first), first, strict=True)] * len(runs)
    cells = [s["systems"] for s in summaries]
    lineage = {m: (c["in_loop"], c["kin"]) for k in keys for m, c in cells[0][k].items()}
    made = summarise(systems, owners, {**heads[0], "seed": None, "config_hash": None}, lineage, 0)
    spread: dict[str, dict[str, Any]] = {}
    for key in keys:
        for name in made["systems"][key]:
            values = [c[key][name]["value"] for c in cells]
            known = all(v is not None for v in values)
            spread.setdefault(key, {})[name] = {"values": values, "sd": stdev(values) if known else None}
    deltas = {
        step: {name: [s["transitions"][step][name]["delta"] for s in summaries] for name in row}
        for step, row in made["transitions"].items()
        if all(step in s["transitions"] for s in summaries)
    }
    made.pop("tasks")
    return {**made, "seeds": seeds, "spread": spread, "transitions_by_seed": deltas}


def _short(x: float | None, digits: int = 3) -> str:
    return "-" if x is None else f"{x:.{digits}f}".replace("0.", ".", 1) if abs(x) < 1 else f"{x:.{max(digits - 1, 1)}f}"


def _cell(value: dict[str, Any], sd: float | None) -> str:
    if value["value"] is None:
        return "-"
    return f"{_short(value['value'])} [{_short(value['ci_low'])}, {_short(value['ci_high'])}] ± {_short(sd)}"


def markdown(pooled: dict[str, Any], metrics: Sequence[str] = SHOWN) -> str:
    """Two tables: stage x metric (pooled value, 95 % interval, ± spread between seeds), and the transitions with Holm-corrected p."""
    keys = list(pooled["systems"])
    names = [m for m in metrics if any(m in pooled["systems"][k] for k in keys)]
    lines = ["| metric | " + " | ".join(keys) + " |", "|---" * (len(keys) + 1) + "|"]
    for name in names:
        row = [_cell(pooled["systems"][k][name], pooled["spread"][k][name]["sd"]) if name in pooled["systems"][k] else "-" for k in keys]
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    steps = list(pooled["transitions"])
    lines += ["", "| metric | " + " | ".join(steps) + " | kept |", "|---" * (len(steps) + 2) + "|"]
    for name in names:
        row = []
        for step in steps:
            cell = pooled["transitions"][step].get(name)
            shown = cell and cell["delta"] is not None
            row.append(
                f"{cell['delta']:+.3f} [{_short(cell['ci_low'])}, {_short(cell['ci_high'])}] p {_short(cell['p_holm'], 4)}"
                if shown
                else "-"
            )
        kept = pooled["preservation"].get(name) or {}
        ratio = kept.get("ratio")
        row.append("-" if ratio is None else f"{ratio:.0%} [{kept['ci_low']:.0%}, {kept['ci_high']:.0%}]")
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    return "\n".join(lines)


ARGUMENTS = [
    arg("runs", nargs="+", metavar="RUN_DIR"),
    arg("--out", metavar="FILE.json", help="where to write the pooled summary"),
]
"""Of `pool`."""


def command(args: argparse.Namespace) -> int:
    """`pool`."""
    pooled = pool([Path(run) for run in args.runs])
    if args.out:
        atomic_write_text(Path(args.out), json.dumps(pooled, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    print(
        f"{len(args.runs)} runs, seeds {', '.join(map(str, pooled['seeds']))}; pooled value [95 % interval over documents] ± SD between seeds\n"
    )
    print(markdown(pooled))
    return 0

"""`pool RUN RUN ...`: runs of one configuration that differ in their seed, as one result.

Two questions are kept apart and worded apart (docs/statistics.md). *The recipe*: what training again would give, on
other articles; seeds are random, then documents. *These runs*: what these checkpoints would do on other articles; a
document's outputs of all seeds stand or fall together. Beside them stands the t interval of the seeds' own values.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import stdev
from typing import Any

from benchmark.arguments import arg
from benchmark.compare.runs import documents, systems_of
from benchmark.keeping import keep_file
from benchmark.report.words import stage_of
from benchmark.rundir.summaries import read_summary
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.estimates import TWO_SEEDS
from metrics.files import atomic_write_text
from metrics.segment import SegmentStats
from metrics.stages import GOLD
from metrics.stats import p_text
from metrics.summary import RUN_FIELDS, summarise
from metrics.terminal import plain, say
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
    "verbosity.repetition",
    "form.fluency",
    "overlap.chrf",
)
"""Rows of the Markdown table; the JSON file holds every metric."""
SAME = (*(name for name in RUN_FIELDS if name not in ("config_hash", "seed")), "split", "variant")
"""Fields of `run` in which pooled runs must agree."""
UNTRAINED = (GOLD, "base")
"""Stages that no seed has changed."""
ORDER = re.compile(r"\|order:\d+(?=\||$)")
"""In the signature of a judge's figure."""


def _checked(parts: Sequence[SegmentStats]) -> list[SegmentStats]:
    """One metric of one system over several runs. Raises UserError where signatures or segments differ, but for the
    seed that a judge's questions were put in order by: it is the run's, as its other seeds are."""
    parts = [replace(p, signature=ORDER.sub("|order:seed", p.signature)) for p in parts]
    if len({p.example_ids for p in parts}) > 1:
        raise UserError(
            f"{parts[0].metric}: the runs were measured on different examples; pool runs of the same split and size"
        )
    for part in parts[1:]:
        if apart := versions_apart([parts[0].signature], [part.signature], ("one of the runs", "another")):
            raise UserError(apart)
    if len({p.signature for p in parts}) > 1:
        raise UserError(
            f"{parts[0].metric}: the runs scored it differently "
            f"({' / '.join(sorted({p.signature for p in parts}))}); score them again"
        )
    return parts


def pool(runs: Sequence[Path]) -> dict[str, Any]:
    """The pooled summary (shape of summary.json) with `seeds` and `spread`: {KEY: {METRIC: {"values", "sd"}}}, sd over
    seeds (n - 1).

    Limits and p of its cells are of the recipe; `these_runs` and `seeds` stand beside them
    (`metrics.summary.summarise`). `transitions_by_seed`: {TRANSITION: {METRIC: [delta of each seed]}}. Raises UserError
    for fewer than two runs, an equal seed, or runs that differ in more than their seed.
    """
    if len(runs) < 2:
        raise UserError("pool needs at least two run directories")
    summaries = [read_summary(run) for run in runs]
    heads = [s["run"] for s in summaries]
    for field in SAME:
        if len({json.dumps(h.get(field)) for h in heads}) > 1:
            raise UserError(
                f"the runs differ in {field} ({', '.join(str(h.get(field)) for h in heads)}); only seeds may differ"
            )
    seeds = [h.get("seed") for h in heads]
    if len(set(seeds)) < len(seeds):
        raise UserError(f"the runs' seeds are {', '.join(map(str, seeds))}; each run needs a seed of its own")
    task = str(heads[0]["task"])
    tables = [{key: {m.metric: m for m in metrics} for key, metrics in systems_of(run, task).items()} for run in runs]
    keys = [k for k in tables[0] if all(k in t for t in tables)]
    systems = {
        k: {
            seed: [_checked([u[k][name] for u in tables])[n] for name in t[k] if all(name in u[k] for u in tables)]
            for n, (seed, t) in enumerate(zip(seeds, tables, strict=True))
        }
        for k in keys
    }
    docs = documents(runs[0], task, next(iter(tables[0][keys[0]].values())).example_ids)
    cells = [s["systems"] for s in summaries]
    lineage = {m: (c["in_loop"], c["kin"]) for k in keys for m, c in cells[0][k].items()}
    made = summarise(systems, docs, {**heads[0], "seed": None, "config_hash": None}, lineage, draws=Draws(seed=0))
    for key in [k for k in keys if stage_of(k) in UNTRAINED]:
        for cell in made["systems"][key].values():  # the same texts in all runs: that the seeds are two is no matter
            if cell.get("caution") == TWO_SEEDS and cell["seeds"]["sd"] == 0:
                del cell["caution"]
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


def short(x: float | None, signed: bool = False) -> str:
    """A figure of a table: three decimals and no leading zero below 1, two above; "-" for None."""
    if x is None:
        return "-"
    sign = "+" if signed else ""
    return f"{x:{sign}.3f}".replace("0.", ".", 1) if abs(x) < 1 else f"{x:{sign}.2f}"


def limits(cell: dict[str, Any], low: str = "ci_low", high: str = "ci_high") -> str:
    """The interval of a cell, "[.210, .340]"."""
    return f"[{short(cell.get(low))}, {short(cell.get(high))}]"


def _value(cell: dict[str, Any], part: str) -> str:
    if cell["value"] is None:
        return "-"
    sd = cell["seeds"]["sd"]
    return f"{short(cell['value'])} {limits(cell if part == 'recipe' else cell[part])} ± {short(sd)}"


def _change(cell: dict[str, Any] | None, part: str) -> str:
    if not cell or cell["delta"] is None:
        return "-"
    told = cell if part == "recipe" else cell[part]
    if part == "seeds" and len(told.get("values") or ()) == 2:  # an interval of two would look far too certain
        return f"{short(cell['delta'], signed=True)} (seeds {', '.join(short(v, signed=True) for v in told['values'])})"
    p = told.get("p_holm") if part != "seeds" else told.get("p")
    return f"{short(cell['delta'], signed=True)} {limits(told)} p {p_text(p, bool(told.get('p_floor')))}"


def _kept(cell: dict[str, Any]) -> str:
    if cell.get("ratio") is None:
        return "not established" if cell.get("kept") is not None else "-"
    return f"{cell['ratio']:.0%} [{cell['ci_low']:.0%}, {cell['ci_high']:.0%}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table; nothing in a cell can break it."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(plain(cell).replace("|", "\\|") for cell in cells) + " |"

    return [line(head), "|---" * len(head) + "|", *map(line, rows)]


def markdown(pooled: dict[str, Any], metrics: Sequence[str] = SHOWN) -> str:
    """Tables of values and of changes, of the recipe first and of these runs after it; p after Holm's correction."""
    keys, steps = list(pooled["systems"]), list(pooled["transitions"])
    names = [m for m in metrics if any(m in pooled["systems"][k] for k in keys)]
    lines: list[str] = []
    for title, part in (
        ("The recipe: seeds random, then documents", "recipe"),
        ("These runs: documents random, the seeds as they are", "these_runs"),
        ("The seeds alone: Student's t of the seeds' own values (p not corrected)", "seeds"),
    ):
        values = [
            [m, *(_value(pooled["systems"][k][m], part) if m in pooled["systems"][k] else "-" for k in keys)]
            for m in names
        ]
        changes = [[m, *(_change(pooled["transitions"][s].get(m), part) for s in steps)] for m in names]
        kept = [" kept"] if part == "recipe" else []
        if kept:
            changes = [
                [*row, _kept(pooled["preservation"].get(m) or {})] for m, row in zip(names, changes, strict=True)
            ]
        lines += [f"**{title}**", ""]
        if part != "these_runs" and len(pooled["seeds"]) == 2:
            lines += [f"Caution: {TWO_SEEDS}{'; no p can be told from them' if part == 'seeds' else ''}.", ""]
        if part != "seeds":
            lines += [*table(["metric", *keys], values), ""]
        lines += [*table(["metric", *steps, *(k.strip() for k in kept)], changes), ""]
    return "\n".join(lines).rstrip()


ARGUMENTS = [
    arg("runs", nargs="+", metavar="RUN_DIR"),
    arg("--out", metavar="FILE.json", help="where to write the pooled summary"),
]
"""Of `pool`."""


def command(args: argparse.Namespace) -> int:
    """`pool`."""
    if args.out:
        keep_file(Path(args.out), ("seeds", "systems", "transitions"))
    pooled = pool([Path(run) for run in args.runs])
    if args.out:
        atomic_write_text(Path(args.out), json.dumps(pooled, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    say(
        f"{len(args.runs)} runs, seeds {', '.join(map(str, pooled['seeds']))}; mean over seeds [95 % interval] ± SD "
        f"between seeds",
        "",
    )
    say(*markdown(pooled).split("\n"))
    return 0

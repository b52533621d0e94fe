"""`score`: any texts against an examples file; no model but the scorers, the encoder and the reward that this call asks
for."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmark.arguments import ALLOW, OUT, SET, arg
from benchmark.judge import options as judging
from benchmark.scoring import inputs, shards
from benchmark.scoring.blocks import Blocks, missing
from benchmark.scoring.families import Means
from benchmark.scoring.load import load
from benchmark.scoring.workers import measure_by_ray, measure_here
from benchmark.scoring.write import Files
from metrics import catalog
from metrics.errors import UserError
from metrics.open.bounds import read
from metrics.records import Example
from metrics.terminal import say
from metrics.words import units

ARGUMENTS = [
    *inputs.ARGUMENTS,
    OUT,
    arg("--task", default="user-data", metavar="NAME", help="name to file the scores under (default: user-data)"),
    arg(
        "--para",
        metavar="FILE",
        help="D_para as examples.jsonl or TSV: facts that it shows and facts that it does not are scored apart, too",
    ),
    arg(
        "--names",
        metavar="FILE.tsv",
        help="your own names for open.name.*: type, source names, target names (default: score.names)",
    ),
    arg("--profile", default="tiny", help="profile for scoring settings (default: tiny)"),
    arg("--limit", type=int, metavar="N", help="score the first N examples alone; goes on no board"),
    arg(
        "--families",
        metavar="A,B",
        help="families of metrics to compute, by commas (score.families: facts, open, verbosity, form, overlap, ...); "
        "default: all",
    ),
    arg(
        "--no-report",
        action="store_true",
        help="write no report.html, whose figures are a third of the time of a small file; `report DIR` makes it later",
    ),
    *judging.OPTIONS,
    arg("words", nargs="*", metavar="merge DIR", help="merge DIR...: finish what shards have measured"),
    arg("--shard", metavar="I/N", help="measure the I-th of N parts alone, on any machine; then score merge DIR..."),
    arg(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: over a Ray cluster (RAY_ADDRESS; extra: cluster); default: the cores of this machine",
    ),
    SET,
    ALLOW,
]
"""Of `score`."""


def _read_once(examples: Sequence[Example], means: Means) -> None:
    """Reads what all processes share: lists of names, dictionaries of words."""
    if means.wants("open"):
        read(examples[:1], means.names)
    for lang in {e.target_lang for e in examples[:1]}:
        units(examples[0].source, lang)


def command(args: argparse.Namespace) -> int:
    """`score`: any texts against an examples file; no model unless a scorer or a reward is asked for by --set."""
    from benchmark.rundir.steps import locked

    merged: list[Path] = []
    if args.words:
        if args.words[0] != "merge":
            raise UserError(f"score {args.words[0]}: there is `score merge DIR... --out OUT`; all else are options")
        merged = [Path(folder) for folder in args.words[1:]]
        args = argparse.Namespace(**{**vars(args), **shards.plans(merged, args.overrides, args.allow_code)})
    if args.shard:
        shards.parse(args.shard)
    if args.families is not None:
        names = [name.strip() for name in args.families.split(",") if name.strip()]
        try:
            told = json.dumps(catalog.chosen(names))
        except ValueError as error:
            raise UserError(f"--families {args.families}: {error}") from None
        args = argparse.Namespace(**{**vars(args), "overrides": [*args.overrides, f"score.families={told}"]})
    loaded = load(args)
    out = Path(args.out)
    with locked(out):
        work = loaded.work()
        folder = out / "steps" / "score" / loaded.task
        files = Files(out, loaded)
        files.make_room(work.key)
        if merged:
            shards.collect(work, folder, loaded.task, merged)
        todo = missing(work, folder)
        if args.shard:
            todo = [block for block in shards.share(work.blocks, args.shard) if block in set(todo)]
            shards.write_plan(out, args, work)
        if args.engine == "ray":
            measure_by_ray(replace(work, means=carried(loaded.means)), todo, folder)
        else:
            before = partial(_read_once, loaded.examples, loaded.means)
            measure_here(work, todo, folder, loaded.profile.score.workers, before)
        if args.shard:
            say(f"shard {args.shard}: {len(todo)} of {len(work.blocks)} blocks in {folder}; then: score merge DIR...")
            return 0
        return files.finish(args, Blocks(work, folder))


def carried(means: Means) -> Means:
    """The means without what is loaded where all segments are at hand."""
    return replace(means, retrieval=means.retrieval and "", load_reward=means.load_reward and _elsewhere)


def _elsewhere() -> None:
    raise AssertionError("rewards score where all segments are at hand")

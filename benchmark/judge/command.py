"""`judge RUN_DIR`: the outputs of a run judged later, without generating again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from benchmark.arguments import SET, arg, seed_number
from benchmark.judge import JUDGES
from benchmark.judge.merging import recover
from benchmark.judge.options import OPTIONS, overrides
from benchmark.judge.study import prepared, priced, run_judge
from benchmark.judge.texts import read_outputs
from benchmark.judge.told import tell
from benchmark.rundir.steps import locked
from benchmark.rundir.summaries import read_summary
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models
from benchmark.settings.schema import Judge
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.terminal import say

ARGUMENTS = [
    arg("run_dir", metavar="RUN_DIR"),
    *OPTIONS,
    arg("--task", metavar="NAME", help="a further task of the run (default: its own)"),
    arg("--seed", type=seed_number, help="order of texts, draws, intervals (default: the run's)"),
    arg("--profile", default="tiny", help="profile with [judge] and [score] settings (default: tiny)"),
    arg("--dry-run", action="store_true", help="print calls, tokens and price; ask nothing"),
    SET,
]
"""Of `judge`."""


def _tasks(summary: dict[str, Any], settings: Judge, task: str | None) -> list[str | None]:
    """What is judged: the task that is named, or the run's own (None) and, where they are wanted, its further ones."""
    own = summary.get("run", {}).get("task")
    further = [name for name in summary.get("tasks", {}) if name != own] if settings.tasks == "all" else []
    return [task] if task is not None else [None, *further]


def command(args: argparse.Namespace) -> int:
    """`judge RUN_DIR --judge NAME`."""
    if args.judge is None:
        raise UserError(f"--judge NAME is missing; judges: {', '.join(JUDGES)}")
    run_dir = Path(args.run_dir)
    recover(run_dir)
    summary = read_summary(run_dir)
    seed = args.seed if args.seed is not None else summary.get("run", {}).get("seed")
    profile = load_profile(args.profile, [*overrides(args), *args.overrides])
    settings, draws = profile.judge, Draws(profile.score.bootstrap_draws, profile.score.permutation_draws, seed or 0)
    tasks = _tasks(summary, settings, args.task)
    if args.judge == "oracle":
        from benchmark.judge.oracle import need_facts

        need_facts(args.judge, [e for task in tasks for e in read_outputs(run_dir, task).examples], str(run_dir))
    if args.dry_run:
        plans = [prepared(run_dir, args.judge, settings, draws.seed, task) for task in tasks]
        prices = [priced(judge, plan) for judge, plan in plans]
        found = {k: None if any(p[k] is None for p in prices) else sum(p[k] for p in prices) for k in prices[0]}
        cost = "no price is known (--price IN OUT)" if found["cost"] is None else f"about {found['cost']:.4f}"
        say(
            f"judge {args.judge}: {found['calls']} calls to make, {found['cached']} in the ledger already",
            f"tokens, estimated: {found['prompt_tokens']} of prompts, {found['completion_tokens']} of answers",
            f"cost: {cost}",
            "not counted: pairs with known answers, answers that are asked for twice, and checks of claims",
        )
        return 0
    from benchmark.report import write_report

    encoder = Models(profile).retrieval
    with locked(run_dir):
        told = [run_judge(run_dir, args.judge, settings, draws, task, encoder=encoder) for task in tasks]
        report = write_report(run_dir)
    for one in told:
        tell(one)
    say(f"judge: {run_dir / 'judge' / args.judge}", f"report: {report}")
    return 0

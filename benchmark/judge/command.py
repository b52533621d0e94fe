"""`judge RUN_DIR`: the outputs of a run judged later, without generating again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmark.arguments import SET, arg, seed_number
from benchmark.judge import JUDGES
from benchmark.judge.merging import recover
from benchmark.judge.study import prepared, priced, run_judge
from benchmark.judge.told import tell
from benchmark.registry import nearest
from benchmark.rundir.steps import locked
from benchmark.rundir.summaries import read_summary
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models
from benchmark.settings.schema import Judge
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.judge.prompting import PROMPT_LANGS
from metrics.judge.records import PROTOCOLS
from metrics.terminal import say


def _protocol(text: str) -> str:
    if text not in PROTOCOLS:
        raise UserError(f"unknown protocol {text!r}; {nearest(text, PROTOCOLS)}")
    return text


OPTIONS = [
    arg("--judge", metavar="NAME", help=f"who judges: {', '.join(JUDGES)}"),
    arg(
        "--protocol",
        nargs="+",
        type=_protocol,
        metavar="NAME",
        help=f"{', '.join(PROTOCOLS)} (default: all but claims)",
    ),
    arg("--url", help="openai: address of the server, such as http://127.0.0.1:8000/v1"),
    arg(
        "--judge-model",
        metavar="NAME",
        help="openai: the server's name of the model; transformers, vllm: folder or hub id",
    ),
    arg("--prompt-lang", choices=PROMPT_LANGS, help="language of the prompts (default: en)"),
    arg("--items", type=int, metavar="N", help="judge N examples, drawn by the seed (default: all)"),
    arg(
        "--price",
        nargs=2,
        type=float,
        metavar=("IN", "OUT"),
        help="price of a million tokens of prompts and of answers",
    ),
    arg("--max-cost", type=float, metavar="X", help="most that the judge may cost; needs --price"),
]
"""Of every command that can judge."""
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
KEYS = {
    "protocol": "protocols",
    "url": "url",
    "judge_model": "model",
    "prompt_lang": "prompt_lang",
    "items": "items",
    "max_cost": "max_cost",
}
"""Argument -> key of [judge]."""


def overrides(args: argparse.Namespace) -> list[str]:
    """The judge's options of a command line as overrides of a profile."""
    asked = {(name, key): value for name, key in KEYS.items() if (value := getattr(args, name, None)) is not None} | {
        ("price", f"price_{way}"): value for way, value in zip(("in", "out"), args.price or (), strict=False)
    }
    for (name, key), value in asked.items():
        _check(name, key, value)
    out = [f"judge.{key}={json.dumps(value)}" for (_, key), value in asked.items()]
    if args.judge is not None and args.judge not in JUDGES:
        raise UserError(f"unknown judge {args.judge!r}; {nearest(args.judge, JUDGES)}")
    if args.judge not in (None, "oracle") and not args.protocol:
        out.append(f"judge.protocols={json.dumps(Judge().protocols)}")  # what costs more has to be asked for
    if args.judge not in (None, "oracle"):
        out.append('judge.tasks="primary"')
    return [*out, *([f'judge.names=["{args.judge}"]'] if args.judge else [])]


def _check(name: str, key: str, value: Any) -> None:
    """Raises UserError that names the option itself: the user knows of no key of a profile."""
    try:
        Judge.model_validate_json(json.dumps({key: value}))
    except ValidationError as error:
        shown = " ".join(map(str, value)) if isinstance(value, list) else value
        raise UserError(f"--{name.replace('_', '-')} {shown}: {error.errors()[0]['msg']}") from None


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

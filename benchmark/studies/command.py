"""`study NAME`: the cells of a declared study, each in several seeds, as runs that share what they have in common;
`study list`: what there is."""

from __future__ import annotations

import argparse
import json
from argparse import ArgumentTypeError
from pathlib import Path

from benchmark.arguments import ALLOW, REUSE, SET, arg, check_place
from benchmark.rundir.steps import locked, others_of
from benchmark.studies.cells import QUICK, Asked, CellRun, cell_runs, default_out, rl_steps_of
from benchmark.studies.declared import LIST, SHIPPED, find_study, read_studies
from benchmark.studies.page import markdown
from benchmark.studies.results import result, summaries_of
from benchmark.studies.running import claim, run_all
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.terminal import say
from training.shared import processes

PROFILE = "tiny"
SEEDS = 3
MOST_SEEDS = 100


def seed_count(text: str) -> int:
    """The number behind --seeds. ArgumentTypeError, a message of the parser, for anything but 1 to MOST_SEEDS."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= MOST_SEEDS:
        raise ArgumentTypeError(f"{text[:20]!r} seeds cannot be run; give a whole number from 1 to {MOST_SEEDS}")
    return int(text)


ARGUMENTS = [
    arg("name", metavar=f"NAME|{LIST}", help="study to run, or `list` to see them"),
    arg(
        "--seeds",
        type=seed_count,
        default=SEEDS,
        metavar="N",
        help=f"runs of each cell, seeds 1 to N (default: {SEEDS})",
    ),
    arg("--quick", action="store_true", help=f"a trial on the profile {QUICK}, in minutes: its numbers mean nothing"),
    arg("--profile", help=f"name of a shipped profile, or a TOML file (default: {PROFILE})"),
    arg("--out", metavar="DIR", help="where the runs and the result go (default: runs/study-NAME)"),
    arg("--file", metavar="FILE.toml", help="take the studies from this file, of the same form as the suite's own"),
    SET,
    ALLOW,
    REUSE,
]
"""Of `study`."""


def command(args: argparse.Namespace) -> int:
    """`study`."""
    if processes.count() > 1:
        raise UserError("study starts its runs itself, each in one process; call it without a launcher")
    if args.quick and args.profile is not None:
        raise UserError(f"--quick is a trial on the profile {QUICK}; leave --profile out")
    studies = read_studies(Path(args.file) if args.file else SHIPPED, args.allow_code)
    names = [args.name] if args.name != LIST else list(studies)
    seeds = tuple(range(1, args.seeds + 1))
    profile = QUICK if args.quick else args.profile or PROFILE
    asked = [
        Asked(name, find_study(studies, name), profile, tuple(args.overrides), seeds, args.quick, args.allow_code)
        for name in names
    ]
    if args.name == LIST:
        _list(asked)
        return 0
    return _run(asked[0], Path(args.out) if args.out else default_out(asked[0]), args.reuse)


def _list(asked: list[Asked]) -> None:
    """A line for each study, and what all of its runs take."""
    rows, notes = [("study", "cells", "runs", "RL steps", "question")], []
    for one in asked:
        runs: list[CellRun] = []
        steps = None
        try:
            runs, _ = cell_runs(one)
            steps = rl_steps_of(runs, one.study.stage)
        except UserError as error:  # the others can be shown all the same
            notes.append(str(error))
        counts = [str(n or "-") for n in (len(one.study.cells), len(runs), steps)]
        rows.append((one.name, counts[0], counts[1], counts[2], one.study.question))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for name, *figures, question in rows:
        said = "  ".join(f"{text:>{width}}" for text, width in zip(figures, widths[1:], strict=True))
        say(f"{name:<{widths[0]}}  {said}  {question}")
    say(
        f"profile {asked[0].profile}, seeds for each cell: {len(asked[0].seeds)}; steps of RL are what takes the time, "
        "and cells that share them are counted once",
        *(f"not with these settings: {note}" for note in notes),
    )


def _run(asked: Asked, out: Path, reuse: list[str]) -> int:
    """Runs a study and writes what it found; 1 where a run failed."""
    runs, left_out = cell_runs(asked)
    check_place(out)
    if out.is_file():
        raise UserError(f"--out {out}: is a file; name a folder")
    others = others_of(reuse, out)
    for cell, why in left_out.items():
        say(f"cell {cell} is left out: {why}", err=True)
    with locked(out):
        claim(out, asked)
        failed = run_all(runs, asked.study.stage, out, others, lambda text: say(text, err=True))
        return _tell(asked, runs, out, failed, left_out)


def _tell(asked: Asked, runs: list[CellRun], out: Path, failed: dict[str, str], left_out: dict[str, str]) -> int:
    """Writes study.json and study.md, and prints the tables."""
    found = result(asked, runs, summaries_of(runs, out, failed), failed, left_out)
    atomic_write_text(out / "study.json", json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    page = markdown(found)
    atomic_write_text(out / "study.md", page)
    say(*page.rstrip("\n").split("\n"), "", f"study: {out / 'study.json'}", f"page:  {out / 'study.md'}")
    for name, why in failed.items():
        say(f"error: {name}: {why}", err=True)
    return 1 if failed else 0

"""`data export`: a split of a task as examples.jsonl."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmark.arguments import DATA, DOWNLOAD, arg
from benchmark.keeping import keep_file
from benchmark.registry import nearest
from benchmark.tasks import load_task
from benchmark.tasks.files import look_in, split_hash
from metrics.errors import UserError
from metrics.records import write_examples
from metrics.stages import SPLITS
from metrics.terminal import say

EXAMPLE = ("id", "source", "source_lang", "target_lang")
"""What every example has: an examples.jsonl is of the form of those that are written."""
ARGUMENTS = [
    arg("--task", metavar="NAME", help="the task"),
    arg("--split", metavar="SPLIT", help="para, src, dev or test"),
    DATA,
    DOWNLOAD,
    arg("--n", type=int, help="number of rows (default: the split's size)"),
    arg("--out", required=True, metavar="FILE", help="file to write"),
]
"""Of `data export`."""


def check_split(split: str) -> str:
    """The split's name; 'D_para' and 'D_src' are understood too. Raises UserError naming the nearest ones."""
    name = split.removeprefix("D_")
    if name not in SPLITS:
        raise UserError(f"unknown split {split!r}; {nearest(split, SPLITS)}")
    return name


def check_size(n: int | None) -> int | None:
    """A number of rows, from 1 to MOST_ROWS."""
    from benchmark.settings.config import MOST_ROWS

    if n is not None and n < 1:
        raise UserError(f"--n {n}: at least 1")
    if n is not None and n > MOST_ROWS:
        raise UserError(f"--n {n}: at most {MOST_ROWS}")
    return n


def command(args: argparse.Namespace) -> int:
    """`data export`."""
    if not args.task or not args.split:
        raise UserError("data export needs --task NAME and --split SPLIT")
    keep_file(Path(args.out), EXAMPLE)
    look_in(args.data, args.download)
    task = load_task(args.task, allow_code=True)
    examples = task.load(check_split(args.split), check_size(args.n))
    write_examples(Path(args.out), examples)
    say(f"{len(examples)} examples -> {args.out}")
    if not task.of_world:
        say(f"sha256 of the split: {split_hash(examples)}")
    return 0

"""`data convert`: outputs in a neighbouring tool's format as examples.jsonl and generations.jsonl."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmark.arguments import arg
from benchmark.data.export import EXAMPLE
from benchmark.data.formats import FORMATS, read_format
from benchmark.data.segments import Given
from benchmark.keeping import keep_file
from metrics.errors import UserError
from metrics.languages import pair
from metrics.records import read_examples, write_examples, write_generations
from metrics.stages import GOLD
from metrics.terminal import say

ARGUMENTS = [
    arg("--format", required=True, metavar="NAME", help=f"one of {', '.join(FORMATS)}"),
    arg("--input", required=True, metavar="FILE", help="the outputs of one system"),
    arg("--examples", metavar="FILE", help="examples.jsonl that they answer, where the file holds no sources"),
    arg("--langs", metavar="SRC-TGT", help="languages of a file that holds sources, such as zh-th"),
    arg("--system", default="system", metavar="NAME", help="name of the system (default: system)"),
    arg("--stage", default="model", metavar="NAME", help="stage to file it under (default: model)"),
    arg(
        "--out",
        required=True,
        metavar="DIR",
        help="folder for generations.jsonl, and examples.jsonl where the file holds sources",
    ),
]
"""Of `data convert`."""


def command(args: argparse.Namespace) -> int:
    """`data convert`: nothing is written unless every row could be read."""
    if (args.examples is None) == (args.langs is None):
        raise UserError(
            "data convert needs either --examples FILE, or --langs SRC-TGT where the file itself holds the sources"
        )
    if not args.system.strip() or not args.stage.strip() or GOLD in (args.system, args.stage):
        raise UserError(
            f"--system {args.system!r} --stage {args.stage!r}: neither may be empty or {GOLD}, which stands for the "
            "references"
        )
    out = Path(args.out)
    keep_file(out / "generations.jsonl", ("example_id", "system", "text"))
    if args.examples is None:
        keep_file(out / "examples.jsonl", EXAMPLE)
    examples = read_examples(args.examples) if args.examples else None
    langs = pair(args.langs) if args.langs else ("", "")
    found, generations = read_format(args.format, Path(args.input), Given(langs, args.system, args.stage, examples))
    write_generations(out / "generations.jsonl", generations)
    empty = sum(not g.text.strip() for g in generations)
    if examples is None:
        write_examples(out / "examples.jsonl", found)
    say(f"{len(generations)} outputs ({empty} empty) of {len(found)} examples -> {out}")
    return 0

"""`data corpus`: training texts of the embedded models, for `python -m training`."""

from __future__ import annotations

import argparse
from itertools import chain, islice
from pathlib import Path

from benchmark.arguments import arg, seed_number
from benchmark.data.export import check_size
from benchmark.keeping import first_line, keep_file, keep_others
from benchmark.registry import nearest
from metrics.errors import UserError
from metrics.records import atomic_write_text, write_jsonl
from metrics.terminal import say

ARGUMENTS = [
    arg(
        "--name",
        metavar="NAME",
        help="base@2, reranker@2, comet@2, encoder@2, words@2; form; or, of world 1, base, reranker ...",
    ),
    arg("--n", type=int, help="number of rows"),
    arg("--seed", type=seed_number, default=1, help="seed of the draw (default: 1)"),
    arg("--out", required=True, metavar="FILE", help="file to write"),
]
"""Of `data corpus`."""


def command(args: argparse.Namespace) -> int:
    """`data corpus`."""
    from benchmark.tasks.newswire.corpora import CORPORA, WORDS

    out = Path(args.out)
    known = [*CORPORA, *WORDS]
    if args.name is None:
        raise UserError(f"data corpus needs --name, one of {', '.join(known)}")
    if args.name not in known:
        raise UserError(f"unknown corpus {args.name!r}; {nearest(args.name, known)}")
    if args.name in WORDS:
        found = WORDS[args.name]()
        keep_others(
            [out] if out.is_file() else [],
            first_line(out).rstrip("\n") in {word.replace("\n", "\\n") for word in found},
        )
        atomic_write_text(out, "".join(word.replace("\n", "\\n") + "\n" for word in found))
        say(f"{len(found)} words -> {args.out}")
        return 0
    if check_size(args.n) is None:
        raise UserError(f"data corpus --name {args.name} needs --n, the number of rows")
    rows = CORPORA[args.name](args.seed)
    first = next(rows)
    keep_file(out, first.keys())
    write_jsonl(out, islice(chain([first], rows), args.n))
    say(f"{args.n} rows -> {args.out}")
    return 0

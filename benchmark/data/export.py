"""`data export`: a split of a task as examples.jsonl. `data corpus`: training texts of the embedded models, for `python -m training`."""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

from benchmark.arguments import arg
from benchmark.registry import nearest
from benchmark.tasks import load_task
from metrics.errors import UserError
from metrics.records import atomic_write_text, write_examples, write_jsonl
from metrics.stages import SPLITS

WORDS = "words"
"""The corpus that is a plain word list for the tokenizers, one word per line."""


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


ARGUMENTS = [
    arg(
        "action",
        choices=["export", "corpus", "join", "names", "facts"],
        help="export: a split as examples.jsonl; corpus: texts for python -m training; join: your texts into disjoint splits; "
        "names: a list of names from pairs of titles; facts: your examples with what can be read from them, to be corrected",
    ),
    arg("--task", metavar="NAME", help="export: the task"),
    arg("--split", metavar="SPLIT", help="export: para, src, dev or test"),
    arg("--name", metavar="NAME", help="corpus: base, reranker, comet, encoder or words"),
    arg("--n", type=int, help="number of rows (export: default is the split's size)"),
    arg("--seed", type=int, default=1, help="corpus: seed of the draw (default: 1)"),
    arg("--articles", nargs="+", metavar="FILE", help="join: JSON Lines of articles (CNewSum's, or id and source)"),
    arg("--titles", metavar="FILE", help="join: their titles in the target language, TSV or JSON Lines of id and title"),
    arg("--target-lang", default="th", metavar="LANG", help="join, names: language of the titles (default: th)"),
    arg("--from", dest="titles_from", metavar="FILE.tsv", help="names: pairs of titles, Chinese and target language, with a header line"),
    arg("--origin", metavar="TEXT", help="names: where the titles come from and under what licence; goes into the list"),
    arg("--examples", metavar="FILE", help="facts: examples.jsonl without facts"),
    arg("--names", metavar="FILE.tsv", help="facts: your own names besides the shipped ones"),
    arg("--n-para", type=int, default=10_000, help="join: pairs of D_para (default: 10000)"),
    arg("--n-dev", type=int, default=5_000, help="join: pairs of dev (default: 5000)"),
    arg("--n-src", type=int, default=100_000, help="join: sources of D_src (default: 100000)"),
    arg("--out", required=True, metavar="FILE", help="file to write (join: folder)"),
]
"""Of `data`."""


def command(args: argparse.Namespace) -> int:
    """`data export`, `corpus`, `join`, `names` and `facts`."""
    if args.action in ("names", "facts"):
        from benchmark.data import names

        return names.names(args) if args.action == "names" else names.facts(args)
    if args.action == "join":
        from benchmark.data.join import command as join

        return join(args)
    return _export(args) if args.action == "export" else _corpus(args)


def _export(args: argparse.Namespace) -> int:
    if not args.task or not args.split:
        raise UserError("data export needs --task NAME and --split SPLIT")
    examples = load_task(args.task).load(check_split(args.split), check_size(args.n))
    write_examples(Path(args.out), examples)
    print(f"{len(examples)} examples -> {args.out}")
    return 0


def _corpus(args: argparse.Namespace) -> int:
    from benchmark.tasks.newswire.corpora import CORPORA, words

    known = [*CORPORA, WORDS]
    if args.name is None:
        raise UserError(f"data corpus needs --name, one of {', '.join(known)}")
    if args.name not in known:
        raise UserError(f"unknown corpus {args.name!r}; {nearest(args.name, known)}")
    if args.name == WORDS:
        found = words()
        atomic_write_text(Path(args.out), "".join(word.replace("\n", "\\n") + "\n" for word in found))
        print(f"{len(found)} words -> {args.out}")
        return 0
    if check_size(args.n) is None:
        raise UserError(f"data corpus --name {args.name} needs --n, the number of rows")
    write_jsonl(Path(args.out), islice(CORPORA[args.name](args.seed), args.n))
    print(f"{args.n} rows -> {args.out}")
    return 0

"""`data names`: a bilingual list of names from pairs of titles."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmark.arguments import arg
from benchmark.keeping import keep_others, starts_with
from benchmark.registry import nearest
from metrics.errors import UserError
from metrics.languages import code
from metrics.open.lists import read_titles, write_list
from metrics.terminal import say

TARGETS = ("th", "bo")
ORIGIN = "Origin and licence: not told (--origin)."
ARGUMENTS = [
    arg(
        "--from",
        dest="titles_from",
        metavar="FILE.tsv",
        help="pairs of titles, Chinese and target language, with a header line",
    ),
    arg("--target-lang", default="th", metavar="LANG", help="language of the titles (default: th)"),
    arg("--origin", metavar="TEXT", help="where the titles come from and under what licence; goes into the list"),
    arg("--out", required=True, metavar="FILE", help="file to write"),
]
"""Of `data names`."""


def command(args: argparse.Namespace) -> int:
    """`data names --from TITLES.tsv --target-lang th --out names.tsv`."""
    from metrics.open.cleaning import clean

    if not args.titles_from:
        raise UserError(
            "data names needs --from FILE.tsv: a header line, then pairs of titles (Chinese, target language) "
            "in two columns"
        )
    out = Path(args.out)
    keep_others([out] if out.is_file() else [], starts_with(out, "# Names "))
    target = code(args.target_lang)
    if target not in TARGETS:
        raise UserError(
            f"--target-lang {args.target_lang!r}: titles are cleaned for th and bo; "
            f"{nearest(args.target_lang, TARGETS)}"
        )
    titles = read_titles(Path(args.titles_from))
    pairs = clean(titles, target)
    if not pairs:
        raise UserError(
            f"{args.titles_from}: none of its {len(titles)} pairs is a name; columns are Chinese title, target title"
        )
    write_list(out, pairs, "zh", target, args.origin or ORIGIN)
    say(f"{len(pairs)} names of {len(titles)} pairs of titles -> {args.out}")
    return 0

"""`meta-eval`: how well a metric or reward agrees with human scores (the figures: `metrics.meta`)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmark.arguments import arg, seed_number
from benchmark.keeping import keep_file
from metrics.terminal import say

ARGUMENTS = [
    arg("--judgements", required=True, metavar="FILE", help="judgements.tsv: system, item, metric, human [, metric2]"),
    arg("--seed", type=seed_number, default=0, help="permutation draws (default: 0)"),
    arg("--out", required=True, metavar="FILE", help="JSON file to write"),
    arg("--skip-invalid", action="store_true", help="go on without rows that cannot be used, counted in the output"),
]
"""Of `meta-eval`."""


def command(args: argparse.Namespace) -> int:
    """Writes the figures of judgements.tsv as JSON and prints them."""
    from metrics.files import atomic_write_text
    from metrics.meta import DRAWS, meta_evaluate, read_judgements
    from metrics.rejects import Rejects
    from metrics.stats import at_floor, p_text

    keep_file(Path(args.out), ("n_systems", "n_items", "n_rated"))
    rejects = Rejects(args.judgements, skip=args.skip_invalid, offered=True)
    found = meta_evaluate(read_judgements(args.judgements, rejects), args.seed)
    if note := rejects.note():
        found["rejected"] = rejects.as_dict()
        say(f"note: {note}")
    atomic_write_text(args.out, json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    say(f"{found['n_systems']} systems, {found['n_items']} items, {found['n_rated']} rated segments")
    for level in ("system", "segment"):
        for name, value in found[level].items():
            say(f"{level + '.' + name:30s} {_figure(value)}")
    for name, row in found.get("comparison", {}).items():
        p = p_text(row["p"], at_floor(row["p"], DRAWS))
        say(f"metric2 - metric, {name:24s} delta {_figure(row['delta'])} p {p}")
    say(f"figures: {args.out}")
    return 0


def _figure(value: float | None) -> str:
    """A figure for the terminal; `-` for what the rows leave undefined (null in the file): no variance, or too few."""
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.4f}"

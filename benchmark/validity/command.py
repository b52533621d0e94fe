"""`validate-metrics`: metrics.json, metrics.html and a table on the terminal."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmark.arguments import LANGS, OUT, arg, seed_number
from benchmark.data.userdata import read_parallel
from benchmark.keeping import is_object, keep_others
from benchmark.report.safetext import plain
from benchmark.validity.damage import DAMAGES
from benchmark.validity.measure import RATES, validate
from metrics import catalog
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.open.lists import name_list
from metrics.terminal import console, say

ARGUMENTS = [
    arg("--examples", required=True, metavar="FILE", help="examples.jsonl with references, or TSV or CSV with --langs"),
    LANGS,
    OUT,
    arg("--names", metavar="FILE.tsv", help="your own names besides the shipped ones"),
    arg("--limit", type=int, metavar="N", help="the first N examples"),
    arg("--seed", type=seed_number, default=0, help="draws of the damage and of the intervals (default: 0)"),
    arg("--no-speed", action="store_true", help="leave the timing out: equal calls then write equal files"),
]
"""Of `validate-metrics`."""


def command(args: argparse.Namespace) -> int:
    """Writes metrics.json and metrics.html into --out."""
    if args.limit is not None and args.limit < 2:
        raise UserError(f"--limit {args.limit}: at least 2, or nothing can be shuffled")
    out = Path(args.out)
    told, shown = out / "metrics.json", out / "metrics.html"
    keep_others([told, shown], is_object(told, ("n", "languages", "reference", "noticed")))
    examples = read_parallel(args.examples, args.langs)[: args.limit]
    if without := [e.id for e in examples if not e.reference]:
        raise UserError(
            f"{args.examples}: {len(without)} of {len(examples)} examples have no reference "
            f"({', '.join(without[:3])}); "
            "validate-metrics holds human references against their sources"
        )
    own = Path(args.names).resolve() if args.names else None
    for pair in sorted({(e.source_lang, e.target_lang) for e in examples}):
        name_list(*pair, own)  # a mistake in the user's names is told before anything is measured
    result = validate(examples, own, args.seed, lambda what: say(f"{what} ...", err=True), not args.no_speed)
    atomic_write_text(told, json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    atomic_write_text(shown, page(result))
    show(result)
    say(f"results: {told}", f"page: {shown}")
    return 0


def rate(cell: dict[str, Any] | None) -> str:
    """ "0.951 [0.930, 0.968]", or "–" where nothing was read."""
    if not cell or cell.get("value") is None:
        return "–"
    low, high = cell.get("ci_low"), cell.get("ci_high")
    return f"{cell['value']:.3f}" + (f" [{low:.3f}, {high:.3f}]" if low is not None and high is not None else "")


def tables(result: dict[str, Any]) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """([(metric, reference, shuffled)], [(damage, noticed, how many)])."""
    low = result["shuffled"] or {}
    rates = [(name, rate(result["reference"].get(name)), rate(low.get(name))) for name in RATES]
    harmed = [
        (f"{name}: {what}", rate(result["noticed"].get(name)), str(result["n_damaged"][name]))
        for name, (what, _) in DAMAGES.items()
    ]
    return rates, harmed


def show(result: dict[str, Any]) -> None:
    """The tables on the terminal."""
    from rich.table import Table

    out = console()
    rates, harmed = tables(result)
    for title, heads, body in (
        (f"{result['n']} pairs, {', '.join(result['languages'])}", ("metric", "human reference", "shuffled"), rates),
        ("damaged references", ("damage", "noticed", "n"), harmed),
    ):
        table = Table(title=title, title_justify="left")
        for i, head in enumerate(heads):
            table.add_column(head, justify="right" if i else "left", no_wrap=bool(i))
        for row in body:
            table.add_row(*map(plain, row))
        out.print(table)
    for name, per_minute in result.get("speed", {}).items():
        out.print(f"speed, {name}: {per_minute:,.0f} segments a minute and core")


def page(result: dict[str, Any]) -> str:
    """metrics.html: self-contained, every text escaped."""
    from benchmark.report.safetext import environment

    pages = environment([Path(__file__).parent, Path(__file__).parents[1] / "report"])
    rates, harmed = tables(result)
    kinds = [
        (name, rate(cell), f"{cell['n_scored']} segments")
        for name, cell in result["reference"].items()
        if name not in catalog.metrics()
    ]
    return pages.get_template("metrics.html.j2").render(
        r=result, rates=rates, harmed=harmed, kinds=kinds, label=catalog.label
    )

"""The table on the terminal: metric x stage with intervals and arrows. Signs carry the meaning, colours only repeat
it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from benchmark.report import grounded
from benchmark.report.safetext import plain
from benchmark.report.words import (
    ALPHA,
    direction,
    interval,
    is_number,
    key_metrics,
    number,
    ordered,
    ordered_metrics,
    plumbing,
    prefix_of,
    stage_of,
)
from metrics.catalog import CONTROLLED
from metrics.stages import GOLD, PARENTS
from metrics.terminal import console as fresh_console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NAME_WIDTH, CELL_WIDTH = 29, 14
ASCII = str.maketrans({"▲": "^", "▼": "v", "\u2212": "-", "–": "-"})
"""For terminals that cannot show more."""


def metrics_shown(summary: dict[str, Any]) -> list[str]:
    """Metrics of the terminal's table: the key ones, scorers, judges and the reward, where any system has a value; the
    page has all."""
    systems = summary["systems"]
    found = ordered_metrics({m for row in systems.values() for m, c in row.items() if is_number(c.get("value"))})
    cut = [m for m in found if m.startswith("grounding.") and m.endswith(CONTROLLED)]
    key = key_metrics()
    return [m for m in found if m not in cut and (m in key or m.split(".")[0] in ("scorer", "judge", "reward"))]


def chunks(keys: list[str], width: int) -> list[list[str]]:
    """Systems in blocks that fit a terminal of `width` columns, one at least."""
    size = max(1, (width - NAME_WIDTH - 2) // (CELL_WIDTH + 2))
    return [keys[i : i + size] for i in range(0, len(keys), size)]


def _tone(arrow: str, better: bool | None) -> str:
    if not arrow or better is None:
        return "bold" if arrow else ""
    return "bold green" if (arrow == "▲") == better else "bold red"


def _cell(summary: dict[str, Any], key: str, metric: str) -> list[tuple[str, str]]:
    """[(text, style)] of one cell."""
    cell = summary["systems"][key].get(metric) or {}
    if not is_number(cell.get("value")):
        return [("null", "dim")]
    parent = PARENTS.get(stage_of(key))
    moved = summary.get("transitions", {}).get(f"{prefix_of(key)}{parent}->{key}", {}).get(metric) if parent else None
    arrow = direction(moved)
    parts = [
        (number(cell["value"], metric), ""),
        (f" {arrow}" if arrow else "  ", _tone(arrow, cell.get("higher_is_better"))),
    ]
    if limits := interval(cell.get("ci_low"), cell.get("ci_high"), metric):
        parts.append(("\n" + limits, "dim"))
    if cell.get("n_scored") != cell.get("n_total"):
        parts.append((f"\n{cell.get('n_scored')} of {cell.get('n_total')}", "dim"))
    return parts


def _table(summary: dict[str, Any], keys: list[str], metrics: list[str], ascii_only: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    def text(*parts: tuple[str, str]) -> Text:
        return Text.assemble(*((t.translate(ASCII) if ascii_only else t, style) for t, style in parts))

    table = Table(box=box.ASCII if ascii_only else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("metric", width=NAME_WIDTH, overflow="fold")
    for key in keys:
        # A long stage name breaks at its hyphen, not in a word.
        name = plain(key).replace("-continued", "\n-continued")
        table.add_column(text((name, "")), justify="right", width=CELL_WIDTH, overflow="fold")
    for metric in metrics:
        table.add_row(
            text((plain(metric).replace("length_controlled", "lc"), "")),
            *[text(*_cell(summary, k, metric)) for k in keys],
        )
    return table


def show(summary: dict[str, Any], console: Console | None = None) -> None:
    """Prints the table, what arrows mean, what is null and why, and the preservation of the RL gain."""
    from rich.text import Text

    console = console or fresh_console()
    ascii_only = console.options.ascii_only

    def say(line: str, style: str = "") -> None:
        line = plain(line)
        console.print(
            Text(line.translate(ASCII).encode("ascii", "replace").decode() if ascii_only else line, style=style)
        )

    keys = ordered(summary["systems"])
    run = summary.get("run") or {}
    say(f"{run.get('task') or 'run'}, seed {run.get('seed')}", "bold")
    if told := plumbing(run):
        say(told, "bold yellow")
    metrics = metrics_shown(summary)
    for block in chunks(keys, console.width) if metrics else []:
        console.print(_table(summary, block, metrics, ascii_only))
    if any(metric.endswith(CONTROLLED) for metric in metrics):
        say("lc: the output cut at the reference's length", "dim")
    if any(stage_of(k) in PARENTS for k in keys):
        say(f"▲ ▼: significant change against the stage it was trained from (p_holm < {ALPHA})", "dim")
    for key, text in grounded.sentences(summary):
        say(f"{key}: {text}")
    for line in [*_lineage(summary, metrics), *_nulls(summary, keys), *_preservation(summary)]:
        say(line)


def _lineage(summary: dict[str, Any], metrics: list[str]) -> list[str]:
    """Which of the shown metrics are not independent of the reward."""

    def marked(name: str) -> list[str]:
        return [m for m in metrics if any((row.get(m) or {}).get(name) is True for row in summary["systems"].values())]

    loop, kin = marked("in_loop"), [m for m in marked("kin") if m not in marked("in_loop")]
    families = sorted({m.split(".")[0] + ".*" if m.split(".")[0] != "scorer" else m for m in kin})
    return ([f"in the loop (no independent evidence): {', '.join(loop)}"] if loop else []) + (
        [f"kin of the reward: {len(kin)} metrics of {', '.join(families)}"] if kin else []
    )


def _nulls(summary: dict[str, Any], keys: list[str]) -> list[str]:
    keys = [k for k in keys if stage_of(k) != GOLD] or keys
    reasons: dict[str, list[str]] = {}
    for metric in ordered_metrics({m for k in keys for m in summary["systems"][k]}):
        cells = [c for k in keys if (c := summary["systems"][k].get(metric))]
        if all(not is_number(c.get("value")) for c in cells):
            reason = next((c["reason"] for c in cells if c.get("reason")), "no reason given")
            reasons.setdefault(re.sub(r"^no salient \w+ fact$", "no salient fact of this type", reason), []).append(
                metric
            )
    return [
        f"null: {', '.join(m[:4])}{f' and {len(m) - 4} more' if len(m) > 4 else ''}: {reason}"
        for reason, m in reasons.items()
    ]


def _preservation(summary: dict[str, Any]) -> list[str]:
    lines = []
    shown = {*key_metrics(), *(m for m in summary.get("preservation", {}) if m.startswith(("scorer.", "judge.")))}
    for metric, cell in summary.get("preservation", {}).items():
        bare = metric.rsplit("/", 1)[-1]
        if (
            is_number(cell.get("ratio"))
            and bare in shown
            and not (bare.startswith("grounding.") and bare.endswith(CONTROLLED))
        ):
            limits = (
                f" [{cell['ci_low']:.0%}, {cell['ci_high']:.0%}]"
                if is_number(cell.get("ci_low")) and is_number(cell.get("ci_high"))
                else ""
            )
            lines.append(f"  {metric.replace('length_controlled', 'lc'):32} {cell['ratio']:>5.0%}{limits}")
    return ["share of the RL gain left after recovery:", *lines] if lines else []

"""`board.csv` and `board.md`: the boards as plain tables, in which no cell acts."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import words
from benchmark.leaderboard.paper import tables_of
from benchmark.leaderboard.view import Group, Row, View
from benchmark.report.safetext import plain
from benchmark.report.words import ordered_metrics

FIELDS = ("task", "system", "version", "seed", "stage", "trust", "rank", "rank_low", "rank_high")
DERIVED = ("trajectory", "preservation.ratio", "preservation.ci_low", "preservation.ci_high", "hacked", "flags")
"""Of the system, repeated in the row of each of its stages."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a cell that begins like this for a formula."""


def as_groups(rows: Sequence[Row]) -> list[Group]:
    """Each baseline as a system of its own."""
    return [Group(r.entry["system"], r.entry["version"], r.entry["seed"], [r]) for r in rows]


def table_csv(views: Sequence[tuple[Path, View]]) -> str:
    """One row per entry with every score and its interval, and what its system is; the paper's figures have a row per
    entry and table, without a rank."""
    metrics = ordered_metrics(
        {m for _, v in views for r in [*(r for g in v.groups for r in g.rows), *v.baselines] for m in r.entry["scores"]}
    )
    names = sorted({name for _, v in views for t in tables_of(v.board["task"]) for name in t["columns"]})
    sink = io.StringIO()
    out = csv.writer(sink, lineterminator="\n")
    scored = [x for m in metrics for x in (m, f"{m}.ci_low", f"{m}.ci_high")]
    out.writerow([*FIELDS, *scored, *DERIVED, "source", *(f"reported.{n}" for n in names)])
    for _, view in views:
        for group in [*view.groups, *as_groups(view.baselines)]:
            for row in group.rows:
                e, low_high = row.entry, row.ranks or (None, None)
                told = [e["task"], e["system"], e["version"], e["seed"], e["stage"], e["trust"], row.rank, *low_high]
                numbers = [(e["scores"].get(m) or {}).get(k) for m in metrics for k in ("value", "ci_low", "ci_high")]
                derived = _derived(group, row, view.board["primary"])
                out.writerow([_safe(x) for x in (*told, *numbers, *derived, e["digest"], *[None] * len(names))])
        for table in tables_of(view.board["task"]):
            for e in table["entries"]:
                told = [table["task"], e["system"], None, None, e["stage"], e["trust"], None, None, None]
                figures = [e["values"].get(n) for n in names]
                out.writerow([_safe(x) for x in (*told, *[None] * (len(scored) + len(DERIVED)), e["source"], *figures)])
    return sink.getvalue()


def _derived(group: Group, row: Row, primary: str) -> list[Any]:
    """In the order of DERIVED."""
    kept = group.preservation or {}
    return [
        words.trajectory(group, primary),
        *(kept.get(name) for name in ("ratio", "ci_low", "ci_high")),
        group.hacked,
        "; ".join([*row.flags, *group.flags]),
    ]


def _safe(cell: Any) -> Any:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    text = plain(cell)
    return "'" + text if text.startswith(FORMULA) else text


def _md(text: str) -> str:
    escaped = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + c if c in "\\|*_[]`" else c for c in escaped)


def table_markdown(views: Sequence[tuple[Path, View]], sort: str | None) -> str:
    """The boards as Markdown tables, the paper's figures below each."""
    lines: list[str] = []
    for _, view in views:
        primary = view.board["primary"]
        lines += [
            f"## {_md(view.board['task'])}",
            "",
            f"{view.n_entries} entries; test split `{words.split_name(view.board)}`.",
            "",
        ]
        if view.groups:
            lines += _md_table(
                ["rank", "system", "stage", "trust", *map(words.heading, words.columns(primary, sort))],
                [
                    [
                        words.rank_text(r),
                        words.system_name(g),
                        r.entry["stage"],
                        words.trust_text(r.entry),
                        *words.cells(r.entry, primary, sort),
                    ]
                    for g in view.groups
                    for r in g.rows
                ],
            )
            for g in view.groups:
                notes = [
                    words.trajectory(g, primary),
                    *(f"{r.entry['stage']}: {f}" for r in g.rows for f in r.flags),
                    *g.flags,
                ]
                lines += [f"- {_md(words.system_name(g))}: {_md(note)}" for note in notes if note]
            lines += ["", *(f"{_md(note)}  " for note in words.footnotes(view)), ""]
        if (older := words.of_older_metrics(view.board)) is not None:
            lines += [f"**{_md(older)}**", ""]
        if view.baselines:
            lines += ["### Baselines, never ranked", ""]
            body = [[r.entry["system"], *words.cells(r.entry, primary, sort)] for r in view.baselines]
            lines += [*_md_table(["system", *map(words.heading, words.columns(primary, sort))], body), ""]
        for t in tables_of(view.board["task"]):
            lines += [
                f"### Reported, not recomputed and not ranked: {_md(t['entries'][0]['source'])}",
                "",
                f"{_md(t['title'])}. {_md(t['protocol'])}.",
                "",
            ]
            rows = [[e["system"], e["stage"] or "", *(f"{v:g}" for v in e["values"].values())] for e in t["entries"]]
            lines += [*_md_table(["system", "stage", *t["columns"]], rows), ""]
    return "\n".join(lines) + "\n"


def _md_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    body = ["| " + " | ".join(map(_md, row)) + " |" for row in [head, *rows]]
    return [body[0], "|" + " --- |" * len(head), *body[1:], ""]

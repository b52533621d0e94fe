"""What index.html shows of a board: one row per system, judged by its last stage, its stages and flags folded in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard import words
from benchmark.leaderboard.board import Entry
from benchmark.leaderboard.flags import KINDS, NOTE, chip, kind
from benchmark.leaderboard.paper import tables_of
from benchmark.leaderboard.ranks import WORDS
from benchmark.leaderboard.view import Group, Row, View, value
from benchmark.report.words import interval, label, number


def page_name(entry: Entry) -> str:
    """An entry's page, by its digest: no name that a user typed becomes a path."""
    return f"entries/{entry['digest'][:24]}.html"


def context(path: Path, view: View, sort: str | None, reverse: bool = False) -> dict[str, Any]:
    """What the template needs of one board."""
    metrics = words.columns(view.board["primary"], sort)
    main = sort if sort and sort not in WORDS else view.board["primary"]
    shown = [r.entry for r in [*(r for g in view.groups for r in g.rows), *view.baselines]]
    # A column in which nobody has a value says nothing.
    metrics = [m for m in metrics if m in (view.board["primary"], main) or any(value(e, m) is not None for e in shown)]
    rows = [_system(g, metrics) for g in view.groups]
    if sort not in WORDS:
        rows = _between(rows, [_baseline(r, metrics) for r in view.baselines], metrics.index(main), reverse)
    else:
        rows += [_baseline(r, metrics) for r in view.baselines]
    return {
        "board": view.board,
        "anchor": "".join(c if c.isascii() and c.isalnum() else "-" for c in view.board["task"]),
        "own": "" if path.parent.resolve() == boards.BOARDS.resolve() else path.name,
        "n_systems": view.n_groups,
        "split": words.split_name(view.board),
        "n_entries": view.n_entries,
        "head": [
            {"name": words.heading(m), "title": f"{label(m)} ({m})", "sorted": _sorted(m == main, sort, reverse)}
            for m in metrics
        ],
        "by_system": _sorted(sort == "system", "system", not reverse),
        "rows": rows,
        "notes": words.footnotes(view) if view.groups else [],
        "older": words.of_older_metrics(view.board),
        "reported": _by_source(tables_of(view.board["task"])),
    }


def _sorted(by_this: bool, sort: str | None, reverse: bool) -> str:
    if not by_this or sort == "trust":
        return "none"
    return "ascending" if reverse else "descending"


def _between(
    systems: list[dict[str, Any]], baselines: list[dict[str, Any]], column: int, reverse: bool
) -> list[dict[str, Any]]:
    """Baselines among the systems, by value; a system stands above the baseline that it equals, no value comes last."""
    rows, sign = [*systems, *baselines], 1 if reverse else -1
    valued = [r for r in rows if r["cells"][column]["value"] != ""]
    # Sorting is stable: the systems keep their order among themselves.
    valued.sort(key=lambda r: sign * r["cells"][column]["value"])
    return valued + [r for r in rows if r["cells"][column]["value"] == ""]


def _cells(entry: Entry, metrics: Sequence[str]) -> list[dict[str, Any]]:
    out = []
    for i, metric in enumerate(metrics):
        cell, found = entry["scores"].get(metric) or {}, value(entry, metric)
        limits = interval(cell.get("ci_low"), cell.get("ci_high"), metric) if i == 0 else ""
        out.append({"text": number(found, metric), "limits": limits, "value": "" if found is None else found})
    return out


def _system(group: Group, metrics: Sequence[str]) -> dict[str, Any]:
    final, name = group.final, words.system_name(group)
    flags = [(kind(f), f"{r.entry['stage']}: {f}") for r in group.rows for f in r.flags]
    flags += [(kind(f), f) for f in group.flags]
    loud = [f for f in [*group.flags, *final.flags] if kind(f) != NOTE]
    return {
        **_row(final, name, metrics),
        "baseline": False,
        "rank": words.rank_text(final),
        "sort_rank": final.rank or "",
        "trust": words.trust_text(final.entry),
        "chips": list(dict.fromkeys((kind(f), chip(f)) for f in sorted(loud, key=lambda f: KINDS.index(kind(f))))),
        "flags": sorted(flags, key=lambda told: KINDS.index(told[0])),
        "trajectory": words.trajectory(group, view_primary(metrics)),
        "stages": [
            {
                **_row(r, name, metrics),
                "rank": words.rank_text(r),
                "trust": words.trust_text(r.entry),
                "final": r is final,
            }
            for r in group.rows
        ],
    }


def view_primary(metrics: Sequence[str]) -> str:
    """The primary metric stands first among the columns."""
    return metrics[0]


def _baseline(row: Row, metrics: Sequence[str]) -> dict[str, Any]:
    return {
        **_row(row, row.entry["system"], metrics),
        "baseline": True,
        "rank": "–",
        "sort_rank": "",
        "trust": "baseline",
        "chips": [],
        "flags": [],
        "trajectory": "",
        "stages": [],
    }


def _row(row: Row, name: str, metrics: Sequence[str]) -> dict[str, Any]:
    stage = row.entry["stage"]
    return {"name": name, "stage": stage, "page": page_name(row.entry), "cells": _cells(row.entry, metrics)}


def _by_source(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"source": source, "tables": list(told)}
        for source, told in groupby(tables, key=lambda t: str(t["entries"][0]["source"]).rpartition(",")[0])
    ]

"""`leaderboard export`: index.html (offline, sortable, one page per entry), board.md, board.csv."""

from __future__ import annotations

import argparse
import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.paper import tables_of
from benchmark.leaderboard.ranks import Group, Row, View
from benchmark.leaderboard.show import paths_of, views_of
from benchmark.leaderboard.words import cells, columns, footnotes, heading, of_older_metrics, rank_text, system_name, trajectory, trust_text
from benchmark.report.safetext import plain, shortened, visible
from benchmark.report.words import interval, label, number, ordered_metrics
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.records import Example, Generation

FOLDER = Path(__file__).resolve().parent
SHOWN = 12
"""Outputs shown on an entry's page, spread over the test split."""
FIELDS = ("task", "system", "version", "seed", "stage", "trust", "rank", "rank_low", "rank_high")
DERIVED = ("trajectory", "preservation.ratio", "preservation.ci_low", "preservation.ci_high", "hacked", "flags")
"""Of the system, repeated in the row of each of its stages."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a cell that begins like this for a formula."""


def command(args: argparse.Namespace) -> int:
    """`leaderboard export`."""
    views = views_of(paths_of(args), args, None)
    out = Path(args.out)
    _claim(out)
    written = write(out, views, args.sort)
    print(f"{out / 'index.html'}: {sum(v.n_entries for _, v in views)} entries on {len(views)} boards, {written} pages; board.md, board.csv")
    return 0


def _claim(out: Path) -> None:
    """Takes a folder that is new, empty, or an older export."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: a file; --out needs a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / "board.csv").is_file():
        raise UserError(f"{out}: holds other things than an export; give another --out")


def write(out: Path, views: Sequence[tuple[Path, View]], sort: str | None) -> int:
    """Writes an export; pages of an older one are removed. Returns the number of entries' pages."""
    environment = _environment()
    shutil.rmtree(out / "entries", ignore_errors=True)
    n = 0
    for path, view in views:
        if not (view.groups or view.baselines):
            continue
        examples = boards.read_test(path, view.board)
        for group in [*view.groups, *_as_groups(view.baselines)]:
            for row in group.rows:
                page = environment.get_template("entry.html.j2").render(_entry_context(path, view, group, row, examples))
                atomic_write_text(out / page_name(row.entry), page)
                n += 1
    atomic_write_text(out / "board.csv", table_csv(views))
    atomic_write_text(out / "board.md", table_markdown(views, sort))
    index = environment.get_template("index.html.j2").render(boards=[_context(view, sort) for _, view in views])
    atomic_write_text(out / "index.html", index)
    return n


def _as_groups(rows: Sequence[Row]) -> list[Group]:
    """Each baseline as a system of its own."""
    return [Group(r.entry["system"], r.entry["version"], r.entry["seed"], [r]) for r in rows]


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    environment.filters["visible"] = lambda text: visible(str(text))
    return environment


def _shown(value: Any) -> Any:
    """Whatever a template prints: nothing that could act or hide gets on a page, whether or not the template thought of it."""
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def page_name(entry: Entry) -> str:
    """An entry's page, by its digest: no name that a user typed becomes a path."""
    return f"entries/{entry['digest'][:24]}.html"


def _context(view: View, sort: str | None) -> dict[str, Any]:
    primary = view.board["primary"]
    metrics = columns(primary, sort)
    return {
        "board": view.board,
        "n_entries": view.n_entries,
        "head": [{"name": heading(m), "title": m} for m in metrics],
        "groups": [
            {
                "name": system_name(g),
                "trajectory": trajectory(g, primary),
                "flags": [*(f"{r.entry['stage']}: {f}" for r in g.rows for f in r.flags), *g.flags],
                "rows": [
                    {
                        "page": page_name(r.entry),
                        "entry": r.entry,
                        "trust": trust_text(r.entry),
                        "rank": rank_text(r),
                        "sort_rank": r.rank or 10**9,
                        "cells": [
                            {"text": text, "value": _sortable(r.entry, m)} for m, text in zip(metrics, cells(r.entry, primary, sort), strict=True)
                        ],
                    }
                    for r in g.rows
                ],
            }
            for g in view.groups
        ],
        "notes": footnotes(view),
        "older": of_older_metrics(view.board),
        "baselines": [
            {"name": r.entry["system"], "page": page_name(r.entry), "cells": cells(r.entry, primary, sort)} for r in view.baselines
        ],
        "paper": tables_of(view.board["task"]),
    }


def _sortable(entry: Entry, metric: str) -> float | str:
    found = (entry["scores"].get(metric) or {}).get("value")
    return "" if found is None else found


def _entry_context(path: Path, view: View, group: Group, row: Row, examples: Sequence[Example]) -> dict[str, Any]:
    from benchmark.leaderboard.lies import Lie
    from benchmark.leaderboard.outputs import read_outputs

    entry, board = row.entry, view.board
    try:
        made = read_outputs(path, entry, examples)
    except Lie as lie:
        raise UserError(f"{path}: {lie}; see leaderboard verify, and restore the board") from None
    return {
        "title": f"{system_name(group)}, {entry['stage']}",
        "trust": trust_text(entry),
        "entry": entry,
        "board": board,
        "rank": rank_text(row),
        "flags": [*row.flags, *group.flags],
        "trajectory": trajectory(group, board["primary"]),
        "scores": [_score(board, entry, m) for m in ordered_metrics(entry["scores"])],
        "stages": [{"stage": r.entry["stage"], "page": page_name(r.entry).rsplit("/", 1)[-1], "here": r is row} for r in group.rows],
        "examples": list(_examples(examples, made)),
    }


def _score(board: Board, entry: Entry, metric: str) -> dict[str, Any]:
    cell = entry["scores"][metric]
    return {
        "metric": metric,
        "label": label(metric),
        "value": number(cell["value"], metric),
        "interval": interval(cell["ci_low"], cell["ci_high"], metric),
        "n": cell["n_scored"],
        "why": cell.get("reason", ""),
        "signature": board["signatures"][cell["signature"]],
    }


def _examples(examples: Sequence[Example], made: Sequence[Generation]) -> Iterator[dict[str, Any]]:
    step = max(1, len(examples) // SHOWN)
    for example, generation in list(zip(examples, made, strict=True))[::step][:SHOWN]:
        text, cut = shortened(generation.text)
        yield {
            "id": example.id,
            "source": shortened(example.source)[0],
            "reference": shortened((example.reference or ("",))[0])[0],
            "text": text,
            "cut": cut,
            "source_lang": example.source_lang,
            "target_lang": example.target_lang,
        }


def table_csv(views: Sequence[tuple[Path, View]]) -> str:
    """One row per entry with every score and its interval, and what its system is; the paper's figures have a row per entry and table, without a rank."""
    metrics = ordered_metrics({m for _, v in views for r in [*(r for g in v.groups for r in g.rows), *v.baselines] for m in r.entry["scores"]})
    names = sorted({name for _, v in views for t in tables_of(v.board["task"]) for name in t["columns"]})
    sink = io.StringIO()
    out = csv.writer(sink, lineterminator="\n")
    scored = [x for m in metrics for x in (m, f"{m}.ci_low", f"{m}.ci_high")]
    out.writerow([*FIELDS, *scored, *DERIVED, "source", *(f"reported.{n}" for n in names)])
    for _, view in views:
        for group in [*view.groups, *_as_groups(view.baselines)]:
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
        trajectory(group, primary),
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
        lines += [f"## {_md(view.board['task'])}", "", f"{view.n_entries} entries; test split `{view.board['test']['sha256'][:12]}`.", ""]
        if view.groups:
            lines += _md_table(
                ["rank", "system", "stage", "trust", *map(heading, columns(primary, sort))],
                [
                    [rank_text(r), system_name(g), r.entry["stage"], trust_text(r.entry), *cells(r.entry, primary, sort)]
                    for g in view.groups
                    for r in g.rows
                ],
            )
            for g in view.groups:
                notes = [trajectory(g, primary), *(f"{r.entry['stage']}: {f}" for r in g.rows for f in r.flags), *g.flags]
                lines += [f"- {_md(system_name(g))}: {_md(note)}" for note in notes if note]
            lines += ["", *(f"{_md(note)}  " for note in footnotes(view)), ""]
        if (older := of_older_metrics(view.board)) is not None:
            lines += [f"**{_md(older)}**", ""]
        if view.baselines:
            lines += ["### Baselines, never ranked", ""]
            body = [[r.entry["system"], *cells(r.entry, primary, sort)] for r in view.baselines]
            lines += [*_md_table(["system", *map(heading, columns(primary, sort))], body), ""]
        for t in tables_of(view.board["task"]):
            lines += [f"### Reported, not recomputed and not ranked: {_md(t['entries'][0]['source'])}", "", f"{_md(t['title'])}. {_md(t['protocol'])}.", ""]
            rows = [[e["system"], e["stage"] or "", *(f"{v:g}" for v in e["values"].values())] for e in t["entries"]]
            lines += [*_md_table(["system", "stage", *t["columns"]], rows), ""]
    return "\n".join(lines) + "\n"


def _md_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    body = ["| " + " | ".join(map(_md, row)) + " |" for row in [head, *rows]]
    return [body[0], "|" + " --- |" * len(head), *body[1:], ""]

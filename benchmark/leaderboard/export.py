"""`leaderboard export`: index.html (offline, sortable, one page per entry), board.md, board.csv."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmark.keeping import starts_with
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.flags import kind
from benchmark.leaderboard.page import context, page_name
from benchmark.leaderboard.show import paths_of, views_of
from benchmark.leaderboard.tables import FIELDS, as_groups, table_csv, table_markdown
from benchmark.leaderboard.view import Group, Row, View
from benchmark.leaderboard.words import (
    rank_text,
    system_name,
    trajectory,
    trust_text,
)
from benchmark.report.safetext import environment, shortened
from benchmark.report.words import interval, label, number, ordered_metrics
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.records import Example, Generation
from metrics.terminal import say

FOLDER = Path(__file__).resolve().parent
SHOWN = 12
"""Outputs shown on an entry's page, spread over the test split."""


def command(args: argparse.Namespace) -> int:
    """`leaderboard export`."""
    views = views_of(paths_of(args), args, None)
    out = Path(args.out)
    _claim(out)
    written = write(out, views, args.sort, args.reverse)
    say(
        f"{out / 'index.html'}: {sum(v.n_entries for _, v in views)} entries on {len(views)} "
        f"boards, {written} pages; board.md, board.csv"
    )
    return 0


def _claim(out: Path) -> None:
    """Takes a folder that is new, empty, or an older export."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: a file; --out needs a folder")
    if out.is_dir() and any(out.iterdir()) and not starts_with(out / "board.csv", ",".join(FIELDS[:3])):
        raise UserError(f"{out}: holds other things than an export; give another --out")


def write(out: Path, views: Sequence[tuple[Path, View]], sort: str | None, reverse: bool = False) -> int:
    """Writes an export; pages of an older one are removed. Returns the number of entries' pages."""
    pages = environment([FOLDER])
    shutil.rmtree(out / "entries", ignore_errors=True)
    n = 0
    for path, view in views:
        if not (view.groups or view.baselines):
            continue
        examples = _texts(path, view.board)
        for group in [*view.groups, *as_groups(view.baselines)]:
            for row in group.rows:
                page = pages.get_template("entry.html.j2").render(_entry_context(path, view, group, row, examples))
                atomic_write_text(out / page_name(row.entry), page)
                n += 1
    atomic_write_text(out / "board.csv", table_csv(views))
    atomic_write_text(out / "board.md", table_markdown(views, sort))
    index = pages.get_template("index.html.j2").render(
        boards=[context(path, view, sort, reverse) for path, view in views]
    )
    atomic_write_text(out / "index.html", index)
    return n


def _texts(path: Path, board: Board) -> list[Example] | None:
    """The split; None for one whose texts are not ours to publish, whether or not they lie here."""
    return None if boards.withheld(board) else boards.read_test(path, board)


def _entry_context(
    path: Path, view: View, group: Group, row: Row, examples: Sequence[Example] | None
) -> dict[str, Any]:
    from benchmark.leaderboard.lies import Lie
    from benchmark.leaderboard.outputs import read_outputs

    entry, board = row.entry, view.board
    try:
        made = [] if examples is None else read_outputs(path, entry, examples)
    except Lie as lie:
        raise UserError(f"{path}: {lie}; see leaderboard verify, and restore the board") from None
    return {
        "title": f"{system_name(group)}, {entry['stage']}",
        "trust": trust_text(entry),
        "entry": entry,
        "board": board,
        "rank": rank_text(row),
        "flags": [(kind(f), f) for f in [*row.flags, *group.flags]],
        "trajectory": trajectory(group, board["primary"]),
        "scores": [_score(board, entry, m) for m in ordered_metrics(entry["scores"])],
        "stages": [
            {"stage": r.entry["stage"], "page": page_name(r.entry).rsplit("/", 1)[-1], "here": r is row}
            for r in group.rows
        ],
        "examples": None if examples is None else list(_examples(examples, made)),
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

"""`leaderboard show|verify|export|create`, and the table on the terminal. Everything printed passes `plain`: no control characters get out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry
from benchmark.leaderboard.paper import tables_of
from benchmark.leaderboard.ranks import PATH, WORDS, Group, View, derive, value
from benchmark.leaderboard.schema import Shapes
from benchmark.leaderboard.spelling import canonical
from benchmark.names import nearest
from benchmark.report.safetext import plain
from benchmark.report.words import interval, number
from metrics.errors import UserError

ACTIONS = {
    "show": "benchmark.leaderboard.show:show",
    "verify": "benchmark.leaderboard.verify:command",
    "export": "benchmark.leaderboard.export:command",
    "create": "benchmark.leaderboard.show:create",
}
"""Action -> "module:function" taking the parsed arguments and returning the exit code."""

COLUMNS = (
    ("coverage.f1.length_controlled", "F1 lc"),
    ("coverage.recall.length_controlled", "recall lc"),
    ("coverage.precision", "precision"),
    ("verbosity.length_ratio", "length"),
    ("overlap.chrf", "chrF2"),
    ("reward.mean", "reward"),
)
"""Metrics in the tables of every view; the primary one stands first. lc: cut at the reference's length."""


def command(args: argparse.Namespace) -> int:
    """`leaderboard`."""
    module, _, attr = ACTIONS[args.action].partition(":")
    return int(getattr(import_module(module), attr)(args))


def create(args: argparse.Namespace) -> int:
    """`leaderboard create`: empty boards with their test splits, for one task or for all; an empty board of an older split is renewed."""
    from benchmark.tasks import TASKS, load_task

    if args.board and not args.task:
        raise UserError("leaderboard create --board FILE needs --task NAME, too")
    for name in [args.task] if args.task else TASKS:
        task = load_task(name)
        path = Path(args.board) if args.board else boards.BOARDS / f"{task.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        board, done = boards.create(path, task.name, task.version, task.load("test"))
        print(f"{path}: {done}: {task.name}, test split of {board['test']['n']} examples, sha256 {board['test']['sha256'][:12]}")
    return 0


def paths_of(args: argparse.Namespace) -> list[Path]:
    """The boards that a command is about."""
    if args.board:
        return [Path(args.board)]
    if args.task:
        return [boards.board_path(args.task, None)]
    found = boards.board_files()
    if not found:
        raise UserError(f"no boards in {boards.BOARDS}; give --board FILE")
    return found


def check_shapes(board: Board, lines: Sequence[bytes] | None, path: Path) -> None:
    """Raises UserError where an entry cannot be shown. That its numbers are true is for `verify` to say."""
    shapes = Shapes()
    for i, entry in enumerate(board["entries"]):
        found = shapes.problem(entry, lines[i] if lines else canonical(entry)) if isinstance(entry, dict) else ("entries", "not an object")
        if found is not None:
            raise UserError(f"{path}: an entry's field {found[0]}: {found[1]}; see leaderboard verify, and restore the board")


def view_of(path: Path, args: argparse.Namespace, top: int | None) -> View:
    """The view that the command line asks for. Raises UserError for a metric that no entry has."""
    board, lines = boards.read_lines(path)
    check_shapes(board, lines, path)
    if args.sort:
        known = {m for e in board["entries"] for m in e["scores"]}
        if known and args.sort not in known | set(WORDS):
            raise UserError(f"--sort {plain(args.sort)}: no such column on {path.name}; {nearest(args.sort, [*known, *WORDS])}")
    return derive(path, board, args.sort, args.filter, top, args.reverse)


def show(args: argparse.Namespace) -> int:
    """`leaderboard show`."""
    if args.top < 1:
        raise UserError(f"--top {args.top}: at least 1")
    for i, path in enumerate(paths_of(args)):
        if i:
            print()
        for row in table(view_of(path, args, args.top), args.sort):
            print(plain(row))
    return 0


def system_name(group: Group) -> str:
    """"sg-srl v1, seed 2"."""
    return f"{group.system} v{group.version}" + ("" if group.seed is None else f", seed {group.seed}")


def cells(entry: Entry, primary: str, sort: str | None) -> list[str]:
    """The scores of a row, as text, in the order of `header`."""
    out = []
    for metric in columns(primary, sort):
        told = entry["scores"].get(metric) or {}
        limits = interval(told.get("ci_low"), told.get("ci_high"), metric) if metric in (primary, sort) else ""
        out.append(f"{number(told.get('value'), metric)} {limits}".strip())
    return out


def columns(primary: str, sort: str | None) -> list[str]:
    """Metrics of the table: the primary one, the one it is sorted by, the others."""
    return list(dict.fromkeys([primary, *([sort] if sort and sort not in WORDS else []), *(m for m, _ in COLUMNS)]))


def heading(metric: str) -> str:
    """Short name of a metric."""
    return dict(COLUMNS).get(metric, metric.replace(".length_controlled", " lc"))


def trajectory(group: Group, primary: str) -> str:
    """"SFT 0.512 → RL 0.601 → recovery 0.583; 79 % of the RL gain kept [60 %, 95 %]"; "" with fewer than two stages."""
    names = dict(zip(PATH, ("SFT", "RL", "recovery"), strict=True))
    told = [f"{names[s]} {number(value(r.entry, primary), primary)}" for s in PATH if (r := group.row(s)) is not None]
    if len(told) < 2:
        return ""
    text, kept = " → ".join(told), group.preservation
    if kept is None:
        return text
    if kept["ratio"] is None:
        return f"{text}; {kept.get('reason')}"
    limits = "" if kept["ci_low"] is None else f" [{kept['ci_low']:.0%}, {kept['ci_high']:.0%}]"
    return f"{text}; {kept['ratio']:.0%} of the RL gain kept{limits}"


def rank_text(row: Any) -> str:
    """"3 (1–5)"."""
    if row.rank is None:
        return "–"
    return f"{row.rank}" + (f" ({row.ranks[0]}–{row.ranks[1]})" if row.ranks else "")


def footnotes(view: View) -> list[str]:
    """What the numbers of a view mean."""
    notes = [
        f"rank by {view.board['primary']}; in brackets the ranks an entry may hold: pairwise tests on the same segments, Holm, p < 0.05",
        "lc: the output cut at the reference's length; length: outputs / references; intervals are 95 %, over documents",
    ]
    if view.n_tested < view.n_entries:
        notes.append(f"the {view.n_tested} best entries of {view.n_entries} were tested; untested pairs count as not different")
    return notes


def table(view: View, sort: str | None) -> Iterator[str]:
    """The lines of the terminal's table."""
    board, primary = view.board, view.board["primary"]
    test = board["test"]
    yield f"{board['task']} (version {board['task_version']}, {test['n']} test examples {test['sha256'][:12]}): {view.n_entries} entries"
    if view.groups:
        head = ["rank", "system", "stage", "trust", *map(heading, columns(primary, sort))]
        body: list[list[str]] = []
        notes: dict[int, list[str]] = {}
        for group in view.groups:
            for row in group.rows:
                e = row.entry
                name = system_name(group) if row is group.rows[0] else ""
                body.append([rank_text(row), name, e["stage"], e["trust"], *cells(e, primary, sort)])
                notes[len(body)] = [f"! {e['stage']}: {flag}" for flag in row.flags]
            told = trajectory(group, primary)
            # The flags of all stages stand below the last one, so that the stages stay together.
            last = len(body)
            gathered = [n for i in range(last - len(group.rows) + 1, last + 1) for n in notes.pop(i, [])]
            notes[last] = [*([told] if told else []), *gathered, *(f"! {flag}" for flag in group.flags)]
        yield from _aligned(head, body, notes)
        if len(view.groups) < view.n_groups:
            yield f"{len(view.groups)} of {view.n_groups} systems shown (--top, --filter)"
        yield from footnotes(view)
    else:
        yield "no entries" + (" match the filter" if view.n_entries else " yet: python -m benchmark submit")
    yield from reported(board["task"])


def _aligned(head: Sequence[str], body: Sequence[Sequence[str]], notes: dict[int, list[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]
    for i, row in enumerate([head, *body]):
        yield "  ".join(cell.ljust(w) if j < 4 else cell.rjust(w) for j, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip()
        yield from (f"{'':{widths[0]}}  {note}" for note in notes.get(i, []))


def reported(task: str) -> Iterator[str]:
    """The paper's tables beside a board."""
    for told in tables_of(task):
        yield ""
        yield f"reported, not recomputed and not ranked: {told['entries'][0]['source']}: {told['title']}"
        names = list(told["columns"])
        body = [[e["trust"], e["system"], e["stage"] or "", "", *(f"{e['values'][n]:g}" for n in names)] for e in told["entries"]]
        yield from (f"  {line}" for line in _aligned(["trust", "system", "stage", "", *names], body, {}))

"""`leaderboard show|create` and the actions that other modules do. Everything printed passes `plain`: no control
characters get out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmark.arguments import DATA, arg
from benchmark.leaderboard import board as boards
from benchmark.leaderboard import records
from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.board import Board
from benchmark.leaderboard.ranks import WORDS, derive
from benchmark.leaderboard.terminal import FLAG, UNDER, table
from benchmark.leaderboard.view import View
from benchmark.registry import nearest
from benchmark.report.safetext import plain
from benchmark.tasks import TASKS
from metrics.errors import UserError
from metrics.terminal import say

TARGETS = {
    "show": "benchmark.leaderboard.show:show",
    "verify": "benchmark.leaderboard.verify:command",
    "export": "benchmark.leaderboard.export:command",
    "create": "benchmark.leaderboard.show:create",
    "baselines": "benchmark.leaderboard.enter_baselines:command",
    "rescore": "benchmark.leaderboard.rescore:command",
    "confirm": "benchmark.leaderboard.second_run:command",
}
"""Action -> "module:function" taking the parsed arguments and returning the exit code."""


ARGUMENTS = [
    arg(
        "action",
        choices=list(TARGETS),
        help=(
            "create: empty boards, or anew where they are empty; baselines: enters the "
            "suite's marked rows; rescore: after an upgrade; confirm: a second run raises an entry's trust"
        ),
    ),
    arg("run_dir", nargs="?", metavar="RUN_DIR", help="confirm: a run that trained an entry's recipe and seed again"),
    arg("--system", metavar="NAME", help="confirm: that system's entries alone (default: all of the same recipe)"),
    arg("--board", metavar="FILE", help="board file (default: all of the suite's own)"),
    arg("--task", metavar="NAME", help="the suite's own board of that task; create: the task (default: all tasks)"),
    DATA,
    arg("--quick", action="store_true", help="verify: what the file tells by itself, nothing recomputed"),
    arg("--foreign", action="store_true", help="verify: that the board's task is none of this suite is known"),
    arg("--tip", metavar="SHA256", help="verify: a tip noted before, which must still be in the chain"),
    arg(
        "--without",
        nargs="+",
        action="extend",
        default=[],
        metavar="FAMILY",
        help="rescore: neural scores that are given up",
    ),
    arg("--force", action="store_true", help="rescore: also where the metrics' version is the same"),
    arg(
        "--sort", metavar="COLUMN", help="show, export: a metric, system or trust (default: the board's primary metric)"
    ),
    arg("--reverse", action="store_true", help="show, export: the other way round"),
    arg(
        "--filter",
        nargs="+",
        action="extend",
        default=[],
        metavar="TEXT",
        help="show, export: systems with TEXT, or FIELD=TEXT",
    ),
    arg("--top", type=int, default=10, help="show: number of systems (default: 10)"),
    arg(
        "--out",
        metavar="DIR",
        default="leaderboard-export",
        help="export: where to write (default: leaderboard-export)",
    ),
    arg(
        "--profile",
        help="verify, rescore: profile that names the weights of neural metrics (default: that of the task's world)",
    ),
]
"""Of `leaderboard`."""


def command(args: argparse.Namespace) -> int:
    """`leaderboard`."""
    if args.data is not None:
        from benchmark.tasks.files import look_in

        look_in(args.data)
    for given, name in ((args.run_dir, "RUN_DIR"), (args.system, "--system NAME")):
        if given is not None and args.action != "confirm":
            raise UserError(f"leaderboard {args.action} takes no {name}; only leaderboard confirm does")
    module, _, attr = TARGETS[args.action].partition(":")
    return int(getattr(import_module(module), attr)(args))


def create(args: argparse.Namespace) -> int:
    """`leaderboard create`: empty boards with their test splits, for one task or for all; an empty board of an older
    split is renewed."""
    from benchmark.tasks import TASKS, load_task
    from benchmark.tasks.files import absent, shipped

    if args.board and not args.task:
        raise UserError("leaderboard create --board FILE needs --task NAME, too")
    for name in [args.task] if args.task else TASKS:
        task = load_task(name)
        path = Path(args.board) if args.board else boards.BOARDS / f"{task.name}.json"
        corpus = shipped().get(task.name)
        n = None if corpus is None or not absent(corpus) else _unpinned(corpus)
        if n is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            board, done = boards.create_unpinned(path, task.name, task.version, n)
        else:
            examples = task.load("test")
            path.parent.mkdir(parents=True, exist_ok=True)
            board, done = boards.create(path, task.name, task.version, examples, withhold=corpus is not None)
        sha256 = board["test"]["sha256"]
        say(
            f"{path}: {done}: {task.name}, test split of {board['test']['n']} "
            f"examples, {'not pinned yet: its texts are not here' if sha256 is None else 'sha256 ' + sha256[:12]}"
        )
    return 0


def _unpinned(corpus: Path) -> int | None:
    """Number of examples of a corpus whose split the suite does not know by its hash; None where it does."""
    from benchmark.tasks.files import read_task_file

    spec = read_task_file(corpus)
    return spec.n if spec.sha256 is None else None


def paths_of(args: argparse.Namespace) -> list[Path]:
    """The boards that a command is about, by name."""
    if args.board:
        return [Path(args.board)]
    if args.task:
        return [boards.board_path(args.task, None)]
    found = boards.board_files()
    if not found:
        raise UserError(f"no boards in {boards.BOARDS}; give --board FILE")
    return found


def views_of(paths: Sequence[Path], args: argparse.Namespace, top: int | None) -> list[tuple[Path, View]]:
    """The views that the command line asks for, boards without entries last, the default world first.

    UserError for a metric that no entry of any of the boards has.
    """
    told: list[tuple[Path, Board]] = []
    for path in paths:
        told.append((path, records.read(path, False)[0]))
    if args.sort:
        known = {m for _, board in told for e in board["entries"] for m in e["scores"]}
        if known and args.sort not in known | set(WORDS):
            where = paths[0].name if len(paths) == 1 else "these boards"
            raise UserError(
                f"--sort {plain(args.sort)}: no such column on {where}; {nearest(args.sort, [*known, *WORDS])}"
            )
    places = {task: place for place, task in enumerate(TASKS)}  # the default world stands first there

    def rank(one: tuple[Path, Board]) -> tuple[bool, int]:
        return all(e["trust"] == BASELINE for e in one[1]["entries"]), places.get(one[1]["task"], len(places))

    told.sort(key=rank)
    return [(path, derive(path, board, args.sort, args.filter, top, args.reverse)) for path, board in told]


def show(args: argparse.Namespace) -> int:
    """`leaderboard show`."""
    if args.top < 1:
        raise UserError(f"--top {args.top}: at least 1")
    for i, (_, view) in enumerate(views_of(paths_of(args), args, args.top)):
        if i:
            say("")
        for row in table(view, args.sort):
            say(row, red=row.startswith((FLAG, UNDER)))
    return 0

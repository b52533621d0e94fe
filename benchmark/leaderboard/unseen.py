"""Boards of real corpora, whose texts lie with those who have them: what is held of them here, and what can be
checked without them.

With the texts everything is recomputed as on any board; the baselines, which are pieces of the corpus, are made again
and compared by their hash. Without them the stored outputs are still those that were entered, in the ids of the split,
and every value and interval still follows from the stored statistics; that these are the statistics of the outputs is
what nobody can say here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.baselines import made, material
from benchmark.leaderboard.board import Board, name_of
from benchmark.leaderboard.lies import Lie, Report
from benchmark.leaderboard.outputs import kept, read_outputs
from benchmark.leaderboard.recheck import Recheck
from benchmark.leaderboard.scoring import outputs_bytes
from metrics.errors import UserError
from metrics.records import Example, Generation


def split_of(path: Path, board: Board, report: Report, foreign: bool) -> list[Example] | None:
    """The texts of a withheld split, which must be the board's; None where they are not here, and the report says so.
    Raises Lie."""
    from benchmark.tasks import TASKS, load_task
    from benchmark.tasks.files import absent, shipped

    name, corpora = board["task"], shipped()
    if name not in (*TASKS, *corpora):
        told = f"{name} is not a task of this suite, so nobody can say whether this is its test split"
        (report.notes if foreign else report.unproved).append(told + ("" if foreign else " (--foreign: that is known)"))
        return None
    if board["test"]["sha256"] is None:
        report.notes.append(f"the split of {name} is not pinned yet: nobody has made an entry with its texts")
        return None
    if name in corpora and absent(corpora[name]):
        report.notes.append(
            f"not rechecked: data absent: the texts of {name} are not here (--data DIR or BENCH_DATA_DIR), "
            "so no score is computed again"
        )
        return None
    task = load_task(name)
    if task.version != board["task_version"]:
        raise Lie(
            "the board",
            "task_version",
            f"{board['task_version']}; this suite has version {task.version} of {task.name}",
        )
    try:
        examples = boards.read_test(path, board)
    except UserError as error:
        raise Lie("the board", "test.sha256", str(error)) from None
    if board["primary"] != (wanted := boards.primary_of(examples)):
        raise Lie("the board", "primary", f"{board['primary']}; what such a split is ranked by is {wanted}")
    return examples


def texts_of_entries(path: Path, board: Board, examples: Sequence[Example]) -> list[list[Generation]]:
    """The outputs of all entries, in order: as stored, or of baselines that are not stored, made again. Raises Lie."""
    again = {} if all(kept(board, e) for e in board["entries"]) else made(material(board, examples))
    found = []
    for entry in board["entries"]:
        if kept(board, entry):
            found.append(read_outputs(path, entry, examples, checked=True))
            continue
        rows = again.get(entry["system"])
        if rows is None or hashlib.sha256(outputs_bytes(rows)).hexdigest() != entry["outputs"]["sha256"]:
            raise Lie(
                name_of(entry),
                "trust",
                "not the outputs of a baseline of this suite (leaderboard baselines makes them anew)",
            )
        found.append(rows)
    return found


def check_without_texts(path: Path, board: Board) -> None:
    """What can be seen of the entries of a withheld split without its texts. Raises Lie."""
    try:
        examples = boards.outline(path, board)
    except UserError as error:
        raise Lie("the board", "test.ids_sha256", str(error)) from None
    recheck = Recheck(path, board, examples)
    for entry in board["entries"]:
        recheck.of_statistics(entry)
        if kept(board, entry):
            recheck.check_texts(entry, read_outputs(path, entry, examples, checked=True), copied=False)

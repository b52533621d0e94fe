"""What `submit` says when it is done: the files that changed, and where the entries now stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import key_of, name_of
from benchmark.leaderboard.enter import Change
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.words import rank_text


def reached(path: Path, changes: Sequence[Change]) -> list[str]:
    """The lines about one board, after its entries have been put in."""
    moved = [c.entry for c in changes if c.entry != c.before]
    if not moved:
        return [f"{path}: as it was"]
    board = boards.read_board(path)
    mine = {key_of(entry) for entry in moved}
    view = derive(path, board, wanted=[f"system={moved[0]['system']}"], top=None)
    lines = [
        f"{name_of(row.entry)}: rank {rank_text(row)} of {view.n_entries} by {board['primary']}"
        for group in view.groups
        for row in group.rows
        if key_of(row.entry) in mine
    ]
    files = {
        file.relative_to(path.parent).as_posix()
        for entry in moved
        for file in (
            boards.outputs_path(path, entry["outputs"]["sha256"]),
            boards.stats_path(path, entry["outputs"]["stats_sha256"]),
        )
        if file.is_file()
    }
    beside = f", and {len(files)} files in {path.parent / 'outputs' / board['task']}" if files else ""
    return [*lines, f"changed: {path}{beside}; a pull request needs them all (docs/leaderboard.md)"]

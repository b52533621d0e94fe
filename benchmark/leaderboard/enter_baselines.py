"""`leaderboard baselines`: the rows of `baselines`, scored and entered on boards."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.baselines import MAKERS, made, material
from benchmark.leaderboard.enter import replace_entries
from benchmark.leaderboard.packages import scoring_packages
from benchmark.leaderboard.scoring import known_means, make_entry, profile_of, score
from benchmark.leaderboard.show import paths_of
from benchmark.leaderboard.sources import TRAINING
from benchmark.leaderboard.verify import need_sound
from metrics.errors import UserError
from metrics.records import Generation
from metrics.terminal import say


def identity(system: str, rows: Sequence[Generation]) -> dict[str, Any]:
    """What an entry of a baseline says besides its scores."""
    return {
        "system": system,
        "version": "1",
        "seed": None,
        "stage": BASELINE,
        "trust": BASELINE,
        "regenerated": None,
        "lineage": [],
        "training": dict.fromkeys(TRAINING),
        "reward": {"id": None, "validation_sha256": None},
        "environment": {"scored_with": scoring_packages(False), "made_with": None, "commit": None, "dirty": None},
    }


def command(args: argparse.Namespace) -> int:
    """`leaderboard baselines`: makes the baselines of one board, or of all, and enters them in place of older ones."""
    for path in paths_of(args):
        n = enter_baselines(path)
        say(f"{path}: {n} of {len(MAKERS)} baselines ({', '.join(MAKERS)}), as far as the task has what they take")
    return 0


def enter_baselines(path: Path) -> int:
    """Enters them; returns how many. Raises UserError for a board of older metrics."""
    need_sound(path)
    board = boards.need_current(boards.read_board(path), path)
    examples = boards.read_test(path, board)
    means = known_means(examples, [], profile_of(board))
    scored = [
        (system, score(board, examples, rows, means, [])) for system, rows in made(material(board, examples)).items()
    ]
    if not scored:
        raise UserError(f"{path}: no baseline can be made of its test split")
    entries = [make_entry(board, identity(system, one.generations), one) for system, one in scored]
    replace_entries(path, entries, [one for _, one in scored])
    return len(entries)

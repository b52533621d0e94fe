"""An honest board to lie on, and what verify calls the lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import board_world as world
import pytest

from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.verify import verify

Board = dict[str, Any]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board with the three stages of a run and one system of outputs alone."""
    folder = tmp_path_factory.mktemp("honest")
    board = world.new_board(folder / "board")
    assert world.submit_run(board, world.run_directory(folder / "run")) == 0
    assert world.submit(board, world.write_outputs(folder / "g.jsonl", world.chatter), "talker") == 0
    return board


@pytest.fixture
def board(honest: Path, tmp_path: Path) -> Path:
    return world.copied(honest, tmp_path)


def of(told: Board, stage: str) -> dict[str, Any]:
    return next(e for e in told["entries"] if e["stage"] == stage)


def lie(board: Path, quick: bool = False) -> Lie:
    with pytest.raises(Lie) as found:
        verify(board, quick, foreign=True)
    return found.value


def narrow(told: Board) -> None:
    cell = of(told, "user")["scores"]["verbosity.chars"]
    cell["ci_high"] = cell["value"]

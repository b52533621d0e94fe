"""A board of a run that hacked its reward, which was validated, and of one system of outputs alone."""

from __future__ import annotations

import json
from pathlib import Path

import board_world as world
import pytest
from tampering_chain import reward_json


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    board = world.new_board(folder / "board")
    stages = {"post-sft": world.two, "post-rl": world.first, "post-recovery": world.two}
    run = world.run_directory(folder / "run", stages)
    (run / "reward.json").write_text(json.dumps(reward_json()))
    assert world.submit_run(board, run) == 0
    assert world.submit(board, world.write_outputs(folder / "g.jsonl", world.chatter), "talker") == 0
    return board


@pytest.fixture
def board(honest: Path, tmp_path: Path) -> Path:
    return world.copied(honest, tmp_path)

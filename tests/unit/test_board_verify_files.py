"""Files beside a board that were changed, exchanged or are none; other splits; entries that no command takes."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import board_world as world
import numpy as np
import pytest
from board_lies import Board, board, honest, lie, of  # noqa: F401 - fixtures

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.packed import pack_stats, stats_hash
from benchmark.leaderboard.scoring import texts_of
from benchmark.leaderboard.verify import verify
from metrics.records import parse_generation

PRIMARY = "coverage.f1.length_controlled"


def stored(board: Path, stage: str) -> Path:
    entry = next(e for e in world.entries(board) if e["stage"] == stage)
    return boards.outputs_path(board, entry["outputs"]["sha256"])


def replace_outputs(board: Path, change: Callable[[list[dict[str, Any]]], None], stage: str = "post-rl") -> None:
    """New outputs under their right hashes, for a liar who knows the house."""
    rows = [json.loads(line) for line in gzip.decompress(stored(board, stage).read_bytes()).decode().splitlines()]
    change(rows)
    data = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    boards.outputs_path(board, sha256).write_bytes(boards.pack(data))

    def point(told: Board) -> None:
        of(told, stage)["outputs"] |= texts_of([parse_generation(row, "") for row in rows]) | {"sha256": sha256}

    world.rewrite(board, point)


def swap(rows: list[dict[str, Any]]) -> None:
    rows[4]["text"] = world.first(4)


def drop(rows: list[dict[str, Any]]) -> None:
    del rows[5]


def duplicate(rows: list[dict[str, Any]]) -> None:
    rows[6] = rows[5]


def exchange(rows: list[dict[str, Any]]) -> None:
    rows[0], rows[1] = rows[1], rows[0]


def rename(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["stage"] = "post-sft"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (swap, "scores.", "recomputed it is"),
        (drop, "outputs.example_id", "missing 'toy-05'"),
        (duplicate, "outputs.example_id", "doubled 'toy-05'"),
        (exchange, "outputs.example_id", "another order"),
        (rename, "stage", "'post-sft'"),
    ],
)
def test_outputs_replaced_under_their_right_hashes(board: Path, change: Any, field: str, words: str) -> None:
    replace_outputs(board, change)
    found = lie(board)
    assert found.field.startswith(field)
    assert words in found.message


@pytest.mark.parametrize("how", ["text", "cut", "gone", "other"])
def test_outputs_changed_in_place(board: Path, how: str) -> None:
    path = stored(board, "post-rl")
    data = gzip.decompress(path.read_bytes())
    if how == "text":
        path.write_bytes(boards.pack(data.replace(world.gold(3).encode(), world.first(3).encode())))
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    elif how == "gone":
        path.unlink()
    else:
        shutil.copy(stored(board, "post-sft"), path)
    found = lie(board)
    assert found.field == "outputs.sha256"
    assert "post-rl" in found.entry


@pytest.mark.parametrize("how", ["numbers", "shape", "metric", "cut", "pickle"])
def test_stored_statistics_are_those_of_the_outputs(board: Path, how: str) -> None:
    """Ranks are derived from them, so nobody may move them while the scores stay."""
    entry = next(e for e in world.entries(board) if e["stage"] == "user")
    path = boards.stats_path(board, entry["outputs"]["stats_sha256"])
    with np.load(path) as packed:
        stats = {name: packed[name] for name in packed.files}
    if how == "numbers":
        stats[PRIMARY][0] += 1
    elif how == "shape":
        stats[PRIMARY] = stats[PRIMARY][:-1]
    elif how == "metric":
        del stats[PRIMARY]
    if how == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif how == "pickle":
        np.savez(path.open("wb"), **{PRIMARY: np.array([{}], dtype=object)})
    else:
        sha256 = stats_hash(stats)
        boards.stats_path(board, sha256).write_bytes(pack_stats(stats))

        def point(told: Board) -> None:
            of(told, "user")["outputs"]["stats_sha256"] = sha256

        world.rewrite(board, point)
    found = lie(board)
    assert found.field.startswith("outputs.stats_sha256")
    assert "talker" in found.entry


@pytest.mark.parametrize("how", ["changed", "other", "gone"])
def test_the_stored_validation_is_the_one_of_the_entrys_reward(tmp_path: Path, how: str) -> None:
    """reward.json lies beside the board; another reward's under its right hash is no validation of this one."""
    board, run = world.new_board(tmp_path / "board"), world.run_directory(tmp_path / "run")
    text = json.dumps({"reward": "r", "signature": f"validate-reward|v:1|reward:{world.REWARD}"})
    (run / "reward.json").write_text(text)
    assert world.submit_run(board, run) == 0
    assert verify(board, foreign=True).n == 3
    file = boards.validation_path(board, hashlib.sha256(text.encode()).hexdigest())
    assert gzip.decompress(file.read_bytes()) == text.encode()
    if how == "gone":
        file.unlink()
    elif how == "changed":
        file.write_bytes(boards.pack(text.encode() + b" "))
    else:
        other = text.replace("0123456789abcdef", "fedcba9876543210").replace("safeguarded", "other").encode()
        sha256 = hashlib.sha256(other).hexdigest()
        boards.validation_path(board, sha256).write_bytes(boards.pack(other))

        def point(told: Board) -> None:
            for stage in ("post-rl", "post-recovery"):
                of(told, stage)["reward"]["validation_sha256"] = sha256

        world.rewrite(board, point)
    assert lie(board).field == "reward.validation_sha256"


def test_an_entry_moved_to_another_board_is_found(board: Path, tmp_path: Path) -> None:
    """With its files; first as it is, then with task and test split adapted."""
    other = world.new_board(tmp_path / "other", world.EXAMPLES[: world.N // 2], "elsewhere")
    moved = world.entries(board)[0]
    shutil.copytree(board.parent / "outputs" / world.TASK, other.parent / "outputs" / "elsewhere")
    told = boards.read_board(other)
    signatures = boards.read_board(board)["signatures"]
    boards.write_board(other, {**told, "entries": [moved], "signatures": signatures})
    assert lie(other, quick=True).field == "task"

    def adapt(told: Board) -> None:
        told["entries"][0] |= {"task": "elsewhere", "test_sha256": told["test"]["sha256"]}
        for cell in told["entries"][0]["scores"].values():
            cell["n_scored"] = min(cell["n_scored"], world.N // 2)

    world.rewrite(other, adapt)
    found = lie(other)
    assert found.field == "outputs.example_id"
    assert "unknown 'toy-12'" in found.message


def test_another_test_split_is_found(board: Path) -> None:
    """The stored split changed in place, then a whole split exchanged: no longer the task's own."""
    sha256 = boards.read_board(board)["test"]["sha256"]
    boards.test_path(board, sha256).write_bytes(boards.pack(boards.examples_bytes(world.EXAMPLES[:-1])))
    assert lie(board).field == "test.sha256"
    boards.test_path(board, sha256).unlink()
    assert lie(board, quick=True).field == "test.sha256"


def test_a_split_that_is_not_the_tasks_own_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.tasks.newswire.splits import WORLD_VERSION

    board = tmp_path / "newswire-long.json"
    boards.create(board, "newswire-long", WORLD_VERSION, world.EXAMPLES)
    found = lie(board)
    assert (found.entry, found.field) == ("the board", "test.sha256")

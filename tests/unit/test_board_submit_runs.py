"""Run directories on a board: their stages, what they come from, and a second run that gives the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import board_world as world
import pytest
from board_submitted import (
    board,  # noqa: F401 - a fixture
    contents,
    told,
)

from benchmark.cli import main
from benchmark.leaderboard import board as boards


def test_a_run_directory_enters_its_stages_with_all_they_come_from(board: Path, tmp_path: Path) -> None:
    run = world.run_directory(tmp_path / "run")
    (run / "reward.json").write_text(
        json.dumps({"reward": "r", "signature": "validate-reward|v:1|reward:reranker-generative:0123456789abcdef:y"})
    )
    assert world.submit_run(board, run) == 0
    found = {e["stage"]: e for e in world.entries(board)}
    assert found.keys() == world.STAGES.keys()
    last = found["post-recovery"]
    assert [link["stage"] for link in last["lineage"]] == ["base", *world.STAGES]
    assert last["training"] == {"n_para": 300, "n_src": 3000, "sft_steps": 30, "rl_steps": 20, "recovery_steps": 10}
    assert last["reward"] == {
        "id": world.REWARD,
        "validation_sha256": hashlib.sha256((run / "reward.json").read_bytes()).hexdigest(),
    }
    assert (last["seed"], last["environment"]["commit"], last["environment"]["made_with"]["torch"]) == (
        3,
        "f" * 40,
        "2.13.0",
    )
    assert found["post-sft"]["reward"]["id"] is None
    assert world.submit_run(board, run) == 0
    assert len(world.entries(board)) == 3


def test_a_run_with_two_tasks_enters_both_boards_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command, two boards; the second one has another split, so the first one stays as it is, too."""
    run = world.run_directory(tmp_path / "run")
    shutil.copytree(run / "generations" / world.TASK, run / "generations" / "zoo")
    shutil.copy(run / "examples" / "toy-test.jsonl", run / "examples" / "zoo-test.jsonl")
    folder = tmp_path / "boards"
    monkeypatch.setattr(boards, "BOARDS", folder)
    one, other = world.new_board(folder), world.new_board(folder, world.EXAMPLES[1:], "zoo")
    before = contents(folder)
    assert main(["submit", str(run)]) == 2
    assert "not the board's test split" in told(capsys)
    assert contents(folder) == before
    other.unlink()
    world.new_board(folder, task="zoo")
    assert main(["submit", str(run)]) == 0
    assert len(world.entries(one)) == len(world.entries(other)) == 3


def test_a_further_task_on_a_part_of_its_split_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The default run measures its further tasks on their first examples; its own task enters all the same. A further
    task that was measured whole enters, too."""
    run = world.run_directory(tmp_path / "run")
    shutil.copytree(run / "generations" / world.TASK, run / "generations" / "zoo")
    shutil.copy(run / "examples" / "toy-test.jsonl", run / "examples" / "zoo-test.jsonl")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["config"] = {"run": {**manifest["config"].get("run", {}), "extra_tasks": ["zoo"]}, "data": {"n_extra": 2}}
    (run / "manifest.json").write_text(json.dumps(manifest))
    folder = tmp_path / "boards"
    monkeypatch.setattr(boards, "BOARDS", folder)
    one, other = world.new_board(folder), world.new_board(folder, world.EXAMPLES[1:], "zoo")
    assert main(["submit", str(run)]) == 0
    assert "zoo: measured on its first 2 examples (data.n_extra); a board takes the whole" in capsys.readouterr().out
    assert len(world.entries(one)) == 3 and world.entries(other) == []
    assert main(["submit", str(run), "--task", "zoo"]) == 2
    assert "not the board's test split" in told(capsys)
    other.unlink()
    whole = world.new_board(folder, task="zoo")
    assert main(["submit", str(run)]) == 0
    assert len(world.entries(whole)) == 3


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda run: (run / "examples" / "toy-test.jsonl").write_text("{}\n"), "not the board's test split"),
        (
            lambda run: (run / "checkpoints" / "post-rl" / "model.safetensors").write_bytes(b"other"),
            "the weights are not those of the manifest",
        ),
        (
            lambda run: (run / "reward.json").write_text('{"signature": "x|reward:other:fedcba9876543210"}'),
            "validate that reward",
        ),
        (lambda run: (run / "reward.json").write_text("[" * 10_000), "not valid JSON"),
        (lambda run: (run / "manifest.json").write_text('{"command": "run"}'), "manifest.json cannot be read"),
        (lambda run: (run / "generations" / "toy" / "post-sft.jsonl").write_text(""), "holds no generations"),
    ],
)
def test_a_run_directory_that_does_not_hold_together_is_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Any, words: str
) -> None:
    run = world.run_directory(tmp_path / "run")
    spoil(run)
    before = contents(board.parent)
    assert world.submit_run(board, run) == 2
    assert words in told(capsys)
    assert contents(board.parent) == before


@pytest.mark.parametrize(
    "changed",
    [
        {"config": {"run": ["seed"]}, "packages": {"../../x": "1"}},
        {"config": {"run": {"seed": "\u202e1"}}},
        {"config": {"run": {"seed": -1}}},
        {"config": {"run": {"seed": 10**400}}},
        {"config": {"run": {"seed": True}}},
        {"reward_id": "r\u202e\x1b[2J"},
        {"packages": {"torch": "x" * 10_000_000}},
        {"checkpoints": {"../../etc": {"weights_hash": "a"}}},
        {"checkpoints": {"post-sft": {"weights_hash": ["a"], "stage": "post-sft"}}},
        {"checkpoints": {"post-rl": {"weights_hash": "a" * 64, "parent_hash": "b" * 64, "stage": {"x": 1}}}},
        {
            "checkpoints": {
                "post-rl": {"weights_hash": "a" * 64, "parent_hash": "a" * 64, "stage": "post-rl", "steps": -1}
            }
        },
    ],
)
def test_hostile_manifests_are_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any]
) -> None:
    run = world.run_directory(tmp_path / "run", **changed)
    for folder in (run / "checkpoints").iterdir():
        (folder / "model.safetensors").unlink()
        folder.rmdir()
    before = contents(board.parent)
    assert world.submit_run(board, run) == 2
    message = told(capsys)
    assert len(message) < 5000
    assert message.isprintable() or message[:-1].isprintable()
    assert contents(board.parent) == before


def test_what_evaluate_left_without_a_name_is_named_by_its_weights(board: Path, tmp_path: Path) -> None:
    """Or by --system."""
    run = world.run_directory(tmp_path / "run", {"post-sft": world.first}, command="evaluate")
    path = run / "generations" / world.TASK / "post-sft.jsonl"
    path.write_text(path.read_text("utf-8").replace("sg-srl", "model"), "utf-8")
    assert world.submit_run(board, run) == 0
    entry = world.entries(board)[0]
    assert entry["system"] == "model-" + entry["lineage"][-1]["weights_hash"][:12]
    assert world.submit_run(board, run, "--system", "mine") == 0
    assert "mine" in {e["system"] for e in world.entries(board)}


def test_a_second_run_with_the_same_hashes_makes_it_regenerated(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, again = (
        world.run_directory(tmp_path / "a"),
        world.run_directory(tmp_path / "b", argv=["run", "--run-dir", "b"]),
    )
    assert world.submit_run(board, run) == 0
    assert world.submit_run(board, run, "--confirm", str(again)) == 0
    assert "trust: recomputed -> regenerated" in capsys.readouterr().out
    assert {e["trust"] for e in world.entries(board)} == {"regenerated"}
    assert world.submit_run(board, run) == 0
    assert {e["trust"] for e in world.entries(board)} == {"regenerated"}, "trust is not lost by submitting again"
    assert world.leaderboard("verify", board) == 0


@pytest.mark.parametrize("what", ["texts", "weights", "same", "evaluated", "gone"])
def test_nothing_else_makes_it_regenerated(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    run = world.run_directory(tmp_path / "a")
    if what == "same":
        again = run
    elif what == "evaluated":
        again = world.run_directory(tmp_path / "b", argv=["evaluate"], command="evaluate")
    else:
        again = world.run_directory(
            tmp_path / "b", {**world.STAGES, "post-rl": world.two} if what == "texts" else None, argv=["run", "again"]
        )
    if what == "weights":
        manifest = json.loads((again / "manifest.json").read_text())
        (again / "checkpoints" / "post-recovery" / "model.safetensors").write_bytes(b"other")
        from training.shared.hashes import weights_hash

        manifest["checkpoints"]["post-recovery"]["weights_hash"] = weights_hash(again / "checkpoints" / "post-recovery")
        (again / "manifest.json").write_text(json.dumps(manifest))
    if what == "gone":
        (again / "checkpoints" / "post-rl" / "model.safetensors").unlink()
        (again / "checkpoints" / "post-rl").rmdir()
    assert world.submit_run(board, run, "--confirm", str(again)) == 2
    told(capsys)
    assert world.entries(board) == []

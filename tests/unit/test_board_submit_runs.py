"""Run directories on a board: their stages, what they come from, and a second run that gives the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from board_submitted import (
    board,  # noqa: F401 - a fixture
    contents,
    told,
)
from board_world import (
    EXAMPLES,
    REWARD,
    STAGES,
    TASK,
    entries,
    first,
    leaderboard,
    new_board,
    run_directory,
    submit_run,
    two,
)

from benchmark.cli import main
from benchmark.leaderboard import board as boards


def test_a_run_directory_enters_its_stages_with_all_they_come_from(board: Path, tmp_path: Path) -> None:
    run = run_directory(tmp_path / "run")
    (run / "reward.json").write_text(
        json.dumps({"reward": "r", "signature": "validate-reward|v:1|reward:reranker-generative:0123456789abcdef:y"})
    )
    assert submit_run(board, run) == 0
    found = {e["stage"]: e for e in entries(board)}
    assert found.keys() == STAGES.keys()
    last = found["post-recovery"]
    assert [link["stage"] for link in last["lineage"]] == ["base", *STAGES]
    assert last["training"] == {"n_para": 300, "n_src": 3000, "sft_steps": 30, "rl_steps": 20, "recovery_steps": 10}
    assert last["reward"] == {
        "id": REWARD,
        "validation_sha256": hashlib.sha256((run / "reward.json").read_bytes()).hexdigest(),
    }
    assert (last["seed"], last["environment"]["commit"], last["environment"]["made_with"]["torch"]) == (
        3,
        "f" * 40,
        "2.13.0",
    )
    assert found["post-sft"]["reward"]["id"] is None
    assert submit_run(board, run) == 0
    assert len(entries(board)) == 3


def test_a_run_with_two_tasks_enters_both_boards_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command, two boards; the second one has another split, so the first one stays as it is, too."""
    run = run_directory(tmp_path / "run")
    shutil.copytree(run / "generations" / TASK, run / "generations" / "zoo")
    shutil.copy(run / "examples" / "toy-test.jsonl", run / "examples" / "zoo-test.jsonl")
    folder = tmp_path / "boards"
    monkeypatch.setattr(boards, "BOARDS", folder)
    one, other = new_board(folder), new_board(folder, EXAMPLES[1:], "zoo")
    before = contents(folder)
    assert main(["submit", str(run)]) == 2
    assert "not the board's test split" in told(capsys)
    assert contents(folder) == before
    other.unlink()
    new_board(folder, task="zoo")
    assert main(["submit", str(run)]) == 0
    assert len(entries(one)) == len(entries(other)) == 3


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
    run = run_directory(tmp_path / "run")
    spoil(run)
    before = contents(board.parent)
    assert submit_run(board, run) == 2
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
    run = run_directory(tmp_path / "run", **changed)
    for folder in (run / "checkpoints").iterdir():
        (folder / "model.safetensors").unlink()
        folder.rmdir()
    before = contents(board.parent)
    assert submit_run(board, run) == 2
    message = told(capsys)
    assert len(message) < 5000
    assert message.isprintable() or message[:-1].isprintable()
    assert contents(board.parent) == before


def test_what_evaluate_left_without_a_name_is_named_by_its_weights(board: Path, tmp_path: Path) -> None:
    """Or by --system."""
    run = run_directory(tmp_path / "run", {"post-sft": first}, command="evaluate")
    path = run / "generations" / TASK / "post-sft.jsonl"
    path.write_text(path.read_text("utf-8").replace("sg-srl", "model"), "utf-8")
    assert submit_run(board, run) == 0
    entry = entries(board)[0]
    assert entry["system"] == "model-" + entry["lineage"][-1]["weights_hash"][:12]
    assert submit_run(board, run, "--system", "mine") == 0
    assert "mine" in {e["system"] for e in entries(board)}


def test_a_second_run_with_the_same_hashes_makes_it_regenerated(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, again = run_directory(tmp_path / "a"), run_directory(tmp_path / "b", argv=["run", "--run-dir", "b"])
    assert submit_run(board, run) == 0
    assert submit_run(board, run, "--confirm", str(again)) == 0
    assert "trust: recomputed -> regenerated" in capsys.readouterr().out
    assert {e["trust"] for e in entries(board)} == {"regenerated"}
    assert submit_run(board, run) == 0
    assert {e["trust"] for e in entries(board)} == {"regenerated"}, "trust is not lost by submitting again"
    assert leaderboard("verify", board) == 0


@pytest.mark.parametrize("what", ["texts", "weights", "same", "evaluated", "gone"])
def test_nothing_else_makes_it_regenerated(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    run = run_directory(tmp_path / "a")
    if what == "same":
        again = run
    elif what == "evaluated":
        again = run_directory(tmp_path / "b", argv=["evaluate"], command="evaluate")
    else:
        again = run_directory(
            tmp_path / "b", {**STAGES, "post-rl": two} if what == "texts" else None, argv=["run", "again"]
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
    assert submit_run(board, run, "--confirm", str(again)) == 2
    told(capsys)
    assert entries(board) == []

"""`leaderboard confirm RUN_DIR`: a run made again by anybody raises an entry's trust, without the entry's own run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from board_world import EXAMPLES, TASK, entries, first, gold, leaderboard, new_board, rewrite, run_directory, submit_run
from board_world import two as two_facts
from test_board_confirm import TEXTS, second

from benchmark.cli import main


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A run on an AVX2 machine stands on it; the run itself is gone."""
    board, run = (
        new_board(tmp_path / "board"),
        run_directory(tmp_path / "run", TEXTS, hardware={"cpu_capability": "AVX2"}),
    )
    assert submit_run(board, run) == 0
    (tmp_path / "run").rename(tmp_path / "gone")
    return board


def confirm(board: Path, run: Path, *more: str) -> int:
    return main(["leaderboard", "confirm", str(run), "--board", str(board), *more])


def as_before(board: Path) -> None:
    """The entries of a suite that did not note whose run was entered."""

    def change(told: dict[str, Any]) -> None:
        for entry in told["entries"]:
            del entry["environment"]["trained"], entry["environment"]["cpu"]

    rewrite(board, change)


def proofs(board: Path) -> list[tuple[str, Any, Any]]:
    return [(e["trust"], *((e["regenerated"] or {}).get(k) for k in ("same", "cpu"))) for e in entries(board)]


def test_the_same_bits_raise_every_trained_stage(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {e["stage"]: e["scores"] for e in entries(board)}
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None)) == 0
    assert capsys.readouterr().out.count("trust: recomputed -> regenerated") == 3
    assert proofs(board) == [("regenerated", "bits", ["AVX2", "AVX2"])] * 3
    assert {e["stage"]: e["scores"] for e in entries(board)} == before
    assert leaderboard("verify", board) == 0


def test_a_third_run_changes_nothing(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None)) == 0
    known, _ = board.read_bytes(), capsys.readouterr()
    assert confirm(board, second(tmp_path / "c", "AVX512")) == 0, "equal bits are not given up for a tolerance"
    assert capsys.readouterr().out.count("unchanged") == 3
    assert board.read_bytes() == known


def test_equal_bits_take_the_place_of_a_tolerance(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert confirm(board, second(tmp_path / "b", "AVX512")) == 0
    assert {e["stage"]: e["regenerated"]["same"] for e in entries(board)}["post-recovery"] == "tolerance"
    assert confirm(board, second(tmp_path / "c", "AVX2", weights=None)) == 0
    assert "trust: regenerated within 0.000 -> regenerated" in capsys.readouterr().out
    assert [e["regenerated"]["same"] for e in entries(board)] == ["bits"] * 3
    assert leaderboard("verify", board) == 0


def test_an_entry_that_does_not_tell_its_run_needs_one_of_another_commit(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    as_before(board)
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None)) == 2
    assert "may be those that were entered" in capsys.readouterr().err
    other = run_directory(tmp_path / "c", TEXTS, hardware={"cpu_capability": "AVX2"}, commit="1" * 40)
    assert confirm(board, other) == 0
    assert [e["regenerated"]["manifests"][0] for e in entries(board)] == [None] * 3
    assert proofs(board) == [("regenerated", "bits", [None, "AVX2"])] * 3
    assert leaderboard("verify", board) == 0


def test_the_run_that_was_entered_confirms_nothing(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert confirm(board, tmp_path / "gone") == 2
    assert "the very training that was entered" in capsys.readouterr().err
    assert proofs(board) == [("recomputed", None, None)] * 3


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("weights", "has other weights there"),
        ("texts", "has other outputs there"),
        ("scores", "more than 0.02"),
        ("recipe", "no board has an entry of its recipe, seed and stages"),
        ("seed", "no board has an entry of its recipe, seed and stages"),
        ("evaluated", "not trained by the suite"),
        ("gone", "checkpoints/post-rl is gone"),
        ("system", "no board has an entry of other of its recipe"),
    ],
)
def test_what_did_not_come_out_again_leaves_the_board_as_it_was(
    board: Path, tmp_path: Path, how: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known, folder, more = board.read_bytes(), tmp_path / "b", []
    if how == "weights":
        run = second(folder, "AVX2")
    elif how == "texts":
        run = second(folder, "AVX2", {**TEXTS, "post-rl": two_facts}, weights=None)
    elif how == "scores":
        run = second(folder, "AVX512", {**TEXTS, "post-recovery": lambda i: first(i) if i < 4 else two_facts(i)})
    elif how == "recipe":
        run = second(folder, "AVX512")
        manifest = json.loads((run / "manifest.json").read_text())
        for record in manifest["checkpoints"].values():
            record["data_hash"] = "1" * 64
        (run / "manifest.json").write_text(json.dumps(manifest))
    elif how == "seed":
        run = run_directory(folder, TEXTS, argv=["run", "again"], config={"run": {"seed": 4}})
    elif how == "evaluated":
        run = run_directory(folder, TEXTS, argv=["evaluate"], command="evaluate")
    else:
        run = second(folder, "AVX2", weights=None)
    if how == "gone":
        (run / "checkpoints" / "post-rl" / "model.safetensors").unlink()
        (run / "checkpoints" / "post-rl").rmdir()
    if how == "system":
        more = ["--system", "other"]
    assert confirm(board, run, *more) == 2
    assert told in capsys.readouterr().err
    assert board.read_bytes() == known


def test_a_text_that_was_changed_beside_the_board_is_told(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (board.parent / "outputs" / TASK).glob("*.jsonl.gz"):
        file.write_bytes(b"not these")
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None)) == 2
    assert "restore the board" in capsys.readouterr().err


def test_others_take_no_run_directory(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaderboard", "verify", str(tmp_path), "--board", str(board)]) == 2
    assert "leaderboard verify takes no RUN_DIR" in capsys.readouterr().err
    assert main(["leaderboard", "confirm", "--board", str(board)]) == 2
    assert "needs RUN_DIR" in capsys.readouterr().err


def test_an_entry_of_outputs_alone_stays_what_it_is(board: Path, tmp_path: Path) -> None:
    from board_world import submit, write_outputs

    assert len(EXAMPLES) == 24
    assert submit(board, write_outputs(tmp_path / "user.jsonl", gold), "mine") == 0
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None)) == 0
    assert {e["trust"] for e in entries(board) if e["system"] == "mine"} == {"recomputed"}


def called_again(run: Path) -> None:
    """What a later call of a finished run changes: its manifest, not its trainings."""
    told = json.loads((run / "manifest.json").read_text("utf-8"))
    told |= {"argv": ["run", "once", "more"], "commit": "9" * 40, "hardware": {"cpu_capability": "AVX512"}}
    (run / "manifest.json").write_text(json.dumps(told))


@pytest.mark.parametrize("older", [False, True])
def test_the_entered_run_called_again_is_no_second_training(
    board: Path, tmp_path: Path, older: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if older:
        as_before(board)
    called_again(tmp_path / "gone")
    assert confirm(board, tmp_path / "gone") == 2
    assert ("may be those that were entered" if older else "the very training") in capsys.readouterr().err
    assert {e["trust"] for e in entries(board)} == {"recomputed"}


def test_it_confirms_nothing_beside_itself_either(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = board.read_bytes()
    called_again(tmp_path / "gone")
    again = tmp_path / "copy"
    shutil.copytree(tmp_path / "gone", again)
    (again / "manifest.json").write_text((again / "manifest.json").read_text().replace("once", "twice"))
    assert submit_run(board, tmp_path / "gone", "--confirm", str(again)) == 2
    assert "the very training" in capsys.readouterr().err
    assert board.read_bytes() == known


def test_a_second_run_may_be_submitted_with_the_entered_one(board: Path, tmp_path: Path) -> None:
    """The board is sound afterwards, and tells the run that was submitted last."""
    run = second(tmp_path / "b", "AVX2", weights=None)
    assert submit_run(board, run, "--confirm", str(tmp_path / "gone")) == 0
    assert {e["trust"] for e in entries(board)} == {"regenerated"}
    assert leaderboard("verify", board) == 0
    assert confirm(board, run) == 2
    assert submit_run(board, run) == 0


def test_what_tells_no_training_confirms_nothing(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = second(tmp_path / "b", "AVX2", weights=None)
    told = json.loads((run / "manifest.json").read_text("utf-8"))
    (run / "manifest.json").write_text(json.dumps(told | {"steps": {}}))
    assert confirm(board, run) == 2
    assert "does not tell how the stages were trained" in capsys.readouterr().err


def test_a_board_of_another_task_is_refused(board: Path, tmp_path: Path) -> None:
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None), "--task", "newswire-title@2") == 2


def test_a_forged_entry_of_the_recipe_keeps_no_other_back(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = second(tmp_path / "forged", "AVX2", {**TEXTS, "post-recovery": first}, weights=b"forged")
    assert submit_run(board, forged, "--version", "2") == 0
    assert confirm(board, second(tmp_path / "b", "AVX2", weights=None)) == 0
    assert "does not confirm sg-srl v2 seed 3, post-recovery" in capsys.readouterr().err
    assert {e["trust"] for e in entries(board) if e["version"] == "1"} == {"regenerated"}


def test_a_stage_of_another_recipe_is_named(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = second(tmp_path / "b", "AVX2", weights=None)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["checkpoints"]["post-recovery"]["config_hash"] = "1" * 64
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert confirm(board, run) == 0
    told = capsys.readouterr().err
    assert "note: " in told and "post-recovery is of another recipe" in told and "base" not in told
    assert {e["stage"] for e in entries(board) if e["trust"] == "regenerated"} == {"post-sft", "post-rl"}


def test_the_wrong_field_of_a_manifest_is_named(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = second(tmp_path / "b", "AVX2", weights=None)
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(manifest | {"steps": {"train/post-rl": 7}}))
    assert confirm(board, run) == 2
    assert "manifest.json cannot be read: steps.train/post-rl: " in capsys.readouterr().err

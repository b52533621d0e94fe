"""`submit --confirm`: the same bits on the same class of CPU, the same scores within a tolerance on another one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from board_world import N, entries, first, gold, leaderboard, new_board, run_directory, submit_run, two

from training.shared.hashes import weights_hash

TEXTS = {"post-sft": first, "post-rl": gold, "post-recovery": two}


def second(
    folder: Path,
    cpu: str | None,
    texts: dict[str, Any] | None = None,
    weights: bytes | None = b"in other digits",
    **link: Any,
) -> Path:
    """Another run of the same recipe; `weights`: what its last stage was trained to, None for the same bits."""
    run = run_directory(
        folder, texts or TEXTS, argv=["run", "again"], hardware={} if cpu is None else {"cpu_capability": cpu}
    )
    if weights is not None:
        told = json.loads((run / "manifest.json").read_text())
        stage = run / "checkpoints" / "post-recovery"
        (stage / "model.safetensors").write_bytes(weights)
        told["checkpoints"]["post-recovery"] |= {"weights_hash": weights_hash(stage), **link}
        (run / "manifest.json").write_text(json.dumps(told))
    return run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return run_directory(tmp_path / "run", TEXTS, hardware={"cpu_capability": "AVX2"})


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return new_board(tmp_path / "board")


def test_the_same_bits_are_regenerated_whatever_the_cpu(board: Path, run: Path, tmp_path: Path) -> None:
    assert submit_run(board, run, "--confirm", str(second(tmp_path / "b", "AVX512", weights=None))) == 0
    told = [e["regenerated"] for e in entries(board)]
    assert [(t["same"], t["largest"], t["cpu"]) for t in told] == [("bits", None, ["AVX2", "AVX512"])] * 3
    assert leaderboard("verify", board) == 0


@pytest.mark.parametrize("cpu", ["AVX2", None])
def test_other_bits_on_the_same_class_of_cpu_or_an_unknown_one_are_refused(
    board: Path, run: Path, tmp_path: Path, cpu: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submit_run(board, run, "--confirm", str(second(tmp_path / "b", cpu))) == 2
    assert (
        "on the same class of CPU, AVX2" if cpu else "classes of CPU AVX2 and not told"
    ) + ": every bit must be the same" in capsys.readouterr().err
    assert entries(board) == []


def test_on_another_class_scores_within_the_tolerance_do(
    board: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of 24 outputs says one fact of three less: recall .667 and .653, F1 .8 and .790."""
    other = {**TEXTS, "post-recovery": lambda i: first(i) if i == 4 else two(i)}
    assert submit_run(board, run, "--confirm", str(second(tmp_path / "b", "AVX512", other))) == 0
    told = {e["stage"]: e["regenerated"] for e in entries(board)}
    assert (told["post-rl"]["same"], told["post-recovery"]["same"]) == ("bits", "tolerance")
    assert told["post-recovery"]["largest"] == pytest.approx(1 / (3 * N))
    assert leaderboard("verify", board) == 0
    assert leaderboard("show", board) == 0
    assert "post-recovery regenerated within 0.014" in " ".join(capsys.readouterr().out.split())


def test_on_another_class_scores_beyond_the_tolerance_do_not(
    board: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**TEXTS, "post-recovery": lambda i: first(i) if i < 4 else two(i)}
    assert submit_run(board, run, "--confirm", str(second(tmp_path / "b", "AVX512", other))) == 2
    assert "more than 0.02" in capsys.readouterr().err
    assert entries(board) == []


@pytest.mark.parametrize("link", [{"steps": 11}, {"config_hash": "1" * 64}, {"data_hash": "1" * 64}])
def test_another_recipe_is_no_second_run(
    board: Path, run: Path, tmp_path: Path, link: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert submit_run(board, run, "--confirm", str(second(tmp_path / "b", "AVX512", **link))) == 2
    assert "other configuration, data or steps there" in capsys.readouterr().err

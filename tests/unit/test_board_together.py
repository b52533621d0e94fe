"""Several boards of one run: all are written or none, and what cannot be put back is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import board_world as world
import pytest
from test_board_confirm import TEXTS, second

from benchmark.cli import main
from benchmark.leaderboard import board as boards
from benchmark.leaderboard import together
from metrics.errors import UserError


def of_two_tasks(run: Path) -> Path:
    """The run, its texts filed under a second task, too."""
    shutil.copytree(run / "generations" / world.TASK, run / "generations" / "zoo")
    shutil.copy(run / "examples" / f"{world.TASK}-test.jsonl", run / "examples" / "zoo-test.jsonl")
    return run


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The boards of two tasks, empty."""
    folder = tmp_path / "boards"
    monkeypatch.setattr(boards, "BOARDS", folder)
    return sorted([world.new_board(folder), world.new_board(folder, task="zoo")])


@pytest.fixture
def entered(two: list[Path], tmp_path: Path) -> list[Path]:
    """The boards with a run on both."""
    run = of_two_tasks(world.run_directory(tmp_path / "run", TEXTS, hardware={"cpu_capability": "AVX2"}))
    assert main(["submit", str(run)]) == 0
    return two


def full_from(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The disk is full when this board is to be written."""
    write = boards.write_board

    def writing(to: Path, board: boards.Board) -> None:
        if to == path:
            raise UserError(f"cannot write {to}: No space left on device; free some space")
        write(to, board)

    monkeypatch.setattr(boards, "write_board", writing)


def trusts(paths: list[Path]) -> set[str]:
    return {entry["trust"] for path in paths for entry in world.entries(path)}


def again(tmp_path: Path) -> Path:
    return of_two_tasks(second(tmp_path / "again", "AVX2", weights=None))


def test_a_second_run_raises_all_boards_or_none(
    entered: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, run = [path.read_bytes() for path in entered], again(tmp_path)
    capsys.readouterr()
    with monkeypatch.context() as patched:
        full_from(patched, entered[1])
        assert main(["leaderboard", "confirm", str(run)]) == 2
    told = capsys.readouterr()
    assert "No space left" in told.err and "regenerated" not in told.out, "what was put back is not told as done"
    assert [path.read_bytes() for path in entered] == before
    assert main(["leaderboard", "confirm", str(run)]) == 0
    assert trusts(entered) == {"regenerated"}


def test_a_run_enters_all_boards_or_none(two: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, run = [path.read_bytes() for path in two], of_two_tasks(world.run_directory(tmp_path / "run"))
    with monkeypatch.context() as patched:
        full_from(patched, two[1])
        assert main(["submit", str(run)]) == 2
    assert [path.read_bytes() for path in two] == before
    assert main(["submit", str(run)]) == 0
    assert [len(world.entries(path)) for path in two] == [3, 3]


def test_a_board_that_cannot_be_put_back_is_named_and_the_same_command_goes_on(
    entered: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = again(tmp_path)

    def full(path: Path, data: bytes) -> None:
        raise UserError(f"cannot write {path}: No space left on device")

    with monkeypatch.context() as patched:
        full_from(patched, entered[1])
        patched.setattr(together, "atomic_write_bytes", full)
        assert main(["leaderboard", "confirm", str(run)]) == 2
    told = capsys.readouterr().err
    assert f"written all the same: {entered[0]};" in told and "give the same command again" in told
    assert (trusts(entered[:1]), trusts(entered[1:])) == ({"regenerated"}, {"recomputed"})
    assert main(["leaderboard", "confirm", str(run)]) == 0
    assert trusts(entered) == {"regenerated"}


def test_a_board_written_between_two_is_put_back_when_it_is_interrupted(
    entered: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, run = [path.read_bytes() for path in entered], again(tmp_path)
    write = boards.write_board

    def writing(path: Path, board: boards.Board) -> None:
        write(path, board)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(boards, "write_board", writing)
        assert main(["leaderboard", "confirm", str(run)]) == 130
    assert [path.read_bytes() for path in entered] == before

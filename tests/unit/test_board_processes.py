"""Many submissions at once, and submissions that are killed: the board is the old one or the new one at every
instant."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from board_world import TASK, entries, first, leaderboard, new_board, submit, two, write_outputs

from benchmark.leaderboard import board as boards
from metrics import files
from metrics.errors import UserError

TOP = Path(__file__).parents[2]
N_PROCESSES = 12
"""A hundred in tests/perf."""


def start(board: Path, file: Path, system: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "benchmark",
        "submit",
        "--generations",
        str(file),
        "--task",
        TASK,
        "--system",
        system,
        "--board",
        str(board),
    ]
    return subprocess.Popen(command, cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_all_entries_of_submissions_at_once_are_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is read all the while: it is a whole board every time, and never loses an entry."""
    board, file = new_board(tmp_path / "b"), write_outputs(tmp_path / "g.jsonl", first)
    started = [start(board, file, f"s{i}") for i in range(N_PROCESSES)]
    counts = []
    while any(p.poll() is None for p in started):
        counts.append(len(boards.read_board(board, strict=True)["entries"]))
        time.sleep(0.01)
    assert [p.returncode for p in started] == [0] * N_PROCESSES
    said = [line for p in started if p.stderr for line in p.stderr.read().splitlines()]
    assert [line for line in said if not line.startswith(b"score ")] == []  # progress, where the machine is busy
    assert counts == sorted(counts)
    assert {e["system"] for e in entries(board)} == {f"s{i}" for i in range(N_PROCESSES)}
    assert leaderboard("verify", board) == 0


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, no `finally` of ours may be needed."""


@pytest.mark.parametrize("where", range(6))
def test_killed_before_each_file_operation_the_board_is_the_old_one(tmp_path: Path, where: int) -> None:
    """A child that kills itself before the n-th write or rename; afterwards the same command mends everything."""
    board = new_board(tmp_path / "b")
    assert submit(board, write_outputs(tmp_path / "a.jsonl", two), "there") == 0
    before, file = board.read_bytes(), write_outputs(tmp_path / "g.jsonl", first)
    pid = os.fork()
    if pid == 0:
        left = [where]

        def deadly(kind: str):  # type: ignore[no-untyped-def]
            real = getattr(os, kind)

            def operation(*args: object) -> object:
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
                return real(*args)

            return operation

        files.os.fsync, files.os.replace = deadly("fsync"), deadly("replace")  # type: ignore[assignment]
        submit(board, file, "new")
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    assert board.read_bytes() == before
    assert leaderboard("verify", board) == 0
    assert submit(board, file, "new") == 0
    assert leaderboard("verify", board) == 0
    assert [e["system"] for e in entries(board)] == ["new", "there"]
    assert not list((tmp_path / "b").rglob("*.tmp")), "what the killed one left is gone"


def test_a_killed_holder_gives_its_lock_back(tmp_path: Path) -> None:
    board, file = new_board(tmp_path / "b"), write_outputs(tmp_path / "g.jsonl", first)
    script = (
        "import time\nfrom pathlib import Path\nfrom benchmark.leaderboard.board import locked, scoring_slot\n"
        f"with scoring_slot(Path({str(board)!r})), locked(Path({str(board)!r})):\n    print('held', "
        "flush=True)\n    time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], cwd=TOP, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    done: list[int] = []
    waiting = threading.Thread(target=lambda: done.append(submit(board, file, "one")))
    waiting.start()
    time.sleep(0.3)
    assert json.loads(board.read_text("utf-8"))["entries"] == []
    holder.kill()
    holder.wait()
    waiting.join(timeout=120)
    assert done == [0]
    assert len(entries(board)) == 1


def test_a_lock_that_is_never_given_back_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board, file = new_board(tmp_path / "b"), write_outputs(tmp_path / "g.jsonl", first)
    monkeypatch.setattr(boards, "LOCK_SECONDS", 0.1)
    done: list[int] = []
    other = threading.Thread(target=lambda: done.append(submit(board, file, "one")))
    with boards.locked(board):
        other.start()
        other.join(timeout=120)
    assert done == [2]
    assert "another process holds its lock" in capsys.readouterr().err
    assert entries(board) == []


def test_a_folder_that_takes_no_lock_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """filelock takes a file that cannot be made for another's that is just going, and waits for ten minutes."""
    monkeypatch.setattr(boards, "LOCK_SECONDS", 0.1)
    with (
        pytest.raises(UserError, match=r"cannot write /proc/board\.json: .*choose a folder you may write to"),
        boards.locked(Path("/proc/board.json")),
    ):
        pass


def test_scoring_happens_in_few_places_at_a_time_and_outside_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the board is locked by somebody else, a submission scores all the same, and waits only to enter."""
    from benchmark.leaderboard import submit as command

    board, file = new_board(tmp_path / "b"), write_outputs(tmp_path / "g.jsonl", first)
    scored = threading.Event()
    real = command.score

    def seen(*args: object) -> object:
        found = real(*args)  # type: ignore[arg-type]
        scored.set()
        return found

    monkeypatch.setattr(command, "score", seen)
    waiting = threading.Thread(target=submit, args=(board, file, "one"))
    with boards.locked(board):
        waiting.start()
        assert scored.wait(timeout=120)
        assert entries(board) == []
    waiting.join(timeout=120)
    assert len(entries(board)) == 1

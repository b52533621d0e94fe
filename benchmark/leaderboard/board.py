"""A board and the files beside it: reading, hashing, locking, writing. The board file is the old one or the new one
at every instant."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard import packed
from benchmark.leaderboard.beside import beside_sha256 as beside_sha256
from benchmark.leaderboard.beside import examples_bytes as examples_bytes
from benchmark.leaderboard.beside import ids_bytes as ids_bytes
from benchmark.leaderboard.beside import outline as outline
from benchmark.leaderboard.beside import outputs_limit as outputs_limit
from benchmark.leaderboard.beside import outputs_path as outputs_path
from benchmark.leaderboard.beside import read_ids as read_ids
from benchmark.leaderboard.beside import read_test as read_test
from benchmark.leaderboard.beside import stats_path as stats_path
from benchmark.leaderboard.beside import test_path as test_path
from benchmark.leaderboard.beside import validation_path as validation_path
from benchmark.leaderboard.beside import withheld as withheld
from benchmark.leaderboard.chain import genesis
from benchmark.leaderboard.chain import key_of as key_of
from benchmark.leaderboard.older import upgraded
from benchmark.leaderboard.packed import pack, store
from benchmark.leaderboard.schema import check_head
from benchmark.leaderboard.spelling import parse_json, read_text, render
from metrics.cores import usable
from metrics.errors import UserError, unwritable
from metrics.files import atomic_write_text
from metrics.records import Example
from metrics.version import METRICS_VERSION

if TYPE_CHECKING:
    import numpy as np

BOARDS = Path(__file__).resolve().parents[2] / "leaderboards"
"""Where the suite's own boards lie."""
PAPER = "paper.json"
SCHEMA_VERSION = 2
PRIMARY = "coverage.f1.length_controlled"
"""Boards are ranked by it: independent of the reward's weights, and padding cannot raise it."""
OPEN_PRIMARY = "open.f1.length_controlled"
"""The same for real text without gold facts."""
DRAWS, SEED, LEVEL = 2000, 1, 0.95
"""Constants of a board: bootstrap draws, their seed, and the level of every interval. Nobody chooses the draws of an
entry."""
LOCK_SECONDS = 600

Board = dict[str, Any]
Entry = Any
"""A dict, or a `fields.Entry`, which is read like one."""


def board_files() -> list[Path]:
    """The suite's own boards, by name."""
    return sorted(p for p in BOARDS.glob("*.json") if p.name not in (PAPER, "schema.json"))


def board_path(task: str, board: str | None) -> Path:
    """The board file of a task: `board` where one is given. Raises UserError naming the tasks that have one."""
    if board is not None:
        return Path(board)
    known = [p.stem for p in board_files()]
    if task not in known:
        from benchmark.registry import nearest

        hint = nearest(task, known) if known else f"no boards in {BOARDS}"
        raise UserError(f"no board for task {task!r}; {hint} (or give --board FILE)")
    return BOARDS / f"{task}.json"


def read_board(path: Path, strict: bool = False) -> Board:
    """A board as it stands; its entries are not looked at (see `records`, `verify`). Raises UserError unless it has a
    board's head.

    One of the first schema is handed out as if it had been written by this suite (`older`). strict: see
    `spelling.parse_json`."""
    board = parse_json(read_text(path), str(path), strict)
    check_head(board, str(path))
    if board["schema_version"] == 1:
        return upgraded(board, str(path))
    return dict(board)


def need_current(board: Board, path: Path) -> Board:
    """The board, ready for entries of this suite's metrics. Raises UserError where it holds entries of another
    version of them."""
    if board["metrics"] == METRICS_VERSION:
        return board
    if board["entries"]:
        raise UserError(
            f"{path}: its {len(board['entries'])} entries were made with metrics version "
            f"{board['metrics']}, this suite has {METRICS_VERSION}; scores "
            f"of two versions are not comparable: python -m benchmark leaderboard rescore --board {path}"
        )
    new = {**board, "metrics": METRICS_VERSION, "signatures": {}, "retired": [], "rescored": None}
    return {**new, "tip": genesis(new)}


def name_of(entry: Entry) -> str:
    """How an entry is called in messages."""
    seed = "" if entry.get("seed") is None else f" seed {entry['seed']}"
    return f"{entry.get('system')} v{entry.get('version')}{seed}, {entry.get('stage')}"


# ---- locks --------------------------------------------------------------------------------------------------------


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other writers off a board; the lock goes with the process, even when it is killed. UserError after
    LOCK_SECONDS."""
    from filelock import FileLock, Timeout

    lock = path.with_name(f".{path.name}.lock")
    try:
        lock.touch()
    except FileNotFoundError as error:  # filelock would take it for another's lock and wait
        raise UserError(f"cannot write {path}: {unwritable(path, error)}") from None
    except OSError:
        pass  # it may be another user's, which filelock can open; else it says why not
    try:
        with FileLock(lock, timeout=LOCK_SECONDS):
            # Whoever holds the lock is the only writer: temporary files that lie here are left over from killed ones.
            for leftover in [*path.parent.glob(f".{path.name}.*.tmp"), *outputs_path(path, "x").parent.glob(".*.tmp")]:
                leftover.unlink(missing_ok=True)
            yield
    except Timeout:
        raise UserError(
            f"{path}: another process holds its lock since {LOCK_SECONDS} s; find and end it, then submit again"
        ) from None


@contextmanager
def scoring_slot(path: Path) -> Iterator[None]:
    """One of as many places as there are processors: a hundred submissions at once must not score (and fill the
    memory) at once."""
    from filelock import FileLock, Timeout

    while True:
        for i in range(usable()):
            lock = FileLock(path.with_name(f".{path.name}.slot{i}.lock"))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            try:
                yield
            finally:
                lock.release()
            return
        time.sleep(0.1 + 0.3 * random.random())


def write_board(path: Path, board: Board) -> None:
    """Writes a board by rename; call it under `locked`."""
    atomic_write_text(path, render(board))


# ---- files beside the board ---------------------------------------------------------------------------------------


def read_stats(
    path: Path, sha256: str, n: int, metrics: Sequence[str] | None = None, checked: bool = False
) -> dict[str, np.ndarray]:
    """The statistics with this hash beside a board; see `packed.read_stats`."""
    return packed.read_stats(stats_path(path, sha256), sha256, n, metrics, checked)


def primary_of(examples: Sequence[Example]) -> str:
    """The metric by which a split is ranked: facts where it has gold facts, else what is read from the texts."""
    return PRIMARY if any(e.facts for e in examples) else OPEN_PRIMARY


def create(
    path: Path, task: str, version: str, examples: Sequence[Example], withhold: bool = False
) -> tuple[Board, str]:
    """(a board without entries for a test split, what was done: "new", "unchanged" or "renewed"); the split is stored
    beside it.

    withhold: the texts are not ours to publish, so ids and documents alone are stored; without examples, too, the
    split is left to be pinned by whoever has the texts. A board that stands there is renewed where it is empty and its
    split or version is another one. Raises UserError where it has entries or is the board of another task."""
    data = examples_bytes(examples)
    stored = ids_bytes(examples) if withhold else data
    test: dict[str, Any] = {"split": "test", "n": len(examples), "sha256": hashlib.sha256(data).hexdigest()}
    if withhold:
        test["ids_sha256"] = hashlib.sha256(stored).hexdigest()
    return _create(path, _empty(task, version, test, primary_of(examples)), stored)


def create_unpinned(path: Path, task: str, version: str, n: int) -> tuple[Board, str]:
    """As `create`, for a corpus whose split nobody here has seen: the first who has the texts pins it."""
    test = {"split": "test", "n": n, "sha256": None, "ids_sha256": None}
    return _create(path, _empty(task, version, test, OPEN_PRIMARY), None)


def _empty(task: str, version: str, test: dict[str, Any], primary: str) -> Board:
    board = {
        "kind": "board",
        "schema_version": SCHEMA_VERSION,
        "task": task,
        "task_version": version,
        "primary": primary,
        "statistics": {"draws": DRAWS, "seed": SEED, "level": LEVEL},
        "test": test,
        "metrics": METRICS_VERSION,
        "rescored": None,
        "tip": "",
        "retired": [],
        "signatures": {},
        "entries": [],
    }
    return {**board, "tip": genesis(board)}


def _create(path: Path, board: Board, stored: bytes | None) -> tuple[Board, str]:
    task, version = board["task"], board["task_version"]
    with locked(path):
        before = read_board(path) if path.exists() else None
        if before is not None:
            if before["task"] != task:
                raise UserError(f"{path}: the board of {before['task']!r}, not of {task}; give another --board")
            if stored is None and before["test"]["sha256"] is not None:
                return before, "unchanged"
            same = (before["test"], before["task_version"]) == (board["test"], version)
            if same and (before["entries"] or before["metrics"] == METRICS_VERSION):
                _store_split(path, before, stored)
                return before, "unchanged"
            if before["entries"]:
                raise UserError(
                    f"{path}: has {len(before['entries'])} entries on another test split (version "
                    f"{before['task_version']}); outputs of one split "
                    f"cannot be scored on another: remove the board and outputs/{path.stem}, then submit anew"
                )
        _store_split(path, board, stored)
        write_board(path, board)
        if before is not None and (old := beside_sha256(before)) not in {beside_sha256(board), *_splits_in_use(path)}:
            test_path(path, old).unlink(missing_ok=True)
    return board, "new" if before is None else "renewed"


def _store_split(path: Path, board: Board, stored: bytes | None) -> None:
    if stored is not None:
        store(test_path(path, beside_sha256(board)), pack(stored))


def _splits_in_use(path: Path) -> set[str]:
    """Test splits of the boards in a board's folder; what cannot be read there is no reason to fail."""
    found = set()
    for other in path.parent.glob("*.json"):
        try:
            found.add(beside_sha256(read_board(other)))
        except UserError:
            continue
    return found

"""A board and the files beside it: reading, hashing, locking, writing. The board file is the old one or the new one at every instant."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard.spelling import LIMIT_BYTES, parse_board, read_text, render
from metrics.errors import UserError
from metrics.files import atomic_write_bytes, atomic_write_text
from metrics.records import Example, parse_example

if TYPE_CHECKING:
    import numpy as np

BOARDS = Path(__file__).resolve().parents[2] / "leaderboards"
"""Where the suite's own boards lie."""
PAPER = "paper.json"
SCHEMA_VERSION = 1
PRIMARY = "coverage.f1.length_controlled"
"""Boards are ranked by it: independent of the reward's weights, and padding cannot raise it."""
DRAWS, SEED, LEVEL = 2000, 1, 0.95
"""Constants of a board: bootstrap draws and level of every interval; SEED draws the tests between entries, and the intervals of outputs
that come without a run (`Run.seed` is 1, too, so `score` gives the same). A run's entries are drawn with the run's seed: `draw_seed`."""
LOCK_SECONDS = 600

Board = dict[str, Any]
Entry = dict[str, Any]


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
    """A board as it stands; its entries are not looked at (see `schema`, `verify`). Raises UserError unless it has a board's head."""
    return read_lines(path, strict)[0]


def read_lines(path: Path, strict: bool = False) -> tuple[Board, list[bytes] | None]:
    """As `read_board`, with the text of each entry where the file is spelled as the suite spells it."""
    from benchmark.leaderboard.schema import check_head

    board, lines = parse_board(read_text(path), str(path), strict)
    check_head(board, str(path))
    return dict(board), lines


def key_of(entry: Entry) -> tuple[str, str, int, str]:
    """(system, version, seed or -1, stage): what may stand on a board once."""
    seed = entry["seed"]
    return entry["system"], entry["version"], -1 if seed is None else seed, entry["stage"]


def name_of(entry: Entry) -> str:
    """How an entry is called in messages."""
    seed = "" if entry.get("seed") is None else f" seed {entry['seed']}"
    return f"{entry.get('system')} v{entry.get('version')}{seed}, {entry.get('stage')}"


# ---- locks --------------------------------------------------------------------------------------------------------


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other writers off a board; the lock goes with the process, even when it is killed. UserError after LOCK_SECONDS."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=LOCK_SECONDS):
            # Whoever holds the lock is the only writer: temporary files that lie here are left over from killed ones.
            for leftover in [*path.parent.glob(f".{path.name}.*.tmp"), *outputs_path(path, "x").parent.glob(".*.tmp")]:
                leftover.unlink(missing_ok=True)
            yield
    except Timeout:
        raise UserError(f"{path}: another process holds its lock since {LOCK_SECONDS} s; find and end it, then submit again") from None


@contextmanager
def scoring_slot(path: Path) -> Iterator[None]:
    """One of as many places as there are processors: a hundred submissions at once must not score (and fill the memory) at once."""
    from filelock import FileLock, Timeout

    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    while True:
        for i in range(n):
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


def outputs_path(path: Path, sha256: str) -> Path:
    """Where the outputs with this hash lie."""
    return path.parent / "outputs" / path.stem / f"{sha256}.jsonl.gz"


def stats_path(path: Path, sha256: str) -> Path:
    """Where the per-segment statistics with this hash lie."""
    return path.parent / "outputs" / path.stem / f"{sha256}.npz"


def test_path(path: Path, sha256: str) -> Path:
    """Where the board's test split lies."""
    return path.parent / "tests" / f"{sha256}.jsonl.gz"


def validation_path(path: Path, sha256: str) -> Path:
    """Where the reward.json with this hash lies."""
    return path.parent / "rewards" / f"{sha256}.json.gz"


def pack(data: bytes) -> bytes:
    """gzip without a time stamp: equal contents give equal files."""
    return gzip.compress(data, 9, mtime=0)


def store(path: Path, data: bytes) -> None:
    """Writes a content-named file unless it is there already."""
    if not path.exists():
        atomic_write_bytes(path, data)


def unpack(path: Path, limit: int = LIMIT_BYTES) -> bytes:
    """The content of a gzip file. Raises UserError when it is missing, damaged or larger than `limit` bytes when unpacked."""
    try:
        with gzip.open(path) as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError:
        raise UserError(f"{path}: missing; restore it (it belongs to the board)") from None
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be unpacked ({error}); restore it") from None
    if len(data) > limit:
        raise UserError(f"{path}: larger than {limit} bytes when unpacked; refused")
    return data


def examples_bytes(examples: Sequence[Example]) -> bytes:
    """The bytes of `examples.jsonl`, whose sha256 names a test split."""
    return "".join(json.dumps(e.as_dict(), ensure_ascii=False, allow_nan=False) + "\n" for e in examples).encode("utf-8")


def read_test(path: Path, board: Board) -> list[Example]:
    """The board's test split. Raises UserError unless its hash is the board's."""
    wanted = board["test"]["sha256"]
    file = test_path(path, wanted)
    data = unpack(file)
    if hashlib.sha256(data).hexdigest() != wanted:
        raise UserError(f"{file}: not the test split of {path.name} (sha256 differs); restore it")
    lines = data.decode("utf-8").split("\n")[:-1]  # not splitlines: a text may hold U+2028
    return [parse_example(json.loads(line), f"{file}, line {i}") for i, line in enumerate(lines, 1)]


def stats_hash(stats: Mapping[str, np.ndarray]) -> str:
    """sha256 over names, shapes and values of the statistics: independent of compression."""
    whole = hashlib.sha256()
    for name in sorted(stats):
        whole.update(f"{name}{stats[name].shape}".encode() + stats[name].astype("<f8").tobytes())
    return whole.hexdigest()


def pack_stats(stats: Mapping[str, np.ndarray]) -> bytes:
    """metric -> (n, k) float64, NaN rows where a segment was not scored, as .npz."""
    import numpy as np

    sink = io.BytesIO()
    np.savez_compressed(sink, **{name: stats[name] for name in sorted(stats)})  # type: ignore[arg-type]
    return sink.getvalue()


def read_stats(path: Path, sha256: str, metrics: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """The statistics with this hash; only some `metrics`, then unchecked, where they are named. Raises UserError: missing or damaged."""
    import numpy as np

    file = stats_path(path, sha256)
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > LIMIT_BYTES:
                raise UserError(f"{file}: larger than {LIMIT_BYTES} bytes when unpacked; refused")
        with np.load(file, allow_pickle=False) as found:
            stats = {name: found[name] for name in (found.files if metrics is None else [m for m in metrics if m in found.files])}
    except FileNotFoundError:
        raise UserError(f"{file}: missing; restore it (it belongs to {path.name})") from None
    except (OSError, ValueError, EOFError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{file}: cannot be read ({error}); restore it") from None
    if metrics is None and stats_hash(stats) != sha256:
        raise UserError(f"{file}: its content does not have the hash it is named by; restore it")
    return stats


def create(path: Path, task: str, version: str, examples: Sequence[Example]) -> tuple[Board, str]:
    """(a board without entries for a test split, what was done: "new", "unchanged" or "renewed"); the split is stored beside it.

    A board that stands there is renewed where it is empty and its split or version is another one. Raises UserError where it has entries
    or is the board of another task.
    """
    data = examples_bytes(examples)
    sha256 = hashlib.sha256(data).hexdigest()
    board = {
        "kind": "board",
        "schema_version": SCHEMA_VERSION,
        "task": task,
        "task_version": version,
        "primary": PRIMARY,
        "statistics": {"draws": DRAWS, "seed": SEED, "level": LEVEL},
        "test": {"split": "test", "n": len(examples), "sha256": sha256},
        "signatures": {},
        "entries": [],
    }
    with locked(path):
        before = read_board(path) if path.exists() else None
        if before is not None:
            if before["task"] != task:
                raise UserError(f"{path}: the board of {before['task']!r}, not of {task}; give another --board")
            if (before["test"], before["task_version"]) == (board["test"], version):
                store(test_path(path, sha256), pack(data))
                return before, "unchanged"
            if before["entries"]:
                raise UserError(
                    f"{path}: has {len(before['entries'])} entries on another test split (version {before['task_version']}); outputs of one split "
                    f"cannot be scored on another: remove the board and outputs/{path.stem}, then submit anew"
                )
        store(test_path(path, sha256), pack(data))
        write_board(path, board)
        if before is not None and before["test"]["sha256"] not in {sha256, *_splits_in_use(path.parent)}:
            test_path(path, before["test"]["sha256"]).unlink(missing_ok=True)
    return board, "new" if before is None else "renewed"


def _splits_in_use(folder: Path) -> set[str]:
    """Test splits of the boards in a folder; what cannot be read there is no reason to fail."""
    found = set()
    for path in folder.glob("*.json"):
        try:
            found.add(read_board(path)["test"]["sha256"])
        except UserError:
            continue
    return found

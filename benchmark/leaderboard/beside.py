"""The files beside a board: where they lie, how large they may be, and its test split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import packed
from benchmark.leaderboard.packed import LIMIT_BYTES
from benchmark.leaderboard.schema import MAX_TEXT
from benchmark.leaderboard.spelling import parse_json
from metrics.errors import UserError
from metrics.records import Example, parse_example

Board = Mapping[str, Any]
MAX_EXAMPLE = 2**18
"""Bytes of one example of a test split, 256 KiB."""


def outputs_limit(n: int) -> int:
    """Bytes that the outputs of a split of `n` examples may have."""
    return min(LIMIT_BYTES, n * MAX_TEXT + 2**20)


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


def examples_bytes(examples: Sequence[Example]) -> bytes:
    """The bytes of `examples.jsonl`, whose sha256 names a test split."""
    return "".join(json.dumps(e.as_dict(), ensure_ascii=False, allow_nan=False) + "\n" for e in examples).encode(
        "utf-8"
    )


def read_test(path: Path, board: Board, checked: bool = False) -> list[Example]:
    """The board's test split. Raises UserError unless its hash is the board's, and it holds n examples. checked: see
    `packed.unpack`."""
    examples = [parse_example(row, where) for row, where in _test_rows(path, board, checked)]
    if len({e.id for e in examples}) < len(examples):
        raise UserError(f"{test_path(path, board['test']['sha256'])}: an id stands in it twice; restore it")
    return examples


def read_ids(path: Path, board: Board) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """(ids, document ids) of the board's test split, in its order: all that tests need. Raises UserError as
    `read_test`."""
    ids: list[str] = []
    docs: list[str | None] = []
    for row, where in _test_rows(path, board):
        name, doc = row.get("id"), row.get("doc_id")
        if not isinstance(name, str) or not isinstance(doc, str | None):
            raise UserError(f"{where}: not an example (its id and document are texts); restore it")
        ids.append(name)
        docs.append(doc)
    return tuple(ids), tuple(docs)


def _test_rows(path: Path, board: Board, checked: bool = False) -> list[tuple[dict[str, Any], str]]:
    """The objects in the test split, each with its place."""
    wanted = board["test"]["sha256"]
    file = test_path(path, wanted)
    n = board["test"]["n"]
    data = packed.unpack(file, min(LIMIT_BYTES, n * MAX_EXAMPLE + 2**20), checked)
    if hashlib.sha256(data).hexdigest() != wanted:
        raise UserError(f"{file}: not the test split of {path.name} (sha256 differs); restore it")
    try:
        lines = data.decode("utf-8").split("\n")[:-1]  # not splitlines: a text may hold U+2028
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 (byte {error.start}); restore it") from None
    if len(lines) != n:
        raise UserError(f"{file}: {len(lines)} examples, but {path.name} says {n}; restore it")
    rows = [(parse_json(line, f"{file}, line {i}"), f"{file}, line {i}") for i, line in enumerate(lines, 1)]
    for row, where in rows:
        if not isinstance(row, dict):
            raise UserError(f"{where}: not an example (an object); restore it")
    return rows

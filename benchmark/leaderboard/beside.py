"""The files beside a board: where they lie, how large they may be, and its test split.

The texts of a real corpus are not ours to publish: beside such a board (`withheld`) lie the ids of its split and, by
number, their documents, which is all that intervals and tests need; the board holds the sha256 of the texts, and
whoever has them can score on it and verify it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import packed
from benchmark.leaderboard.packed import LIMIT_BYTES
from benchmark.leaderboard.spelling import parse_json
from metrics.errors import UserError
from metrics.records import MAX_TEXT, Example, parse_example, read_examples, sha256_file

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
    """Where the board's test split lies, or the ids of one that is withheld."""
    return path.parent / "tests" / f"{sha256}.jsonl.gz"


def withheld(board: Board) -> bool:
    """Whether the texts of the board's split are not beside it, but with those who have the corpus."""
    return "ids_sha256" in board["test"]


def beside_sha256(board: Board) -> str:
    """The hash that names the file of the split beside the board: its texts, or its ids."""
    return str(board["test"]["ids_sha256" if withheld(board) else "sha256"])


def need_pinned(path: Path, board: Board) -> None:
    """Raises UserError where nobody has pinned the board's split yet: its texts were never here."""
    if board["test"]["sha256"] is None:
        raise UserError(
            f"{path}: the split of {board['task']} is not pinned yet: whoever has the texts pins it by "
            f"python -m benchmark leaderboard create --task {board['task']} --data DIR, or by the first submission"
        )


def validation_path(path: Path, sha256: str) -> Path:
    """Where the reward.json with this hash lies."""
    return path.parent / "rewards" / f"{sha256}.json.gz"


def examples_bytes(examples: Sequence[Example]) -> bytes:
    """The bytes of `examples.jsonl`, whose sha256 names a test split."""
    return "".join(json.dumps(e.as_dict(), ensure_ascii=False, allow_nan=False) + "\n" for e in examples).encode(
        "utf-8"
    )


def ids_bytes(examples: Sequence[Example]) -> bytes:
    """Ids and documents, these by number: what lies beside a board whose texts are withheld.

    Numbers sort as the names of the documents do, since draws of a bootstrap go by their order: the intervals are the
    same."""
    names = sorted({e.doc_id for e in examples if e.doc_id is not None})
    docs = {name: f"{i:0{len(str(len(names)))}}" for i, name in enumerate(names)}
    rows = [{"doc_id": None if e.doc_id is None else docs[e.doc_id], "id": e.id} for e in examples]
    return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode("utf-8")


def read_test(path: Path, board: Board, checked: bool = False, also: Path | None = None) -> list[Example]:
    """The board's test split. Raises UserError unless its hash is the board's, and it holds n examples. checked: see
    `packed.unpack`.

    A split that is withheld is read from the corpus (BENCH_DATA_DIR), or from `also`, an examples.jsonl that may be it.
    """
    if withheld(board):
        need_pinned(path, board)
        return _from_corpus(path, board, also)
    examples = [parse_example(row, where) for row, where in _test_rows(path, board, checked)]
    if len({e.id for e in examples}) < len(examples):
        raise UserError(f"{test_path(path, board['test']['sha256'])}: an id stands in it twice; restore it")
    return examples


def _from_corpus(path: Path, board: Board, also: Path | None) -> list[Example]:
    from benchmark.tasks import load_task

    wanted = board["test"]["sha256"]
    if also is not None and also.is_file() and sha256_file(also) == wanted:
        examples = read_examples(also)
    else:
        examples = load_task(board["task"]).load("test")
        if hashlib.sha256(examples_bytes(examples)).hexdigest() != wanted:
            raise UserError(
                f"{path}: the texts of {board['task']} that lie here are not the board's split (sha256 differs); "
                "take the revision that the task file names"
            )
    if hashlib.sha256(ids_bytes(examples)).hexdigest() != board["test"]["ids_sha256"]:
        raise UserError(f"{path}: test.ids_sha256 is not of the ids and documents of its split; restore the board")
    return examples


def outline(path: Path, board: Board) -> list[Example]:
    """The examples of a split as far as they are beside the board: with ids and documents, without texts. Raises
    UserError as `read_ids`."""
    return [Example(i, "", None, None, "und", "und", doc, {}) for i, doc in zip(*read_ids(path, board), strict=True)]


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
    wanted = beside_sha256(board)
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

"""Corpora of the embedded models, as JSON Lines on disk, read by row number."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import read_jsonl, sha256_file
from training.embedded.rows import Row, check_row


class Corpus:
    """Rows of a JSON Lines file. Batches depend on (seed, step) alone, so that training resumes with the same ones."""

    def __init__(self, path: Path, kind: type[Row] | None = None) -> None:
        """kind: what every row is checked to be. Raises UserError for a missing, malformed or empty file and for the
        first row that is not of the kind."""
        if not path.exists():
            raise UserError(
                f"{path}: no such corpus; write it with `python -m benchmark data corpus --name {path.stem} "
                f"--out {path}`"
            )
        self.rows: list[dict[str, Any]] = []
        for number, row in read_jsonl(path):
            if kind is not None:
                check_row(row, kind, f"{path}, line {number}")
            self.rows.append(row)
        if not self.rows:
            raise UserError(f"{path}: holds no rows; write it with `python -m benchmark data corpus`")
        self.hash = sha256_file(path)

    def batch(self, seed: int, step: int, size: int) -> list[dict[str, Any]]:
        """`size` rows: a fresh permutation of the corpus for each pass."""
        n = len(self.rows)
        out = []
        for i in range(step * size, (step + 1) * size):
            order = self._order(seed, i // n)
            out.append(self.rows[order[i % n]])
        return out

    def _order(self, seed: int, epoch: int) -> list[int]:
        if getattr(self, "_cached", (None,))[0] != (seed, epoch):
            order = list(range(len(self.rows)))
            random.Random(f"{seed}:{epoch}").shuffle(order)
            self._cached = ((seed, epoch), order)
        return self._cached[1]


def candidate_texts(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Sources and candidates of the reranker's corpus: what its tokenizer learns from."""
    for row in rows:
        yield row["source"]
        yield from (c["text"] for c in row["candidates"])

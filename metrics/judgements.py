"""judgements.tsv: what humans and metrics said of the same segments (columns: the contracts of the suite, README
"Files")."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metrics.errors import UserError
from metrics.rejects import Rejects
from metrics.tables import number_of, read_tsv

COLUMNS = ("system", "item", "metric", "human")
HEADER = "system<TAB>item<TAB>metric<TAB>human[<TAB>metric2]"


@dataclass(frozen=True)
class Judgements:
    """One row per segment: n rows, every (system, item) once."""

    system: np.ndarray
    """(n,) int: index into `systems`."""
    item: np.ndarray
    """(n,) int: index into `items`."""
    metric: np.ndarray
    """(n,) float."""
    human: np.ndarray
    """(n,) float, NaN where unrated."""
    metric2: np.ndarray | None
    """(n,) float, or None without that column."""
    systems: tuple[str, ...]
    items: tuple[str, ...]

    @property
    def rated(self) -> np.ndarray:
        """(n,) bool."""
        return np.isfinite(self.human)


def read_judgements(path: str | Path, rejects: Rejects | None = None) -> Judgements:
    """Reads judgements.tsv (UTF-8, tabs, header `system item metric human [metric2]`; further columns are ignored).

    rejects: counts the rows that cannot be used and says whether to go on without them. Raises UserError, naming file
    and line, for a missing file or column, a row of another width, a value that is not a plain decimal number, an empty
    system or item, a segment judged twice, and a file without rows or without a single human judgement.
    """
    counted = rejects or Rejects(path)
    systems: dict[str, int] = {}
    items: dict[str, int] = {}
    seen: dict[tuple[str, str], int] = {}
    table: list[tuple[int, int, float, float, float]] = []
    second = False
    for number, row in read_tsv(path, COLUMNS, header=HEADER):
        with counted.row():
            where = f"{path}, line {number}"
            second = "metric2" in row
            metric, human, metric2 = _scores(row, where)
            key = row["system"], row["item"]
            if (first := seen.setdefault(key, number)) != number:
                segment = f"system {row['system'][:60]!r}, item {row['item'][:60]!r}"
                raise UserError(f"{where}: {segment} was already on line {first}; keep one row per segment")
            table.append(
                (systems.setdefault(key[0], len(systems)), items.setdefault(key[1], len(items)), metric, human, metric2)
            )
    counted.check()
    if not table:
        raise UserError(
            f"{path}: holds no rows{' that can be used' if counted.n else ''}; give one row per system and item"
        )
    system, item, metrics, humans, metrics2 = (np.array(column) for column in zip(*table, strict=True))
    found = Judgements(
        system.astype(np.int64),
        item.astype(np.int64),
        metrics,
        humans,
        metrics2 if second else None,
        tuple(systems),
        tuple(items),
    )
    if not found.rated.any():
        raise UserError(f"{path}: no row has a human judgement; fill the column human for at least some rows")
    return found


def _scores(row: dict[str, str], where: str) -> tuple[float, float, float]:
    """metric, human (NaN where unrated) and metric2 (NaN without that column) of a row."""
    if not row["system"] or not row["item"]:
        raise UserError(f"{where}: system and item must not be empty; name both")
    if empty := [c for c in ("metric", "metric2") if row.get(c) == ""]:
        raise UserError(
            f"{where}: {empty[0]} is '', not a finite number; only human may be empty; write a plain decimal number"
        )
    numbers = [number_of(row[c], c, where) if row.get(c) else math.nan for c in ("metric", "human", "metric2")]
    return numbers[0], numbers[1], numbers[2]

"""Reward models that judge together: a folder whose `ensemble.json` names the folders of its members."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import read_object

FILE = "ensemble.json"
"""{"members": [{"path": FOLDER, "weight": NUMBER}, ...]}: FOLDER as seen from the file's own; weight: 1 unless it is
given."""
LEAST, MOST = 2, 16
"""Members."""
LONGEST = 2000
"""Characters of a path."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the models."""

    path: str
    weight: float
    """Share: those of all members sum to 1."""


def members(folder: str | Path) -> tuple[Member, ...] | None:
    """The members of the ensemble in a folder; None where it holds none.

    Raises UserError, naming the file, for what is no list of folders with positive weights, for a folder that is not
    there, and for a member that is an ensemble itself.
    """
    file = Path(folder) / FILE
    if not file.is_file():
        return None
    rows = read_object(file).get("members")
    if not isinstance(rows, list) or not LEAST <= len(rows) <= MOST:
        raise UserError(f"{file}: `members` must be a list of {LEAST} to {MOST} objects with `path` and `weight`")
    found = [_member(file, row, number) for number, row in enumerate(rows, 1)]
    total = math.fsum(member.weight for member in found)
    return tuple(Member(member.path, member.weight / total) for member in found)


def _member(file: Path, row: Any, number: int) -> Member:
    where = f"{file}: member {number}"
    if not isinstance(row, dict) or row.keys() - {"path", "weight"}:
        raise UserError(f"{where} must be an object with `path` and `weight` alone")
    path, weight = row.get("path"), row.get("weight", 1)
    if not isinstance(path, str) or not path or "\0" in path or len(path) > LONGEST:
        raise UserError(f"{where}: `path` must be the folder of a saved model, as seen from {file.parent}")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 1e-6 <= weight <= 1e6:
        raise UserError(f"{where}: `weight` = {str(weight)[:40]}; give a number from 1e-6 to 1e6")
    place = file.parent / path
    if not place.is_dir():
        raise UserError(f"{where}: no folder {place}; paths are seen from the folder of {FILE}")
    if (place / FILE).is_file():
        raise UserError(f"{where}: {place} is an ensemble itself; name its members here")
    return Member(str(place.resolve()), float(weight))

"""The paper's own tables: reported, not recomputed; shown beside a board's entries and never ranked with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.schema import problem
from benchmark.leaderboard.spelling import parse_json, read_text
from metrics.errors import UserError


def read_paper(path: Path | None = None) -> dict[str, Any]:
    """leaderboards/paper.json. Raises UserError where it is not of the schema."""
    path = path or boards.BOARDS / boards.PAPER
    if not path.is_file():
        raise UserError(f"{path}: missing; restore the file")
    paper = parse_json(read_text(path), str(path), strict=True)
    if (found := problem("paper", paper)) is not None:
        raise UserError(f"{path}: field {found[0]}: {found[1]}; restore the file")
    for table in paper["tables"]:
        for entry in table["entries"]:
            if list(entry["values"]) != list(table["columns"]):
                raise UserError(
                    f"{path}: {table['id']}, {entry['system']}: its values are not "
                    "the table's columns; restore the file"
                )
    return dict(paper)


def tables_of(task: str) -> list[dict[str, Any]]:
    """The paper's tables that are shown beside a board; none where the suite's paper.json is not installed."""
    if not (boards.BOARDS / boards.PAPER).is_file():
        return []
    return [table for table in read_paper()["tables"] if table["task"] == task]

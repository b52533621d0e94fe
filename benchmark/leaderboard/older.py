"""Boards of the first schema: read as if this suite had written them, so that every view shows them and `rescore`
makes them anew."""

from __future__ import annotations

from typing import Any

from benchmark.leaderboard.chain import rechained
from benchmark.leaderboard.schema import problem
from benchmark.leaderboard.spelling import digest
from metrics.errors import UserError
from metrics.version import version_of


def upgraded(board: dict[str, Any], where: str) -> dict[str, Any]:
    """A board of schema version 1 as one of version 2, in memory alone: bound anew, what was not measured then null.

    Raises UserError for an entry that is not of the old schema, or whose digest is not its own.
    """
    for i, entry in enumerate(board["entries"]):
        if (found := problem("entry_1", entry)) is not None:
            raise UserError(f"{where}: entry {i + 1}: field {found[0]}: {found[1]}; restore the file")
        if digest(entry) != entry["digest"]:
            raise UserError(
                f"{where}: entry {i + 1}: field digest: something in this entry was "
                "changed after it was written; restore the file"
            )
    versions = {
        version_of(board["signatures"].get(c["signature"], "")) for e in board["entries"] for c in _primary(board, e)
    }
    if len(versions) > 1:
        raise UserError(
            f"{where}: entries of several versions of the metrics "
            f"({', '.join(map(str, sorted(versions)))}); restore the file"
        )
    told = {
        **board,
        "schema_version": 2,
        "metrics": versions.pop() if versions else 1,
        "rescored": None,
        "tip": "",
        "retired": [],
        "entries": [],
    }
    return rechained(told, [_entry(e) for e in board["entries"]])


def _primary(board: dict[str, Any], entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["scores"][board["primary"]]] if board["primary"] in entry["scores"] else []


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    new = {name: value for name, value in entry.items() if name not in ("draw_seed", "digest")}
    if new["copies"] is not None:
        new["copies"] = {**new["copies"], "repeated": None, "overlong": None}
    if new["regenerated"] is not None:
        new["regenerated"] = {"manifests": new["regenerated"], "cpu": [None, None], "same": "bits", "largest": None}
    new["outputs"] = {**new["outputs"], "sketch": ""}
    return new

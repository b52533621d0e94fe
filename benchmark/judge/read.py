"""The reader of judge.json, for the report and for what is compared with judges. It imports no judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import inside, read_object
from metrics.folders import file_digest

SCHEMA_VERSION = 1
MOST_BYTES = 256 * 2**20
FOLDER, RESULT, VERDICTS, LEDGER, SCORES = "judge", "judge.json", "verdicts.jsonl", "ledger.jsonl", "scores.parquet"
KNOWN = "known.jsonl"
"""What the judge said of the pairs with known answers."""


def folder_of(run_dir: Path, told: dict[str, Any]) -> Path:
    """Where the verdicts of a judge.json lie: judge/NAME, or judge/NAME/TASK for a task that is not the run's own."""
    further = run_dir / FOLDER / str(told["judge"]) / str(told["task"])
    return further if further.is_dir() else run_dir / FOLDER / str(told["judge"])


def judged(run_dir: Path) -> list[dict[str, Any]]:
    """judge.json of every judge of a run directory, the oracle first, then those of further tasks; [] where there is
    none.

    Raises UserError for one that is malformed, or was made from other texts than those that lie there now.
    """
    found = []
    folder = run_dir / FOLDER
    own = sorted(folder.glob(f"*/{RESULT}"), key=lambda p: (p.parent.name != "oracle", p.parent.name))
    further = sorted(folder.glob(f"*/*/{RESULT}"), key=lambda p: (p.parent.name, p.parts[-3] != "oracle", p.parts[-3]))
    for path in [*own, *further]:
        told = read_object(inside(run_dir, path), MOST_BYTES)
        if told.get("schema_version") != SCHEMA_VERSION:
            raise UserError(f"{path}: is no judge.json of this version; judge the run again")
        for name, digest in dict(told.get("inputs") or {}).items():
            if not inside(run_dir, run_dir / name).is_file() or file_digest(run_dir / name) != digest:
                raise UserError(f"{path}: was made when {name} was another file; judge the run again")
        found.append(told)
    return found

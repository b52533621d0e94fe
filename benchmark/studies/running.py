"""The runs of a study, one after the other. What is finished is seen by its content and not begun; a run that fails is
told, and the others go on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmark.progress import left
from benchmark.rundir import whole
from benchmark.rundir.summaries import read_summary
from benchmark.studies.cells import Asked, CellRun
from benchmark.studies.child import run_cell
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_object

ASKED = "asked.json"
"""What the runs of a folder belong to."""
LOGS = "logs"


def claim(out: Path, asked: Asked) -> None:
    """Makes a folder, which the caller has locked, that of this study. Raises UserError where it belongs to another
    study, profile or --set, or is no study's."""
    path, wanted = out / ASKED, asked.record()
    if path.is_file():
        before = read_object(path)
        if before == wanted:
            return
        if any((run / "config_hash").exists() for run in out.iterdir() if run.is_dir()):
            apart = [key for key in wanted if before.get(key) != wanted[key]]
            told = "; ".join(f"{key}: {before.get(key)!r} there, {wanted[key]!r} here" for key in apart)
            raise UserError(f"{out} holds the runs of another study ({told}); give another --out, or remove this one")
    elif any(p.name != ".lock" for p in out.iterdir()):
        raise UserError(f"{out} is not empty and is no study's folder; give another --out")
    atomic_write_text(path, json.dumps(wanted, ensure_ascii=False, indent=1) + "\n")


def run_all(
    runs: Sequence[CellRun], stage: str, out: Path, reuse: Sequence[Path], tell: Callable[[str], None]
) -> dict[str, str]:
    """Does every run of a study in OUT/CELL-seedN; returns the failed ones by name, with the reason.

    Each run takes finished steps from the others in `out` (its own seed's first) and from `reuse`, by their keys: SFT
    of a seed is trained once.
    """
    failed: dict[str, str] = {}
    spent: list[float] = []
    for n, run in enumerate(runs, 1):
        head = f"cell {n} of {len(runs)}: {run.cell}, seed {run.seed}"
        folder = out / run.name
        if whole.unchanged(folder, whole.request_of(run.profile, stage)) is not None:
            tell(f"{head}: finished before")
            continue
        tell(f"{head} ...")
        start = time.monotonic()
        others = [*_others(runs, run, out), *reuse]
        argv = [*run.argv, "--run-dir", str(folder), *(["--reuse", *map(str, others)] if others else [])]
        problem = run_cell(argv, out / LOGS / f"{run.name}.txt", tell) or _unreadable(folder)
        spent.append(time.monotonic() - start)
        to_come = sum(spent) / len(spent) * (len(runs) - n)
        about = f"; at most about {left(to_come)} left" if n < len(runs) else ""
        if problem is not None:
            failed[run.name] = problem
            tell(f"{head}: failed: {problem}{about}")
        else:
            tell(f"{head}: done in {left(spent[-1])}{about}")
    return failed


def _others(runs: Sequence[CellRun], run: CellRun, out: Path) -> list[Path]:
    """Run directories of the study that hold finished steps, those of the same seed first."""
    others = sorted((other for other in runs if other.name != run.name), key=lambda other: other.seed != run.seed)
    return [out / other.name for other in others if (out / other.name / "steps").is_dir()]


def _unreadable(folder: Path) -> str | None:
    """What is wrong with a finished run's summary, or None."""
    try:
        read_summary(folder)
    except UserError as error:
        return str(error)
    return None

"""Whether a file of a run directory is still what the run wrote, for the commands that read it later: report, compare,
pool, submit."""

from __future__ import annotations

from pathlib import Path

from benchmark.rundir.done import read_done
from metrics.errors import UserError
from metrics.files import inside
from metrics.folders import file_digest


def check_output(run_dir: Path, path: Path) -> Path:
    """The path itself. Raises UserError where a finished step of the run wrote another file there; what no step wrote
    is not known and passes, unless it is a link out of the folder."""
    inside(run_dir, path)
    name, steps = path.relative_to(run_dir).as_posix(), run_dir / "steps"
    for record in sorted(steps.rglob("done.json")) if path.is_file() else ():
        step = record.parent.relative_to(steps).as_posix()
        done = read_done(run_dir, step)
        if done is not None and done.outputs.get(name, file_digest(path)) != file_digest(path):
            raise UserError(
                f"{path}: is not what the run wrote (its hash stands in steps/{step}/done.json); "
                "run the same command again, which makes it anew"
            )
    return path

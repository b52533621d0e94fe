"""Adding a judge's metrics to the scores and the summary of a run directory, without touching anything that stands
there.

judge.* of an earlier judge are replaced: in summary.json stands the judge that was asked last; judge/NAME/ keeps each
one's own. The tests of a judge are corrected among themselves, so no other p-value changes. Where a step's record knows
the hash of a file, the new hash goes there.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmark.rundir.done import KINDS, read_done
from benchmark.rundir.summaries import read_summary
from metrics.errors import UserError
from metrics.files import atomic_write_bytes, atomic_write_text, read_object
from metrics.folders import file_digest
from metrics.parquet import read_parquet

HEAD = "judge."
PENDING = "judge/pending.json"
"""Names a file that is being replaced, with its new hash."""


def merge(run_dir: Path, task: str, scores: Path, summary: dict[str, Any]) -> None:
    """Rows of `scores` into scores.parquet, cells of `summary` into summary.json, on top and under its task."""
    _scores(run_dir, task, scores)
    whole = read_summary(run_dir)
    own = whole.get("run", {}).get("task") == task
    for place in [*([whole] if own else []), *([whole["tasks"][task]] if task in whole.get("tasks", {}) else [])]:
        for part in ("systems", "transitions"):
            for key, cells in summary[part].items():
                row = place.get(part, {}).get(key)
                if row is not None:
                    kept = {m: cell for m, cell in row.items() if not m.startswith(HEAD)}
                    place[part][key] = {**kept, **cells}
        _preservation(place, summary["preservation"])
    text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    _replace(run_dir, "summary.json", text.encode("utf-8"))


def _replace(run_dir: Path, name: str, content: bytes) -> None:
    """Writes a file that a step has written before. A kill between the file and the step's record is mended by
    `recover`."""
    path = run_dir / name
    if path.is_file() and path.read_bytes() == content:
        return
    atomic_write_text(run_dir / PENDING, json.dumps({name: sha256(content).hexdigest()}))
    atomic_write_bytes(path, content)
    recover(run_dir)


def recover(run_dir: Path) -> None:
    """Ends what a killed `judge` had begun: where the new file is there, the steps that wrote the old one know the
    new one."""
    pending = run_dir / PENDING
    if not pending.is_file():
        return
    try:
        told = read_object(pending)
    except UserError:
        told = {}  # cut by a kill: nothing had been replaced yet
    _amend(run_dir, [n for n, digest in told.items() if (run_dir / n).is_file() and file_digest(run_dir / n) == digest])
    pending.unlink()


def _preservation(place: dict[str, Any], cells: dict[str, Any]) -> None:
    if "preservation" in place:
        kept = {m: cell for m, cell in place["preservation"].items() if not m.rpartition("/")[2].startswith(HEAD)}
        place["preservation"] = {**kept, **cells}


def _scores(run_dir: Path, task: str, scores: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = run_dir / "scores.parquet"
    if not path.is_file():
        return
    before, added = read_parquet(path, "score the run again"), read_parquet(scores, "judge the run again")
    if (
        "seed" in before.column_names
        and pc.any(pc.and_(pc.equal(before["task"], task), pc.is_valid(before["seed"]))).as_py()
    ):
        return  # several seeds stand pooled there, and one of them was judged: judge/NAME/scores.parquet holds it
    old = pc.and_(pc.starts_with(before["metric"], HEAD), pc.equal(before["task"], task))
    added = added.select([c for c in before.column_names if c in added.column_names])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.concat_tables([before.filter(pc.invert(old)), added.cast(before.schema)]), sink)
    _replace(run_dir, path.name, sink.getvalue().to_pybytes())


def _amend(run_dir: Path, names: list[str]) -> None:
    """The steps that wrote these files know them as they are now."""
    steps = run_dir / "steps"
    for record in sorted(steps.rglob("done.json")):
        done = read_done(run_dir, record.parent.relative_to(steps).as_posix())
        if done is None or not set(names) & done.outputs.keys():
            continue
        outputs = {n: file_digest(run_dir / n) if n in names else digest for n, digest in done.outputs.items()}
        told = {**{name: getattr(done, name) for name in KINDS}, "outputs": outputs}
        atomic_write_text(record, json.dumps(told, indent=1))

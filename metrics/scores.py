"""`scores.parquet`: one row per segment and metric, with the sufficient statistics, so that nothing is ever scored twice.

Columns: system, stage, task, example_id, metric, value, reason, signature; added by us: scored, stats, combiner, higher_is_better, seed (null
but where a system and stage was scored in several seeds). `value` is the *sentence* score (for BLEU and chrF too); the corpus score is the
combiner of the summed stats.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from metrics.errors import UserError
from metrics.files import atomic_write_bytes
from metrics.segment import COMBINERS, SegmentStats

UNDEFINED = "undefined for this segment (0 / 0); it counts in the corpus value"
REQUIRED = ("system", "stage", "task", "example_id", "metric", "value", "reason", "signature")
ADDED = ("scored", "stats", "combiner", "higher_is_better")

Key = tuple[str, str, str]
"""(system, stage, task)"""


def score_rows(system: str, stage: str, task: str, metrics: Sequence[SegmentStats], seed: int | None = None) -> list[dict[str, Any]]:
    """Rows of `scores.parquet` for one system: `value` is the sentence score, None with a reason where there is none.

    seed: where the same system and stage has rows of other seeds, too.
    """
    rows = []
    for m in metrics:
        for example_id, value, reason, stats in zip(m.example_ids, m.sentence_values().tolist(), m.reasons, m.stats.tolist(), strict=True):
            known = math.isfinite(value)
            rows.append(
                {
                    "system": system,
                    "stage": stage,
                    "task": task,
                    "example_id": example_id,
                    "metric": m.metric,
                    "value": value if known else None,
                    "reason": None if known else reason or UNDEFINED,
                    "signature": m.signature,
                    "scored": reason is None,
                    "stats": stats,
                    "combiner": m.combiner,
                    "higher_is_better": m.higher_is_better,
                    "seed": seed,
                }
            )
    return rows


def write_scores(path: str | Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows of `score_rows` as Parquet, whole or not at all. Raises UserError where the folder cannot be written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    types = {"value": number, "scored": pa.bool_(), "stats": pa.list_(number), "higher_is_better": pa.bool_()}
    types["seed"] = pa.int64()
    schema = pa.schema([(name, types.get(name, text)) for name in (*REQUIRED, *ADDED, "seed")])
    columns = {name: [row.get(name) for row in rows] for name in (*REQUIRED, *ADDED, "seed")}
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), buffer)
    atomic_write_bytes(path, buffer.getvalue())


def read_scores(path: str | Path) -> dict[Key, list[SegmentStats]]:
    """`scores.parquet` -> (system, stage, task) -> its metrics, in the order of the file.

    Raises UserError for a missing file, one that is not Parquet, one without the columns written here, one with a segment twice in a
    metric, or one in which a system has several seeds (`read_seeds`).
    """
    out: dict[Key, list[SegmentStats]] = {}
    for key, by_seed in read_seeds(path).items():
        if len(by_seed) > 1:
            seeds = ", ".join(map(str, by_seed))
            raise UserError(f"{path}: {key[0]}/{key[1]} was scored in several seeds ({seeds}), which stand pooled in summary.json; score them apart")
        out[key] = next(iter(by_seed.values()))
    return out


def read_seeds(path: str | Path) -> dict[Key, dict[int | None, list[SegmentStats]]]:
    """`scores.parquet` -> (system, stage, task) -> seed (None where there is one) -> its metrics, in the order of the file.

    Raises UserError as `read_scores` does, but for several seeds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as err:
        raise UserError(f"cannot read {path}: {str(err).splitlines()[0]}; give the scores.parquet of a run directory") from err
    if missing := [c for c in REQUIRED + ADDED if c not in table.column_names]:
        raise UserError(f"{path}: lacks the column(s) {', '.join(missing)}; score the run again with this version")
    held = [*REQUIRED, *ADDED, *(["seed"] if "seed" in table.column_names else [])]
    grouped: dict[tuple[Key, int | None, str], list[dict[str, Any]]] = {}
    for row in table.select(held).to_pylist():
        grouped.setdefault(((row["system"], row["stage"], row["task"]), row.get("seed"), row["metric"]), []).append(row)
    out: dict[Key, dict[int | None, list[SegmentStats]]] = {}
    for (key, seed, metric), rows in grouped.items():
        out.setdefault(key, {}).setdefault(seed, []).append(_metric(path, metric, rows))
    return out


def _metric(path: str | Path, metric: str, rows: list[dict[str, Any]]) -> SegmentStats:
    ids = tuple(row["example_id"] for row in rows)
    if len(set(ids)) != len(ids):
        raise UserError(f"{path}: {metric} has a segment twice; score the run again")
    if rows[0]["combiner"] not in COMBINERS:
        raise UserError(f"{path}: {metric} has an unknown combiner {rows[0]['combiner']!r}; score the run again with this version")
    reasons = tuple(None if row["scored"] else row["reason"] for row in rows)
    common = reasons[0] if len(set(reasons)) == 1 else None
    stats = np.array([row["stats"] for row in rows], dtype=np.float64)
    first = rows[0]
    return SegmentStats(metric, ids, stats, first["combiner"], reasons, first["signature"], first["higher_is_better"], common)

"""`scores.parquet`: one row per segment and metric, with the sufficient statistics, so that nothing is ever scored
twice.

Columns: system, stage, task, example_id, metric, value, reason, signature; added by us: scored, stats, combiner,
higher_is_better, seed (null but where a system and stage was scored in several seeds). `value` is the *sentence* score
(for BLEU and chrF too); the corpus score is the combiner of the summed stats.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics import arrays
from metrics.errors import UserError, first_line
from metrics.files import atomic_write_bytes
from metrics.parquet import read_parquet
from metrics.segment import COMBINERS, WIDTHS, SegmentStats

if TYPE_CHECKING:
    import pyarrow as pa

UNDEFINED = "undefined for this segment (0 / 0); it counts in the corpus value"
REQUIRED = ("system", "stage", "task", "example_id", "metric", "value", "reason", "signature")
NEVER_NULL = ("system", "stage", "task", "example_id", "metric", "signature", "stats", "combiner")
ADDED = ("scored", "stats", "combiner", "higher_is_better")

Key = tuple[str, str, str]
"""(system, stage, task)"""


def score_rows(
    system: str, stage: str, task: str, metrics: Sequence[SegmentStats], seed: int | None = None
) -> list[dict[str, Any]]:
    """Rows of `scores.parquet` for one system: `value` is the sentence score, None with a reason where there is none.

    seed: where the same system and stage has rows of other seeds, too.
    """
    rows = []
    for m in metrics:
        for example_id, value, reason, stats in zip(
            m.example_ids, m.sentence_values().tolist(), m.reasons, m.stats.tolist(), strict=True
        ):
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


def score_table(
    system: str, stage: str, task: str, metrics: Sequence[SegmentStats], seed: int | None = None
) -> pa.Table:
    """The rows of `score_rows` as a table, made column by column: for files of any size."""
    import pyarrow as pa

    schema, parts = score_schema(), []
    for m in metrics:
        n, values = m.n_total, m.sentence_values()
        known = np.isfinite(values)
        better = m.higher_is_better
        columns = {
            "system": arrays.repeated(system, n),
            "stage": arrays.repeated(stage, n),
            "task": arrays.repeated(task, n),
            "example_id": _ids(m.example_ids),
            "metric": arrays.repeated(m.metric, n),
            "value": arrays.numbers(values, None if known.all() else known),
            "reason": _why(m, known),
            "signature": arrays.repeated(m.signature, n),
            "scored": arrays.flags(m.scored),
            "stats": arrays.rows(m.stats),
            "combiner": arrays.repeated(m.combiner, n),
            "higher_is_better": pa.nulls(n, pa.bool_()) if better is None else arrays.flags(np.full(n, better)),
            "seed": pa.nulls(n, pa.int64()) if seed is None else arrays.integers(np.full(n, seed)),
        }
        parts.append(pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema))
    return pa.concat_tables(parts) if parts else score_schema().empty_table()


@lru_cache(maxsize=1)
def _ids(example_ids: tuple[str, ...]) -> pa.StringArray:
    """As a rule one for all metrics."""
    return arrays.texts(example_ids)


def _why(m: SegmentStats, known: np.ndarray) -> pa.StringArray:
    """Why segments have no value. known: (n,) bool, whether they have one."""
    import pyarrow as pa

    n = m.n_total
    if known.all():
        return pa.nulls(n, pa.string())
    if m.reason is not None and m.reasons.count(m.reason) == n:
        return arrays.repeated(m.reason, n)
    why: list[str | None] = [None] * n
    for i in np.flatnonzero(~known).tolist():
        why[i] = m.reasons[i] or UNDEFINED
    return arrays.texts(why)


def score_schema() -> pa.Schema:
    """The columns of `scores.parquet` and their kinds."""
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    types = {"value": number, "scored": pa.bool_(), "stats": pa.list_(number), "higher_is_better": pa.bool_()}
    types["seed"] = pa.int64()
    return pa.schema([(name, types.get(name, text)) for name in (*REQUIRED, *ADDED, "seed")])


def write_scores(path: str | Path, rows: Sequence[Mapping[str, Any]] | pa.Table) -> None:
    """Writes rows of `score_rows`, or a `score_table`, as Parquet, whole or not at all.

    Raises UserError where the folder cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not isinstance(rows, pa.Table):
        schema = score_schema()
        rows = pa.table({name: [row.get(name) for row in rows] for name in schema.names}, schema=schema)
    buffer = io.BytesIO()
    pq.write_table(rows, buffer)
    atomic_write_bytes(path, buffer.getvalue())


def read_scores(path: str | Path) -> dict[Key, list[SegmentStats]]:
    """`scores.parquet` -> (system, stage, task) -> its metrics, in the order of the file.

    Raises UserError for a missing file, one that is not Parquet, one without the columns written here, one with a
    segment twice in a metric, or one in which a system has several seeds (`read_seeds`).
    """
    out: dict[Key, list[SegmentStats]] = {}
    for key, by_seed in read_seeds(path).items():
        if len(by_seed) > 1:
            seeds = ", ".join(map(str, by_seed))
            raise UserError(
                f"{path}: {key[0]}/{key[1]} was scored in several seeds ({seeds}), "
                "which stand pooled in summary.json; score them apart"
            )
        out[key] = next(iter(by_seed.values()))
    return out


def read_seeds(path: str | Path) -> dict[Key, dict[int | None, list[SegmentStats]]]:
    """`scores.parquet` -> (system, stage, task) -> seed (None where there is one) -> its metrics, in the order of the
    file.

    Raises UserError as `read_scores` does, but for several seeds.
    """
    import pyarrow as pa

    table = read_parquet(path, "give the scores.parquet of a run directory")
    if missing := [c for c in REQUIRED + ADDED if c not in table.column_names]:
        raise UserError(f"{path}: lacks the column(s) {', '.join(missing)}; score the run again with this version")
    if len(set(table.column_names)) < len(table.column_names):
        raise UserError(f"{path}: a column stands twice; score the run again")
    try:
        table = pa.table(
            {
                field.name: table[field.name].cast(field.type)
                for field in score_schema()
                if field.name in table.column_names
            }
        )
        table.validate(full=True)
    except (pa.ArrowException, ValueError) as err:
        raise UserError(f"{path}: columns of unknown kinds ({first_line(err)}); score the run again") from err
    if null := [c for c in NEVER_NULL if table[c].null_count]:
        raise UserError(f"{path}: rows without {', '.join(null)}; score the run again")
    return _grouped(path, table)


def _grouped(path: str | Path, table: pa.Table) -> dict[Key, dict[int | None, list[SegmentStats]]]:
    """Whole columns are read at once: row by row a file of 100,000 segments would take minutes."""
    names = ("system", "stage", "task", "seed", "metric")
    own = [
        (
            arrays.codes(table[name].combine_chunks())
            if name in table.column_names
            else (np.zeros(len(table), dtype=np.int64), [None])
        )
        for name in names
    ]
    group = np.zeros(len(table), dtype=np.int64)
    for codes, words in own:
        group = group * (len(words) + 1) + codes
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    by_group = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1]) if len(table) else []
    rows = _Columns(table)
    out: dict[Key, dict[int | None, list[SegmentStats]]] = {}
    for g in np.argsort(first, kind="stable").tolist():
        system, stage, task, seed, metric = (words[codes[first[g]]] for codes, words in own)
        out.setdefault((system, stage, task), {}).setdefault(seed, []).append(_metric(path, metric, rows, by_group[g]))
    return out


class _Columns:
    """The columns of a metric's rows, taken out of the file once."""

    def __init__(self, table: pa.Table) -> None:
        self.ids = arrays.codes(table["example_id"].combine_chunks())
        self.reasons = arrays.codes(table["reason"].combine_chunks())
        self.scored = arrays.unpacked_flags(table["scored"].combine_chunks())
        stats = table["stats"].combine_chunks()
        self.starts = arrays.unpacked(stats.offsets, np.int32)
        self.values = arrays.filled(stats.values)
        self.of_metric = {name: table[name] for name in ("combiner", "signature", "higher_is_better")}
        self._segments: dict[bytes, tuple[str, ...] | None] = {}

    def segments(self, at: np.ndarray) -> tuple[str, ...] | None:
        """The ids of these rows, as a rule the same for all metrics; None where one stands there twice."""
        codes = self.ids[0][at]
        key = codes.tobytes()
        if key not in self._segments:
            distinct = len(np.unique(codes)) == len(codes)
            self._segments[key] = tuple(map(str, map(self.ids[1].__getitem__, codes.tolist()))) if distinct else None
        return self._segments[key]


def _metric(path: str | Path, metric: str, rows: _Columns, at: np.ndarray) -> SegmentStats:
    ids = rows.segments(at)
    if ids is None:
        raise UserError(f"{path}: {metric} has a segment twice; score the run again")
    combiner, signature, better = (column[int(at[0])].as_py() for column in rows.of_metric.values())
    if combiner not in COMBINERS:
        raise UserError(f"{path}: {metric} has an unknown combiner {combiner!r}; score the run again with this version")
    width = WIDTHS[combiner]
    if (rows.starts[at + 1] - rows.starts[at] != width).any():
        raise UserError(
            f"{path}: {metric} has statistics that are not the {width} of {combiner!r}; score the run again"
        )
    scored = rows.scored[at]
    reasons: tuple[str | None, ...] = (None,) * len(at)
    if not scored.all():
        told = map(rows.reasons[1].__getitem__, rows.reasons[0][at].tolist())
        reasons = tuple(None if ok else why for ok, why in zip(scored.tolist(), told, strict=True))
    common = reasons[0] if len(set(reasons)) == 1 else None
    stats = rows.values[rows.starts[at][:, None] + np.arange(width)]
    return SegmentStats(metric, ids, stats, combiner, reasons, signature, better, common)

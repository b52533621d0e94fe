"""`scores.parquet` written a metric at a time, in row groups, so that memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.files import atomic_stream
from metrics.scores import score_schema, score_table
from metrics.segment import SegmentStats

if TYPE_CHECKING:
    import pyarrow as pa

ONE_GROUP = 2**20
"""Rows up to which a file is one row group, as pyarrow writes it."""
GROUP = 2**17
"""Rows of a group of a longer file."""

Owner = tuple[str, str, str, int | None]
"""(system, stage, task, seed)"""


def write_metrics(path: str | Path, systems: Iterable[tuple[Owner, Iterable[SegmentStats]]], rows: int) -> None:
    """Writes the metrics of systems in the order given, whole or not at all. rows: of all of them together."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # The name that pyarrow gives the numbers of a list in a file that it has read.
    numbers = pa.list_(pa.field("element", pa.float64()))
    plain = score_schema()
    schema = plain.set(plain.get_field_index("stats"), pa.field("stats", numbers))
    size = ONE_GROUP if rows <= ONE_GROUP else GROUP
    with atomic_stream(path) as stream, pq.ParquetWriter(stream, schema) as writer:
        held: list[pa.Table] = []
        n = 0
        for (system, stage, task, seed), metrics in systems:
            parts: list[pa.Table] = []
            for metric in metrics:
                for piece in _slices(metric, size):
                    table = score_table(system, stage, task, [piece], seed).cast(schema)
                    parts.append(table)
                    n += len(table)
                    if n >= size and rows > ONE_GROUP:
                        rest = pa.concat_tables([*held, *parts]).combine_chunks()
                        for at in range(0, n - n % size, size):
                            writer.write_table(rest.slice(at, size), row_group_size=size)
                        held, parts, n = [rest.slice(n - n % size)], [], n % size
            if parts:
                held.append(pa.concat_tables(parts).combine_chunks())
        if n or not rows:
            writer.write_table(pa.concat_tables(held or [schema.empty_table()]), row_group_size=size)


def _slices(metric: SegmentStats, size: int) -> Iterator[SegmentStats]:
    """A metric by parts of at most so many segments."""
    if 0 < metric.n_total <= size:
        yield metric
        return
    for first in range(0, metric.n_total, size):
        at = slice(first, first + size)
        ids, reasons = metric.example_ids[at], metric.reasons[at]
        yield replace(metric, example_ids=ids, stats=metric.stats[at], reasons=reasons)

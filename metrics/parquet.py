"""The one reader of Parquet files: a regular file, of rows that its size can hold, whose errors are messages."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.arrays import codes, flags
from metrics.errors import UserError, first_line
from metrics.files import MAX_BYTES, open_regular

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_A_BYTE = 64
"""Rows that a byte of a file may stand for: equal values are run lengths, and a few bytes could claim billions of
them."""
GROWTH = 2000
"""How many times its size a file may have when unpacked."""


def read_parquet(
    path: str | Path, mend: str, columns: list[str] | None = None, among: Mapping[str, Collection[str]] | None = None
) -> pa.Table:
    """The table in a file, or some of its columns and rows. mend: what to do where it is none. among: columns of text
    -> the values of which a row must have one.

    Raises UserError as `open_regular`, for whatever is no Parquet file, for columns that are missing, and for rows or
    bytes out of all proportion to the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_regular(path) as checked:
        size = checked.seek(0, 2)
    try:
        # Arrow's threads let go of what they read from a moment after the table is there. A file of Python's they can
        # only let go of while Python runs: a command that ended just then died of SIGABRT, all its work done.
        with pa.OSFile(os.fspath(path)) as stream:
            told = pq.read_metadata(stream)
            grown = sum(told.row_group(i).total_byte_size for i in range(told.num_row_groups))
            if told.num_rows > size * ROWS_A_BYTE or grown > min(size * GROWTH, 4 * MAX_BYTES) or grown < 0:
                raise UserError(f"cannot read {path}: {told.num_rows:,} rows, {grown:,} bytes in a file of {size:,}")
            stream.seek(0)
            # `pq.read_table` would import pandas and Arrow's data sets.
            file = pq.ParquetFile(stream)
            if absent := [name for name in [*(columns or []), *(among or {})] if name not in file.schema_arrow.names]:
                raise KeyError(f"no column {', '.join(absent)}")
            if not among:
                return file.read(columns)
            wanted = None if columns is None else list(dict.fromkeys([*columns, *among]))
            parts = [_rows(file.read_row_group(i, wanted), among) for i in range(told.num_row_groups)]
            table = pa.concat_tables(parts or [file.schema_arrow.empty_table()])
            return table if columns is None else table.select(columns)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise UserError(f"cannot read {path}: no Parquet file ({first_line(error)}); {mend}") from None


def _rows(table: pa.Table, among: Mapping[str, Collection[str]]) -> pa.Table:
    keep = np.ones(len(table), dtype=bool)
    for name, values in among.items():
        numbers, words = codes(table[name].combine_chunks())
        keep &= np.array([word is not None and word in values for word in words])[numbers]
    return table.filter(flags(keep))


def rows_of(table: pa.Table, where: str) -> list[dict[str, Any]]:
    """The rows as dicts. Raises UserError for values that Python cannot hold (broken UTF-8, dates beyond its own)."""
    import pyarrow as pa

    try:
        return table.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError, TypeError) as error:
        raise UserError(f"{where}: values that cannot be read ({first_line(error)}); write the file again") from None

"""The one reader of Parquet files: what Arrow reads from, and what is no Parquet file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from metrics.errors import UserError
from metrics.parquet import read_parquet

TOP = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Many row groups, as a long run has them: Arrow reads them in threads of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = tmp_path / "ตาราง.parquet"
    columns = {f"c{i}": list(range(i, 2000 + i)) for i in range(30)}
    pq.write_table(pa.table(columns), place, row_group_size=50)
    return place


def test_arrow_reads_from_a_file_of_its_own(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its threads outlive the call. Handed a file of Python's, they let go of it when Python may be gone already, and
    the process is aborted (21 of 60 times here)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    opened, given = pq.ParquetFile, []

    def parquet_file(source: Any, **options: Any) -> Any:
        given.append(type(source))
        return opened(source, **options)

    monkeypatch.setattr(pq, "ParquetFile", parquet_file)
    assert read_parquet(path, "mend it").num_rows == 2000
    assert given == [pa.OSFile]


def test_a_process_that_ends_right_behind_the_table_ends_well(path: Path) -> None:
    code = f"from metrics.parquet import read_parquet; read_parquet({str(path)!r}, 'x')"
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=TOP, env=os.environ, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_columns_and_rows_can_be_chosen(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = tmp_path / "x.parquet"
    names = ["ก", None, "ข", "ค", "ข", None, "ก"]
    pq.write_table(pa.table({"name": names, "n": list(range(7))}), place, row_group_size=3)
    assert read_parquet(place, "mend it", ["n"], {"name": ["ก", "ข"]}).to_pydict() == {"n": [0, 2, 4, 6]}
    assert read_parquet(place, "mend it", None, {"name": ["ค"]}).to_pydict() == {"name": ["ค"], "n": [3]}
    assert read_parquet(place, "mend it", ["n"], {"name": ["absent"]}).num_rows == 0


def test_reading_and_writing_scores_loads_no_pandas(tmp_path: Path) -> None:
    """It takes a third of a second that a short command has no other use for."""
    code = f"""
import sys
from metrics.scores import read_scores, score_table, write_scores
from metrics.segment import from_values
from metrics.parquet import read_parquet
from metrics.scores_writer import write_metrics
path = {str(tmp_path / "s.parquet")!r}
m = from_values("x", ["a", "b"], [1.0, None], "x|1", True, [None, "why"])
write_scores(path, score_table("s", "t", "u", [m], 3))
write_metrics(path, [(("s", "t", "u", None), [m])], 2)
assert read_scores(path)[("s", "t", "u")][0].reasons == m.reasons
read_parquet(path, "", ["value"], {{"metric": ["x"]}})
print("pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("False", "")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 60 + b"PAR1"])
def test_what_is_none_is_one_message(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "x.parquet"
    place.write_bytes(content)
    with pytest.raises(UserError, match=r"x\.parquet: no Parquet file .*; mend it$"):
        read_parquet(place, "mend it")
    with pytest.raises(UserError, match="check the path"):
        read_parquet(tmp_path / "absent.parquet", "mend it")


def test_a_missing_column_is_one_message(path: Path) -> None:
    with pytest.raises(UserError, match="no Parquet file"):
        read_parquet(path, "mend it", ["c1", "absent"])
    with pytest.raises(UserError, match="no Parquet file"):
        read_parquet(path, "mend it", ["c1"], {"absent": ["x"]})

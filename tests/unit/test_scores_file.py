"""scores.parquet: what is written comes back."""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from summarised import FAST, RUN, all_systems, ids, system

from metrics import scores_writer
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.scores import score_table
from metrics.scores_writer import write_metrics
from metrics.segment import SegmentStats, from_values
from metrics.summary import read_scores, score_rows, summarise, write_scores


def test_scores_go_out_and_come_back_with_the_same_summary(tmp_path):
    systems, path = all_systems(), tmp_path / "scores.parquet"
    write_scores(
        path,
        [row for stage, metrics in systems.items() for row in score_rows("tiny", stage, "newswire-title", metrics)],
    )
    back = {stage: metrics for (_, stage, _), metrics in read_scores(path).items()}
    assert summarise(back, None, RUN, {}, draws=Draws(seed=0, **FAST)) == summarise(
        systems, None, RUN, {}, draws=Draws(seed=0, **FAST)
    )


def test_a_table_made_by_columns_holds_the_same_rows(tmp_path):
    metrics = [
        *system(0.4, 7),
        SegmentStats("m.x", ids(7), np.zeros((7, 2)), "ratio", (None, "a", None, "b", *(None,) * 3), "s", None),
    ]
    for seed in (None, 3):
        table = score_table("sys", "post-rl", "t", metrics, seed)
        assert table.to_pylist() == score_rows("sys", "post-rl", "t", metrics, seed)
        write_scores(tmp_path / "table.parquet", table)
        write_scores(tmp_path / "rows.parquet", score_rows("sys", "post-rl", "t", metrics, seed))
        assert (tmp_path / "table.parquet").read_bytes() == (tmp_path / "rows.parquet").read_bytes()
        ((_, back),) = read_scores(tmp_path / "table.parquet").items()
        for mine, read in zip(metrics, back, strict=True):
            assert (mine.metric, mine.example_ids, mine.combiner, mine.signature) == (
                read.metric,
                read.example_ids,
                read.combiner,
                read.signature,
            )
            assert (mine.reasons, mine.higher_is_better) == (read.reasons, read.higher_is_better)
            assert np.array_equal(mine.stats, read.stats)


def test_rows_in_any_order_find_their_metric(tmp_path):
    rows = [row for name in ("a", "b") for row in score_rows(name, "x", "t", system(0.5, 4)[:3])]
    write_scores(tmp_path / "s.parquet", rows[::-1])
    back = read_scores(tmp_path / "s.parquet")
    assert list(back) == [("b", "x", "t"), ("a", "x", "t")]
    for metrics in back.values():
        assert [m.metric for m in metrics] == [m.metric for m in system(0.5, 4)[:3]][::-1]
        assert all(m.example_ids == ids(4)[::-1] for m in metrics)


def test_statistics_of_another_width_are_a_users_mistake(tmp_path):
    rows = score_rows("a", "x", "t", system(0.5, 3)[:1])
    write_scores(tmp_path / "s.parquet", [*rows[:-1], {**rows[-1], "stats": [1.0]}])
    with pytest.raises(UserError, match="statistics that are not the"):
        read_scores(tmp_path / "s.parquet")


def test_the_parquet_columns_and_that_null_has_a_reason(tmp_path):
    import pandas as pd

    s = SegmentStats(
        "coverage.precision", ids(3), np.array([[1, 2], [0, 0], [0, 0]]), "ratio", (None, None, "empty"), "s", True
    )
    write_scores(tmp_path / "s.parquet", score_rows("a", "post-rl", "t", [s]))
    table = pd.read_parquet(tmp_path / "s.parquet")
    assert {
        "system",
        "stage",
        "task",
        "example_id",
        "metric",
        "value",
        "reason",
        "signature",
        "stats",
        "combiner",
    } <= set(table.columns)
    assert not (table["value"].isna() & table["reason"].isna()).any()
    assert table["value"][0] == 0.5
    assert math.isnan(table["value"][1])
    assert "0 / 0" in table["reason"][1]
    assert table["reason"][2] == "empty"


def test_what_is_not_a_scores_file_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        read_scores(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_text("no")
    with pytest.raises(UserError, match="cannot read"):
        read_scores(tmp_path / "bad.parquet")
    import pandas as pd

    pd.DataFrame({"system": ["a"]}).to_parquet(tmp_path / "short.parquet")
    with pytest.raises(UserError, match="lacks the column"):
        read_scores(tmp_path / "short.parquet")
    rows = score_rows("a", "x", "t", system(0.5, 3)[:1])
    write_scores(tmp_path / "twice.parquet", rows + rows)
    with pytest.raises(UserError, match="twice"):
        read_scores(tmp_path / "twice.parquet")


@pytest.mark.parametrize(
    ("one", "group", "groups"), [(100, 7, [14]), (10, 7, [7, 7]), (10, 5, [5, 5, 4]), (10, 3, [3, 3, 3, 3, 2])]
)
def test_a_file_written_metric_by_metric_is_the_file_of_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one: int, group: int, groups: list[int]
) -> None:
    """Two systems, seven rows each; in one row group, or in several of equal size."""
    monkeypatch.setattr(scores_writer, "ONE_GROUP", one)
    monkeypatch.setattr(scores_writer, "GROUP", group)
    metrics = [
        from_values(
            "verbosity.chars",
            list("abcd"),
            [1.0, 2.0, None, 4.0],
            "verbosity.chars|v:2",
            None,
            [None, None, "why", None],
        ),
        from_values("open.f1", list("abc"), [0.5, 0.25, 1.0], "open.f1|v:2", True),
    ]
    path = tmp_path / "scores.parquet"
    write_metrics(path, ((("s", stage, "t", None), iter(metrics)) for stage in ("x", "y")), 14)
    whole = pa.concat_tables([score_table("s", stage, "t", metrics) for stage in ("x", "y")])
    file = pq.ParquetFile(path)
    assert file.read().to_pylist() == whole.to_pylist()
    assert [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)] == groups
    back = read_scores(path)
    assert [m.metric for m in back["s", "y", "t"]] == ["verbosity.chars", "open.f1"]

"""scores.parquet: what is written comes back."""

import math

import numpy as np
import pytest
from summarised import FAST, RUN, all_systems, ids, system

from metrics.draws import Draws
from metrics.errors import UserError
from metrics.scores import score_table
from metrics.segment import SegmentStats
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

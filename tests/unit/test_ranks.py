"""Ranks and rank correlation, against SciPy's."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr
from scipy.stats import t as student_t

from metrics.intervals import student
from metrics.ranks import mean_ranks, spearman

FEW = st.lists(st.tuples(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6)), min_size=2, max_size=30)


@given(FEW)
def test_ranks_and_their_correlation_are_scipys(pairs: list[tuple[float, float]]) -> None:
    x, y = ([pair[i] for pair in pairs] for i in (0, 1))
    assert mean_ranks(x).tolist() == rankdata(x).tolist()
    assert mean_ranks(y).tolist() == rankdata(y).tolist()
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    assert spearman(x, y) == pytest.approx(float(spearmanr(x, y).statistic), abs=1e-12)


@pytest.mark.parametrize("df", [1, 2, 5, 23, 199])
def test_the_quantile_of_students_t_is_scipys_to_the_bit(df: int) -> None:
    assert float(student(0.95, df)) == float(student_t.ppf(0.975, df))

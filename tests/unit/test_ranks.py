"""Ranks and the quantile of Student's t, against SciPy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata
from scipy.stats import t as student_t

from metrics.intervals import student
from metrics.ranks import mean_ranks

FEW = st.lists(st.tuples(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6)), min_size=2, max_size=30)


@given(FEW)
def test_ranks_are_scipys(pairs: list[tuple[float, float]]) -> None:
    for values in ([pair[i] for pair in pairs] for i in (0, 1)):
        assert mean_ranks(values).tolist() == rankdata(values).tolist()


@pytest.mark.parametrize("df", [1, 2, 5, 23, 199])
def test_the_quantile_of_students_t_is_scipys_to_the_bit(df: int) -> None:
    assert float(student(0.95, df)) == float(student_t.ppf(0.975, df))

"""Combiners and the rules of SegmentStats."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.segment import COMBINERS, WIDTHS, SegmentStats, from_values, unscorable


def make(rows, combiner="ratio", reasons=None, metric="m"):
    rows = np.array(rows, dtype=float)
    ids = tuple(f"e{i}" for i in range(len(rows)))
    return SegmentStats(metric, ids, rows, combiner, tuple(reasons) if reasons else (None,) * len(rows), "sig", True)


def test_a_pooled_ratio_is_the_ratio_of_sums_not_the_mean_of_ratios():
    s = make([[1, 1], [0, 3]])
    assert s.value() == 0.25
    assert s.sentence_values().tolist() == [1.0, 0.0]


def test_a_row_without_a_denominator_is_undefined_alone_but_adds_nothing_to_the_corpus():
    s = make([[1, 2], [0, 0]])
    assert s.value() == 0.5
    assert s.n_scored == 2
    assert np.isnan(s.sentence_values()[1])
    assert make([[0, 0]]).value() is None


def test_f1_by_hand():
    f1 = COMBINERS["f1"]
    assert f1(np.array([1.0, 2, 1, 4])) == pytest.approx(2 * 0.5 * 0.25 / 0.75)
    assert f1(np.array([0.0, 0, 0, 4])) == 0.0  # says nothing: recall 0, never undefined
    assert f1(np.array([0.0, 3, 0, 4])) == 0.0
    assert np.isnan(f1(np.array([1.0, 2, 0, 0])))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_f1_lies_between_precision_and_recall(tp, fp, hit, missed):
    value = COMBINERS["f1"](np.array([tp, tp + fp, hit, hit + missed], dtype=float))
    if hit + missed == 0:
        assert np.isnan(value)
        return
    recall = hit / (hit + missed)
    precision = tp / (tp + fp) if tp + fp else 0.0
    if precision + recall:
        assert min(precision, recall) - 1e-12 <= value <= max(precision, recall) + 1e-12
    else:
        assert value == 0


@settings(max_examples=30)
@given(st.sampled_from(sorted(COMBINERS)), st.integers(1, 6), st.integers(0, 2**31))
def test_combiners_work_on_any_leading_shape(name, n, seed):
    rows = np.random.default_rng(seed).integers(0, 9, (2, n, WIDTHS[name])).astype(float)
    together = COMBINERS[name](rows)
    one_by_one = [[float(COMBINERS[name](rows[i, j])) for j in range(n)] for i in range(2)]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)


def test_unscored_rows_are_left_out_even_if_their_statistics_are_not_finite():
    s = make([[1, 2], [np.nan, np.nan]], reasons=[None, "empty output"])
    assert s.value() == 0.5
    assert s.n_scored == 1
    assert s.n_total == 2
    assert np.isnan(s.sentence_values()[1])


def test_nothing_scored_is_null_never_zero():
    s = unscorable("scorer.comet_qe", ["a", "b"], "unsupported", "sig", True)
    assert s.value() is None
    assert s.n_scored == 0
    assert s.reason == "unsupported"
    assert np.isnan(s.sentence_values()).all()
    # BLEU of no segments would be 0 by formula; it is null here.
    assert unscorable("overlap.bleu", ["a"], "no reference", "sig", True, "bleu").value() is None
    assert from_values("m", [], [], "sig", True).value() is None


def test_from_values_wants_a_reason_for_each_missing_value_and_only_there():
    s = from_values("m", ["a", "b"], [1.0, None], "sig", True, [None, "empty output"])
    assert s.value() == 1.0
    assert s.reason is None
    assert from_values("m", ["a"], [None], "sig", True, ["no encoder"]).reason == "no encoder"
    with pytest.raises(ValueError, match="needs a reason"):
        from_values("m", ["a"], [None], "sig", True)
    with pytest.raises(ValueError, match="needs a reason"):
        from_values("m", ["a"], [1.0], "sig", True, ["why"])
    with pytest.raises(ValueError, match="shorter"):
        from_values("m", ["a", "b"], [1.0], "sig", True)


@pytest.mark.parametrize(
    ("rows", "combiner", "reasons", "message"),
    [
        ([[1, 2, 3]], "ratio", None, "shape"),
        ([[1, np.inf]], "ratio", None, "not finite"),
        ([[1, 2]], "median", None, "unknown combiner"),
        ([[1, 2]], "ratio", ["a", "b"], "reasons"),
    ],
)
def test_wrong_statistics_are_refused(rows, combiner, reasons, message):
    with pytest.raises(ValueError, match=message):
        make(rows, combiner, reasons)


def test_the_statistics_cannot_be_changed_afterwards_nor_through_the_callers_array():
    rows = np.array([[1.0, 2.0]])
    s = SegmentStats("m", ("a",), rows, "ratio", (None,), "sig", True)
    rows[0, 0] = 9
    assert s.value() == 0.5
    with pytest.raises(ValueError, match="read-only"):
        s.stats[0, 0] = 9


def test_bleu_of_the_reference_itself_is_never_above_100() -> None:
    """exp(log 100) is on AVX2, and then gold lay outside its own interval."""
    for n in range(4, 60):
        counts = [float(n - k) for k in range(4)]
        assert COMBINERS["bleu"](np.array([n, n, *counts, *counts])) == pytest.approx(100, abs=1e-9)
        assert COMBINERS["bleu"](np.array([n, n, *counts, *counts])) <= 100

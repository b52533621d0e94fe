"""Statistics where there is little to see: few documents, equal values, lengths, seeds, nothing in common."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from one_metric import interval, pool_seeds, preservation
from sampled import ids, mean_of, ratio_of

from metrics.segment import SegmentStats, unscorable
from metrics.stats import compare


def test_one_document_has_no_interval():
    found = interval(mean_of([0, 1, 1]), ("d", "d", "d"))
    assert found.value == pytest.approx(2 / 3)
    assert (found.ci_low, found.ci_high) == (None, None)
    assert "fewer than two documents" in found.reason


def test_documents_that_play_no_part_are_no_documents():
    # All facts lie in one document of three: the value rests on it alone.
    found = interval(ratio_of([[2, 4], [0, 0], [0, 0]]))
    assert (found.value, found.ci_low) == (0.5, None)
    assert "fewer than two documents" in found.reason


@pytest.mark.parametrize("n", [20, 500])
def test_where_all_documents_agree_the_interval_is_still_one(n):
    for value, other in ((0.0, 1.0), (1.0, 0.0)):
        found = interval(mean_of([value] * n))
        far = found.ci_high if value == 0 else found.ci_low
        assert found.value == value
        assert (found.ci_low if value == 0 else found.ci_high) == value
        # Wilson, 0 of n: z2 / (n + z2).
        assert abs(far - value) == pytest.approx(3.84 / (n + 3.84), rel=0.15)
        gain = compare(mean_of([value] * n), mean_of([other] * n), draws_perm=100)
        assert abs(gain.delta) == 1
        assert gain.ci_high - gain.ci_low > 0
    length = interval(ratio_of([[7.0, 1.0]] * n))
    assert length.ci_low is None
    assert "every document has the same value" in length.reason


def test_a_length_of_few_or_dominated_documents_has_a_caution():
    assert "effective documents" in interval(ratio_of([[float(x), 1.0] for x in range(2, 30)])).caution
    rng = np.random.default_rng(0)
    long = rng.normal(20, 2, 300)
    assert interval(ratio_of(np.column_stack([long, np.ones(300)]))).caution is None
    long[0] = 400
    assert "one document makes" in interval(ratio_of(np.column_stack([long, np.ones(300)]))).caution


def test_a_difference_of_four_documents_has_a_caution():
    a = np.zeros(200)
    four, six = a.copy(), a.copy()
    four[:4], six[:6] = 1, 1
    assert compare(mean_of(a), mean_of(four), draws_perm=100).caution.startswith("4 documents differ")
    assert compare(mean_of(a), mean_of(six), draws_perm=100).caution is None


def test_only_segments_scored_in_both_are_compared():
    a = SegmentStats("m", ids(3), np.array([[0.0, 1], [1, 1], [0, 0]]), "mean", (None, None, "empty"), "sig", True)
    b = SegmentStats("m", ids(3), np.array([[1.0, 1], [0, 0], [1, 1]]), "mean", (None, "empty", None), "sig", True)
    d = compare(a, b, draws_perm=100)
    assert d.delta == 1.0
    assert d.n_paired == 1


def test_what_cannot_be_compared_is_null_with_a_reason():
    a = mean_of([0.0, 1.0])
    null = compare(a, unscorable("m", ids(2), "no encoder", "sig", True))
    assert null.delta is None
    assert null.p is None
    assert null.reason == "no encoder"
    other = SegmentStats("m", a.example_ids, a.stats, "mean", a.reasons, "other version", True)
    assert "signatures" in (compare(a, other).reason or "")
    assert compare(a, mean_of([1.0, 1.0, 1.0])).reason == "different segments"


def test_pooling_seeds_tells_the_recipe_from_these_runs():
    rng = np.random.default_rng(0)
    seeds = [mean_of(rng.random(100) < p) for p in (0.5, 0.6, 0.7)]
    base = [mean_of(rng.random(100) < 0.2) for _ in range(3)]
    pooled = pool_seeds(seeds, draws_perm=500)
    values = [s.value() for s in seeds]
    assert pooled.mean == pytest.approx(np.mean(values))
    assert pooled.sd == pytest.approx(np.std(values, ddof=1))
    assert pooled.ci_low < pooled.run_low < pooled.mean < pooled.run_high < pooled.ci_high
    assert pooled.p is None
    gain = pool_seeds(seeds, baseline=base, draws_perm=500)
    gains = [s.value() - b.value() for s, b in zip(seeds, base, strict=True)]
    assert gain.mean == pytest.approx(np.mean(gains))
    assert gain.run_p == pytest.approx(1 / 501)
    theirs = scipy.stats.ttest_1samp(gains, 0)
    assert (gain.seed_low, gain.seed_high) == pytest.approx(tuple(theirs.confidence_interval()))
    assert gain.seed_p == pytest.approx(theirs.pvalue)
    assert gain.run_p < gain.p < 0.05
    same = pool_seeds(seeds, baseline=seeds, draws_perm=500)
    assert (same.mean, same.p, same.run_p) == (0, 1, 1)
    alone = pool_seeds(seeds[:1])
    assert (alone.sd, alone.ci_low) == (None, None)
    assert alone.run_low < alone.mean < alone.run_high
    assert pool_seeds([seeds[0], unscorable("m", ids(100), "x", "sig", True)]).mean is None
    assert "two seeds" in pool_seeds(seeds[:2]).caution
    with pytest.raises(ValueError, match="at least one seed"):
        pool_seeds([])


def test_the_published_gain_of_three_seeds_is_not_significant_as_a_recipe():
    """+.062 with t(2) [-.007, .131], p .061: documents alone said [.048, .078]."""
    rng, n = np.random.default_rng(1), 500
    before = [mean_of(np.full(n, 0.5) + rng.normal(0, 0.11, n)) for _ in range(3)]
    after = []
    for b, gain in zip(before, (0.076, 0.080, 0.030), strict=True):
        noise = rng.normal(0, 0.11, n)
        after.append(mean_of(b.stats[:, 0] + gain + noise - noise.mean()))
    found = pool_seeds(after, baseline=before, draws_perm=1000)
    assert found.mean == pytest.approx(0.062, abs=1e-9)
    assert (found.seed_low, found.seed_high) == pytest.approx((-0.007, 0.131), abs=0.001)
    assert found.seed_p == pytest.approx(0.061, abs=0.001)
    assert found.run_low > 0.04
    assert found.ci_low < 0.01
    assert found.p > 0.03


def test_a_length_over_very_many_documents_needs_no_draws():
    rng = np.random.default_rng(0)
    values = rng.lognormal(3, 0.5, 10_001)
    found = interval(mean_of(values))
    theirs = scipy.stats.ttest_1samp(values, 0).confidence_interval()
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(theirs), rel=1e-3)


@pytest.mark.parametrize("combiner", ["ratio", "f1"])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_degenerate_data_set_breaks_a_difference_or_a_ratio(combiner, data):
    """All equal, one document, no gain, empty rows: an interval that holds the value, or None with a reason."""
    n = data.draw(st.integers(1, 12))
    width = 2 if combiner == "ratio" else 4
    counts = st.lists(st.lists(st.integers(0, 3), min_size=width, max_size=width), min_size=n, max_size=n)
    stages = []
    for _ in range(3):
        rows = np.array(data.draw(counts), dtype=float)
        rows[:, 0] = np.minimum(rows[:, 0], rows[:, 1])
        if width == 4:
            rows[:, 2] = np.minimum(rows[:, 2], rows[:, 3])
        stages.append(ratio_of(rows, combiner=combiner))
    docs = data.draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=n, max_size=n))
    for s in stages:
        found = interval(s, docs, draws=50)
        assert found.value is None or (
            found.reason if found.ci_low is None else found.ci_low <= found.value <= found.ci_high
        )
    delta = compare(stages[0], stages[1], docs, draws_boot=50, draws_perm=50)
    assert delta.delta is None or (
        delta.reason if delta.ci_low is None else delta.ci_low <= delta.delta <= delta.ci_high
    )
    kept = preservation(*stages, docs, draws=50)
    assert kept["reason"] if kept["ratio"] is None else kept["ci_low"] <= kept["ratio"] <= kept["ci_high"]
    pooled = pool_seeds(stages[:2], docs, draws_perm=50)
    assert pooled.mean is None or (
        pooled.reason if pooled.ci_low is None else pooled.ci_low <= pooled.mean <= pooled.ci_high
    )

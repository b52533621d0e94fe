"""Intervals, paired tests, Holm: against SciPy, by hand and by simulation."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from one_metric import interval, pool_seeds, preservation

from metrics.segment import SegmentStats, unscorable
from metrics.stats import Resampler, compare, holm, p_text


@lru_cache
def ids(n):
    return tuple(f"e{i:05d}" for i in range(n))


def mean_of(values, metric="m"):
    values = np.asarray(values, dtype=float)
    return ratio_of(np.column_stack([values, np.ones(len(values))]), metric, "mean")


def ratio_of(rows, metric="m", combiner="ratio", reasons=None):
    rows = np.array(rows, dtype=float)
    return SegmentStats(metric, ids(len(rows)), rows, combiner, reasons or (None,) * len(rows), "sig", True)


@pytest.fixture(scope="module")
def two_systems():
    rng = np.random.default_rng(5)
    a = rng.normal(0.5, 0.2, 150)
    return mean_of(a), mean_of(a + rng.normal(0.02, 0.15, 150))


# ---- against SciPy, statsmodels and by hand
# ---------------------------------------------------------------------------


def test_the_interval_of_yes_no_values_is_wilsons_with_t():
    # 30 documents, 12 yes: p (1 - p) / variance is 29 draws, t of 29 degrees of freedom is 2.0452; Wilson's formula by
    # hand.
    found = interval(mean_of([1.0] * 12 + [0.0] * 18))
    z, n = scipy.stats.t.ppf(0.975, 29), 29
    centre, half = (0.4 + z**2 / 2 / n) / (1 + z**2 / n), z / (1 + z**2 / n) * np.sqrt(0.24 / n + z**2 / 4 / n**2)
    assert (found.ci_low, found.ci_high) == pytest.approx((centre - half, centre + half), abs=1e-9)
    # statsmodels 0.14, proportion_confint(12, 30, method="wilson"): (.2459, .5768); t and the 29 widen it a little.
    assert (found.ci_low, found.ci_high) == pytest.approx((0.2459, 0.5768), abs=0.012)


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_the_interval_of_a_number_without_bounds_is_no_narrower_than_scipys_bca_and_close_to_it(draw):
    rng = np.random.default_rng(5)
    values = rng.normal(0.5, 0.2, 150) if draw == "normal" else rng.exponential(0.2, 60) + 1
    ours = interval(mean_of(values), draws=20_000)
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    assert ours.value == pytest.approx(values.mean())
    width = theirs.high - theirs.low
    assert ours.ci_low == pytest.approx(theirs.low, abs=0.06 * width)
    assert ours.ci_high == pytest.approx(theirs.high, abs=0.12 * width)


def test_a_difference_is_the_paired_t_interval_but_for_one_more_document():
    rng = np.random.default_rng(3)
    a, b = (rng.random(80) < 0.4).astype(float), (rng.random(80) < 0.6).astype(float)
    found = compare(mean_of(a), mean_of(b), draws_perm=100)
    theirs = scipy.stats.ttest_1samp(b - a, 0).confidence_interval()
    half, wanted = (found.ci_high - found.ci_low) / 2, (theirs.high - theirs.low) / 2
    error = wanted / scipy.stats.t.ppf(0.975, 79)
    assert half == pytest.approx(scipy.stats.t.ppf(0.975, 79) * np.sqrt(error**2 + 0.25 / 80**2), rel=1e-9)


def test_p_is_scipys_paired_permutation_test(two_systems):
    a, b = two_systems
    theirs = scipy.stats.permutation_test(
        (a.stats[:, 0], b.stats[:, 0]),
        lambda x, y, axis: np.mean(y - x, axis=axis),
        permutation_type="samples",
        n_resamples=20_000,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    ours = compare(a, b, draws_perm=20_000)
    assert 0.01 < theirs.pvalue < 0.9
    assert ours.p == pytest.approx(theirs.pvalue, abs=0.015)


def test_the_exact_p_of_five_pairs():
    # All differences positive: only the two all-equal swaps of 2^5 are as extreme, p = 2 / 32.
    delta = compare(mean_of([0, 0, 0, 0, 0]), mean_of([1, 2, 3, 4, 5]), draws_perm=50_000)
    assert delta.p == pytest.approx(2 / 32, abs=0.005)


# ---- by simulation: coverage is in tests/unit/test_coverage_of_intervals.py
# ------------------------------------------------


def null_pvalues(draw_rows):
    """p of 1000 comparisons of two systems that are equal in distribution, segments correlated within documents."""
    n, rng = 200, np.random.default_rng(3)
    docs = tuple(f"d{i // 2}" for i in range(n))
    pairs = []
    for _ in range(1000):
        a, b = draw_rows(rng, n)
        pairs.append(([ratio_of(a)], [ratio_of(b)]))
    return np.array(Resampler(ids(n), docs, draws_perm=999).permutation(pairs))


def test_equal_systems_are_called_different_in_5_percent_of_cases():
    def continuous(rng, n):
        quality = np.repeat(rng.normal(size=n // 2), 2)
        return [np.column_stack([quality + rng.normal(size=n), np.ones(n)]) for _ in range(2)]

    p = null_pvalues(continuous)
    assert 0.03 <= (p <= 0.05).mean() <= 0.07
    assert 0.44 <= (p <= 0.5).mean() <= 0.56


def test_counts_make_the_test_conservative_never_liberal():
    def counts(rng, n):
        facts, skill = rng.integers(1, 5, n), np.repeat(rng.random(n // 2), 2)
        return [np.column_stack([rng.binomial(facts, skill), facts]) for _ in range(2)]

    # Equal draws count as extreme, so p is a little too large: .036 and .455 over 8 seeds x 500 comparisons.
    p = null_pvalues(counts)
    assert (p <= 0.05).mean() <= 0.06
    assert (p <= 0.5).mean() <= 0.54


# ---- properties ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("combiner", "width"), [("ratio", 2), ("f1", 4), ("bleu", 10), ("chrf", 18)])
def test_identical_systems_give_delta_0_and_p_1(combiner, width):
    rows = np.random.default_rng(0).integers(1, 9, (40, width)) / 7
    d = compare(ratio_of(rows, combiner=combiner), ratio_of(rows, combiner=combiner), draws_perm=1000, draws_boot=200)
    assert (d.delta, d.p, d.p_floor) == (0, 1, False)
    if combiner == "ratio":  # rows beyond 0..1: nothing bounds what another document would do
        assert (d.ci_low, d.ci_high) == (None, None)
        assert "the same amount" in d.reason
    else:  # no document of 40 moved: a share of up to 8 % may not have been seen
        top = 100 if combiner in ("bleu", "chrf") else 1
        assert -0.1 * top < d.ci_low < 0 < d.ci_high < 0.1 * top


def test_swapping_the_systems_negates_the_delta_and_keeps_p(two_systems):
    a, b = two_systems
    forth, back = compare(a, b), compare(b, a)
    assert back.delta == -forth.delta
    assert back.p == forth.p
    assert (back.ci_low, back.ci_high) == pytest.approx((-forth.ci_high, -forth.ci_low))


def test_a_clear_difference_has_the_smallest_p_there_is():
    d = compare(mean_of(np.zeros(100)), mean_of(np.ones(100)), draws_perm=10_000)
    assert d.delta == 1
    assert d.p == pytest.approx(1 / 10_001)
    assert d.p_floor
    assert p_text(d.p, d.p_floor) == "<= .0001"
    assert p_text(35 * d.p, d.p_floor) == "<= .0035"
    assert (p_text(0.0035), p_text(1.0), p_text(None), p_text(1e-7)) == (".0035", "1", "-", "< .0001")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30), st.integers(0, 99))
def test_an_interval_holds_its_value_and_does_not_depend_on_the_order_of_examples(rows, seed):
    rows = [(min(x, y), y) for x, y in rows]
    s = ratio_of(rows)
    found = interval(s, draws=200, seed=seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = SegmentStats(
        "m", tuple(s.example_ids[i] for i in order), s.stats[order], "ratio", s.reasons, "sig", True
    )
    again = interval(shuffled, draws=200, seed=seed)
    assert again == found
    if found.value is None:
        assert found.ci_low is None
        assert found.ci_high is None
    elif found.ci_low is not None:
        assert found.ci_low <= found.value <= found.ci_high


def test_documents_are_resampled_whole():
    rng = np.random.default_rng(1)
    per_doc = (rng.random(20) < 0.5).astype(float)
    s = mean_of(np.repeat(per_doc, 10))
    docs = tuple(f"d{i // 10}" for i in range(200))
    whole, alone = interval(s, docs), interval(mean_of(per_doc))
    apart = interval(s)
    assert whole.ci_high - whole.ci_low == pytest.approx(alone.ci_high - alone.ci_low, abs=0.06)
    assert whole.ci_high - whole.ci_low > 2 * (apart.ci_high - apart.ci_low)


def test_draws_are_seeded_and_do_not_depend_on_the_other_metrics(two_systems):
    a, _ = two_systems
    skewed = mean_of(np.random.default_rng(2).exponential(5, 60))
    assert interval(skewed, seed=1) == interval(skewed, seed=1) != interval(skewed, seed=2)
    one = Resampler(a.example_ids, draws_boot=300)
    columns = np.arange(3 * one.n_docs).reshape(-1, 3)
    first = one.drawn(columns)
    np.testing.assert_array_equal(one.drawn(columns[:, :1])[:, 0], first[:, 0])
    np.testing.assert_array_equal(Resampler(a.example_ids, draws_boot=300).drawn(columns), first)


def test_a_document_and_a_segment_may_share_an_id():
    assert Resampler(("a", "b", "c"), ("b", None, "b")).n_docs == 2


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


def test_holm_equals_statsmodels():
    # statsmodels 0.14: multipletests([.01, .04, .03, .005], method="holm")[1]
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005, "untested": None})
    assert {k: v for k, v in found.items() if v is not None} == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02}
    )
    assert found["untested"] is None
    assert holm({"a": 0.7, "b": 0.9}) == {"a": 1.0, "b": 1.0}
    # A family of four of which two were tested: as if the other two had p = 1.
    assert holm({"a": 0.01, "b": 0.02}, 4) == pytest.approx({"a": 0.04, "b": 0.06})
    assert holm({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(1e-4, 1), max_size=12))
def test_holm_never_lowers_p_and_keeps_the_order(pvalues):
    found = holm(pvalues)
    names = sorted(pvalues, key=lambda k: pvalues[k])
    assert all(pvalues[k] <= found[k] <= 1 for k in pvalues)
    assert all(found[x] <= found[y] for x, y in pairwise(names))


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

"""Intervals, paired tests, Holm: against SciPy, by hand and by simulation."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from one_metric import interval
from sampled import ids, mean_of, ratio_of

from metrics import resampling
from metrics.segment import SegmentStats
from metrics.stats import Resampler, compare, holm, p_text


@pytest.fixture(scope="module")
def two_systems():
    rng = np.random.default_rng(5)
    a = rng.normal(0.5, 0.2, 150)
    return mean_of(a), mean_of(a + rng.normal(0.02, 0.15, 150))


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


def test_many_documents_are_swapped_in_bundles(two_systems, monkeypatch):
    a, b = two_systems
    alone = Resampler(a.example_ids).permutation([([a], [b])])[0]
    monkeypatch.setattr(resampling, "_BUNDLES", 40)
    sampler = Resampler(a.example_ids)
    (moved,) = sampler.swap([a], [b]).moved
    assert moved.shape == (40, 2)
    assert moved.sum(axis=0) == pytest.approx((b.stats - a.stats).sum(axis=0))
    assert sampler.permutation([([a], [b])])[0] == pytest.approx(alone, abs=0.05), "another test of the same difference"
    assert sampler.permutation([([a], [a])]) == [1.0]


def test_the_exact_p_of_five_pairs():
    # All differences positive: only the two all-equal swaps of 2^5 are as extreme, p = 2 / 32.
    delta = compare(mean_of([0, 0, 0, 0, 0]), mean_of([1, 2, 3, 4, 5]), draws_perm=50_000)
    assert delta.p == pytest.approx(2 / 32, abs=0.005)


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

"""Intervals, paired tests, Holm: against SciPy, by hand and by simulation."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.segment import SegmentStats, unscorable
from metrics.stats import Resampler, compare, holm, interval, pool_seeds


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


# ---- against SciPy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_the_interval_of_a_mean_is_scipys_bca_bootstrap(draw):
    # On skewed data BCa and percentile limits differ by ten times the tolerance.
    values = getattr(np.random.default_rng(5), draw)(0.5, 0.2, 150) if draw == "normal" else np.random.default_rng(5).exponential(0.2, 60)
    s = mean_of(values)
    ours = interval(s, draws=20_000)
    theirs = scipy.stats.bootstrap((values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0))
    assert ours.value == pytest.approx(values.mean())
    assert ours.ci_low == pytest.approx(theirs.confidence_interval.low, abs=2e-3)
    assert ours.ci_high == pytest.approx(theirs.confidence_interval.high, abs=2e-3)


def test_p_is_scipys_paired_permutation_test(two_systems):
    a, b = two_systems
    theirs = scipy.stats.permutation_test(
        (a.stats[:, 0], b.stats[:, 0]), lambda x, y, axis: np.mean(y - x, axis=axis), permutation_type="samples",
        n_resamples=20_000, vectorized=True, rng=np.random.default_rng(0),
    )
    ours = compare(a, b, draws_perm=20_000)
    assert 0.01 < theirs.pvalue < 0.9
    assert ours.p == pytest.approx(theirs.pvalue, abs=0.015)


def test_the_exact_p_of_five_pairs():
    # All differences positive: only the two all-equal swaps of 2^5 are as extreme, p = 2 / 32.
    delta = compare(mean_of([0, 0, 0, 0, 0]), mean_of([1, 2, 3, 4, 5]), draws_perm=50_000)
    assert delta.p == pytest.approx(2 / 32, abs=0.005)


# ---- by simulation -------------------------------------------------------------------------------------------------


def coverage(simulate, truth, n, docs=None, sims=2000):
    """Share of `sims` data sets whose interval holds the truth; all of them share the draws of one resampler."""
    rng = np.random.default_rng(11)
    sets = [simulate(rng) for _ in range(sims)]
    sampler = Resampler(ids(n), docs, draws_boot=1000)
    found = [sampler.limits(d, s.value(), j) for s, d, j in zip(sets, sampler.bootstrap(sets), sampler.jackknife(sets), strict=True)]
    return np.mean([low <= truth <= high for low, high in found])


@pytest.mark.parametrize("p", [0.05, 0.1, 0.5, 0.8, 0.95])
def test_a_95_percent_interval_of_a_share_covers_93_to_97_percent(p):
    assert 0.93 <= coverage(lambda rng: mean_of(rng.random(200) < p), p, 200) <= 0.97


def exact_coverage(n, shares):
    """Coverage of the interval of n yes/no values, by summing the binomial: no simulation noise. One interval for each number of yes."""
    k = np.arange(n + 1)
    limits = [(0.0, 0.0)]
    for yes in k[1:-1]:
        # The bootstrap distribution itself in place of draws from it: the binomial's atoms, weighted.
        atoms = scipy.stats.binom.pmf(k, n, yes / n)
        mid = np.cumsum(atoms) - atoms / 2
        bias, spread = scipy.special.ndtri(mid[yes]), np.sqrt(yes * (n - yes) / n)
        acceleration = (n - 2 * yes) / n / (6 * spread)
        shift = bias + scipy.special.ndtri([0.025, 0.975])
        limits.append(tuple(np.interp(scipy.special.ndtr(bias + shift / (1 - acceleration * shift)), mid, k / n)))
    low, high = np.array([*limits, (1.0, 1.0)]).T
    return limits, np.array([scipy.stats.binom.pmf(k, n, p)[(low <= p + 1e-12) & (p - 1e-12 <= high)].sum() for p in shares])


def test_the_exact_coverage_of_yes_no_metrics_near_0_and_1():
    # Coverage of a count oscillates with n and p. The plain percentile interval falls to 90.9 % at n = 219, p = .055.
    for n in (200, 219, 300, 404):
        limits, covered = exact_coverage(n, np.linspace(0.05, 0.95, 91))
        assert covered.min() >= 0.93
        assert covered.max() <= 0.97
        yes = n // 15
        ours = interval(mean_of(np.arange(n) < yes), draws=40_000)
        assert (ours.ci_low, ours.ci_high) == pytest.approx(limits[yes], abs=2e-3)


def test_a_95_percent_interval_of_a_pooled_ratio_covers_with_documents():
    n, docs = 600, tuple(f"d{i // 3}" for i in range(600))

    def simulate(rng):
        # Segments of one document share their quality: resampling segments would be far too narrow (below).
        quality = np.repeat(rng.beta(3, 2, n // 3), 3)
        facts = rng.integers(1, 7, n)
        return ratio_of(np.column_stack([rng.binomial(facts, quality), facts]))

    assert 0.93 <= coverage(simulate, 0.6, n, docs) <= 0.97
    assert coverage(simulate, 0.6, n, None, sims=500) < 0.92


def test_a_95_percent_interval_of_f1_covers():
    n = 200

    def simulate(rng):
        said, facts = rng.integers(0, 6, n), rng.integers(1, 6, n)
        return ratio_of(np.column_stack([rng.binomial(said, 0.8), said, rng.binomial(facts, 0.4), facts]), combiner="f1")

    assert 0.93 <= coverage(simulate, 2 * 0.8 * 0.4 / 1.2, n) <= 0.97


def test_a_95_percent_interval_of_a_paired_difference_covers():
    n, rng = 200, np.random.default_rng(2)
    pairs = []
    for _ in range(2000):
        skill = rng.random(n)
        pairs.append((mean_of(rng.random(n) < 0.6 * skill), mean_of(rng.random(n) < 0.8 * skill)))
    sampler = Resampler(ids(n), draws_boot=1000)
    draws_a, draws_b = sampler.bootstrap([a for a, _ in pairs]), sampler.bootstrap([b for _, b in pairs])
    held = 0
    left_a, left_b = sampler.jackknife([a for a, _ in pairs]), sampler.jackknife([b for _, b in pairs])
    for (a, b), da, db, ja, jb in zip(pairs, draws_a, draws_b, left_a, left_b, strict=True):
        low, high = sampler.limits(db - da, b.value() - a.value(), jb - ja)
        held += low <= 0.1 <= high
    assert 0.93 <= held / 2000 <= 0.97


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
    assert (d.delta, d.ci_low, d.ci_high, d.p) == (0, 0, 0, 1)


def test_swapping_the_systems_negates_the_delta_and_keeps_p(two_systems):
    a, b = two_systems
    forth, back = compare(a, b), compare(b, a)
    assert back.delta == -forth.delta
    assert back.p == forth.p
    # The outer order statistics are mirrored too.
    assert (back.ci_low, back.ci_high) == pytest.approx((-forth.ci_high, -forth.ci_low))


def test_a_clear_difference_has_the_smallest_p_there_is():
    d = compare(mean_of(np.zeros(100)), mean_of(np.ones(100)), draws_perm=10_000)
    assert d.delta == 1
    assert d.p == pytest.approx(1 / 10_001)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30), st.integers(0, 99))
def test_an_interval_holds_its_value_and_does_not_depend_on_the_order_of_examples(rows, seed):
    rows = [(min(x, y), y) for x, y in rows]
    s = ratio_of(rows)
    found = interval(s, draws=200, seed=seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = SegmentStats("m", tuple(s.example_ids[i] for i in order), s.stats[order], "ratio", s.reasons, "sig", True)
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
    a, b = two_systems
    assert interval(a, seed=1) == interval(a, seed=1) != interval(a, seed=2)
    sampler = Resampler(a.example_ids, draws_boot=300)
    first, second = sampler.bootstrap([a, b])
    second_again, first_again = sampler.bootstrap([b, a])
    np.testing.assert_allclose(first, first_again, rtol=1e-12)
    np.testing.assert_allclose(second, second_again, rtol=1e-12)
    np.testing.assert_allclose(sampler.bootstrap([a])[0], first, rtol=1e-12)


def test_a_document_and_a_segment_may_share_an_id():
    assert Resampler(("a", "b", "c"), ("b", None, "b")).n_docs == 2


def test_one_document_has_no_interval():
    found = interval(mean_of([0, 1, 1]), ("d", "d", "d"))
    assert found.value == pytest.approx(2 / 3)
    assert found.ci_low is None
    assert found.ci_high is None


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
    assert {k: v for k, v in found.items() if v is not None} == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert found["untested"] is None
    assert holm({"a": 0.7, "b": 0.9}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(1e-4, 1), max_size=12))
def test_holm_never_lowers_p_and_keeps_the_order(pvalues):
    found = holm(pvalues)
    names = sorted(pvalues, key=lambda k: pvalues[k])
    assert all(pvalues[k] <= found[k] <= 1 for k in pvalues)
    assert all(found[x] <= found[y] for x, y in pairwise(names))


def test_pooling_seeds_gives_the_mean_and_the_spread_between_seeds():
    rng = np.random.default_rng(0)
    seeds = [mean_of(rng.random(100) < p) for p in (0.5, 0.6, 0.7)]
    base = [mean_of(rng.random(100) < 0.2) for _ in range(3)]
    pooled = pool_seeds(seeds, draws_perm=500)
    values = [s.value() for s in seeds]
    assert pooled.mean == pytest.approx(np.mean(values))
    assert pooled.sd == pytest.approx(np.std(values, ddof=1))
    assert pooled.ci_low < pooled.mean < pooled.ci_high
    assert pooled.p is None
    gain = pool_seeds(seeds, baseline=base, draws_perm=500)
    assert gain.mean == pytest.approx(np.mean(values) - np.mean([b.value() for b in base]))
    assert gain.p == pytest.approx(1 / 501)
    assert pool_seeds(seeds, baseline=seeds, draws_perm=500).p == 1
    assert pool_seeds(seeds[:1]).sd is None
    assert pool_seeds([seeds[0], unscorable("m", ids(100), "x", "sig", True)]).mean is None
    with pytest.raises(ValueError, match="at least one seed"):
        pool_seeds([])

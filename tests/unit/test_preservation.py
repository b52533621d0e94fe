"""How much of the RL gain is left after recovery."""

from functools import lru_cache

import numpy as np
import pytest
from one_metric import preservation

from metrics.preservation import preserved
from metrics.segment import SegmentStats, unscorable
from metrics.stats import Resampler


@lru_cache
def ids(n):
    return tuple(f"e{i}" for i in range(n))


def of(values, metric="coverage.recall", higher=True):
    values = np.asarray(values, dtype=float)
    n = len(values)
    return SegmentStats(metric, ids(n), np.column_stack([values, np.ones(n)]), "mean", (None,) * n, "sig", higher)


def stages(rng, n=400, levels=(0.3, 0.7, 0.6), metric="coverage.recall", higher=True):
    skill = rng.random(n)
    return [of(skill < level, metric, higher) for level in levels]


def test_kept_and_ratio_by_hand():
    sft, rl, recovery = of([0, 0, 0, 1] * 50), of([1, 1, 1, 1] * 50), of([1, 0, 1, 1] * 50)
    found = preservation(sft, rl, recovery)
    assert found["kept"] == 0.5
    assert found["ratio"] == pytest.approx(2 / 3)
    assert found["ci_low"] < 2 / 3 < found["ci_high"]
    assert "reason" not in found
    assert found["kept_ci_low"] < 0.5 < found["kept_ci_high"]


def test_the_ratio_is_not_clipped():
    sft, rl = of([0, 0, 0, 1] * 50), of([1, 1, 0, 1] * 50)
    assert preservation(sft, rl, of([1, 1, 1, 1] * 50))["ratio"] == pytest.approx(1.5)
    assert preservation(sft, rl, of([0, 0, 0, 0] * 50))["ratio"] == pytest.approx(-0.5)


def test_no_ratio_where_the_gain_may_be_nothing_or_is_a_loss():
    rng = np.random.default_rng(0)
    flat = preservation(*stages(rng, 50, (0.5, 0.51, 0.5)))
    loss = preservation(*stages(rng, levels=(0.7, 0.3, 0.5)))
    for found in (flat, loss):
        assert found["ratio"] is None
        assert found["ci_low"] is None
        assert found["ci_high"] is None
        assert "does not exclude 0" in found["reason"]
        assert found["kept"] is not None


def test_where_less_is_better_the_gain_is_a_fall():
    rng = np.random.default_rng(0)
    fall = preservation(*stages(rng, levels=(0.7, 0.3, 0.5), higher=False))
    assert fall["ratio"] == pytest.approx(0.5, abs=0.12)
    assert fall["ci_low"] < fall["ratio"] < fall["ci_high"]
    assert preservation(*stages(rng, levels=(0.3, 0.7, 0.5), higher=False))["ratio"] is None


def test_verbosity_has_no_ratio():
    rng = np.random.default_rng(0)
    found = preservation(*stages(rng, metric="verbosity.repetition"))
    assert found["kept"] is not None
    assert found["ratio"] is None
    assert "verbosity" in found["reason"]
    assert preservation(*stages(rng, metric="other", higher=None))["reason"].endswith("no better direction")


def test_an_unscorable_stage_has_no_preservation():
    sft, rl, _ = stages(np.random.default_rng(0))
    found = preservation(sft, rl, unscorable("coverage.recall", sft.example_ids, "no gold facts", "sig", True))
    assert found["kept"] is None
    assert found["ratio"] is None
    assert found["reason"] == "no gold facts"


def test_the_joint_interval_covers_the_true_ratio():
    rng, n = np.random.default_rng(4), 300
    sets = [stages(rng, n) for _ in range(1000)]
    sampler = Resampler(sets[0][0].example_ids)
    found = [preserved(sampler, tuple(t)) for t in sets]
    assert all(f["ratio"] is not None for f in found)
    covered = np.mean([f["ci_low"] <= 0.75 <= f["ci_high"] for f in found])
    assert 0.93 <= covered <= 0.975


def test_a_weak_but_certain_gain_gives_finite_limits():
    # The gain's interval only just excludes 0: draws with a gain of the wrong sign are there, the limits stay numbers.
    rng, tried = np.random.default_rng(8), 0
    for _ in range(200):
        noise = [of(rng.normal(level, 1.0, 60)) for level in (0.0, 0.4, 0.3)]
        found = preservation(*noise, draws=400)
        if found["ratio"] is not None:
            tried += 1
            assert np.isfinite([found["ci_low"], found["ci_high"]]).all()
    assert tried > 20


def test_signatures_must_agree():
    sft, rl, recovery = stages(np.random.default_rng(0))
    other = SegmentStats(rl.metric, rl.example_ids, rl.stats, "mean", rl.reasons, "another version", True)
    assert "signatures" in preservation(sft, other, recovery)["reason"]

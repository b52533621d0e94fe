"""Best-of-n curves: the expected best against plain enumeration, planted over-optimisation found, and none where there
is none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmark.reward.bestofn import Samples, Sampling, best_weights, curves, measure
from benchmark.reward.figures import best_of_n as drawn
from benchmark.reward.judge import Judge
from metrics.errors import UserError
from metrics.records import Example, Fact


@pytest.mark.parametrize("rewards", [[0.1, 0.7, 0.3, 0.9, 0.5], [0.5, 0.5, 0.5, 0.5], [0.2, 0.8, 0.8, 0.1, 0.8, 0.1]])
def test_the_expected_best_is_that_of_all_subsets(rewards: list[float]) -> None:
    values, scores = np.arange(len(rewards)) ** 2.0, np.array(rewards)
    weights = best_weights(scores)
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(rewards)))
    for n in range(1, len(rewards) + 1):
        expected = []
        for subset in itertools.combinations(range(len(rewards)), n):
            top = max(scores[i] for i in subset)
            expected.append(np.mean([values[i] for i in subset if scores[i] == top]))
        assert weights[n - 1] @ values == pytest.approx(np.mean(expected))


def _samples(reward_of, seed: int = 0, n_sources: int = 40, n: int = 32) -> Samples:
    """Longer samples state more of ten salient facts up to 60 characters, and beyond it more and more that is not
    so."""
    rng = np.random.default_rng(seed)
    chars = rng.integers(10, 200, size=(n_sources, n)).astype(float)
    hits = np.round(np.clip(chars / 6, 0, 10) - np.clip((chars - 120) / 10, 0, 8))
    stated = hits + np.round(np.clip((chars - 60) / 20, 0, None))
    return Samples(reward_of(chars, hits), hits, np.full(n_sources, 10.0), hits, stated, chars)


def test_a_reward_of_length_turns_the_true_metrics_down() -> None:
    found = curves(_samples(lambda chars, hits: chars / 200))
    reward, length = found["curves"]["reward"]["value"], found["curves"]["chars"]["value"]
    assert all(b >= a for a, b in itertools.pairwise(reward)) and all(b >= a for a, b in itertools.pairwise(length))
    for name in ("recall", "precision", "f1"):
        row = found["turning"][name]
        assert row["turns_down"] and row["n"] < 32 and row["ci_high"] < 0, name
        assert row["change"] == pytest.approx(found["curves"][name]["value"][-1] - max(found["curves"][name]["value"]))
    for row in found["curves"].values():
        assert all(
            low - 1e-9 <= v <= high + 1e-9
            for low, v, high in zip(row["ci_low"], row["value"], row["ci_high"], strict=True)
        )


def test_a_reward_of_recall_turns_nothing_down() -> None:
    found = curves(_samples(lambda chars, hits: hits / 10))
    assert not found["turning"]["recall"]["turns_down"]
    recall = found["curves"]["recall"]["value"]
    assert recall[-1] == pytest.approx(max(recall))
    assert found["curves"]["recall"]["value"][-1] > found["curves"]["recall"]["value"][0]


def test_best_of_one_is_the_mean_and_best_of_all_is_the_best() -> None:
    samples = _samples(lambda chars, hits: chars / 200, n_sources=3, n=8)
    found = curves(samples)["curves"]
    assert found["chars"]["value"][0] == pytest.approx(samples.chars.mean())
    assert found["chars"]["value"][-1] == pytest.approx(samples.chars.max(axis=1).mean())
    assert found["recall"]["value"][0] == pytest.approx(samples.hits.mean() / 10)
    assert found["precision"]["value"][0] == pytest.approx(samples.good.sum() / samples.stated.sum())


def _example(i: int, name: str, figure: int) -> Example:
    facts = (Fact("person", ("王",), (name,), 1.0), Fact("quantity", (f"{figure}人",), (f"{figure} คน",), 0.2))
    return Example(f"e{i}", f"源{i}", (f"{name} {figure} คน",), facts, "zh", "th")


def test_samples_are_held_against_the_facts_and_the_gate() -> None:
    examples = [_example(0, "สมชาย", 37), _example(1, "มาลี", 52)]
    texts = [["สมชาย 37 คน", "มาลี", ""], ["มาลี พูด", "สมชาย 52 คน", "中国 มาลี"]]
    judge = Judge("half", "half", "callable", lambda s, t, _: [0.5] * len(t))
    samples, gated = measure(judge, examples, texts)
    assert gated
    assert samples.reward.tolist() == [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]], (
        "an empty text and a Han character fail the gate"
    )
    assert samples.hits.tolist() == [[1, 0, 0], [1, 0, 1]] and samples.salient.tolist() == [1, 1]
    assert samples.good.tolist() == [[2, 0, 0], [1, 1, 1]]
    assert samples.stated.tolist() == [[2, 1, 0], [1, 2, 1]]
    assert samples.chars[0].tolist() == [11, 4, 0]
    wide = Judge("wide", "wide", "metric", lambda s, t, _: [len(x) - 5.0 for x in t])
    assert not measure(wide, examples, texts)[1], "scores beyond 0..1 are no reward of eq. 6"


def test_too_few_samples_or_sources_and_an_unscorable_sample_are_the_users_mistake() -> None:
    for n_samples, n_sources in ((1, 8), (8, 1)):
        with pytest.raises(UserError, match="at least 2"):
            Sampling("asset:base", "newswire-title", n_samples, n_sources)
    judge = Judge("metric:x", "x", "metric", lambda s, t, _: [None] * len(t))
    with pytest.raises(UserError, match="metric:x: could not score"):
        measure(judge, [_example(0, "สมชาย", 37)], [["สมชาย"]])


def test_the_curves_are_drawn_with_the_turning_point() -> None:
    figures = drawn(curves(_samples(lambda chars, hits: chars / 200)))
    assert len(figures) == 4 and all(f.startswith("<svg") for f in figures)

"""`validate-reward` measures what is planted: oracles, null baselines, a length coefficient, blindness; broken scorers
and files."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from judged_pairs import N, _judge, challenge, length_reward, oracle, right

from benchmark.reward import measures
from benchmark.reward.challenge import build
from benchmark.reward.damage import CATEGORIES
from benchmark.reward.judge import load_judge
from benchmark.reward.nulls import NULLS
from benchmark.reward.validate import validate, warning


def numberless(sources, candidates):
    known = {(s, re.sub(r"[\d.]+", "#", t)) for s, t in right()}
    return [1.0 if (s, re.sub(r"[\d.]+", "#", t)) in known else 0.0 for s, t in zip(sources, candidates, strict=True)]


def test_an_oracle_is_right_everywhere():
    report = validate(_judge(oracle, True), challenge())
    assert report["macro_accuracy"] == report["accuracy"]["value"] == report["auc"] == 1.0
    assert report["ece"] == 0.0
    assert all(row["accuracy"] == 1.0 and row["ties"] == 0 and row["n"] == N for row in report["by_category"].values())
    retrieval = report["retrieval"]
    assert [retrieval[k] for k in ("p_at_1", "hit_at_3", "hit_at_10", "mrr", "ndcg_at_10")] == [1.0] * 5
    assert retrieval["n_relevant"] == 2 * N
    assert not report["flags"]["misled"]
    assert report["flags"]["beats_nulls"]
    assert warning(report) is None
    assert report["worst_misses"] == []
    assert report["n"] == len(challenge().pairs)


def test_an_oracle_is_right_everywhere_in_tibetan_too():
    tibetan = build(("bo",), 4)
    known = {(p.source, p.better) for p in tibetan.pairs}
    report = validate(_judge(lambda s, t: [float(pair in known) for pair in zip(s, t, strict=True)]), tibetan)
    assert {slug: (row["accuracy"], row["n"]) for slug, row in report["by_category"].items()} == dict.fromkeys(
        CATEGORIES, (1.0, 4)
    )
    assert report["flags"]["beats_nulls"] and report["macro_accuracy"] == 1.0


def test_an_inverted_oracle_is_flagged_everywhere():
    report = validate(_judge(lambda s, c: [1 - x for x in oracle(s, c)]), challenge())
    assert report["macro_accuracy"] == 0.0
    assert len(report["flags"]["misled"]) == len(CATEGORIES)
    assert "knows nothing" in warning(report)
    assert len(report["worst_misses"]) == 3 * len(CATEGORIES)


def test_null_baselines_land_where_they_must():
    report = validate(_judge(NULLS["constant"]), challenge())
    nulls = report["null_baselines"]
    assert report["macro_accuracy"] == report["auc"] == nulls["constant"]["macro_accuracy"] == 0.5
    assert all(row["accuracy"] == 0.5 and row["ties"] == row["n"] for row in nulls["constant"]["by_category"].values())
    assert (
        nulls["longer"]["by_category"]["padding_filler"]["accuracy"]
        == 0.0
        == nulls["shorter"]["by_category"]["empty"]["accuracy"]
    )
    assert nulls["copy_source"]["by_category"]["copy_source"]["accuracy"] == 0.0
    for slug, row in nulls["longer"]["by_category"].items():
        # What a length decides is known from the pairs alone.
        lengths = [(len(p.better), len(p.worse)) for p in challenge().pairs if p.category == slug]
        known = sum(1.0 if b > w else 0.5 if b == w else 0.0 for b, w in lengths) / N
        assert row["accuracy"] == pytest.approx(known)
        assert nulls["shorter"]["by_category"][slug]["accuracy"] == pytest.approx(1 - known)
    for name, null in nulls.items():
        assert null["macro_accuracy"] == pytest.approx(
            np.mean([row["accuracy"] for row in null["by_category"].values()])
        ), name
    assert abs(nulls["random"]["macro_accuracy"] - 0.5) < 3 * 0.5 / len(challenge().pairs) ** 0.5
    assert not report["flags"]["beats_nulls"]
    assert report["retrieval"]["p_at_1"] == 0.0
    assert report["length"]["slope_per_100_chars"] == 0.0


def test_the_random_baseline_is_a_coin_for_each_pair_even_where_pairs_share_a_text():
    texts = [str(i) for i in range(4000)]
    shared, own = NULLS["random"](["源"] * 4000, ["ดี"] * 4000), NULLS["random"](["源"] * 4000, texts)
    assert abs(np.mean(np.array(shared) > np.array(own)) - 0.5) < 3 * 0.5 / 4000**0.5
    assert NULLS["random"](["源"] * 4000, texts) == own
    small = build(("bo",), 2)
    assert (
        abs(validate(_judge(length_reward), small)["null_baselines"]["random"]["macro_accuracy"] - 0.5)
        < 3 * 0.5 / 50**0.5
    )


def test_an_injected_length_coefficient_comes_back():
    def noise(source, text):
        return int.from_bytes(hashlib.sha256(f"{source}{text}".encode()).digest()[:4], "big") / 2**32 - 0.5

    def padded(sources, candidates):
        return [
            0.2 + 0.03 * len(t) / 100 + 0.05 * (len(s) % 7) + 0.01 * noise(s, t)
            for s, t in zip(sources, candidates, strict=True)
        ]

    length = validate(_judge(padded), challenge())["length"]
    assert length["ci_low"] <= 0.03 <= length["ci_high"]
    assert length["ci_high"] - length["ci_low"] < 0.02
    assert length["padding_gain"] > 0
    exact = measures.length_slope([([10, 60, 110], [0.5 + s, 0.45 + s, 0.4 + s]) for s in (0.0, 0.1, 0.3)])
    assert exact["slope_per_100_chars"] == pytest.approx(-0.1)
    assert exact["ci_low"] <= exact["slope_per_100_chars"] <= exact["ci_high"]


def test_the_interval_of_the_length_coefficient_holds_the_truth_in_95_of_100_cases():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        lengths = [np.cumsum(rng.integers(20, 90, 6)) for _ in range(20)]
        # Noise that differs between sources, and a level of each source: what the fixed effects and the clusters are
        # for.
        scores = [0.05 * x / 100 + rng.normal() + rng.normal(0, rng.uniform(0.01, 0.2), 6) for x in lengths]
        found = measures.length_slope([(x.tolist(), y.tolist()) for x, y in zip(lengths, scores, strict=True)])
        held += found["ci_low"] <= 0.05 <= found["ci_high"]
    assert abs(held / 400 - 0.95) < 3 * (0.95 * 0.05 / 400) ** 0.5


def test_blindness_to_numbers_is_exposed_in_the_number_categories_only():
    report = validate(_judge(numberless), challenge())
    table, types = report["by_category"], report["by_fact_type"]
    assert table["number"]["accuracy"] == 0.5
    assert table["number"]["ties"] == N
    others = {slug: row["accuracy"] for slug, row in table.items() if slug not in ("number", "date")}
    assert set(others.values()) == {1.0}
    assert 0.5 <= table["date"]["accuracy"] < 1
    assert not report["flags"]["misled"]
    assert "number" in report["flags"]["blind"] and set(report["flags"]["blind"]) <= {"number", "date"}
    assert {t for t, row in types.items() if row["accuracy"] == 0.5} == {"money", "percentage", "quantity"}
    assert {t for t, row in types.items() if row["accuracy"] < 1} == {"money", "percentage", "quantity", "date"}


@pytest.mark.parametrize(
    ("name", "blind", "sees"),
    [
        ("coverage.recall", {"hallucination", "padding_filler", "padding_repeat"}, {"omission_2", "event", "empty"}),
        ("verbosity.repetition", {"number", "event", "role_swap"}, {"padding_repeat"}),
    ],
)
def test_metrics_go_through_the_same_set(name, blind, sees):
    report = validate(load_judge(f"metric:{name}", None, None, challenge().examples), challenge())
    assert blind <= set(report["flags"]["blind"])
    assert all(report["by_category"][slug]["ci_low"] > 0.5 for slug in sees)
    assert name in report["signature"]


def test_wilson_matches_published_values():
    assert measures.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I, method 3
    assert measures.wilson(200, 200)[1] == measures.wilson(400, 400)[1] == 1.0 and measures.wilson(0, 7)[0] == 0.0
    assert measures.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert measures.wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)


def test_retrieval_auc_and_calibration_by_hand():
    found = measures.retrieval([([0.9, 0.5, 0.1], [0.0, 2.0, 1.0]), ([0.3, 0.3], [1.0, 0.0])])
    dcg, ideal = 2 / np.log2(3) + 1 / 2, 2 + 1 / np.log2(3)
    assert found["p_at_1"] == 0.0
    assert found["mrr"] == 0.5
    assert found["hit_at_3"] == 1.0
    assert found["ndcg_at_10"] == pytest.approx((dcg / ideal + 1 / np.log2(3)) / 2)
    assert measures.auc([0.8, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    error, bins = measures.calibration([0.95, 0.85, 0.15, 0.05], [True, False, False, False])
    assert error == pytest.approx((0.05 + 0.85 + 0.15 + 0.05) / 4)
    assert len(bins) == 4

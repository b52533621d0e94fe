"""`validate-reward` measures what is planted: oracles, null baselines, a length coefficient, blindness; broken scorers
and files."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache

import numpy as np
import pytest

from benchmark import cli
from benchmark.reward import measures
from benchmark.reward.challenge import build
from benchmark.reward.damage import CATEGORIES
from benchmark.reward.judge import Judge, load_judge
from benchmark.reward.nulls import NULLS
from benchmark.reward.page import render
from benchmark.reward.pairs import ChallengeSet, Pair, Query
from benchmark.reward.validate import reward_digest, validate, warning
from metrics.errors import UserError

N = 12


@cache
def challenge() -> ChallengeSet:
    return build(("th",), N)


@cache
def right() -> frozenset[tuple[str, str]]:
    c = challenge()
    listed = {(q.source, t) for q in c.queries for t, r in zip(q.candidates, q.relevance, strict=True) if r}
    return frozenset({(p.source, p.better) for p in c.pairs} | listed)


def oracle(sources, candidates):
    return [1.0 if pair in right() else 0.0 for pair in zip(sources, candidates, strict=True)]


def numberless(sources, candidates):
    known = {(s, re.sub(r"[\d.]+", "#", t)) for s, t in right()}
    return [1.0 if (s, re.sub(r"[\d.]+", "#", t)) in known else 0.0 for s, t in zip(sources, candidates, strict=True)]


def _judge(function, probability=False) -> Judge:
    return Judge("planted", "planted:1", "callable", lambda s, t, _: function(s, t), probability)


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


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda s, c: [float("nan")] * len(c), "planted: returned nan"),
        (lambda s, c: [0.5], "planted: returned 1 scores"),
        (lambda s, c: ["x"] * len(c), "planted: returned 'x'"),
        (lambda s, c: [None] * len(c), "planted: returned None"),
    ],
)
def test_a_broken_scorer_stops_the_run_with_its_name(function, message):
    with pytest.raises(UserError, match=message):
        validate(_judge(function), challenge())


def not_a_number(sources, candidates):
    return [float("nan")] * len(candidates)


def too_few(sources, candidates):
    return [0.5] * (len(candidates) - 1)


@pytest.mark.parametrize(
    ("name", "message"), [("not_a_number", "returned nan for the candidate"), ("too_few", "returned 1 scores for 2")]
)
def test_a_broken_scorer_is_one_message_of_the_command_and_nothing_is_written(tmp_path, capsys, name, message):
    path, out = tmp_path / "pairs.jsonl", tmp_path / "out"
    path.write_text(json.dumps({**GOOD, "source_lang": "en", "target_lang": "de"}) + "\n", encoding="utf-8")
    assert (
        cli.main(
            ["validate-reward", "--reward", f"test_validate_reward:{name}", "--pairs", str(path), "--out", str(out)]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert f"test_validate_reward:{name}: {message}" in error and error.count("\n") == 1
    assert not out.exists()


GOOD = {
    "id": "1",
    "source": "源",
    "better": "ดี",
    "worse": "เลว",
    "category": "own",
    "source_lang": "zh",
    "target_lang": "th",
}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**GOOD, "worse": "ดี "}, 'line 2: "better" and "worse" are equal'),
        ({**GOOD, "better": "caf\u00e9", "worse": "cafe\u0301"}, 'line 2: "better" and "worse" are equal'),
        ({k: v for k, v in GOOD.items() if k != "category"}, 'line 2: "category" is missing'),
        ({**GOOD, "target_lang": "xx"}, "line 2: \"target_lang\" is 'xx', an unknown language"),
        ({**GOOD, "better": ""}, 'line 2: "better" must be a non-empty string'),
        ({**GOOD, "id": "0"}, "line 2: id '0' was already on line 1"),
        ({**GOOD, "severity": "grave"}, 'line 2: "severity" must be one of'),
        (b'{"id": "\xff"}', "line 2: not UTF-8"),
    ],
)
def test_bad_pairs_end_in_one_message_with_file_and_line(tmp_path, capsys, row, message):
    path = tmp_path / "pairs.jsonl"
    bad = row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()
    path.write_bytes(json.dumps({**GOOD, "id": "0"}).encode() + b"\n" + bad + b"\n")
    out = tmp_path / "out"
    assert (
        cli.main(
            ["validate-reward", "--reward", "test_validate_reward:oracle", "--pairs", str(path), "--out", str(out)]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert f"{path}, {message}" in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_a_hundred_megabytes_are_refused_before_they_are_read(tmp_path, capsys):
    path = tmp_path / "pairs.jsonl"
    with path.open("wb") as stream:
        stream.truncate(100 * 10**6)
    assert (
        cli.main(
            [
                "validate-reward",
                "--reward",
                "test_validate_reward:oracle",
                "--pairs",
                str(path),
                "--out",
                str(tmp_path / "o"),
            ]
        )
        == 2
    )
    assert f"{path}, line 1: the file has 100 MB" in capsys.readouterr().err


def length_reward(sources, candidates):
    return [min(len(c) / 100, 1.0) for c in candidates]


def test_own_pairs_and_candidates_through_the_command(tmp_path, capsys):
    pairs, lists = tmp_path / "pairs.jsonl", tmp_path / "candidates.jsonl"
    rows = [
        GOOD,
        {**GOOD, "id": "2", "worse": "<script>alert(1)</script>\u202e"},
        {**GOOD, "id": "3", "better": "ยาวมาก", "category": "two"},
    ]
    pairs.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    query = {
        "id": "q",
        "source": "源",
        "candidates": [{"text": "ก", "relevance": 1}, {"text": "กก", "relevance": 0}],
        "source_lang": "zh",
        "target_lang": "th",
    }
    lists.write_text(json.dumps(query) + "\n", encoding="utf-8")
    args = [
        "validate-reward",
        "--reward",
        "test_validate_reward:length_reward",
        "--pairs",
        str(pairs),
        "--candidates",
        str(lists),
        "--out",
        str(tmp_path / "o"),
    ]
    assert cli.main(args) == 0
    report = json.loads((tmp_path / "o" / "reward.json").read_text(encoding="utf-8"))
    assert report["n"] == 3
    assert report["by_category"]["own"]["n"] == 2
    assert report["by_category"]["own"]["accuracy"] == 0.0
    assert report["by_category"]["two"]["accuracy"] == 1.0
    assert report["retrieval"]["mrr"] == 0.5
    assert report["ece"] is None
    assert set(report["null_baselines"]) == {"longer", "shorter", "copy_source", "constant", "random"}
    page = (tmp_path / "o" / "reward.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "U+202E" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "CANNOT BE TRUSTED" in capsys.readouterr().err


def test_unscorable_pairs_are_counted_apart_and_never_as_losses():
    found = measures.tally([1.0, None, 0.5], [0.0, 1.0, 0.5])
    assert (found.wins, found.ties, found.n, found.unscored, found.accuracy) == (1, 1, 2, 1, 0.75)


def test_the_page_of_a_small_report_is_whole():
    pair = Pair("1", "源", "ดี", "เลว", "own", "zh", "th")
    report = validate(
        _judge(length_reward), ChallengeSet("t", [pair], [Query("q", "源", ("ก", "ข"), (1.0, 0.0), "th")], {})
    )
    page = render(report)
    assert (page.count("<svg") == 2 and page.rstrip().endswith("</html>") and "misled" in page) or "blind" in page


@pytest.mark.parametrize(("mass", "told"), [(3e-6, True), (0.97, False)])
def test_the_page_says_what_a_tiny_share_of_probability_on_the_answers_means(mass, told):
    pair = Pair("1", "源", "ดี", "เลว", "own", "zh", "th")
    report = validate(_judge(length_reward), ChallengeSet("t", [pair], [], {}))
    asked = [{"instruct": "as trained", "accuracy": 1.0, "mean_change": 0.0}]
    report["template"] = {
        "instructions": asked,
        "accuracy_range": [1.0, 1.0],
        "yes_no_mass": {"mean": mass, "p5": mass / 2},
        "n_pairs": 1,
    }
    page = render(report)
    assert f"{mass:.2g}" in page
    assert ("would not say yes or no by itself" in page) == told


class _Loaded:
    name, id, length_unit = "callable", "callable:planted", "code points"

    def score(self, sources, candidates):
        return oracle(sources, candidates)


def test_the_digest_for_the_manifest():
    digest = reward_digest(_Loaded(), n_per_category=N)
    assert digest["macro_accuracy"] == 1.0
    assert digest["beats_nulls"]
    assert digest["warning"] is None
    assert len(digest["by_category"]) == len(CATEGORIES)
    assert json.loads(json.dumps(digest, allow_nan=False)) == digest
    assert "planted" in digest["signature"]


def test_meta_eval_command(tmp_path):
    table = tmp_path / "judgements.tsv"
    rows = [f"s{s}\t{i}\t{s + 0.1 * i}\t{s}" for s in range(3) for i in range(4)]
    table.write_text("system\titem\tmetric\thuman\n" + "\n".join(rows) + "\n", encoding="utf-8")
    out = tmp_path / "meta.json"
    assert cli.main(["meta-eval", "--judgements", str(table), "--out", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["system"]["pairwise_accuracy"] == 1.0
    assert found["n_systems"] == 3
    assert set(found["segment"]) >= {"pearson", "acc_eq"}

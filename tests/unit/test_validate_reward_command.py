"""`validate-reward` as a command: own pairs, broken scorers, bad files, the page, the digest for the manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from judged_pairs import N, _judge, challenge, length_reward, oracle

from benchmark import cli
from benchmark.reward import measures
from benchmark.reward.advice import advice
from benchmark.reward.challenge import FIRST, NEWEST
from benchmark.reward.command import challenge_of, judge_for
from benchmark.reward.damage import CATEGORIES
from benchmark.reward.judge import DEFAULT_ASSETS, load_judge
from benchmark.reward.page import render
from benchmark.reward.pairs import ChallengeSet, Pair, Query
from benchmark.reward.validate import reward_digest, validate
from benchmark.settings.assets import ASSETS
from metrics.errors import UserError
from training.shared.ensembles import members


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
            [
                "validate-reward",
                *("--reward", f"test_validate_reward_command:{name}"),
                "--pairs",
                str(path),
                "--out",
                str(out),
            ]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert f"test_validate_reward_command:{name}: {message}" in error and error.count("\n") == 1
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
            [
                "validate-reward",
                *("--reward", "test_validate_reward_command:oracle"),
                "--pairs",
                str(path),
                *("--out", str(out)),
            ]
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
            f"validate-reward --reward test_validate_reward_command:oracle --pairs {path} --out {tmp_path}/o".split()
        )
        == 2
    )
    assert f"{path}, line 1: the file has 100 MB" in capsys.readouterr().err


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
    args = (
        f"validate-reward --reward test_validate_reward_command:length_reward --pairs {pairs} "
        f"--candidates {lists} --out {tmp_path}/o"
    ).split()
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


def test_without_the_length_probe_no_padded_text_is_scored_and_the_report_says_so(tmp_path, capsys):
    whole, short = tmp_path / "whole", tmp_path / "short"
    told = ["validate-reward", "--reward", "test_validate_reward_command:by_length", "--n", "2", "--out"]
    assert cli.main([*told, str(whole)]) == 0
    capsys.readouterr()
    assert cli.main([*told, str(short), "--no-length-probe"]) == 0
    said = capsys.readouterr().out
    full, less = (json.loads((out / "reward.json").read_text(encoding="utf-8")) for out in (whole, short))
    assert full["length"]["slope_per_100_chars"] > 0
    assert less["length"]["slope_per_100_chars"] is None
    assert less["length"]["reason"] == "not measured (--no-length-probe)"
    assert less["latency"]["n_scored"] < full["latency"]["n_scored"]
    for key in ("accuracy", "macro_accuracy", "by_category", "retrieval", "auc", "signature"):
        assert less[key] == full[key]
    assert "length: not measured (--no-length-probe)" in said
    judged = validate(_judge(oracle), challenge(), template=False, length=False)
    assert "whether it pays for filler was not measured" in advice(judged).sentence
    assert "not measured (--no-length-probe)" in (short / "reward.html").read_text(encoding="utf-8")


def by_length(sources, candidates):
    return [min(1.0, len(text) / 1000) for text in candidates]


@pytest.mark.parametrize(
    ("world", "made_of", "asset"),
    [((), "newswire2-core-", "reranker@2"), (("--world", "full"), "newswire1-full-", "reranker")],
)
def test_set_and_embedded_model_are_of_one_world_and_that_of_the_default_run_unless_told(world, made_of, asset):
    parser = cli.build_parser("validate-reward")
    args = parser.parse_args(["validate-reward", "--reward", "reranker-generative", "--n", "1", *world, "--out", "o"])
    challenge = challenge_of(args, None)
    assert challenge.name.startswith(made_of)
    named = load_judge("reranker-generative", None, f"asset:{asset}", {}).id
    assert judge_for(args, challenge, None).id == named


def test_an_embedded_model_that_does_not_exist_is_told_with_the_nearest():
    with pytest.raises(UserError, match=r"--path = 'asset:reranker@3'.*reranker@2"):
        load_judge("reranker-generative", None, "asset:reranker@3", {})


@pytest.mark.parametrize("world", [FIRST, NEWEST])
@pytest.mark.parametrize("name", sorted(DEFAULT_ASSETS))
def test_whatever_takes_an_embedded_model_has_one_of_each_world(name, world):
    folder = ASSETS / (DEFAULT_ASSETS[name] + ("" if world == FIRST else f"@{world}"))
    if name == "ensemble" and world == FIRST:  # world 1 has one reranker
        assert not folder.exists()
        with pytest.raises(UserError, match="ensemble: no model comes with this installation"):
            load_judge(name, None, None, {}, world=world)
        return
    parts = [folder] if name != "ensemble" else [Path(member.path) for member in members(folder) or ()]
    assert parts and all((part / "model.safetensors").is_file() for part in parts)


@pytest.mark.parametrize(
    ("reward", "told"),
    [
        ("metric:coverage.f9", "unknown metric 'coverage.f9'; did you mean coverage.f1"),
        ("metric:judge.entity", "comes from a judge"),
        ("metric:reward.mean", "is the training reward"),
        ("no-such-reward", "unknown reward 'no-such-reward'"),
        ("no_such_module:function", "no_such_module"),
    ],
)
def test_a_reward_that_there_is_not_is_told_before_the_set_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reward: str, told: str
) -> None:
    monkeypatch.setattr("benchmark.reward.command.build", lambda *_: pytest.fail("was drawn"))
    assert cli.main(["validate-reward", "--reward", reward, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

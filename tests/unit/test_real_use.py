"""Measuring one's own model on one's own texts: sizes, trials, caps, and a manifest that says what was done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_models import HAN, THAI

from benchmark.cli import main
from benchmark.generation.decoding import token_cap
from benchmark.leaderboard.sources import from_run
from benchmark.settings.assets import ASSETS
from benchmark.settings.config import load_profile
from benchmark.settings.models import is_embedded
from benchmark.tasks import load_task
from metrics.errors import UserError
from metrics.records import Example, Generation, write_examples, write_generations

NOTHING_LEARNED = [
    "score.reward=false",
    "score.retrieval=null",
    "score.scorers.comet_qe=null",
    "score.bootstrap_draws=100",
]


@pytest.fixture
def tsv(tmp_path: Path) -> Path:
    """Twelve pairs; the longest reference is the last one's."""
    rows = [f"s{i}\t{HAN[i % 10]}{HAN[(3 * i) % 7]}公司\t{THAI[i] * (2 + i)}" for i in range(12)]
    path = tmp_path / "mine.tsv"
    path.write_text("\n".join(["id\tsource\treference", *rows]) + "\n", "utf-8")
    return path


def evaluate(model: Path | str, tsv: Path, out: Path, *more: str) -> int:
    asked = ["evaluate", "--model", str(model), "--task", "newswire-title", "--out", str(out), *more]
    return main([*asked, "--set", *NOTHING_LEARNED, f"data.test={tsv}"])


def read(folder: Path, name: str = "manifest.json") -> dict[str, Any]:
    return dict(json.loads((folder / name).read_text("utf-8")))


def test_evaluate_says_what_it_did(
    tiny_policy_path: Path, tsv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tiny_policy_path, tsv, tmp_path / "out") == 0
    told = capsys.readouterr()
    assert "model: float32 on the CPU" in told.err
    manifest = read(tmp_path / "out")
    assert manifest["config"]["policy"]["path"] == str(tiny_policy_path)
    assert not {"sft", "rl", "recovery", "plan"} & manifest["config"].keys()
    assert "asset:base" not in json.dumps(manifest)
    assert manifest["prompt"]["example_id"] == "s0"
    assert manifest["prompt"]["text"] == load_task("newswire-title").ask("中中公司")
    assert (manifest["of_world"], manifest["judges"]["policy"]["embedded"]) == (False, False)
    done = manifest["steps"]["generate/user-data/model"]["record"]
    assert done["decoding"]["method"] == "greedy"
    assert done["decoding"]["max_new_tokens"] == done["max_new_tokens"]
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "asset:base" not in page
    assert "The prompt of s0, as the model got it" in page
    assert f"greedy; at most {done['max_new_tokens']} new tokens; end tokens" in page


def test_what_the_checkpoint_asks_for_is_told_and_recorded(
    tiny_policy_path: Path, tsv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    folder = tmp_path / "asking"
    shutil.copytree(tiny_policy_path, folder)
    path = folder / "generation_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "repetition_penalty": 1.3}))
    assert evaluate(tiny_policy_path, tsv, tmp_path / "plain") == 0
    assert "asks for" not in capsys.readouterr().err
    assert evaluate(folder, tsv, tmp_path / "asked") == 0
    assert "asks for repetition_penalty = 1.3; none of it is used" in capsys.readouterr().err
    record = read(tmp_path / "asked")["steps"]["generate/user-data/model"]["record"]
    assert record["checkpoint_asks"] == {"repetition_penalty": 1.3}
    assert "not used, though the checkpoint asks for it: repetition_penalty = 1.3" in (
        tmp_path / "asked" / "report.html"
    ).read_text("utf-8")
    texts = [
        (tmp_path / name / "generations" / "user-data" / "model.jsonl").read_text("utf-8")
        for name in ("plain", "asked")
    ]
    assert texts[0] == texts[1]


def test_evaluate_uses_all_cores_and_a_named_profile_its_own(tiny_policy_path: Path, tsv: Path, tmp_path: Path) -> None:
    import torch

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert evaluate(tiny_policy_path, tsv, tmp_path / "all", "--limit", "2") == 0
        assert read(tmp_path / "all")["config"]["run"]["threads"] is None
        assert torch.get_num_threads() == 2
        assert evaluate(tiny_policy_path, tsv, tmp_path / "one", "--limit", "2", "--profile", "tiny") == 0
        assert read(tmp_path / "one")["hardware"]["torch_threads"] == 1
    finally:
        torch.set_num_threads(before)


def test_a_size_holds_for_a_file_of_one_s_own(
    tiny_policy_path: Path, tsv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    caps = []
    for name, more in (("all", []), ("five", ["data.n_test=5"])):
        assert evaluate(tiny_policy_path, tsv, tmp_path / name, "--set", *more, *NOTHING_LEARNED) == 0
        record = read(tmp_path / name)["steps"]["generate/user-data/model"]["record"]
        assert record["n"] == (5 if more else 12)
        caps.append(record["max_new_tokens"])
    assert (
        caps[0] == caps[1] == 4 * 14
    )  # 13 letters and the end: the longest of the whole file, whatever part of it is measured
    assert evaluate(tiny_policy_path, tsv, tmp_path / "more", "--set", "data.n_test=13") == 2
    assert "data.n_test = 13, but" in capsys.readouterr().err


def test_the_sizes_of_a_profile_are_those_of_its_own_data(tsv: Path) -> None:
    assert load_profile("tiny").data.n_test == 500
    assert load_profile("tiny", [f"data.test={tsv}"]).data.n_test is None
    assert load_profile("tiny", [f"data.test={tsv}"]).data.n_para == 300
    assert load_profile("tiny", [f"data.test={tsv}", "data.n_test=3"]).data.n_test == 3


def test_a_trial_is_short_capped_and_goes_on_no_board(
    tiny_policy_path: Path, tsv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trial"
    assert evaluate(tiny_policy_path, tsv, out, "--limit", "3", "--set", "generate.max_new_tokens=2") == 0
    record = read(out)["steps"]["generate/user-data/model"]["record"]
    assert (record["n"], record["max_new_tokens"]) == (3, 2)
    assert read(out, "summary.json")["run"]["limit"] == 3
    assert "A trial on the first 3 examples" in (out / "report.html").read_text("utf-8")
    with pytest.raises(UserError, match="a trial"):
        from_run(out, "user-data", None, {}, None)  # type: ignore[arg-type]
    capsys.readouterr()
    assert evaluate(tiny_policy_path, tsv, tmp_path / "whole", "--set", "generate.max_new_tokens=2") == 2
    assert "--limit" in capsys.readouterr().err
    assert evaluate(tiny_policy_path, tsv, tmp_path / "none", "--limit", "0") == 2
    assert token_cap(["กขคง"], len, 1, trial=True) == 1


def scored(tmp_path: Path, *more: str, text: str = "กขค") -> tuple[int, Path]:
    examples, generations, out = tmp_path / "e.jsonl", tmp_path / "g.jsonl", tmp_path / "out"
    write_examples(examples, [Example(f"e{i}", HAN[i : i + 3], (THAI[i : i + 4],), None, "zh", "th") for i in range(4)])
    write_generations(generations, [Generation(f"e{i}", "s", "mine", text, None, None, None) for i in range(4)])
    asked = ["score", "--examples", str(examples), "--generations", str(generations), "--out", str(out), *more]
    return main([*asked, "--set", "score.bootstrap_draws=100"]), out


def test_score_takes_the_first_examples_of_a_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = scored(tmp_path, "--limit", "2")
    assert code == 0
    summary = read(out, "summary.json")
    assert summary["run"]["limit"] == 2
    assert summary["systems"]["mine"]["verbosity.chars"]["n_total"] == 2
    manifest = read(out)
    assert not {"policy", "sft", "rl", "recovery", "generate"} & manifest["config"].keys()
    assert manifest["config"]["score"]["scorers"] == {"comet_qe": None}


def test_score_rewards_with_the_reward_that_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = scored(
        tmp_path, "--set", "score.reward=true", "rl.reward=embedding", f"rl.reward_path={ASSETS / 'encoder'}"
    )
    assert code == 0
    cell = read(out, "summary.json")["systems"]["mine"]["reward.mean"]
    assert 0 < cell["value"] <= 1
    assert "reward:embedding:" in cell["signature"]
    manifest = read(out)
    assert manifest["reward_id"].startswith("embedding:")
    assert manifest["config"]["rl"]["reward"] == "embedding"
    assert (manifest["of_world"], manifest["judges"]["reward"]["embedded"]) == (False, True)
    assert "but the reward is a small model made for" in (out / "report.html").read_text("utf-8")


def test_score_without_a_reward_says_how_to_ask_for_one(tmp_path: Path) -> None:
    code, out = scored(tmp_path)
    assert code == 0
    assert "rl.reward=NAME" in read(out, "summary.json")["systems"]["mine"]["reward.mean"]["reason"]


def test_score_says_what_a_reward_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = scored(tmp_path, "--set", "rl.reward=embedding", f"rl.reward_path={tmp_path / 'nowhere'}")
    assert code == 2
    assert "rl.reward_path" in capsys.readouterr().err
    assert not out.exists()


def test_models_that_ship_with_the_suite_are_known_by_their_weights(tiny_policy_path: Path, tmp_path: Path) -> None:
    import shutil

    assert is_embedded(str(ASSETS / "encoder"))
    assert is_embedded(shutil.copytree(ASSETS / "comet", tmp_path / "renamed"))
    assert not is_embedded(str(tiny_policy_path))
    assert not is_embedded("owner/name")


def test_the_probe_has_a_cap_of_its_own() -> None:
    profile = load_profile("smoke", ["rl.probe_tokens=7"])
    assert profile.rl.probe_tokens == 7
    with pytest.raises(UserError, match=r"rl\.probe_tokens"):
        load_profile("smoke", ["rl.probe_tokens=0"])

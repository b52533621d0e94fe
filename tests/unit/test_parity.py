"""`parity`: equal backends pass, a tie is explained token by token, and anything else fails with exit code 1."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.cli import main
from benchmark.generation.decoding import Decoding, Work
from benchmark.generation.local import generate_texts
from benchmark.pipeline import parity_checks as parity
from benchmark.rundir.manifest import RunManifest, read_manifest
from training.shared.loading import load_policy

PROMPTS = {"a": "中国公司: ", "b": "北京: ", "c": "法院起诉: "}


@pytest.fixture(scope="module")
def policy(tiny_policy_path: Path) -> tuple[Any, Any]:
    return load_policy(tiny_policy_path, device="cpu")


@pytest.fixture(scope="module")
def greedy(policy: tuple[Any, Any]) -> dict[str, list[int]]:
    rows = generate_texts(
        *policy, list(PROMPTS.values()), list(PROMPTS), Decoding(8, 1), work=Work(progress=False, decode=list)
    )
    return {i: body for batch in rows for i, body, _, _ in batch}


def held(
    policy: tuple[Any, Any], written: dict[str, list[int]], plain: dict[str, list[int]], tolerance: float = 1e-3
) -> parity.Check:
    found = {i: parity.Written(tokens, False) for i, tokens in written.items()}
    return parity.hold("generation/x", policy, PROMPTS, found, plain, "hash", tolerance)


def test_equal_texts_pass(policy: tuple[Any, Any], greedy: dict[str, list[int]]) -> None:
    check = held(policy, greedy, greedy)
    assert check.passed
    assert check.details["equal texts"] == 3
    assert check.details["tokens"] == sum(map(len, greedy.values()))
    assert check.largest == pytest.approx(0, abs=1e-5)


def test_a_wrong_token_fails_and_is_named(policy: tuple[Any, Any], greedy: dict[str, list[int]]) -> None:
    other = (greedy["b"][2] + 1) % len(policy[1])
    check = held(policy, {**greedy, "b": [*greedy["b"][:2], other, *greedy["b"][3:]]}, greedy)
    assert not check.passed
    (difference,) = check.details["differences"]
    assert (difference["example_id"], difference["token"], difference["explained"]) == ("b", 2, False)
    assert difference["gap"] > 1e-3


def test_a_tie_broken_the_other_way_is_explained(policy: tuple[Any, Any], greedy: dict[str, list[int]]) -> None:
    """The same difference, within a tolerance that makes it a tie."""
    other = (greedy["b"][2] + 1) % len(policy[1])
    check = held(policy, {**greedy, "b": [*greedy["b"][:2], other]}, greedy, tolerance=100.0)
    assert check.passed
    assert check.details["ties broken the other way"] >= 1
    assert check.details["differences"][0]["explained"]


def test_a_text_cut_short_is_not_explained(policy: tuple[Any, Any], greedy: dict[str, list[int]]) -> None:
    assert not held(policy, {**greedy, "c": greedy["c"][:3]}, greedy).passed


def test_a_stop_where_no_end_was_due_fails(policy: tuple[Any, Any], greedy: dict[str, list[int]]) -> None:
    written = {i: parity.Written(tokens[:3], i == "a") for i, tokens in greedy.items()}
    check = parity.hold("generation/x", policy, PROMPTS, written, {i: t[:3] for i, t in greedy.items()}, "hash", 1e-3)
    assert check.details["tokens that are not the best"] == 1
    assert not check.passed


def test_the_command_writes_its_result_into_the_manifest(
    tmp_path: Path,
    tiny_policy_path: Path,
    tiny_reranker_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    RunManifest(
        command="run", argv=[], config={}, config_hash="x", commit=None, dirty=None, packages={}, hardware={}
    ).write(run_dir)
    sources = [SimpleNamespace(id=i, source=p, reference=("กขค",)) for i, p in PROMPTS.items()]
    task = SimpleNamespace(name="small", ask=str, load=lambda split, n: sources)
    monkeypatch.setattr("benchmark.pipeline.parity.load_task", lambda name: task)
    models = ["--model", str(tiny_policy_path), "--reranker", str(tiny_reranker_path)]
    command = ["parity", str(run_dir), *models, "--backend", "transformers", "--out", str(tmp_path / "parity.json")]
    assert main(command) == 0
    assert "not checked: vLLM" in capsys.readouterr().out
    found = read_manifest(run_dir).parity
    assert found == json.loads((tmp_path / "parity.json").read_text(encoding="utf-8"))
    assert found["passed"]
    assert [check["name"] for check in found["checks"]] == ["generation/transformers", "reranker/transformers"]
    assert found["checks"][1]["n"] == 12

    from training.rewards.reranker_generative import GenerativeReranker

    monkeypatch.setattr(GenerativeReranker, "score", lambda self, sources, candidates: [0.123] * len(candidates))
    assert main(command) == 1
    assert "FAILED reranker/transformers" in capsys.readouterr().out
    assert not read_manifest(run_dir).parity["passed"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--out", "."], "--out .: is a folder"),
        (["--out", "file/p.json"], "cannot be written"),
        (["--model", "asset:bse"], "did you mean base"),
        (["--reranker", "asset:rerankr"], "did you mean reranker"),
        (["--backend", "transformrs"], "did you mean transformers"),
        (["--n", "0"], "must be above 0"),
        (["nowhere"], "no run directory"),
    ],
)
def test_a_mistake_is_told_before_any_model_is_loaded(
    more: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchmark.pipeline.parity.run_checks", None)
    assert main(["parity", "--profile", "smoke", *more]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vLLM is installed here")
@pytest.mark.parametrize(
    "command",
    [
        ["parity", "--backend", "vllm"],
        ["evaluate", "--model", "x", "--task", "newswire-title", "--out", "y", "--backend", "vllm"],
        ["run", "--stage", "sft", "--set", "generate.backend=vllm"],
        ["run", "--stage", "rl", "--set", "rl.use_vllm=true"],
    ],
)
def test_a_missing_vllm_is_one_message(command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([*command, *(["--run-dir", str(tmp_path / "run")] if command[0] == "run" else [])]) == 2
    assert "sgsrl-bench[vllm]" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

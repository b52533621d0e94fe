"""One run of the smoke profile through the real stages, and the same run killed at several points."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

STAGES = ["base", "post-sft", "post-sft-continued", "post-rl", "post-recovery"]
TRANSITIONS = ["post-sft->post-rl", "post-rl->post-recovery", "post-sft->post-recovery", "post-sft-continued->post-recovery"]


def command(run_dir: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "benchmark", "run", "--profile", "smoke", "--stage", "all", "--run-dir", str(run_dir), *more]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    run_dir = tmp_path_factory.mktemp("smoke") / "run"
    done = subprocess.run(command(run_dir), capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "post-recovery" in done.stdout
    return run_dir


def test_the_run_directory_keeps_its_contract(finished):
    summary = json.loads((finished / "summary.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert set(summary["systems"]) == {*STAGES, "gold"}
    assert set(summary["transitions"]) == set(TRANSITIONS)
    for transition, metrics in summary["transitions"].items():
        a, b = transition.split("->")
        for name, row in metrics.items():
            if row["delta"] is not None:
                values = [summary["systems"][s][name]["value"] for s in (a, b)]
                assert row["delta"] == pytest.approx(values[1] - values[0], abs=1e-9)
                assert 0 < row["p"] <= row["p_holm"] <= 1
    for system in summary["systems"].values():
        for name, row in system.items():
            if row["value"] is None:
                assert row["reason"], name
            else:
                assert math.isfinite(row["value"])
                assert row["ci_low"] <= row["value"] <= row["ci_high"]


def test_gold_is_perfect_and_every_item_is_generated_once(finished):
    summary = json.loads((finished / "summary.json").read_text(encoding="utf-8"))
    gold = summary["systems"]["gold"]
    assert gold["coverage.recall"]["value"] == gold["coverage.precision"]["value"] == gold["grounding.entity"]["value"] == 1
    assert gold["verbosity.length_ratio"]["value"] == pytest.approx(1)
    for stage in STAGES:
        rows = [json.loads(x) for x in (finished / "generations/newswire-title" / f"{stage}.jsonl").read_text(encoding="utf-8").splitlines()]
        assert len({r["example_id"] for r in rows}) == len(rows) == summary["systems"][stage]["coverage.recall"]["n_total"]


def test_the_reward_was_held_against_known_answers_before_it_was_trained_on(finished):
    manifest = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    found = manifest["reward_validation"]
    assert found["n"] == 2 * 25 and len(found["by_category"]) == 25
    assert 0 <= found["macro_accuracy"] <= 1 and 0 < found["best_null_macro_accuracy"] < 1
    names = list(manifest["steps"])
    assert names.index("train/post-sft") < names.index("validate-reward") < names.index("train/post-rl")


def test_each_stage_trained_something_and_knows_its_parent(finished):
    def lineage(stage: str) -> dict:
        return json.loads((finished / "checkpoints" / stage / "lineage.json").read_text(encoding="utf-8"))

    chain = {stage: lineage(stage) for stage in STAGES[1:]}
    assert len({c["weights_hash"] for c in chain.values()}) == 4
    assert chain["post-rl"]["parent_hash"] == chain["post-sft-continued"]["parent_hash"] == chain["post-sft"]["weights_hash"]
    assert chain["post-recovery"]["parent_hash"] == chain["post-rl"]["weights_hash"]
    rewards = [json.loads(x) for x in (finished / "logs/rl_rewards.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rewards) == 2 * 2 * 4
    for row in rewards:
        assert row["reward"] == pytest.approx(row["gate"] * max(row["raw"] - 0.2 * row["p_len"] - 0.05 * row["p_rep"], 0), abs=1e-6)


def test_null_scores_carry_a_reason_and_the_report_is_self_contained(finished):
    table = pd.read_parquet(finished / "scores.parquet")
    assert not (table["value"].isna() & table["reason"].isna()).any()
    page = (finished / "report.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert 'href="http://cdn' not in page


def test_a_finished_run_is_not_run_again_and_another_config_is_refused(finished):
    before = (finished / "summary.json").read_bytes()
    refused = subprocess.run(command(finished, "--set", "rl.lr=0.5"), capture_output=True, text=True, env=environment(), check=False)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert (finished / "summary.json").read_bytes() == before


def test_a_killed_run_goes_on_to_the_same_summary(finished, tmp_path):
    run_dir = tmp_path / "run"
    points = ["checkpoints/post-sft.work", "checkpoints/post-rl.work", "checkpoints/post-recovery", "generations/newswire-title/post-sft.jsonl"]
    for point in points:
        process = subprocess.Popen(command(run_dir), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        deadline = time.monotonic() + 240
        while not (run_dir / point).exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (run_dir / point).exists(), point
    done = subprocess.run(command(run_dir), capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (run_dir / "summary.json").read_bytes() == (finished / "summary.json").read_bytes()

"""One run of the smoke profile through the real stages, and the same run killed at several points."""

from __future__ import annotations

import ast
import json
import math
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from smoke_run import STAGES, command, environment

from benchmark.cli import main
from benchmark.rundir import closure

METRICS = """
coverage.recall coverage.recall_source coverage.precision coverage.f1 coverage.recall.person
coverage.recall.place coverage.recall.event grounding.entity grounding.event grounding.quantity
grounding.relation grounding.retrieval_p1 grounding.retrieval_mrr verbosity.chars verbosity.length_ratio
verbosity.facts_per_100_chars verbosity.repetition verbosity.wrong_script verbosity.truncated
coverage.recall.length_controlled coverage.f1.length_controlled grounding.entity.length_controlled
grounding.event.length_controlled grounding.quantity.length_controlled grounding.relation.length_controlled
overlap.bleu overlap.chrf scorer.comet_qe reward.mean
""".split()  # noqa: SIM905 - read like the contract
"""The contract's names, written out again here on purpose."""


TRANSITIONS = [
    "post-sft->post-rl",
    "post-rl->post-recovery",
    "post-sft->post-recovery",
    "post-sft-continued->post-recovery",
]


GLUE = (
    "benchmark.pipeline.",
    "benchmark.run",
    "benchmark.settings.",
    "benchmark.tasks.",
    "benchmark.progress.",
    "metrics.progress.",
)
"""What only hands settings, models and tasks to a step: they stand in its key by value. Or says how far the step is."""
ON_THE_WAY = {("benchmark.registry", "load"), ("metrics.terminal", "plain")}
"""The tasks' table and the progress line use them. What a report says goes through the second, so its key must know
it."""


def place_of(file: str, line: int, name: str) -> tuple[str, str] | None:
    """(module, name at its top) of a function that was called; None for what an import executes: a module's top, the
    body of a class."""
    module = ".".join(Path(file).relative_to(closure.TOP).with_suffix("").parts).removesuffix(".__init__")
    for top, nodes in closure.read_module(module).defined.items():
        for node in nodes:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            if (
                first <= line <= node.end_lineno and top != "__getattr__"
            ):  # a package that finds its modules when they are asked for
                return None if isinstance(node, ast.ClassDef) and name == top else (module, top)
    return None


def test_what_a_step_calls_is_in_its_key(finished):
    """The import closure of the entries, read without running anything, against every function of ours that the steps
    really called."""
    trace = json.loads(finished.with_name("trace.json").read_text(encoding="utf-8"))
    assert {
        "data",
        "train/post-sft",
        "train/post-rl",
        "validate-reward",
        "score/newswire-title/post-rl",
        "summary",
        "report",
    } <= set(trace)
    for step, record in trace.items():
        called = {
            place for call in record["called"] if (place := place_of(*call)) and not f"{place[0]}.".startswith(GLUE)
        }
        assert called
        if step != "report":
            called -= ON_THE_WAY
        assert not called - closure.closure(*record["code"]), f"{step} runs code that its key does not know"


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
                if row["ci_low"] is None:
                    assert row["ci_reason"], name
                else:
                    assert row["ci_low"] <= row["value"] <= row["ci_high"]


def test_every_metric_of_the_contract_is_in_the_summary_and_in_the_scores(finished):
    summary = json.loads((finished / "summary.json").read_text(encoding="utf-8"))
    table = pd.read_parquet(finished / "scores.parquet")
    assert {*("system", "stage", "task", "example_id", "metric", "value", "reason", "signature")} <= set(table.columns)
    for stage in [*STAGES, "gold"]:
        scored = table[table["stage"] == stage].groupby("metric")["example_id"].nunique()
        for name in METRICS:
            assert {"value", "ci_low", "ci_high", "n_scored", "n_total", "signature", "in_loop", "kin"} <= set(
                summary["systems"][stage][name]
            )
            assert scored[name] == summary["systems"][stage][name]["n_total"] == 24, (stage, name)
    loops = {name for name, row in summary["systems"]["post-rl"].items() if row["in_loop"]}
    assert loops == {"reward.mean"}
    assert set(summary["preservation"]) >= set(METRICS)
    assert summary["tasks"][summary["run"]["task"]]["systems"] == summary["systems"]


def test_gold_is_perfect_and_every_item_is_generated_once(finished):
    summary = json.loads((finished / "summary.json").read_text(encoding="utf-8"))
    gold = summary["systems"]["gold"]
    assert (
        gold["coverage.recall"]["value"]
        == gold["coverage.precision"]["value"]
        == gold["grounding.entity"]["value"]
        == 1
    )
    assert gold["verbosity.length_ratio"]["value"] == pytest.approx(1)
    for stage in STAGES:
        rows = [
            json.loads(x)
            for x in (finished / "generations/newswire-title" / f"{stage}.jsonl")
            .read_text(encoding="utf-8")
            .splitlines()
        ]
        assert (
            len({r["example_id"] for r in rows}) == len(rows) == summary["systems"][stage]["coverage.recall"]["n_total"]
        )


def test_the_reward_was_held_against_known_answers_before_it_was_trained_on(finished):
    manifest = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    found = manifest["reward_validation"]
    assert found["n"] == 2 * 31 and len(found["by_category"]) == 31
    assert 0 <= found["macro_accuracy"] <= 1 and 0 < found["best_null_macro_accuracy"] < 1
    names = list(manifest["steps"])
    assert names.index("train/post-sft") < names.index("validate-reward") < names.index("train/post-rl")


def test_each_stage_trained_something_and_knows_its_parent(finished):
    def lineage(stage: str) -> dict:
        return json.loads((finished / "checkpoints" / stage / "lineage.json").read_text(encoding="utf-8"))

    chain = {stage: lineage(stage) for stage in STAGES[1:]}
    assert len({c["weights_hash"] for c in chain.values()}) == 4
    assert (
        chain["post-rl"]["parent_hash"]
        == chain["post-sft-continued"]["parent_hash"]
        == chain["post-sft"]["weights_hash"]
    )
    assert chain["post-recovery"]["parent_hash"] == chain["post-rl"]["weights_hash"]
    rewards = [json.loads(x) for x in (finished / "logs/rl_rewards.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rewards) == 2 * 2 * 4
    for row in rewards:
        assert row["reward"] == pytest.approx(
            row["gate"] * max(row["raw"] - 0.2 * row["p_len"] - 0.05 * row["p_rep"], 0), abs=1e-6
        )


def test_null_scores_carry_a_reason_and_the_report_is_self_contained(finished):
    table = pd.read_parquet(finished / "scores.parquet")
    assert not (table["value"].isna() & table["reason"].isna()).any()
    page = (finished / "report.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert 'href="http://cdn' not in page


def test_a_finished_run_is_not_run_again_and_another_config_is_refused(finished):
    before = (finished / "summary.json").read_bytes()
    refused = subprocess.run(
        command(finished, "--set", "rl.lr=0.5"), capture_output=True, text=True, env=environment(), check=False
    )
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert (finished / "summary.json").read_bytes() == before


def test_a_trained_checkpoint_evaluated_apart_gives_the_runs_own_values(finished, tmp_path, capsys):
    """`evaluate` -> a run directory that `report` and `compare` accept; the texts and scores are those of the run."""
    out = tmp_path / "out"
    off = ["--set", "score.reward=false", "score.scorers.comet_qe=null", "score.retrieval=null"]
    model = ["--model", str(finished / "checkpoints" / "post-rl"), "--task", "newswire-title"]
    assert main(["evaluate", *model, "--out", str(out), "--profile", "smoke", *off]) == 0
    apart, run = (json.loads((d / "summary.json").read_text(encoding="utf-8")) for d in (out, finished))
    assert set(apart["systems"]) == {"post-rl", "gold"}
    for name, row in apart["systems"]["post-rl"].items():
        if row["value"] is not None:
            assert row["value"] == pytest.approx(run["systems"]["post-rl"][name]["value"]), name
            assert row["in_loop"] is None
    assert apart["systems"]["post-rl"]["reward.mean"]["reason"]
    (out / "report.html").unlink()
    assert main(["report", str(out)]) == 0
    assert (out / "report.html").exists()
    capsys.readouterr()
    assert main(["compare", str(finished), str(out), "--all"]) == 0
    lines = [
        line.split()
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("post-rl") and "coverage.recall " in line
    ]
    assert [line[4:5] + line[-2:] for line in lines] == [["0.0000", "1", "1"]]

"""The RL stage: eq. 6 reaches TRL, everything is logged, a killed run ends with the same weights, refusals and
warnings."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reinforcing import (
    CFG,
    EXAMPLES,
    KoKai,
    ask,
    sft_policy,  # noqa: F401 - a fixture
)
from states import latest_complete

from training.rewards.reranker_generative import load_reranker
from training.rewards.safeguards import Penalties, shape
from training.rl.grpo import train_rl
from training.rl.trainer import prompt_order
from training.shared.checkpoints import read_checkpoint
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy
from training.shared.resume import Terminated
from training.shared.stage import RLAround


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def probe(model: Any) -> dict[str, float]:
    """Draws, to show that looking at a run does not change it."""
    assert not model.training
    random.random()
    import torch

    return {"mean": float(torch.rand(3).mean()) * 0 + sum(p.double().sum().item() for p in model.parameters())}


@pytest.fixture(scope="module")
def reinforced(sft_policy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reinforced")
    train_rl(
        sft_policy,
        EXAMPLES,
        ask,
        folder / "post-rl",
        CFG,
        KoKai(),
        around=RLAround(log_dir=folder / "logs", probe=probe, progress=False),
    )
    return folder


def test_a_checkpoint_with_lineage_comes_out(reinforced: Path, sft_policy: Path) -> None:
    checkpoint = read_checkpoint(reinforced / "post-rl")
    assert (checkpoint.stage, checkpoint.steps, checkpoint.parent_hash) == ("post-rl", 5, weights_hash(sft_policy))
    assert checkpoint.weights_hash != checkpoint.parent_hash
    load_policy(reinforced / "post-rl", device="cpu")
    assert sorted(p.name for p in reinforced.iterdir()) == ["logs", "post-rl"]


def test_every_completion_and_component_is_logged_and_obeys_eq_6(reinforced: Path) -> None:
    logged = rows(reinforced / "logs" / "rl_rewards.jsonl")
    assert len(logged) == 5 * 8
    by_source = {e.id: e.source for e in EXAMPLES}
    for step in range(1, 6):
        batch = [row for row in logged if row["step"] == step]
        assert [row["index"] for row in batch] == list(range(8))
        assert all(len({r["example_id"] for r in batch if r["group"] == g}) == 1 for g in (0, 1))
        texts = [row["text"] for row in batch]
        raw = KoKai().score([by_source[r["example_id"]] for r in batch], texts)
        expected = shape(raw, texts, KoKai().token_ids(texts), "th", Penalties())
        for row, want in zip(batch, expected, strict=True):
            assert (
                row["raw"],
                row["gate"],
                row["p_len"],
                row["p_rep"],
                row["shaped"],
                row["length"],
                row["reward"],
            ) == (
                want.raw,
                int(want.gate),
                want.p_len,
                want.p_rep,
                want.shaped,
                want.length,
                want.reward,
            )


def test_each_step_has_its_summary(reinforced: Path) -> None:
    steps = rows(reinforced / "logs" / "rl_steps.jsonl")
    logged = rows(reinforced / "logs" / "rl_rewards.jsonl")
    assert [row["step"] for row in steps] == [1, 2, 3, 4, 5]
    for row in steps:
        batch = [r for r in logged if r["step"] == row["step"]]
        assert row["reward_mean"] == pytest.approx(statistics.fmean(r["reward"] for r in batch))
        assert row["reward"] == pytest.approx(row["reward_mean"], abs=1e-6)  # what TRL trained on
        assert {
            "loss",
            "kl",
            "entropy",
            "length_mean",
            "clipped_ratio",
            "zero_std_groups",
            "clip_ratio",
            "gate_pass",
            "raw_mean",
            "p_len_mean",
            "p_rep_mean",
            "reward_counts",
            "warnings",
        } <= row.keys()
    assert steps[0]["kl"] == pytest.approx(0, abs=1e-6)  # the reference is the SFT policy
    assert steps[-1]["kl"] > 1e-4
    assert any(row["grad_norm"] > 0 for row in steps)


def test_the_probe_is_logged_and_changes_nothing(reinforced: Path, sft_policy: Path, tmp_path: Path) -> None:
    assert [row["step"] for row in rows(reinforced / "logs" / "rl_probe.jsonl")] == [0, 2, 4]
    plain = train_rl(sft_policy, EXAMPLES, ask, tmp_path / "post-rl", CFG, KoKai(), around=RLAround(progress=False))
    assert plain.weights_hash == read_checkpoint(reinforced / "post-rl").weights_hash


@pytest.mark.parametrize("accumulation", [1, 2])
def test_a_resumed_run_ends_with_the_same_weights_and_logs(
    reinforced: Path, sft_policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accumulation: int
) -> None:
    """Ended in its second epoch, after the state of step 4 was saved; that one is damaged, so step 2 is resumed."""
    cfg = replace(CFG, accumulation=accumulation)
    whole = tmp_path / "whole"
    if accumulation == 1:
        whole = reinforced
    else:
        train_rl(
            sft_policy,
            EXAMPLES,
            ask,
            whole / "post-rl",
            cfg,
            KoKai(),
            around=RLAround(log_dir=whole / "logs", probe=probe, progress=False),
        )
    from training.shared import callbacks

    before = callbacks.Watch.on_log

    def on_log(self: Any, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        before(self, args, state, control, logs, **kwargs)
        if state.global_step == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(callbacks.Watch, "on_log", on_log)
    out, logs = tmp_path / "post-rl", tmp_path / "logs"

    def run() -> Any:
        return train_rl(
            sft_policy, EXAMPLES, ask, out, cfg, KoKai(), around=RLAround(log_dir=logs, probe=probe, progress=False)
        )

    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.undo()
    assert latest_complete(tmp_path / "post-rl.work") == tmp_path / "post-rl.work" / "checkpoint-4"
    (tmp_path / "post-rl.work" / "checkpoint-4" / "trainer_state.json").unlink()
    assert run().weights_hash == read_checkpoint(whole / "post-rl").weights_hash
    for name in ("rl_rewards.jsonl", "rl_steps.jsonl", "rl_probe.jsonl"):
        assert rows(logs / name) == rows(whole / "logs" / name)


def test_sigterm_saves_and_leaves(
    reinforced: Path, sft_policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = KoKai.score

    def interrupted(self: Any, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        os.kill(os.getpid(), 15)
        return score(self, sources, candidates)

    monkeypatch.setattr(KoKai, "score", interrupted)
    with pytest.raises(Terminated):
        train_rl(sft_policy, EXAMPLES, ask, tmp_path / "post-rl", CFG, KoKai(), around=RLAround(progress=False))
    assert latest_complete(tmp_path / "post-rl.work") == tmp_path / "post-rl.work" / "checkpoint-1"
    monkeypatch.undo()
    resumed = train_rl(sft_policy, EXAMPLES, ask, tmp_path / "post-rl", CFG, KoKai(), around=RLAround(progress=False))
    assert resumed.weights_hash == read_checkpoint(reinforced / "post-rl").weights_hash


@pytest.mark.parametrize("variant", ["gate-only", "reflen", "grpo-control"])
def test_the_variants_train_with_the_reranker(
    sft_policy: Path, tiny_reranker_path: Path, tmp_path: Path, variant: str
) -> None:
    reranker = load_reranker(str(tiny_reranker_path), device="cpu")
    cfg = replace(CFG, max_steps=2, variant=variant)
    checkpoint = train_rl(
        sft_policy,
        EXAMPLES,
        ask,
        tmp_path / "post-rl",
        cfg,
        reranker,
        around=RLAround(log_dir=tmp_path / "logs", progress=False),
    )
    assert checkpoint.weights_hash != checkpoint.parent_hash
    logged = rows(tmp_path / "logs" / "rl_rewards.jsonl")
    assert all(0 <= row["reward"] <= row["raw"] <= 1 for row in logged)
    assert rows(tmp_path / "logs" / "rl_steps.jsonl")[-1]["reward_counts"] == {
        "scored": 8,
        "sources_cut": 0,
        "candidates_cut": 0,
    }
    assert cfg.loss == ("dr_grpo" if variant == "grpo-control" else "grpo")


def test_sigterm_in_the_last_step_saves_and_leaves(
    reinforced: Path, sft_policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """143 after the checkpoint was written; the next call takes it, unless a log that the report reads was damaged
    since."""
    from training.shared import callbacks

    before = callbacks.Watch.on_log

    def on_log(self: Any, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        before(self, args, state, control, logs, **kwargs)
        if state.global_step == state.max_steps:
            os.kill(os.getpid(), 15)

    monkeypatch.setattr(callbacks.Watch, "on_log", on_log)
    out, logs = tmp_path / "post-rl", tmp_path / "logs"
    with pytest.raises(Terminated) as left:
        train_rl(sft_policy, EXAMPLES, ask, out, CFG, KoKai(), around=RLAround(log_dir=logs, progress=False))
    assert left.value.code == 143
    monkeypatch.setattr(callbacks.Watch, "on_log", lambda *_, **__: pytest.fail("trained again"))
    done = train_rl(sft_policy, EXAMPLES, ask, out, CFG, KoKai(), around=RLAround(log_dir=logs, progress=False))
    assert done.weights_hash == read_checkpoint(reinforced / "post-rl").weights_hash
    monkeypatch.undo()
    rewards = logs / "rl_rewards.jsonl"
    whole = rewards.read_bytes()
    rewards.write_bytes(whole.replace(b'"raw": 0', b'"raw": 1', 1))
    assert rewards.read_bytes() != whole
    again = train_rl(sft_policy, EXAMPLES, ask, out, CFG, KoKai(), around=RLAround(log_dir=logs, progress=False))
    assert (again.weights_hash, rewards.read_bytes()) == (done.weights_hash, whole)


def test_prompts_of_a_run_are_permutations_epoch_by_epoch() -> None:
    order = prompt_order(5, 4, 2, seed=1)
    assert len(order) == 8
    assert all(
        len(set(order[i : i + 4])) == 4 for i in (0, 4)
    )  # two full steps an epoch, the fifth prompt left for another
    assert order == prompt_order(5, 4, 2, seed=1) != prompt_order(5, 4, 2, seed=2)


def test_a_damaged_final_folder_is_trained_again(reinforced: Path, sft_policy: Path, tmp_path: Path) -> None:
    shutil.copytree(reinforced / "post-rl", tmp_path / "post-rl")
    weights = tmp_path / "post-rl" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\1\1\1\1")
    again = train_rl(sft_policy, EXAMPLES, ask, tmp_path / "post-rl", CFG, KoKai(), around=RLAround(progress=False))
    assert again.weights_hash == read_checkpoint(reinforced / "post-rl").weights_hash

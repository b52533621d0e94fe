"""Trackers, watch-dogs and the message at the end of memory."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.generation.decoding import Decoding, Work
from benchmark.generation.local import generate_texts
from benchmark.settings.config import load_profile
from metrics.errors import UserError
from training.rl.watchdogs import HackingWatch
from training.shared import trackers
from training.shared.memory import is_out_of_memory, smaller_batch, smaller_forward
from training.shared.stage import Around
from training.shared.trackers import check_trackers, scalars, tracking


def probed(step: int, reward: float, f1: float) -> dict[str, Any]:
    return {"step": step, "reward.mean": reward, "coverage.f1": f1, "coverage.recall": 0.9}


def test_reward_hacking_is_told_when_reward_and_coverage_part() -> None:
    """Reward up and coverage down; not when both rise, both fall, or coverage only wavers."""
    watch = HackingWatch()
    assert watch.look(probed(0, 0.5, 0.6)) is None
    assert watch.look(probed(20, 0.7, 0.7)) is None
    assert watch.look(probed(40, 0.4, 0.3)) is None
    assert watch.look(probed(60, 0.7, 0.59)) is None
    said = watch.look(probed(80, 0.7, 0.4))
    assert said is not None
    assert all(word in said for word in ("coverage.f1", "0.600 to 0.400", "rl.beta", "rl.lr", "validate-reward"))


def test_a_resumed_run_remembers_where_it_began() -> None:
    """The log's first row is the beginning; without any nothing can be said."""
    watch = HackingWatch()
    assert watch.look(probed(20, 0.9, 0.1)) is None
    watch.remember([probed(0, 0.5, 0.6), probed(20, 0.9, 0.1)])
    assert watch.look(probed(40, 0.9, 0.1)) is not None


def test_without_facts_another_measure_stands_in() -> None:
    """chrF against the references of a user's own dev set."""
    watch = HackingWatch()
    watch.look({"step": 0, "reward.mean": 0.2, "overlap.chrf/100": 0.4})
    said = watch.look({"step": 9, "reward.mean": 0.5, "overlap.chrf/100": 0.2})
    assert said is not None
    assert "overlap.chrf/100" in said


def test_facts_that_rise_while_form_falls_are_told_by_the_rule_of_the_boards() -> None:
    """A policy that learns to list facts: the reward need not be gamed for that."""

    def row(step: int, f1: float, fluency: float) -> dict[str, Any]:
        return {**probed(step, 0.5 + step / 100, f1), "form.fluency": fluency}

    watch = HackingWatch()
    assert watch.look(row(0, 0.6, 0.9)) is None
    assert watch.look(row(10, 0.7, 0.88)) is None
    assert watch.look(row(20, 0.6, 0.5)) is None
    said = watch.look(row(30, 0.8, 0.5))
    assert said is not None
    assert all(word in said for word in ("coverage.f1", "form.fluency fell from 0.900 to 0.500", "rl.beta"))


def test_every_number_of_a_row_is_shown_and_nothing_else() -> None:
    """Nested records become paths; texts, lists and None are left out."""
    row = {"step": 3, "kl": 0.5, "gate_pass": 1, "reward_counts": {"scored": 8}, "warnings": ["x"], "entropy": None}
    assert scalars(row) == {"kl": 0.5, "gate_pass": 1.0, "reward_counts/scored": 8.0}


def test_tensorboard_shows_the_rows(tmp_path: Path) -> None:
    """Read back from the event file by TensorBoard's own reader."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with tracking(["tensorboard"], tmp_path, "post-rl", 0) as track:
        for step in (1, 2):
            track("post-rl", {"step": step, "zero_std_groups": step / 4, "clipped_ratio": 0.5})
    found = EventAccumulator(str(tmp_path / "tensorboard"))
    found.Reload()
    assert set(found.Tags()["scalars"]) == {"post-rl/zero_std_groups", "post-rl/clipped_ratio"}
    assert [(e.step, e.value) for e in found.Scalars("post-rl/zero_std_groups")] == [(1, 0.25), (2, 0.5)]


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_wandb_and_trackio_get_the_same_rows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in with the interface that both share: init, log with a step, finish."""
    calls: list[Any] = []
    module: Any = types.ModuleType(name)
    module.init = lambda **options: calls.append(("init", options["project"], options["name"]))
    module.log = lambda values, step: calls.append((step, values))
    module.finish = lambda: calls.append("finish")
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(trackers, "find_spec", lambda package: object())
    with tracking([name], tmp_path / "run" / "logs", "post-sft", 0) as track:
        track("post-sft", {"step": 7, "loss": 1.5})
    assert calls == [("init", "sgsrl-bench", "run-post-sft"), (7, {"post-sft/loss": 1.5}), "finish"]


def test_a_missing_or_unknown_tracker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the pip line; an unknown one already when the profile is read."""
    monkeypatch.setattr(trackers, "find_spec", lambda package: None)
    with pytest.raises(UserError, match="pip install wandb"):
        check_trackers(["wandb"])
    with pytest.raises(UserError, match="unknown tracker 'tensorbord'"):
        load_profile("tiny", ['run.trackers=["tensorbord"]'])


class Full:
    """A model that holds two rows, no more."""

    def __init__(self, model: Any) -> None:
        self.config, self.device, self.generation_config, self.inner, self.forward = (
            model.config,
            model.device,
            model.generation_config,
            model,
            model.forward,
        )

    def eval(self) -> None:
        """As the model's."""

    def generate(self, input_ids: Any, **options: Any) -> Any:
        import torch

        if len(input_ids) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return self.inner.generate(input_ids=input_ids, **options)


def test_out_of_memory_names_the_batch_size_to_try(tiny_policy_path: Path) -> None:
    """In generation: half of what failed, and what is named then works."""
    from training.shared.loading import load_policy

    model, tokenizer = load_policy(tiny_policy_path, device="cpu")
    prompts = ["中国", "公司", "起诉", "北京"]

    def run(size: int) -> int:
        return sum(
            len(rows)
            for rows in generate_texts(
                Full(model), tokenizer, prompts, prompts, Decoding(4, size), work=Work(progress=False)
            )
        )

    with pytest.raises(UserError, match=r"out of memory .*try generate\.batch_size = 2"):
        run(4)
    assert run(2) == 4


def test_out_of_memory_in_training_names_the_accumulation(
    tiny_policy_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the run with it takes the same optimiser step."""
    import torch
    from transformers import SmolLM3Model

    from training.sft.settings import SFTSettings
    from training.sft.train import train_sft

    forward = SmolLM3Model.forward

    def small(self: Any, input_ids: Any = None, **options: Any) -> Any:
        if len(input_ids) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(self, input_ids=input_ids, **options)

    monkeypatch.setattr(SmolLM3Model, "forward", small)
    pairs = [("中国", "ก"), ("公司", "ข"), ("起诉", "ค"), ("北京", "ง")]
    cfg = SFTSettings(epochs=1, batch_size=4, save_steps=10)
    with pytest.raises(
        UserError,
        match=r"post-sft: out of memory .*try sft\.accumulation = 2 \(2 rows in one forward pass, the same step\)",
    ):
        train_sft(tiny_policy_path, pairs, tmp_path / "x", cfg, "post-sft", around=Around(progress=False))
    assert (
        train_sft(
            tiny_policy_path,
            pairs,
            tmp_path / "x",
            replace(cfg, accumulation=2),
            "post-sft",
            around=Around(progress=False),
        ).steps
        == 1
    )


def test_what_is_tried_next_divides_the_batch() -> None:
    """The next accumulation that divides rows and processes; at the end other means."""
    assert "rl.accumulation = 4 (4 rows" in smaller_forward(64, 2, 4, "rl", True)
    assert "gradient_checkpointing" not in smaller_forward(64, 2, 4, "rl", True)
    assert "rl.gradient_checkpointing = true" in smaller_forward(64, 2, 4, "rl", False)
    assert "lora_rank" in smaller_forward(4, 4, 1, "sft", True)
    assert "is 1 already" in smaller_batch("generate.batch_size", 1)


def test_only_memory_is_taken_for_memory() -> None:
    """Other runtime errors keep their traceback."""
    assert is_out_of_memory(RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"))
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("shape mismatch"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_the_rows_of_a_run_reach_tensorboard(tiny_policy_path: Path, tmp_path: Path) -> None:
    """SFT writes its loss there without being asked to do more."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from training.sft.settings import SFTSettings
    from training.sft.train import train_sft

    cfg = SFTSettings(epochs=2, batch_size=2, save_steps=10)
    pairs, logs = [("中国", "ก"), ("公司", "ข")], tmp_path / "logs"
    train_sft(
        tiny_policy_path,
        pairs,
        tmp_path / "x",
        cfg,
        "post-sft",
        around=Around(log_dir=logs, progress=False, trackers=["tensorboard"]),
    )
    found = EventAccumulator(str(tmp_path / "logs" / "tensorboard"))
    found.Reload()
    logged = [json.loads(line) for line in (tmp_path / "logs" / "post-sft_steps.jsonl").read_text().splitlines()]
    assert [e.value for e in found.Scalars("post-sft/loss")] == pytest.approx([row["loss"] for row in logged])

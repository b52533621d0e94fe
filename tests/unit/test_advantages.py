"""What GRPO pushes a completion by: its reward beside the others of its group."""

from __future__ import annotations

import json
import statistics
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

from training.rl.grpo import train_rl
from training.shared.stage import RLAround


@pytest.mark.parametrize("loss", ["grpo", "dr_grpo"])
def test_advantages_are_those_of_the_group(
    loss: str, sft_policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """r - mean, over the group's standard deviation but for Dr. GRPO (Liu et al. 2025)."""
    from trl import GRPOTrainer

    seen: list[float] = []
    before = GRPOTrainer._generate_and_score_completions

    def made(self: Any, inputs: Any) -> Any:
        found = before(self, inputs)
        seen.extend(found["advantages"].tolist())
        return found

    monkeypatch.setattr(GRPOTrainer, "_generate_and_score_completions", made)
    cfg = replace(CFG, max_steps=1, loss_type=loss)
    around = RLAround(log_dir=tmp_path / "logs", progress=False)
    train_rl(sft_policy, EXAMPLES, ask, tmp_path / "post-rl", cfg, KoKai(), around=around)
    lines = (tmp_path / "logs" / "rl_rewards.jsonl").read_text("utf-8").splitlines()
    rewards = [json.loads(line)["reward"] for line in lines]
    wanted, n = [], cfg.num_generations
    for first in range(0, len(rewards), n):
        group = rewards[first : first + n]
        spread = 1.0 if loss == "dr_grpo" else statistics.stdev(group) + 1e-4
        wanted += [(reward - statistics.mean(group)) / spread for reward in group]
    assert any(abs(a) > 0.01 for a in wanted)
    assert seen == pytest.approx(wanted, abs=1e-4)

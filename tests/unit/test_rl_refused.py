"""What RL refuses before or while it trains, and what its warnings say."""

from __future__ import annotations

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

from metrics.errors import UserError
from training.rl.grpo import train_rl
from training.rl.reward import summarise
from training.rl.watchdogs import warnings_of
from training.shared.stage import RLAround


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"beta": 0.0}, r"rl\.beta"),
        ({"num_generations": 1}, "at least 2"),
        ({"loss_type": "dapo"}, "grpo, dr_grpo"),
        ({"variant": "none"}, r"rl\.variant"),
        ({"lr": float("nan")}, r"rl\.lr"),
        ({"max_steps": 0}, r"rl\.max_steps"),
        ({"accumulation": 3}, "does not divide"),
        ({"prompts_per_step": 7}, "fewer than"),
        ({"max_completion_length": 511}, "leave room"),
        ({"lambda_len": -1}, r"rl\.lambda_len"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_written(
    sft_policy: Path, tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        train_rl(
            sft_policy,
            EXAMPLES,
            ask,
            tmp_path / "post-rl",
            replace(CFG, **wrong),
            KoKai(),
            around=RLAround(progress=False),
        )
    assert list(tmp_path.iterdir()) == []


def test_a_language_without_a_gate_is_refused(sft_policy: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the language gate cannot judge en"):
        train_rl(
            sft_policy,
            [replace(e, target_lang="en") for e in EXAMPLES],
            ask,
            tmp_path / "post-rl",
            CFG,
            KoKai(),
            around=RLAround(progress=False),
        )


def test_a_reward_outside_0_to_1_is_refused(sft_policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KoKai, "score", lambda self, sources, candidates: [float("nan")] * len(candidates))
    with pytest.raises(UserError, match="the score nan at step 1"):
        train_rl(sft_policy, EXAMPLES, ask, tmp_path / "post-rl", CFG, KoKai(), around=RLAround(progress=False))


def completion(reward: float, gate: int = 1, truncated: bool = False) -> dict[str, Any]:
    return {
        "raw": reward,
        "gate": gate,
        "p_len": 0.0,
        "p_rep": 0.0,
        "shaped": reward,
        "reward": reward * gate,
        "length": 3,
        "text": "กขค",
        "truncated": truncated,
    }


def test_warnings_say_what_to_change() -> None:
    healthy = summarise([completion(0.1), completion(0.2), completion(0.3), completion(0.5)], 2)
    assert healthy["zero_std_groups"] == 0
    assert warnings_of(healthy) == {}
    bad = warnings_of(summarise([completion(0.1, gate=0, truncated=True)] * 4, 2))
    assert set(bad) == {"truncated", "gate", "zero_std"}
    assert "rl.max_completion_length" in bad["truncated"]
    assert "rl.temperature" in bad["gate"]
    assert "rl.num_generations" in bad["zero_std"]

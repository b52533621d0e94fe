"""Settings of vLLM, checked where it need not be installed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from benchmark.settings.config import load_profile, rebuild
from metrics.errors import UserError
from training.rl.settings import RLSettings, check_rl
from training.shared import vllm_engine


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"vllm_mode": "sidecar"}, "colocate, server"),
        ({"use_vllm": True, "vllm_mode": "server"}, r"rl\.vllm_server_base_url"),
        ({"vllm_gpu_memory_utilization": 0.0}, r"rl\.vllm_gpu_memory_utilization"),
        ({"vllm_tensor_parallel_size": 0}, r"rl\.vllm_tensor_parallel_size"),
    ],
)
def test_wrong_settings_of_grpo_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        check_rl(replace(RLSettings(), **wrong))


def test_engine_options_come_from_the_profile() -> None:
    profile = load_profile("smoke", ["generate.backend=vllm", "generate.vllm={tensor_parallel_size = 2}"])
    assert (profile.generate.backend, profile.generate.vllm) == ("vllm", {"tensor_parallel_size": 2})
    with pytest.raises(UserError, match=r"generate\.backend"):
        load_profile("smoke", ["generate.backend=sglang"])


def test_a_manifest_s_profile_is_built_again_with_overrides() -> None:
    profile = load_profile("smoke", ["rl.beta=0.07"], seed=3)
    assert rebuild(profile.resolved(), [], "manifest.json") == profile
    changed = rebuild(profile.resolved(), ["policy.dtype=bfloat16"], "manifest.json")
    assert (changed.policy.dtype, changed.rl.beta, changed.run.seed) == ("bfloat16", 0.07, 3)
    with pytest.raises(UserError, match="unknown key"):
        rebuild(profile.resolved(), ["policy.dtipe=bfloat16"], "manifest.json")


def test_an_option_that_results_depend_on_is_not_free(tiny_policy_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_engine, "need_vllm", lambda: None)
    with (
        pytest.raises(UserError, match="'logprobs_mode' is set by the suite"),
        vllm_engine.engine(str(tiny_policy_path), "float32", 64, logprobs_mode="raw_logits"),
    ):
        pass
    with (
        pytest.raises(UserError, match=r"'data_parallel_size' is one of vLLM's server.*tensor_parallel_size"),
        vllm_engine.engine(str(tiny_policy_path), "float32", 64, data_parallel_size=2),
    ):
        pass


def test_an_adapter_is_not_served_by_the_engine(
    tiny_policy_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """vLLM would look for whole weights in its folder; the message names the way out."""
    monkeypatch.setattr(vllm_engine, "need_vllm", lambda: None)
    (tmp_path / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": str(tiny_policy_path)}), encoding="utf-8"
    )
    (tmp_path / "adapter_model.safetensors").write_bytes(safetensors.torch.save({"x": torch.zeros(1)}))
    with pytest.raises(UserError, match="lora_merge=true"), vllm_engine.engine(str(tmp_path), "float32", 64):
        pass

"""Architectures whose text-only form names a backbone that it does not have: they are trained like any other."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tiny_models import THAI, character_tokenizer

from metrics.false_alarm import LOGGER, no_false_alarm
from metrics.records import Example
from training.rl.grpo import train_rl
from training.rl.settings import RLSettings
from training.sft.settings import SFTSettings
from training.sft.train import train_sft
from training.shared.checkpoints import Checkpoint
from training.shared.hashes import weights_hash
from training.shared.loading import load_policy, set_backbone
from training.shared.stage import Around, RLAround

EXAMPLES = [Example(f"e{i}", "中国公司"[i % 4] + "起诉", None, None, "zh", "th") for i in range(4)]
SIZES = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "max_position_embeddings": 256,
}


class Shortness:
    name, id, length_unit = "shortness", "shortness-1", "code points"

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        return [1 / (1 + len(c)) for c in candidates]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [[ord(c) for c in text] for text in texts]

    def counts(self) -> dict[str, int]:
        return {}


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Gemma 3, text alone."""
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    folder = tmp_path_factory.mktemp("gemma")
    tokenizer = character_tokenizer([])
    torch.manual_seed(0)
    config = Gemma3TextConfig(
        **SIZES,
        vocab_size=len(tokenizer),
        sliding_window=32,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    Gemma3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def ask(source: str) -> str:
    return f"{source}: "


@pytest.mark.parametrize("lora", [0, 2])
def test_gemma_3_is_fine_tuned_and_reinforced(gemma: Path, tmp_path: Path, lora: int) -> None:
    if lora:
        pytest.importorskip("peft")
    pairs = [(ask(e.source), THAI[i : i + 3]) for i, e in enumerate(EXAMPLES)]

    def tuned(name: str, rank: int) -> Checkpoint:
        sft = SFTSettings(epochs=30, batch_size=4, lr=2e-2, save_steps=1000, lora_rank=rank)
        return train_sft(gemma, pairs, tmp_path / name, sft, "post-sft", around=Around(progress=False))

    first = tuned("post-sft", lora)
    assert first.steps == 30
    assert weights_hash(tmp_path / "post-sft") != weights_hash(gemma)
    if lora:  # an adapter on random weights writes noise, which the gate pays nothing for: RL starts from Thai
        first = tuned("thai", 0)
    rl = RLSettings(
        max_steps=2,
        prompts_per_step=2,
        num_generations=4,
        lr=1e-3,
        max_completion_length=8,
        save_steps=1000,
        lora_rank=lora,
    )
    second = train_rl(first.path, EXAMPLES, ask, tmp_path / "post-rl", rl, Shortness(), around=RLAround(progress=False))
    assert second.steps == 2
    assert second.weights_hash != first.weights_hash


def _llama4() -> Any:
    from transformers import Llama4ForCausalLM, Llama4TextConfig

    return Llama4ForCausalLM(
        Llama4TextConfig(**SIZES, vocab_size=64, intermediate_size_mlp=48, num_local_experts=1, pad_token_id=0)
    )


def _mllama() -> Any:
    from transformers import MllamaForCausalLM
    from transformers.models.mllama.configuration_mllama import MllamaTextConfig

    sizes = {k: v for k, v in SIZES.items() if k != "head_dim"}
    return MllamaForCausalLM(
        MllamaTextConfig(
            **sizes, vocab_size=64, pad_token_id=0, cross_attention_layers=[], rope_scaling={"rope_type": "default"}
        )
    )


@pytest.mark.parametrize("make", [_llama4, _mllama])
def test_the_backbone_of_llama_4_and_mllama_is_found(make: Any) -> None:
    model = make()
    assert model.base_model is model
    set_backbone(model)
    assert model.base_model is model.model


def test_the_backbone_of_the_others_stays_as_it_is(tiny_policy_path: Path, gemma: Path) -> None:
    for folder in (tiny_policy_path, gemma):
        model, _ = load_policy(folder, device="cpu")
        assert model.base_model is model.model


@pytest.mark.parametrize(
    ("kind", "warned"),
    [("gemma3_text", False), ("qwen2", False), ("mistral", True), ("ministral3", True), (None, True)],
)
def test_a_warning_about_mistral_s_tokenizers_stands_for_those_alone(
    tmp_path: Path, kind: str | None, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if kind is not None:
        (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
    logger = logging.getLogger(LOGGER)
    # Other tests quieten transformers, whose loggers do not propagate: what is looked at here is heard directly.
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.WARNING, logger=LOGGER):
            with no_false_alarm(tmp_path):
                logger.warning("a tokenizer with an incorrect regex pattern: ...")
                logger.warning("something else")
            logger.warning("an incorrect regex pattern, afterwards")
    finally:
        logger.removeHandler(caplog.handler)
    assert len({r.getMessage() for r in caplog.records}) == 2 + warned

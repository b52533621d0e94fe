"""Tiny random models in Hugging Face folders: a SmolLM3 policy and a Qwen3 reranker."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tiny_models import character_tokenizer, small_shape


@pytest.fixture(scope="session")
def tiny_policy_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random SmolLM3 that has never seen anything."""
    import torch
    from transformers import SmolLM3Config, SmolLM3ForCausalLM

    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.manual_seed(0)
    tokenizer = character_tokenizer([])
    folder = tmp_path_factory.mktemp("models") / "policy"
    SmolLM3ForCausalLM(SmolLM3Config(**small_shape(tokenizer))).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_reranker_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen3 with the template's words, its weights large enough for its answers to differ."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    from training.rewards.reranker_generative import TEMPLATE_WORDS

    torch.manual_seed(1)
    tokenizer = character_tokenizer(TEMPLATE_WORDS)
    folder = tmp_path_factory.mktemp("models") / "reranker"
    Qwen3ForCausalLM(Qwen3Config(**small_shape(tokenizer), head_dim=8, initializer_range=0.3)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

"""Tiny random models in Hugging Face folders: a SmolLM3 policy and a Qwen3 reranker."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import random_policy, random_reranker


@pytest.fixture(scope="session")
def tiny_policy_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random SmolLM3 that has never seen anything."""
    return random_policy(tmp_path_factory.mktemp("models") / "policy")


@pytest.fixture(scope="session")
def tiny_reranker_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen3 with the template's words, its weights large enough for its answers to differ."""
    return random_reranker(tmp_path_factory.mktemp("models") / "reranker")

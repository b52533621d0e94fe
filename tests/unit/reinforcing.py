"""A policy to reinforce, and a reward that is easily earned."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from tiny_models import HAN, THAI

from metrics.records import Example
from training.rl import twin
from training.rl.settings import RLSettings
from training.sft.settings import SFTSettings
from training.sft.train import train_sft
from training.shared.stage import Around

EXAMPLES = [Example(f"e{i}", HAN[i % 10] + HAN[i % 7], None, None, "zh", "th") for i in range(6)]


CFG = RLSettings(
    max_steps=5,
    prompts_per_step=2,
    num_generations=4,
    lr=1e-2,
    beta=0.04,
    max_completion_length=12,
    save_steps=2,
    seed=5,
    probe_every=2,
)


def ask(source: str) -> str:
    return f"{source}: "


class KoKai:
    """A reward that likes the letter ก: its share in the candidate."""

    name, id, length_unit = "ko-kai", "ko-kai-1", "code points"

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        return [c.count("ก") / max(len(c), 1) for c in candidates]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [[ord(c) for c in text] for text in texts]

    def counts(self) -> dict[str, int]:
        return {"scored": 1}


@pytest.fixture(scope="module")
def sft_policy(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy that has learnt to write a few Thai letters."""
    out = tmp_path_factory.mktemp("rl") / "post-sft"
    pairs = [(ask(e.source), THAI[i] * 2 + THAI[(3 * i) % 9] + "ก") for i, e in enumerate(EXAMPLES)] * 4
    train_sft(
        tiny_policy_path,
        pairs,
        out,
        SFTSettings(epochs=15, batch_size=8, lr=1e-2, max_length=64, save_steps=1000),
        "post-sft",
        around=Around(progress=False),
    )
    return out


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where a second process helps, whatever the machine has."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(twin, "free_memory", lambda: 4 * 2**30)
    yield
    torch.set_num_threads(threads)

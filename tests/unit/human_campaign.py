"""A run to ask people about, and a campaign of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_run import make_run

from benchmark.human.campaign import SHUFFLED, Campaign, Wanted, make_campaign
from benchmark.judge.texts import read_outputs
from metrics.judge.records import FORM_DIMENSIONS

TRUE = {
    "gold": 4.4,
    "post-recovery": 3.4,
    "post-sft": 2.2,
    "post-rl": 3.0,
    "base": 1.2,
    "post-sft-continued": 2.4,
    SHUFFLED: 0.4,
}
"""What the simulated panel thinks of each system, before bias and noise."""


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("human") / "run"
    make_run(folder, 24)
    return folder


def campaign(run_dir: Path, protocol: str, **more: Any) -> Campaign:
    return make_campaign(
        read_outputs(run_dir), Wanted(**{"protocol": protocol, "raters": 4, "items": 12, "seed": 3, **more})
    )


def answer_of(c: Campaign, screen: Any, draw: random.Random, bias: float = 0.0, noise: float = 0.3) -> dict[str, Any]:
    """What a rater of known bias and noise says."""
    felt = {
        label: TRUE[s] + bias + draw.gauss(0, noise) for label, s in zip(screen.labels, screen.systems, strict=True)
    }
    if c.protocol == "pairwise":
        return {"better": max(felt, key=lambda x: felt[x])}
    if c.protocol == "ranking":
        return {"ranks": {a: 1 + sum(v > felt[a] for v in felt.values()) for a in felt}}
    if c.protocol == "esa":
        return {
            "score": int(np.clip(round(20 * felt["A"]), 0, 100)),
            "spans": [{"start": 0, "end": 2, "severity": "minor"}],
        }
    return {d: int(np.clip(round(felt["A"] + draw.gauss(0, noise)), 0, 5)) for d in FORM_DIMENSIONS[c.form]}

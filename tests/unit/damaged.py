"""Stages to damage, and how."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from test_sft import CFG, PAIRS

from training.sft.train import train_sft
from training.shared.checkpoints import Checkpoint
from training.shared.stage import Around


def flip(path: Path, at: int = -1) -> None:
    """One bit of a file; its size, and here its time, stay."""
    data, stat = bytearray(path.read_bytes()), path.stat()
    data[at] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


def train(policy: Path, folder: Path) -> Checkpoint:
    """The run that is damaged, into `folder`: six steps, a state every two."""
    around = Around(log_dir=folder / "logs", progress=False)
    return train_sft(policy, PAIRS, folder / "out", replace(CFG, save_steps=2), "post-sft", around=around)


@pytest.fixture(scope="module")
def whole(tiny_policy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run in one go."""
    folder = tmp_path_factory.mktemp("whole")
    train(tiny_policy_path, folder)
    return folder


@pytest.fixture
def made(whole: Path, tmp_path: Path) -> Path:
    """A copy of a finished checkpoint."""
    shutil.copytree(whole, tmp_path / "made")
    return tmp_path / "made" / "out"

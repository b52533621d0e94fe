"""One smoke run, and how it is started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

STAGES = ["base", "post-sft", "post-sft-continued", "post-rl", "post-recovery"]


def command(run_dir: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "benchmark",
        "run",
        "--profile",
        "smoke",
        "--stage",
        "all",
        "--run-dir",
        str(run_dir),
        *more,
    ]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}

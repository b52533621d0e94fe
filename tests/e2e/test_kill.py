"""A run that is killed at random moments, and damaged in the end, writes the bytes of a run in one go. `tox -e kill`
does it with 50 kills."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

KILLS = int(os.environ.get("SGSRL_KILLS", "10"))
SEED = int(os.environ.get("SGSRL_KILL_SEED") or random.SystemRandom().randrange(10**6))


def test_random_kills_and_damage_change_no_byte(tmp_path: Path) -> None:
    """Checkpoints, logs of RL, texts, scores and summary; nothing half-written is left behind. A failure names the seed
    of its moments."""
    harness = Path(__file__).with_name("kill_harness.py")
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "MPLBACKEND": "Agg",
    }
    asked = [sys.executable, str(harness), str(tmp_path), str(KILLS), str(SEED)]
    done = subprocess.run(asked, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, f"SGSRL_KILL_SEED={SEED}\n{done.stderr[-6000:]}"
    print(done.stdout)

"""A run with a second process writes the bytes of a run without."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from smoke_run import STAGES, command, environment


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_the_bytes_are_the_same(finished: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    asked = command(run_dir)  # of the profile itself; `finished` is of one process
    done = subprocess.run(asked, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    names = ["summary.json", "scores.parquet", "config_hash"]
    names += [f"generations/newswire-title/{stage}.jsonl" for stage in STAGES]
    for name in names:
        assert (run_dir / name).read_bytes() == (finished / name).read_bytes(), name
    assert not (run_dir / ".beside").exists()
    steps = json.loads((run_dir / "manifest.json").read_text(encoding="utf-8"))["steps"]
    assert steps.keys() == json.loads((finished / "manifest.json").read_text(encoding="utf-8"))["steps"].keys()
    assert not any(step["skipped"] for step in steps.values())
    assert all(step["peak_memory_mib"] for step in steps.values())
    assert ", beside" in done.stderr

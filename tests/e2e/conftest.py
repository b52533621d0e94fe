"""One smoke run for all tests that look at it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from smoke_run import command, environment


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    run_dir = tmp_path_factory.mktemp("smoke") / "run"
    traced = [
        sys.executable,
        str(Path(__file__).parent / "traced_run.py"),
        str(run_dir.with_name("trace.json")),
        *command(run_dir, "--set", "run.beside=false")[3:],  # one process: the tracing hears of no other
    ]
    done = subprocess.run(traced, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "post-recovery" in done.stdout
    return run_dir

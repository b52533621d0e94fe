"""Processes that the suite begins end with the one that began them, in the midst of their work and while they wait for
some."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ending import left

from metrics.cores import end_with_the_first

POOL = """
import os, time
from pathlib import Path
from benchmark.scoring.workers import side_by_side

def work(item):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(item)

side_by_side(work, [600, 0], 2, 10)
"""
"""One of two processes works, the other one waits."""
BOARDS = """
import os, time
from pathlib import Path
from benchmark.leaderboard import abreast, bench

def check(path):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(600)

if __name__ == "__main__":
    bench.ALLOWED[:] = [2]
    with abreast.outcomes([Path("a"), Path("b")], [check], False) as found:
        list(found)
"""


@pytest.mark.parametrize("script", [POOL, BOARDS])
def test_none_outlives_the_first(script: str) -> None:
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        told = [first.stdout.readline() for _ in range(2)]
        first.kill()
    others = {int(line) for line in told}
    assert len(others - {first.pid}) == 2
    assert not left(others)


def test_a_process_of_its_own_has_none_to_end_with() -> None:
    with pytest.raises(ValueError, match="not begun by another"):
        end_with_the_first()

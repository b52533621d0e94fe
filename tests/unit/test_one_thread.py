"""The command line holds numpy to one thread, or its sums are rounded otherwise on a machine with more cores."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASKED = """
import sys
from benchmark import __main__ as program
assert "numpy" not in sys.modules, "too late: numpy has read its setting"
import benchmark.cli
benchmark.cli.main = lambda: 0
program.start()
import numpy
from threadpoolctl import threadpool_info
print([found["num_threads"] for found in threadpool_info() if found["internal_api"] == "openblas"])
"""


@pytest.mark.parametrize(("given", "threads"), [(None, 1), ("2", min(2, os.cpu_count() or 1))])
def test_numpy_has_one_thread_unless_the_user_says_more(given: str | None, threads: int) -> None:
    pytest.importorskip("threadpoolctl")
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    environment |= {} if given is None else {"OPENBLAS_NUM_THREADS": given}
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    if done.stdout.strip() == "[]":
        pytest.skip("numpy does not use OpenBLAS here")
    assert done.stdout.strip() == f"[{threads}]"

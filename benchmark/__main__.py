"""`python -m benchmark`, and the console script `sgsrl-bench`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
"""Holds the packages benchmark, training and metrics."""
YOUNG = 300_000
"""New objects after which garbage is looked for. Python's 700 costs a short command a seventh of its time: imports and
texts make hundreds of thousands of objects, and next to none of them is garbage that only a search finds."""


def script() -> int:
    """The console script: a user's own modules are found in the working directory, behind everything installed."""
    sys.path.append("")
    return start()


def start() -> int:
    """Runs the command line with the suite's own packages, whatever files of the same names lie in the working
    directory."""
    for package in ("metrics", "training"):
        spec = find_spec(package)
        if spec is None or spec.origin is None or Path(spec.origin).resolve().parents[1] != HOME:
            # `python -m` looks into the working directory first; a user's metrics.py there is not ours.
            sys.path.insert(0, str(HOME))
            sys.modules.pop(package, None)
            break
    gc.set_threshold(YOUNG, 20, 20)
    from benchmark.ending import write_out

    atexit.register(write_out)  # registered first, so called last
    # Read when numpy is imported. With as many threads as cores, its sums are rounded otherwise on each machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from benchmark.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(start())

"""What a call costs that does little: processor seconds, beside the seconds that are the goal."""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path

from pairs import SYSTEMS, Pair, seconds, texts

FEW = 100


def _bench(*told: str) -> float:
    return seconds(sys.executable, "-m", "benchmark", *told)


def score_few() -> float:
    """`score` of FEW segments of one system, with the report."""
    folder, system = texts(FEW), next(iter(SYSTEMS))
    with tempfile.TemporaryDirectory() as out:
        return _bench(
            *("score", "--source", f"{folder}/source.txt", "--reference", f"{folder}/reference.txt"),
            *("--hypothesis", f"{folder}/{system}.txt", "--langs", "zh-th", "--out", out),
        )


@cache
def _smoke() -> tuple[Path, float]:
    out = Path(tempfile.mkdtemp(prefix="sgsrl-perf-")) / "run"
    return out, _bench("run", "--stage", "all", "--profile", "smoke", "--run-dir", str(out))


def again() -> float:
    """The same call on a finished run."""
    return _bench("run", "--stage", "all", "--profile", "smoke", "--run-dir", str(_smoke()[0]))


STARTS = [
    Pair(f"score: {FEW} segments, all of it", "3 s", score_few, lambda: 3.0, wanted=1.0, reached=1.15),
    Pair("--help", "0.2 s", lambda: _bench("--help"), lambda: 0.2, wanted=1.0, reached=0.6),
    Pair("the smoke run, all of it", "15 s", lambda: _smoke()[1], lambda: 15.0, wanted=1.0, reached=1.6),
    Pair("run: a finished one called again", "3 s", again, lambda: 3.0, wanted=1.0, reached=0.5),
]
"""Of the machine of docs/performance.md: seconds are no ratios, and another machine is slower or faster."""

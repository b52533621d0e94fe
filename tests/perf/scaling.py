"""How time and memory of `score` grow: `python tests/perf/scaling.py 1000 4000 16000`.

Two systems of short texts (newswire titles, one line each) in one process; prints processor seconds and the largest
resident memory at each size, the exponent of time between the first and the last, and what the line through the last
two sizes says of 1,000,000 segments.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

CODE = "import resource, runpy, sys, json; sys.argv[0] = 'benchmark'\n" + (
    "try:\n    runpy.run_module('benchmark', run_name='__main__')\n"
    "except SystemExit as done:\n    code = done.code\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))\n"
)


def files(folder: Path, n: int) -> list[str]:
    """Sources, references and two systems; n lines each."""
    from benchmark.tasks import load_task

    known = [e for e in load_task("newswire-title").load("para", 2000) if e.reference]
    rng = random.Random(0)
    rows = [known[i % len(known)] for i in range(n)]
    texts = {
        "source": [e.source[:60] for e in rows],
        "reference": [(e.reference or ("",))[0] for e in rows],
        "a": [
            (e.reference or ("",))[0] if rng.random() < 0.5 else (rng.choice(known).reference or ("",))[0] for e in rows
        ],
        "b": [(e.reference or ("",))[0][: rng.randrange(10, 60)] for e in rows],
    }
    for name, lines in texts.items():
        (folder / name).write_text("".join(" ".join(line.split()) + "\n" for line in lines), encoding="utf-8")
    given = ("--source", folder / "source", "--reference", folder / "reference")
    return [*map(str, given), "--hypothesis", str(folder / "a"), str(folder / "b"), "--langs", "zh-th"]


def measure(n: int) -> tuple[float, float]:
    """(processor seconds, MiB of the largest resident memory) of a score of n segments."""
    with tempfile.TemporaryDirectory(prefix="sgsrl-scaling-") as place:
        given = files(Path(place), n)
        command = [sys.executable, "-c", CODE, "score", *given, "--out", f"{place}/out", "--set", "score.workers=1"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        code, seconds, mebibytes = json.loads(done.stdout.splitlines()[-1])
        if code:
            raise SystemExit(f"score ended with {code}:\n{done.stderr}")
        return seconds, mebibytes


def main(sizes: list[int]) -> None:
    """Measures each size once."""
    print("| segments x 2 systems | processor s | ms a segment | largest memory, MiB |\n|---|---|---|---|")
    found = []
    for n in sizes:
        seconds, mebibytes = measure(n)
        found.append((n, seconds, mebibytes))
        print(f"| {n:,} | {seconds:.1f} | {1000 * seconds / n:.2f} | {mebibytes:.0f} |", flush=True)
    if len(found) > 1:
        (n, t, _), (first, m), (last, k) = found[0], (found[-2][0], found[-2][2]), (found[-1][0], found[-1][2])
        exponent = math.log(found[-1][1] / t) / math.log(last / n)
        slope = (k - m) / (last - first)
        told = f"{k + slope * (1_000_000 - last):,.0f} MiB at 1,000,000"
        print(f"\nexponent of time {exponent:.2f}; memory {1024 * slope:.2f} KiB a segment, so {told}")


if __name__ == "__main__":
    main([int(n) for n in sys.argv[1:]] or [1000, 4000, 16000])

"""The pairs of the speed table: ours beside the other, in processor seconds of whole processes, measured in turn.

Each pair says which ratio (ours / the other's) was wanted and which was reached; `test_perf_pairs.py` fails where a
ratio misses its goal by a quarter, or what was reached where that misses the goal; `table.py` prints all of them.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
SEGMENTS = 5000
SYSTEMS = {"a": 0.2, "b": 0.3, "c": 0.4}
"""Name -> share of the pieces of a reference that the system damages."""
STEPS = 3
NO_OPEN = ("--families", "facts,verbosity,form,overlap")
SLACK = 1.25


@dataclass(frozen=True)
class Pair:
    """Two ways to the same end."""

    name: str
    other: str
    ours: Callable[[], float]
    theirs: Callable[[], float]
    """Both: processor seconds."""
    wanted: float
    """Ratio ours / theirs that is the goal."""
    reached: float
    """What was measured: docs/performance.md."""
    needs: str | None = None
    """Environment variable that names the python of another environment, without which the pair cannot be run."""

    @property
    def limit(self) -> float:
        """The ratio from which the guard fails: a quarter beyond the goal; beyond what was reached where that misses
        it."""
        return SLACK * max(self.wanted, self.reached)

    @property
    def lacking(self) -> str | None:
        """Why the pair cannot be run here, in one line; None where it can."""
        if self.needs is None or ((python := os.environ.get(self.needs)) and Path(python).is_file()):
            return None
        return f"not run: {self.needs} names no python of an environment with the other (docs/performance.md)"


def seconds(*command: str, last: bool = False, environment: dict[str, str] | None = None) -> float:
    """Processor seconds of a command and its children, or the number in the first of its last two lines. environment:
    variables that are set for it."""
    told = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **(environment or {})}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if last:
        return float(done.stdout.splitlines()[-2])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@cache
def texts(n: int = SEGMENTS) -> Path:
    """A folder with n Chinese sources, Thai references of some 120 characters and three systems that lose, exchange or
    renumber pieces of them."""
    from benchmark.tasks import load_task

    folder = Path(tempfile.mkdtemp(prefix="sgsrl-perf-"))
    known = [e for e in load_task("newswire-title-full").load("para", 2000) if e.reference]
    rng = random.Random(0)
    pairs = [(known[i % len(known)], rng.choice(known)) for i in range(n)]
    references = [" ".join((e.reference or ("",))[0] for e in pair) for pair in pairs]

    def damaged(text: str, share: float) -> str:
        pieces = []
        for piece in text.split(" "):
            draw = rng.random()
            if draw < share / 3 and len(piece) > 6:
                piece = piece[: len(piece) // 2] + piece[len(piece) // 2 + 3 :]
            elif draw < 2 * share / 3:
                piece = rng.choice(references).split(" ")[0]
            elif draw < share:
                piece = "".join(rng.choice("0123456789") if c.isdigit() else c for c in piece)
            pieces.append(piece)
        return " ".join(pieces)

    wanted = {"source": ["".join(e.source[:60] for e in pair) for pair in pairs], "reference": references}
    wanted |= {name: [damaged(r, share) for r in references] for name, share in SYSTEMS.items()}
    for name, rows in wanted.items():
        (folder / f"{name}.txt").write_text("\n".join(" ".join(r.split()) for r in rows) + "\n", encoding="utf-8")
    return folder


def score(n: int = SEGMENTS, *more: str) -> float:
    """`score` with all deterministic metrics, intervals, tests and the report, in all its processes. more: options."""
    folder = texts(n)
    return seconds(
        *(sys.executable, "-m", "benchmark", "score", "--source", f"{folder}/source.txt"),
        *("--reference", f"{folder}/reference.txt", "--hypothesis", *(f"{folder}/{name}.txt" for name in SYSTEMS)),
        *("--langs", "zh-th", "--out", f"{folder}/out", *more),
    )


def sacrebleu(n: int = SEGMENTS) -> float:
    """BLEU and chrF2 alone."""
    return seconds(sys.executable, str(HERE / "sacrebleu_paired.py"), str(texts(n)), *SYSTEMS)


def grpo(which: str) -> float:
    """STEPS steps of the default policy, what was loaded before not counted."""
    return seconds(sys.executable, str(HERE / "grpo_steps.py"), which, str(STEPS), last=True)


PAIRS = [
    Pair(
        f"score: {len(SYSTEMS)} systems x {SEGMENTS:,} Thai segments, all deterministic metrics",
        "sacreBLEU's paired bootstrap, BLEU and chrF2",
        score,
        sacrebleu,
        wanted=0.5,
        reached=1.5,
    ),
    Pair(
        f"the same without open.*, {SEGMENTS // 5:,} segments",
        "sacreBLEU's paired bootstrap, BLEU and chrF2",
        lambda: score(SEGMENTS // 5, *NO_OPEN),
        lambda: sacrebleu(SEGMENTS // 5),
        wanted=0.25,
        reached=1.2,
    ),
    Pair(
        f"{STEPS} GRPO steps of the default policy",
        "TRL with sentence-transformers' CrossEncoder as the reward",
        lambda: grpo("ours"),
        lambda: grpo("trl"),
        wanted=0.5,
        reached=0.45,
    ),
]

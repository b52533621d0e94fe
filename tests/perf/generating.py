"""Greedy generation of a task's items by one backend, its start counted apart:
`generating.py transformers|vllm MODEL N CAP OUT`.

Writes one JSON object to OUT: seconds of the start and of the generation, of processors (this process and all that it
started) and by the clock, the tokens and the texts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TASK = "newswire-title@2"


def used() -> tuple[float, float]:
    """Processor seconds of this process and its children, running ones and those that ended, and the clock's."""
    import psutil

    me = psutil.Process()
    mine, running = me.cpu_times(), [child.cpu_times() for child in me.children(recursive=True)]
    ended = mine.children_user + mine.children_system + sum(c.children_user + c.children_system for c in running)
    return mine.user + mine.system + ended + sum(c.user + c.system for c in running), time.monotonic()


def main(backend: str, model: str, n: int, cap: int, out: Path) -> None:
    """Loads what the backend needs, generates with batches of 64 (vLLM: its own), writes OUT."""
    from benchmark.generation.decoding import Decoding, Policy
    from benchmark.tasks import load_task
    from training.shared.loading import load_policy, load_tokenizer

    task = load_task(TASK)
    examples = task.load("test", n)
    prompts, ids = [task.ask(e.source) for e in examples], [e.id for e in examples]
    decoding = Decoding(max_new_tokens=cap)
    marks: list[tuple[float, float]] = []
    if backend == "vllm":
        from benchmark.generation import vllm

        start = vllm.engine

        @contextmanager
        def engine(*args: Any, **options: Any) -> Iterator[Any]:
            with start(*args, **options) as llm:
                marks.append(used())
                yield llm
                marks.append(used())

        vllm.engine = engine
        found = vllm.generate_texts_vllm(
            Policy(model, "float32", "vllm"), load_tokenizer(model), prompts, ids, decoding
        )
        rows = [row for batch in found for row in batch]
    else:
        import torch

        from benchmark.generation.local import generate_texts

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        loaded, tokenizer = load_policy(model, "float32")
        marks.append(used())
        rows = [row for batch in generate_texts(loaded, tokenizer, prompts, ids, decoding) for row in batch]
        marks.append(used())
    (started, from_), (ended, until) = marks
    told = {
        "start": started,
        "start_clock": from_ - BEGUN,
        "generate": ended - started,
        "generate_clock": until - from_,
        "tokens": sum(row[2] for row in rows),
        "texts": {row[0]: row[1] for row in rows},
    }
    out.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    BEGUN = time.monotonic()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))

"""Pairs a second of the generative reranker: the shared prefix beside the best ordinary loops on the same weights (`tox
-e perf`).

Eight completions for each of eight sources of about 512 tokens, a random Qwen3 of the embedded reranker's size,
float32, CPU. The ordinary loop is sorted by length, takes the logits of the last position only, and is timed at several
batch sizes; sentence-transformers' CrossEncoder runs on the same folder with the same prompt. Times are CPU seconds of
this process: the machine may be shared.
"""

from __future__ import annotations

import json
import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from benchmark.settings.assets import ASSETS
from benchmark.tasks.newswire.articles import body, title
from benchmark.tasks.newswire.splits import article_stream
from training.rewards.reranker_generative import load_reranker
from training.rewards.yes_no_template import DEFAULT_INSTRUCT, format_prompt

SOURCES, COMPLETIONS, TOKENS = 8, 8, 512
BATCHES = (1, 2, 4, 8, 16, 32)
BEST: dict[str, float] = {}
SCORES: dict[str, list[float]] = {}
pytestmark = pytest.mark.benchmark(timer=time.process_time)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded reranker's tokenizer and shape with random weights, large enough for its answers to differ."""
    import torch
    from transformers import AutoConfig, Qwen3ForCausalLM

    out = tmp_path_factory.mktemp("speed") / "reranker"
    shutil.copytree(ASSETS / "reranker", out, ignore=shutil.ignore_patterns("*.safetensors", "asset.json"))
    config = AutoConfig.from_pretrained(out)
    config.initializer_range, config.dtype = 0.1, torch.float32
    torch.manual_seed(0)
    Qwen3ForCausalLM(config).float().save_pretrained(out)
    return out


@pytest.fixture(scope="module")
def reranker(folder: Path) -> Any:
    return load_reranker(str(folder), device="cpu")


@pytest.fixture(scope="module")
def pairs(reranker: Any) -> tuple[list[str], list[str]]:
    stream = article_stream("challenge", True)
    sources, candidates = [], []
    for _ in range(SOURCES):
        text = ""
        while len(reranker.token_ids([text])[0]) < TOKENS - 20:
            text += body(next(stream), "zh")
        # Completions as verbose as those of the RL stage: two titles each.
        own = [f"{title(next(stream), 'th')} {title(next(stream), 'th')}" for _ in range(COMPLETIONS)]
        sources += [text] * COMPLETIONS
        candidates += own
    order = random.Random(0).sample(range(len(sources)), len(sources))
    return [sources[i] for i in order], [candidates[i] for i in order]


def ordinary(reranker: Any, sources: list[str], candidates: list[str], size: int) -> list[float]:
    """Sorted by length, padded on the left, logits of the last position only."""
    import torch

    ids = [reranker._query(s) + reranker._document(c) for s, c in zip(sources, candidates, strict=True)]
    order, out = sorted(range(len(ids)), key=lambda i: -len(ids[i])), [0.0] * len(ids)
    with torch.inference_mode():
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            width = max(len(ids[i]) for i in batch)
            rows = torch.tensor([[reranker.tokenizer.pad_token_id] * (width - len(ids[i])) + ids[i] for i in batch])
            mask = torch.tensor([[0] * (width - len(ids[i])) + [1] * len(ids[i]) for i in batch])
            padded = {} if bool(mask.all()) else {"attention_mask": mask}
            logits = reranker.model(input_ids=rows, logits_to_keep=1, use_cache=False, **padded).logits[
                :, -1, [reranker.no, reranker.yes]
            ]
            for i, chance in zip(batch, torch.softmax(logits.float(), -1)[:, 1].tolist(), strict=True):
                out[i] = chance
    return out


def _timed(benchmark: Any, name: str, work: Any) -> None:
    SCORES[name] = benchmark.pedantic(work, rounds=3, warmup_rounds=1)
    BEST[name] = benchmark.stats.stats.min
    benchmark.extra_info["pairs_per_second"] = round(SOURCES * COMPLETIONS / BEST[name], 1)


def test_shared_prefix(benchmark: Any, reranker: Any, pairs: Any) -> None:
    _timed(benchmark, "shared prefix", lambda: reranker.score(*pairs))


@pytest.mark.parametrize("size", BATCHES)
def test_ordinary_loop(benchmark: Any, reranker: Any, pairs: Any, size: int) -> None:
    _timed(benchmark, f"ordinary {size}", lambda: ordinary(reranker, *pairs, size))


@pytest.mark.parametrize("size", [1, 8, 32])
def test_cross_encoder(benchmark: Any, folder: Path, reranker: Any, pairs: Any, size: int) -> None:
    """sentence-transformers' CrossEncoder; it is given the whole prompt as its text, so that it reads the same
    tokens."""
    import torch
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), local_files_only=True, device="cpu", model_kwargs={"dtype": torch.float32})
    prompts = [(format_prompt(s, c, DEFAULT_INSTRUCT), "") for s, c in zip(*pairs, strict=True)]
    work = lambda: model.predict(prompts, batch_size=size, show_progress_bar=False).tolist()  # noqa: E731
    _timed(benchmark, f"CrossEncoder {size}", work)


def test_the_shared_prefix_is_three_times_as_fast_and_gives_equal_scores(
    benchmark: Any, reranker: Any, pairs: Any
) -> None:
    """Run after the others of this file, on their figures; the shared prefix is timed once more, so that both ends of
    the file count."""
    first = BEST.get("shared prefix")
    _timed(benchmark, "shared prefix", lambda: reranker.score(*pairs))
    BEST["shared prefix"] = max(BEST["shared prefix"], first or 0.0)
    if not {"shared prefix", *(f"ordinary {size}" for size in BATCHES)} <= BEST.keys():
        pytest.skip("needs the timings of this file")
    plain = reranker.score_plain(*pairs)
    for name in ("shared prefix", *(f"ordinary {size}" for size in BATCHES)):
        assert SCORES[name] == pytest.approx(plain, abs=1e-5), name
    best = min((f"ordinary {size}" for size in BATCHES), key=BEST.__getitem__)
    ratio = BEST[best] / BEST["shared prefix"]
    print(
        "\n" + json.dumps({name: round(SOURCES * COMPLETIONS / t, 1) for name, t in BEST.items()}),
        f"ratio {ratio:.2f} to {best}",
    )
    assert ratio >= 3

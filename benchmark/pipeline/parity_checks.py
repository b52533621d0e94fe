"""The checks of `parity`: what a backend writes or scores against the plainest way of transformers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.generation.decoding import Decoding, Policy, Work, token_cap
from benchmark.generation.local import generate_texts
from benchmark.settings.config import Profile
from benchmark.settings.models import model_hash
from benchmark.tasks import Task
from metrics.records import Example
from metrics.terminal import say

JUDGED_BY = ("instruct", "max_source_tokens", "max_candidate_tokens", "trust_remote_code")
"""Options of the reward that hold for every way of scoring."""
SHOWN = 20
"""Differences that are written out one by one."""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison."""

    name: str
    passed: bool
    n: int
    """Texts or pairs compared."""
    largest: float
    """Largest difference of logits (generation) or of probabilities (reranker)."""
    tolerance: float
    model: str
    """Weights hash, or hub id."""
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What a backend wrote for one prompt, end token left out."""

    tokens: list[int]
    stopped: bool


def run_checks(
    task: Task, policy: str, reranker: str | None, profile: Profile, backend: str, n: int, tolerance: float
) -> list[Check]:
    """All checks of a backend on the first n dev sources of the task."""
    examples = task.load("dev", n)
    gold = [r for e in examples for r in e.reference or ()]
    checks = [check_generation(kind, task, policy, examples, gold, profile, tolerance) for kind in _kinds(backend)]
    if reranker is None:
        say("not checked: reranker (the profile's reward is of another kind; name one by --reranker)", err=True)
        return checks
    options = {k: v for k, v in profile.rl.reward_options.items() if k in JUDGED_BY}
    sources, candidates = judged(examples)
    return checks + check_reranker(
        reranker, sources, candidates, options, _kinds(backend), profile.generate.vllm, tolerance
    )


def _kinds(backend: str) -> tuple[str, ...]:
    return ("transformers", "vllm") if backend == "both" else (backend,)


def judged(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """(sources, candidates): each source with its own reference, its neighbour's, half of its own, and nothing."""
    sources, candidates = [], []
    for i, example in enumerate(examples):
        own, other = ((e.reference or ("",))[0] for e in (example, examples[i - 1]))
        for candidate in (own, other, own[: len(own) // 2], ""):
            sources.append(example.source)
            candidates.append(candidate)
    return sources, candidates


def check_generation(
    kind: str, task: Task, policy: str, examples: Sequence[Example], gold: list[str], profile: Profile, tolerance: float
) -> Check:
    """Greedy texts of one backend, in batches as a run makes them, held against transformers one text at a time."""
    from training.shared.loading import load_policy

    dtype, trusted = profile.policy.dtype, profile.policy.trust_remote_code
    model, tokenizer = load_policy(policy, dtype, trusted)
    prompts, ids = [task.ask(e.source) for e in examples], [e.id for e in examples]
    wanted, trial = profile.generate.max_new_tokens, profile.run.limit is not None
    cap = token_cap(gold, lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"]), wanted, trial)
    asked = Decoding(cap, profile.generate.batch_size)
    if kind == "vllm":
        from benchmark.generation.vllm import generate_texts_vllm

        engine = Policy(policy, dtype, "vllm", profile.generate.vllm, trust_remote_code=trusted)
        rows = generate_texts_vllm(engine, tokenizer, prompts, ids, asked, Work("vllm", decode=list))
    else:
        rows = generate_texts(model, tokenizer, prompts, ids, asked, work=Work(label="transformers", decode=list))
    written = {i: Written(body, reason == "stop") for batch in rows for i, body, _, reason in batch}
    alone = generate_texts(
        model, tokenizer, prompts, ids, Decoding(cap, 1), work=Work(label="one at a time", decode=list)
    )
    plain = {i: body for batch in alone for i, body, _, _ in batch}
    return hold(
        f"generation/{kind}",
        (model, tokenizer),
        dict(zip(ids, prompts, strict=True)),
        written,
        plain,
        model_hash(policy),
        tolerance,
    )


def hold(
    name: str,
    policy: tuple[Any, Any],
    prompts: dict[str, str],
    written: dict[str, Written],
    plain: dict[str, list[int]],
    weights: str,
    tolerance: float,
) -> Check:
    """The check over texts: every written token against transformers' logits at its place; texts that differ from
    `plain` are listed.

    A text passes when each of its tokens scores within `tolerance` of the best one there, the end token included where
    it stopped. policy: (model, tokenizer).
    """
    from training.shared.decoding import end_tokens

    model, tokenizer = policy
    eos = end_tokens(model.generation_config, tokenizer)
    largest, tokens, ties, wrong = 0.0, 0, 0, 0
    differences: list[dict[str, Any]] = []
    for example_id, prompt in prompts.items():
        text = written[example_id]
        gaps = _gaps(model, tokenizer, prompt, text, eos)
        tokens += len(gaps)
        ties += sum(0 < gap <= tolerance for gap in gaps)
        wrong += sum(gap > tolerance for gap in gaps)
        largest = max([largest, *gaps])
        if text.tokens != plain[example_id]:
            pairs = zip(text.tokens, plain[example_id], strict=False)
            at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text.tokens), len(plain[example_id])))
            gap = gaps[at] if at < len(gaps) else math.nan
            differences.append(
                {
                    "example_id": example_id,
                    "token": at,
                    "gap": None if math.isnan(gap) else gap,
                    "explained": gap <= tolerance,
                }
            )
    # A text that differs must differ first at a tie; one that is cut short by a cap of its own has no token there and
    # stays unexplained.
    unexplained = sum(not d["explained"] for d in differences)
    details = {
        "tokens": tokens,
        "equal texts": len(prompts) - len(differences),
        "ties broken the other way": ties,
        "tokens that are not the best": wrong,
        "unexplained texts": unexplained,
        "differences": differences[:SHOWN],
    }
    return Check(name, wrong == 0 and unexplained == 0, len(prompts), largest, tolerance, weights, details)


def _gaps(model: Any, tokenizer: Any, prompt: str, text: Written, eos: list[int]) -> list[float]:
    """For each token of a text (and its end, where it stopped): best logit at its place minus its own, 0 where it is
    the best."""
    import torch

    from training.shared.plain_text import prompt_ids

    before = prompt_ids(tokenizer, prompt)
    with torch.inference_mode():
        logits = (
            model(input_ids=torch.tensor([before + text.tokens], device=model.device))
            .logits[0, len(before) - 1 :]
            .float()
        )
    chosen = [logits[i, token] for i, token in enumerate(text.tokens)]
    if text.stopped:
        chosen.append(logits[len(text.tokens), eos].max())
    return [float(logits[i].max() - value) for i, value in enumerate(chosen)]


def check_reranker(
    path: str,
    sources: list[str],
    candidates: list[str],
    options: dict[str, Any],
    kinds: Sequence[str],
    engine: dict[str, Any],
    tolerance: float,
) -> list[Check]:
    """The reranker's fast ways against one pair at a time through the model's own head, in float32."""
    from training.rewards.reranker_generative import load_reranker

    plain = load_reranker(path, **options)
    # The same limits everywhere: vLLM keeps room for its answer, which would shorten its defaults.
    limits = {"max_source_tokens": plain.max_source_tokens, "max_candidate_tokens": plain.max_candidate_tokens - 1}
    plain = load_reranker(path, **{**options, **limits})
    expected = plain.score_plain(sources, candidates)
    checks = []
    for kind in kinds:
        if kind == "vllm":
            from training.rewards.reranker_vllm import load_vllm_reranker

            judge = load_vllm_reranker(path, **{**options, **limits}, **engine)
            found = judge.score(sources, candidates)
            judge.close()
        else:
            found = plain.score(sources, candidates)
        largest = max(abs(a - b) for a, b in zip(found, expected, strict=True))
        spread = {"lowest": f"{min(expected):.3f}", "highest": f"{max(expected):.3f}"}
        checks.append(
            Check(f"reranker/{kind}", largest <= tolerance, len(found), largest, tolerance, model_hash(path), spread)
        )
    return checks

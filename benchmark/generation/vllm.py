"""Generation with vLLM: the same prompts (as token ids), end tokens, caps and rows as `generate_texts`.

Deviation: samples (temperature above 0) come from vLLM's own sampler, with a seed for each example. They are as
reproducible as vLLM is, and are other texts than those of the backend transformers; greedy texts are the same but for
ties (`python -m benchmark parity`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmark.generation.decoding import Decoding, Policy, Work, example_seed
from benchmark.generation.reading import Row, reader, row_of
from metrics.errors import UserError
from training.shared.plain_text import prompt_ids
from training.shared.rules import rules_of
from training.shared.vllm_engine import answers, engine

AT_ONCE = 4096
"""Prompts handed to the engine at once: what a killed run has to generate again at most."""


def generate_texts_vllm(
    policy: Policy,
    tokenizer: Any,
    prompts: Sequence[str],
    ids: Sequence[str],
    decoding: Decoding,
    work: Work | None = None,
) -> Iterable[list[Row]]:
    """Yields (id, text, tokens, finish reason) of the prompts whose ids are not done, AT_ONCE by AT_ONCE.

    The work is not shared among processes. Raises UserError as `generate_texts` does, and as `engine`.
    """
    from metrics.progress import progress

    work = work or Work()
    rules = rules_of(policy.path, policy.trust_remote_code)
    eos, context = frozenset(rules.end_tokens), rules.context
    if not eos:
        raise UserError(
            "the tokenizer and the generation config name no end-of-sequence token; generation could never stop"
        )
    encoded = {i: prompt_ids(tokenizer, p) for i, p in zip(ids, prompts, strict=True)}
    readers = {i: reader(tokenizer, p, decoding.strip_think) for i, p in zip(ids, prompts, strict=True)}
    longest = max(encoded, key=lambda i: len(encoded[i]), default=None)
    todo = [i for i in ids if i not in work.done]
    if longest is None or not todo:
        return
    if context and len(encoded[longest]) >= context:
        raise UserError(
            f"the prompt of example {longest!r} has {len(encoded[longest])} tokens; the model's context holds {context}"
        )
    length = len(encoded[longest]) + decoding.max_new_tokens
    length = min(length, context) if context else length
    with (
        engine(policy.path, policy.dtype, length, policy.trust_remote_code, **policy.engine) as llm,
        progress(work.label, len(todo), "texts", heard=work.progress) as bar,
    ):
        for start in range(0, len(todo), AT_ONCE):
            batch = todo[start : start + AT_ONCE]
            caps = [min(decoding.max_new_tokens, length - len(encoded[i])) for i in batch]
            params = [_sampling(decoding, i, cap, eos) for i, cap in zip(batch, caps, strict=True)]
            rows = []
            for i, cap, answer in zip(batch, caps, answers(llm, [encoded[i] for i in batch], params), strict=True):
                row, thought = row_of(i, readers[i], list(answer.token_ids), eos, cap, decoding.stop, work.decode)
                rows.append(row)
                if thought and work.thoughts is not None:
                    work.thoughts.add(i)
            yield rows
            bar.advance(len(batch), length=sum(len(row[1]) for row in rows) / len(rows))


def _sampling(decoding: Decoding, example_id: str, cap: int, eos: frozenset[int]) -> Any:
    from vllm import SamplingParams

    return SamplingParams(
        temperature=decoding.temperature,
        top_p=1.0,
        top_k=0,
        max_tokens=cap,
        stop_token_ids=sorted(eos),
        seed=example_seed(decoding.seed, example_id) if decoding.temperature > 0 else None,
        detokenize=False,
    )

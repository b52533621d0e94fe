"""A local model through vLLM's engine, with the same prompts: generation held to the JSON schema, or for pairwise
the choices' log-probabilities."""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.judge.ledger import ANSWER, Entry, Ledger
from benchmark.judge.limits import Budget
from benchmark.judge.llm import LLMJudge, Request, settings_id
from benchmark.judge.local_chats import LONGEST_CHOICE, PREFIX, LocalModel, Row, chat_ids, choices, chosen, fitting
from metrics.errors import UserError

if TYPE_CHECKING:
    from benchmark.settings.schema import Judge as Settings

LONGEST_PROMPT = 16_384
"""Tokens of question and answer that the engine makes room for, where the model's context allows it."""
AT_ONCE = 512
"""Questions handed to the engine at once: what a kill loses at most."""


class VllmBackend(LocalModel):
    """See `benchmark.judge.llm.Backend`. The engine starts at the first question."""

    def __init__(self, settings: Settings) -> None:
        """Raises UserError without vLLM or a model, or where its folder cannot be read."""
        from training.shared.vllm_engine import need_vllm

        need_vllm()
        if not settings.model:
            raise UserError("judge vllm: give --judge-model, a folder or hub id of an instruction-tuned model")
        from training.shared.hashes import hex_hash
        from training.shared.loading import load_tokenizer

        self.settings, self.budget = settings, Budget(max_tokens=settings.max_tokens)
        self.tokenizer = load_tokenizer(settings.model)
        weights = hex_hash(settings.model)
        self.id = settings_id("vllm", weights, settings, choice=settings.choice or None, dtype=settings.dtype)
        self.label = f"{Path(settings.model).name} (vLLM)"
        self._stack = ExitStack()
        self._engine: Any = None
        atexit.register(self._stack.close)

    @property
    def length(self) -> int:
        """Tokens of question and answer that the engine makes room for."""
        from training.shared.rules import rules_of

        return min(rules_of(str(self.settings.model)).context or LONGEST_PROMPT, LONGEST_PROMPT)

    @property
    def engine(self) -> Any:
        """The engine, started on first use."""
        if self._engine is None:
            from training.shared.vllm_engine import engine

            made = engine(str(self.settings.model), self.settings.dtype, self.length)
            self._engine = self._stack.enter_context(made)
        return self._engine

    def complete(self, requests: Iterable[Request], done: Callable[[Entry], None]) -> None:
        """Block by block."""
        todo = list(requests)
        length = self.length if todo else 0
        for start in range(0, len(todo), AT_ONCE):
            block = todo[start : start + AT_ONCE]
            scored = [r for r in block if self.settings.choice and choices(r.question)]
            prompts = fitting(self._rows(scored, PREFIX), LONGEST_CHOICE, length, done)
            for ((request, prompt),) in self.batches(prompts, 1, LONGEST_CHOICE):
                done(self._choice(request, prompt))
            answer = self.settings.answer_tokens
            rows = fitting(self._rows([r for r in block if r not in scored]), answer, length, done)
            for batch in self.batches(rows, AT_ONCE, answer):
                self._write(batch, done)

    def _rows(self, requests: Iterable[Request], begun: str = "") -> list[Row]:
        return [(r, chat_ids(self.tokenizer, str(self.settings.model), r.chat, begun)) for r in requests]

    def _write(self, rows: Sequence[Row], done: Callable[[Entry], None]) -> None:
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        from training.shared.vllm_engine import answers

        held = self.settings.json_schema
        params = [
            SamplingParams(
                temperature=self.settings.temperature,
                max_tokens=self.settings.answer_tokens,
                seed=self.settings.seed,
                structured_outputs=StructuredOutputsParams(json=json.dumps(r.schema)) if held else None,
            )
            for r, _ in rows
        ]
        found = answers(self.engine, [prompt for _, prompt in rows], params)
        for (request, prompt), answer in zip(rows, found, strict=True):
            used = len(prompt), len(answer.token_ids)
            self.budget.settle((len(prompt), self.settings.answer_tokens), used)
            done(Entry(request.key, ANSWER, answer.text, *used, held, answer.finish_reason == "length"))

    def _choice(self, request: Request, prompt: list[int]) -> Entry:
        """Log-probabilities of the tokens of each choice, read as part of the prompt: none can be missing from a
        top-k list."""
        from vllm import SamplingParams

        found, params = {}, SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=1)
        for choice in choices(request.question) or ():
            ids = self.tokenizer(choice, add_special_tokens=False)["input_ids"]
            output = self.engine.generate([{"prompt_token_ids": prompt + ids}], params, use_tqdm=False)[0]
            rows = output.prompt_logprobs[len(prompt) :]
            found[choice] = sum(row[token].logprob for row, token in zip(rows, ids, strict=True))
        self.budget.settle((len(prompt), LONGEST_CHOICE), (len(prompt), len(found)))  # read once, then cached
        return Entry(request.key, ANSWER, chosen(request.question, found), len(prompt), 0, True)


def load_vllm(settings: Settings, ledger: Path | None) -> LLMJudge:
    """The judge in `settings.model`. Raises UserError as VllmBackend does."""
    return LLMJudge("vllm", VllmBackend(settings), Ledger(ledger), settings.prompt_lang)

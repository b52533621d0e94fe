"""A local model through transformers, with the same prompts: generation, or for pairwise the log-probabilities of
the choices."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.judge.ledger import ANSWER, Entry, Ledger
from benchmark.judge.limits import Budget
from benchmark.judge.llm import LLMJudge, Request, settings_id
from benchmark.judge.local_chats import LONGEST_CHOICE, PREFIX, LocalModel, Row, chat_ids, choices, chosen, fitting
from metrics.errors import UserError

if TYPE_CHECKING:
    from benchmark.settings.schema import Judge as Settings


class TransformersBackend(LocalModel):
    """See `benchmark.judge.llm.Backend`. The weights are loaded at the first question."""

    def __init__(self, settings: Settings) -> None:
        """Raises UserError without a model, or where its folder cannot be read."""
        if not settings.model:
            raise UserError("judge transformers: give --judge-model, a folder or hub id of an instruction-tuned model")
        from training.shared.files_of import files_of
        from training.shared.hashes import hex_hash

        files_of(settings.model, False)
        self.settings, self.budget = settings, Budget(max_tokens=settings.max_tokens)
        weights = hex_hash(settings.model)
        self.id = settings_id("transformers", weights, settings, choice=settings.choice or None, dtype=settings.dtype)
        self.label = f"{Path(settings.model).name} (transformers)"
        self._loaded: tuple[Any, Any] | None = None

    @property
    def loaded(self) -> tuple[Any, Any]:
        """(model, tokenizer)."""
        if self._loaded is None:
            from training.shared.loading import load_policy

            self._loaded = load_policy(str(self.settings.model), self.settings.dtype)
        return self._loaded

    def complete(self, requests: Iterable[Request], done: Callable[[Entry], None]) -> None:
        """Batch by batch; every answer is recorded before the next batch."""
        todo = list(requests)
        if not todo:
            return
        from training.shared.decoding import context_of

        model, tokenizer = self.loaded
        context, name = context_of(model.config), str(self.settings.model)
        scored = [r for r in todo if self.settings.choice and choices(r.question)]
        prompts = [(r, chat_ids(tokenizer, name, r.chat, PREFIX)) for r in scored]
        for ((request, prompt),) in self.batches(fitting(prompts, LONGEST_CHOICE, context, done), 1, LONGEST_CHOICE):
            done(self._choice(request, prompt))
        written = [r for r in todo if not (self.settings.choice and choices(r.question))]
        rows = [(r, chat_ids(tokenizer, name, r.chat)) for r in written]
        rows = fitting(rows, self.settings.answer_tokens, context, done)
        rows.sort(key=lambda row: -len(row[1]))  # memory runs out at once or never
        for batch in self.batches(rows, self.settings.batch_size, self.settings.answer_tokens):
            self._batch(model, tokenizer, batch, done)

    def _batch(self, model: Any, tokenizer: Any, rows: Sequence[Row], done: Callable[[Entry], None]) -> None:
        import torch

        from training.shared.decoding import end_tokens
        from training.shared.think import answer_of

        width = max(len(ids) for _, ids in rows)
        pad = tokenizer.pad_token_id
        tokens = torch.tensor([[pad] * (width - len(ids)) + ids for _, ids in rows], device=model.device)
        mask = torch.tensor([[0] * (width - len(ids)) + [1] * len(ids) for _, ids in rows], device=model.device)
        warm = self.settings.temperature > 0
        if warm:
            torch.manual_seed(self.settings.seed or 0)
        with torch.inference_mode():
            made = model.generate(
                input_ids=tokens,
                attention_mask=mask,
                max_new_tokens=self.settings.answer_tokens,
                do_sample=warm,
                **({"temperature": self.settings.temperature, "top_k": 0} if warm else {}),
            )
        ends = set(end_tokens(model.generation_config, tokenizer))
        for (request, ids), row in zip(rows, made[:, width:].tolist(), strict=True):
            end = next((i for i, t in enumerate(row) if t in ends), None)
            own = row[:end]
            text, _ = answer_of(tokenizer.decode(own, skip_special_tokens=True))
            self.budget.settle((len(ids), self.settings.answer_tokens), (len(ids), len(own)))
            done(Entry(request.key, ANSWER, text, len(ids), len(own), cut=end is None))

    def _choice(self, request: Request, prompt: list[int]) -> Entry:
        """The prompt is read once; each choice is then the sum of the log-probabilities of its tokens after it."""
        import torch

        model, tokenizer = self.loaded
        found, used = {}, len(prompt)
        with torch.inference_mode():
            read = model(torch.tensor([prompt], device=model.device), use_cache=True)
            first = torch.log_softmax(read.logits[0, -1].float(), dim=-1)
            for choice in choices(request.question) or ():
                ids = tokenizer(choice, add_special_tokens=False)["input_ids"]
                found[choice] = float(first[ids[0]])
                if rest := ids[1:]:
                    kept = copy.deepcopy(read.past_key_values)  # a pass writes into the cache that it is given
                    logits = model(torch.tensor([ids[:-1]], device=model.device), past_key_values=kept).logits[0]
                    chances = torch.log_softmax(logits.float(), dim=-1)
                    found[choice] += float(sum(chances[i, token] for i, token in enumerate(rest)))
                used += len(ids)
        self.budget.settle((len(prompt), LONGEST_CHOICE), (used, 0))
        return Entry(request.key, ANSWER, chosen(request.question, found), used, 0, True)


def load_transformers(settings: Settings, ledger: Path | None) -> LLMJudge:
    """The judge in `settings.model`. Raises UserError as TransformersBackend does."""
    return LLMJudge("transformers", TransformersBackend(settings), Ledger(ledger), settings.prompt_lang)

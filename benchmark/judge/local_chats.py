"""What the local judges share: a chat as token ids, with control tokens that texts spell kept as text, and choices
scored by the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmark.judge.ledger import TOO_LONG, Entry
from benchmark.judge.limits import Budget, LimitReached
from benchmark.judge.llm import Request
from benchmark.settings.prompts import rendered_chat
from metrics.judge.prompting import Message
from metrics.judge.records import PAIRWISE, TIE, Question
from training.shared.plain_text import control_tokens_of, plain, prompt_ids

PREFIX = '{"better": "'
"""How an answer to a pairwise question begins, where the model's choice is read from log-probabilities."""


LONGEST_CHOICE = 16
"""Tokens that are kept free for a choice."""


Row = tuple[Request, list[int]]
"""A request with the token ids of its chat."""


class LocalModel:
    """What the backends with a model on this machine share (`benchmark.judge.llm.Backend`)."""

    budget: Budget
    stopped: str | None = None

    def unasked(self) -> str | None:
        """The limit of tokens that was reached, or None."""
        return self.stopped

    def batches(self, rows: Sequence[Row], size: int, answer: int) -> Iterator[list[Row]]:
        """The rows in batches of at most `size`, as far as the limit of tokens goes. A batch is set aside (chat and
        `answer` tokens each), and to be settled before the next one is drawn."""
        at = 0
        while at < len(rows):
            batch: list[Row] = []
            while at < len(rows) and len(batch) < size and self.budget.room(len(rows[at][1]), answer):
                self.budget.reserve(len(rows[at][1]), answer)
                batch.append(rows[at])
                at += 1
            if not batch:
                try:
                    self.budget.reserve(len(rows[at][1]), answer)
                except LimitReached as limit:
                    self.stopped = str(limit)
                return
            yield batch

    def usage(self) -> dict[str, Any]:
        """Tokens read and written."""
        return self.budget.told()

    def cost_of(self, prompt: float, completion: float) -> float | None:
        """A local model has no price."""
        return None


def chat_ids(tokenizer: Any, where: str, chat: Sequence[Message], begun: str = "") -> list[int]:
    """Token ids of a chat, up to the place where the judge's answer begins (with `begun`). Raises UserError without
    a chat template."""
    controls = control_tokens_of(tokenizer)
    safe = [{**m, "content": plain(m["content"], controls)} for m in chat]
    return prompt_ids(tokenizer, rendered_chat(tokenizer, where, safe, {}) + begun)


def fitting(rows: Iterable[Row], answer: int, context: int | None, done: Callable[[Entry], None]) -> list[Row]:
    """The rows whose chat and answer (most tokens) fit into the context (tokens; None: no limit is known); `done` gets
    an entry for each of the others."""
    fits = []
    for request, ids in rows:
        if context is None or len(ids) + answer <= context:
            fits.append((request, ids))
            continue
        told = f"{len(ids)} tokens, and {answer} for the answer; the model's context holds {context}"
        done(Entry(request.key, TOO_LONG, told))
    return fits


def choices(question: Question) -> tuple[str, ...] | None:
    """What a pairwise question can be answered with, closing quote included; None for other kinds."""
    return tuple(f'{label}"' for label in (*question.labels, TIE)) if question.kind == PAIRWISE else None


def chosen(question: Question, logprobs: Mapping[str, float]) -> str:
    """The answer that the likeliest choice stands for, as JSON text; the probabilities over the choices stand in its
    reason."""
    top = max(logprobs.values())
    weights = {c.rstrip('"'): math.exp(v - top) for c, v in logprobs.items()}
    total = sum(weights.values())
    best = max(weights, key=lambda c: weights[c])
    said = " ".join(f"{c}:{w / total:.3f}" for c, w in weights.items())
    return f'{{"better": "{best}", "reason": "{said}"}}'

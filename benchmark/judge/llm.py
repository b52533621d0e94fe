"""A judge that is a language model: prompts, ledger, one more try for a useless answer, and what is left without a
verdict.

What differs between a server and a local model is a Backend: how chats become completions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from benchmark.judge.ledger import ANSWER, ERROR, REFUSAL, TOO_LONG, Entry, Ledger
from benchmark.judge.limits import estimated_tokens
from metrics.files import sha256_json
from metrics.judge.answers import parse, schema
from metrics.judge.prompting import Message, again, messages, prompts
from metrics.judge.records import Question, Verdict
from metrics.progress import progress
from metrics.records import Example

if TYPE_CHECKING:
    from benchmark.settings.schema import Judge as Settings

TRIES = 2
"""Answers that are asked for: one, and one more where it could not be read."""
UNREAD = "too long for the judge's context, question and answer together"
"""The reason of what no model could read: the same words for all of them, so that they are counted together."""
TYPICAL_ANSWER = 60
"""Tokens of an answer, for prices told beforehand."""


@dataclass(frozen=True, slots=True)
class Request:
    """One chat that a backend completes."""

    key: str
    """Of the ledger."""
    chat: list[Message]
    schema: dict[str, Any]
    question: Question


class Backend(Protocol):
    """Completes chats."""

    id: str
    """Model and parameters."""
    label: str

    def complete(self, requests: Iterable[Request], done: Callable[[Entry], None]) -> None:
        """Calls `done`, from any thread and at once, for each request that got an entry of the ledger; for those
        that may not be asked, never.

        Raises UserError where nothing can be asked at all (wrong address, wrong key, a folder that holds no model).
        """

    def unasked(self) -> str | None:
        """Why requests were left without an entry, or None."""

    def usage(self) -> dict[str, Any]:
        """What was spent."""

    def cost_of(self, prompt: float, completion: float) -> float | None:
        """Price of so many tokens, or None."""


@dataclass
class LLMJudge:
    """See `benchmark.judge.JudgeLike`."""

    name: str
    backend: Backend
    ledger: Ledger
    prompt_lang: str
    cached: int = 0
    structured: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def id(self) -> str:
        """Model, parameters and prompts."""
        return f"{self.backend.id}|{prompts(self.prompt_lang).id}"

    @property
    def label(self) -> str:
        """How it is called in the report."""
        return self.backend.label

    def knowing(self, examples: Sequence[Example]) -> LLMJudge:
        """Itself: a model sees the question alone."""
        return self

    def request(self, question: Question, chat: list[Message]) -> Request:
        """The chat under its key. The turn is part of it: a retest is a call of its own."""
        form = schema(question)
        key = sha256_json({"chat": chat, "judge": self.backend.id, "form": form, "turn": question.turn})
        return Request(key, chat, form, question)

    def verdicts(self, questions: Sequence[Question]) -> list[Verdict]:
        """One verdict per question. What the ledger holds is not asked again; equal chats are asked once."""
        found: dict[int, Verdict] = {}
        todo = [(i, self.request(q, messages(q, self.prompt_lang))) for i, q in enumerate(questions)]
        calls, useless = dict.fromkeys(range(len(questions)), 0), dict[int, str]()
        for attempt in range(TRIES):
            entries = self._entries([r for _, r in todo])
            left = []
            for i, request in todo:
                question, entry = questions[i], entries.get(request.key)
                if entry is None or entry.status != ANSWER:
                    why = self._why(entry)
                    if i in useless:
                        why = f"useless answer ({useless[i]}), and asked again: {why}"
                    found[i] = Verdict(question, None, why, calls[i])
                    continue
                calls[i] += 1
                answer, problem = parse(question, entry.text)
                if entry.cut:
                    problem = f"cut at the cap of judge.answer_tokens, {problem}"
                useless[i] = str(problem)
                if answer is not None:
                    found[i] = Verdict(question, answer, None, calls[i])
                elif attempt + 1 < TRIES:
                    retry = again(request.chat, entry.text, str(problem), self.prompt_lang)
                    left.append((i, self.request(question, retry)))
                else:
                    found[i] = Verdict(question, None, f"useless answer, twice: {problem}", calls[i])
            todo = left
        return [found[i] for i in range(len(questions))]

    def _why(self, entry: Entry | None) -> str:
        """The reason of a verdict that has no answer."""
        if entry is None:
            return self.backend.unasked() or "no answer"
        return UNREAD if entry.status == TOO_LONG else f"{entry.status}: {entry.text[:200]}"

    def _entries(self, requests: Sequence[Request]) -> dict[str, Entry]:
        unique = {r.key: r for r in requests}
        entries = {key: entry for key in unique if (entry := self.ledger.find(key)) is not None}
        self.cached += len(entries)

        wanted = [r for key, r in unique.items() if key not in entries]
        with progress(f"judge {self.name}", len(unique), "answers", len(entries), heard=bool(wanted)) as told:

            def done(entry: Entry) -> None:
                self.ledger.add(entry)
                with self.lock:
                    self.structured[entry.structured] += entry.status == ANSWER
                    entries.setdefault(entry.key, entry)
                    told.advance()

            self.backend.complete(iter(wanted), done)
        return entries

    def price(self, questions: Sequence[Question]) -> dict[str, Any]:
        """Calls, tokens and price of these questions, less what the ledger holds; tokens are estimated from the
        texts."""
        unique = {}
        for question in questions:
            request = self.request(question, messages(question, self.prompt_lang))
            unique[request.key] = request
        asked = [r for key, r in unique.items() if self.ledger.find(key) is None]
        tokens = sum(estimated_tokens([m["content"] for m in r.chat]) for r in asked)
        answers = TYPICAL_ANSWER * len(asked)
        return {
            "calls": len(asked),
            "cached": len(unique) - len(asked),
            "prompt_tokens": tokens,
            "completion_tokens": answers,
            "cost": self.backend.cost_of(tokens, answers),
        }

    def usage(self) -> dict[str, Any]:
        """What this call spent, and what it found in the ledger."""
        return {
            **self.backend.usage(),
            "cached": self.cached,
            "held_to_schema": self.structured[True],
            "without_schema": self.structured[False],
            "ledger": self.ledger.told(),
        }


def settings_id(name: str, model: str, settings: Settings, **more: Any) -> str:
    """Model and parameters that can change an answer, for keys and signatures."""
    told = {"temperature": settings.temperature, "max_tokens": settings.answer_tokens, "seed": settings.seed, **more}
    return f"{name}:{model}|" + "|".join(f"{k}:{v}" for k, v in sorted(told.items()) if v is not None)


__all__ = ["ANSWER", "ERROR", "REFUSAL", "TOO_LONG", "Backend", "Entry", "LLMJudge", "Request", "settings_id"]

"""What a judge may spend: calls a minute, tokens, money. A limit is never passed: the most that a call can cost is
set aside before it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from metrics.errors import UserError

MILLION = 1_000_000
SPENT = "not asked: the limit of {what} would be passed"


class LimitReached(Exception):
    """No further call may be made."""


@dataclass
class Budget:
    """Tokens and money: counted as the server tells them, estimated where it does not."""

    price_in: float | None = None
    """Per million tokens of prompts."""
    price_out: float | None = None
    max_cost: float | None = None
    max_tokens: int | None = None
    """Of prompts and answers together."""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reserved: list[int] = field(default_factory=lambda: [0, 0])
    failed: int = 0
    """Calls without an answer; a server may have counted them all the same."""
    _lock: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def __post_init__(self) -> None:
        """Raises UserError for a limit of cost without prices."""
        if self.max_cost is not None and self.cost_of(0, 0) is None:
            raise UserError(
                "judge: a limit of cost (--max-cost) needs the prices per million tokens: --price IN OUT "
                "(0 0 for a server of your own)"
            )

    def cost_of(self, prompt: float, completion: float) -> float | None:
        """In the unit of the prices; None where they are not known."""
        if self.price_in is None or self.price_out is None:
            return None
        return (prompt * self.price_in + completion * self.price_out) / MILLION

    def room(self, prompt: int, completion: int) -> bool:
        """Whether such a call fits beside what is under way."""
        with self._lock:
            return self._passed(prompt, completion) is None

    def reserve(self, prompt: int, completion: int) -> None:
        """Sets aside the most that a call can take. Calls under way may give some of theirs back, so they are waited
        for. Raises LimitReached."""
        with self._lock:
            while (what := self._passed(prompt, completion)) is not None:
                if not any(self.reserved):
                    raise LimitReached(SPENT.format(what=what))
                self._lock.wait()
            self.reserved[0] += prompt
            self.reserved[1] += completion

    def _passed(self, prompt: int, completion: int) -> str | None:
        """The limit that one more such call could pass, or None."""
        tokens_in = self.prompt_tokens + self.reserved[0] + prompt
        tokens_out = self.completion_tokens + self.reserved[1] + completion
        if self.max_tokens is not None and tokens_in + tokens_out > self.max_tokens:
            return f"{self.max_tokens} tokens"
        cost = self.cost_of(tokens_in, tokens_out)
        return (
            f"cost {self.max_cost:g}"
            if self.max_cost is not None and cost is not None and cost > self.max_cost
            else None
        )

    def settle(self, reserved: tuple[int, int], used: tuple[int, int] | None) -> None:
        """Gives back what was set aside and counts what was used; None: the call failed."""
        with self._lock:
            self.reserved[0] -= reserved[0]
            self.reserved[1] -= reserved[1]
            self._lock.notify_all()
            if used is None:
                self.failed += 1
                return
            self.calls += 1
            self.prompt_tokens += used[0]
            self.completion_tokens += used[1]

    def told(self) -> dict[str, Any]:
        """What was spent."""
        return {
            "calls": self.calls,
            "failed_calls": self.failed,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost": self.cost_of(self.prompt_tokens, self.completion_tokens),
        }


@dataclass
class Pace:
    """At most so many calls a minute, evenly spaced, and none before a moment that the server named (Retry-After)."""

    per_minute: float | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = 0.0
    _not_before: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self) -> None:
        """Returns when the next call may be made."""
        with self._lock:
            now = self.clock()
            at = max(now, self._next, self._not_before)
            if self.per_minute:
                self._next = at + 60.0 / self.per_minute
        if at > now:
            self.sleep(at - now)

    def hold(self, seconds: float) -> None:
        """No call of any thread for so long: the server asked for it."""
        with self._lock:
            self._not_before = max(self._not_before, self.clock() + seconds)


def estimated_tokens(texts: Sequence[str]) -> int:
    """Tokens of texts for a price told before anything is asked: a token per character outside ASCII, one per four
    inside."""
    return sum(sum(1 for c in t if ord(c) > 127) + sum(1 for c in t if ord(c) <= 127) // 4 + 4 for t in texts)


def most_tokens(texts: Sequence[str]) -> int:
    """No tokenizer on bytes makes more: one a byte, and a few for the roles."""
    return sum(len(t.encode("utf-8", "surrogatepass")) + 8 for t in texts)
